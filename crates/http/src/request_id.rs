//! One id for each request: the client's own, or one made here.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue};

/// Where it comes in and goes out.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over from a client, in characters.
const LONGEST: usize = 200;

/// The id of one request, in its extensions, in its answer and in what is logged of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The id of the request that these extensions are of; none outside the server's own chain.
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default() // always visible ASCII: `taken` and `made` let nothing else in
    }

    /// Writes it into an answer's headers, unless the operation has set one of its own.
    pub fn tell(self, headers: &mut HeaderMap) {
        headers.entry(HEADER).or_insert(self.0);
    }

    /// The client's own id, when it sent a usable one: 1 to 200 visible ASCII characters.
    fn taken(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(HEADER)?;
        let visible = value.as_bytes().iter().all(u8::is_ascii_graphic);
        (visible && (1..=LONGEST).contains(&value.len())).then(|| Self(value.clone()))
    }
}

/// Makes request ids: a random start that the program draws once, and a counter.
#[derive(Debug)]
pub struct RequestIds {
    start: u64,
    next: AtomicU64,
}

impl RequestIds {
    /// A source whose ids begin with `start` in hexadecimal.
    pub fn starting_at(start: u64) -> Self {
        Self {
            start,
            next: AtomicU64::new(1),
        }
    }

    /// The id of the request with these headers: the client's, or the next of ours.
    pub fn id_for(&self, headers: &HeaderMap) -> RequestId {
        RequestId::taken(headers).unwrap_or_else(|| self.made())
    }

    fn made(&self) -> RequestId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let text = format!("{:016x}-{number:08x}", self.start);
        // Hexadecimal digits always are a header value; an empty id would still be no harm.
        RequestId(HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("0")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usable_id_is_taken_over_and_any_other_replaced() {
        let ids = RequestIds::starting_at(0xabc);
        let with = |value: &str| HeaderMap::from_iter([(HEADER, HeaderValue::from_str(value).unwrap())]);
        assert_eq!(ids.id_for(&with("req-1")).as_str(), "req-1");
        assert_eq!(ids.id_for(&with(&"x".repeat(200))).as_str(), "x".repeat(200));
        assert_eq!(
            ids.id_for(&with(&"x".repeat(201))).as_str(),
            "0000000000000abc-00000001"
        );
        assert_eq!(ids.id_for(&with("")).as_str(), "0000000000000abc-00000002");
        assert_eq!(
            ids.id_for(&with("two words")).as_str(),
            "0000000000000abc-00000003"
        );
        assert_eq!(
            ids.id_for(&HeaderMap::new()).as_str(),
            "0000000000000abc-00000004"
        );
    }
}
