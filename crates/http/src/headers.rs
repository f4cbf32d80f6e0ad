//! Header values as text, and the credentials among them.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A header that is there but is not visible ASCII text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the header {0} is not plain text")]
pub struct NotText(pub &'static str);

/// The header `name` (in lower case), trimmed; none when it is absent or empty.
pub fn text<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<Option<&'h str>, NotText> {
    match headers.get(name) {
        None => Ok(None),
        Some(value) => {
            let value = value.to_str().map_err(|_| NotText(name))?.trim();
            Ok((!value.is_empty()).then_some(value))
        }
    }
}

/// The token of `Authorization: Bearer <token>`; the scheme's name is compared without case.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    credentials(headers, "bearer")
}

/// The user name and password of `Authorization: Basic <...>`, as they were sent.
pub fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let decoded = STANDARD.decode(credentials(headers, "basic")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

/// Whether the caller came over TLS: the server says so where it speaks HTTPS itself, else the proxy in front.
pub fn is_https(headers: &HeaderMap) -> bool {
    let proto = headers.get("x-forwarded-proto");
    proto.is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

/// Whether the client tried HTTP Basic, well-formed or not.
pub fn tried_basic(headers: &HeaderMap) -> bool {
    credentials(headers, "basic").is_some()
}

fn credentials<'h>(headers: &'h HeaderMap, scheme: &str) -> Option<&'h str> {
    let (sent, rest) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let rest = rest.trim();
    (sent.eq_ignore_ascii_case(scheme) && !rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authorization(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())])
    }

    #[test]
    fn bearer_and_basic_are_told_apart() {
        assert_eq!(bearer(&authorization("Bearer abc")), Some("abc"));
        assert_eq!(bearer(&authorization("bearer  abc ")), Some("abc"));
        assert_eq!(bearer(&authorization("Bearer ")), None);
        assert_eq!(bearer(&authorization("Basic YTpiOmM=")), None);
        let basic_credentials = basic(&authorization("Basic YTpiOmM=")).unwrap();
        assert_eq!(basic_credentials, ("a".to_owned(), "b:c".to_owned()));
        assert_eq!(basic(&authorization("Basic !!")), None);
        assert!(tried_basic(&authorization("Basic !!")));
    }
}
