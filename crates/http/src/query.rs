//! Query strings and form bodies: pairs in their order, repeated names kept.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters is encoded, in path segments and in query values.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Text that isn't UTF-8 once it is percent-decoded, or has a NUL character in it, which no database keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is not percent-encoded UTF-8, or has a NUL character in it")]
pub struct NotUtf8;

/// A name that must have one value, given twice with different ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is given more than once, with different values")]
pub struct Contradiction {
    /// The name.
    pub name: String,
}

/// The pairs of a query string, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=1&b=2`. `+` is a space, a `%` without two hexadecimal digits stands for itself, a name without
    /// `=` has the empty value.
    pub fn parse(text: &str) -> Result<Self, NotUtf8> {
        let pair = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Ok((decode_form(name)?, decode_form(value)?))
        };
        text.split('&')
            .filter(|part| !part.is_empty())
            .map(pair)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// All pairs.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All values of `name`.
    pub fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.pairs()
            .filter(move |(have, _)| *have == name)
            .map(|(_, value)| value)
    }

    /// The value of `name`. The same value again is no harm: clients that follow a link add their filters anew.
    pub fn one<'q>(&'q self, name: &'q str) -> Result<Option<&'q str>, Contradiction> {
        let mut values = self.all(name);
        let first = values.next();
        let agree = values.all(|other| Some(other) == first);
        if agree {
            Ok(first)
        } else {
            Err(Contradiction {
                name: name.to_owned(),
            })
        }
    }
}

/// Text as it may stand in one path segment or one query value.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A query string of `pairs`, without a question mark.
pub fn write<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        let join = if text.is_empty() { "" } else { "&" };
        // Writing into a String can't fail.
        let _ = write!(
            text,
            "{join}{}={}",
            utf8_percent_encode(name, RESERVED),
            utf8_percent_encode(value, RESERVED)
        );
    }
    text
}

/// Percent-decoded text, with `+` for a space: names and values of queries and forms.
pub(crate) fn decode_form(text: &str) -> Result<String, NotUtf8> {
    decode(&text.replace('+', " "))
}

/// Percent-decoded text: path segments.
pub(crate) fn decode(text: &str) -> Result<String, NotUtf8> {
    let decoded = percent_decode(text.as_bytes())
        .decode_utf8()
        .map_err(|_| NotUtf8)?;
    if decoded.contains('\0') {
        Err(NotUtf8)
    } else {
        Ok(decoded.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_are_kept_and_only_contradictions_refused() {
        let query =
            Query::parse("status=1000&status=1002&limit=5&limit=5&q=a+b%26%C3%A5&flag&x=%zz").unwrap();
        assert_eq!(query.all("status").collect::<Vec<_>>(), ["1000", "1002"]);
        assert_eq!(query.one("limit"), Ok(Some("5")));
        assert_eq!(query.one("q"), Ok(Some("a b&å")));
        assert_eq!(query.one("flag"), Ok(Some("")));
        assert_eq!(query.one("x"), Ok(Some("%zz")));
        assert_eq!(query.one("absent"), Ok(None));
        assert_eq!(query.one("status").unwrap_err().name, "status");
        assert_eq!(Query::parse("a=%ff"), Err(NotUtf8));
        assert_eq!(Query::parse("a=b%00c"), Err(NotUtf8));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let pairs = [("start-date", "2026-01-01T00:00:00+01:00"), ("ø", "a&b=c d%")];
        let text = write(pairs);
        assert_eq!(
            text,
            "start-date=2026-01-01T00%3A00%3A00%2B01%3A00&%C3%B8=a%26b%3Dc%20d%25"
        );
        assert_eq!(Query::parse(&text).unwrap().pairs().collect::<Vec<_>>(), pairs);
    }
}
