//! What of a call may be shown: everything but what proves who calls.

use axum::http::HeaderMap;
use http_kit::query::{self, Query};
use serde_json::{Map, Value};

/// What stands in the place of a secret.
const MASK: &str = "***";

/// Headers whose value is a secret.
const HEADERS: [&str; 6] = [
    "authorization",
    "proxy-authorization",
    "x-auth-key",
    "cookie",
    "set-cookie",
    "x-csrf-token",
];

/// Names of members and parameters whose value is a secret, in lower case and without `_` and `-`.
const NAMES: [&str; 16] = [
    "secret",
    "clientsecret",
    "password",
    "newpassword",
    "passwordrepeated",
    "token",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "code",
    "codeverifier",
    "clientassertion",
    "assertion",
    "csrf",
    "apikey",
    "xauthkey",
];

fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .collect();
    NAMES.contains(&plain.to_ascii_lowercase().as_str())
}

/// The headers, those of one name joined, without secrets.
pub(super) fn headers(headers: &HeaderMap) -> Value {
    let mut shown = Map::new();
    for name in headers.keys() {
        let values: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        let value = match name.as_str() {
            "authorization" => scheme(&values.join(", ")),
            name if HEADERS.contains(&name) => MASK.to_owned(),
            "location" => address(&values.join(", ")),
            _ => values.join(", "),
        };
        shown.insert(name.to_string(), value.into());
    }
    shown.into()
}

/// `Bearer ***`: whether it was the right scheme is what a developer looks for.
fn scheme(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, _)) => format!("{scheme} {MASK}"),
        None => MASK.to_owned(),
    }
}

fn address(value: &str) -> String {
    match value.split_once('?') {
        Some((path, text)) => format!("{path}?{}", pairs(text).unwrap_or_else(|| MASK.to_owned())),
        None => value.to_owned(),
    }
}

/// A query string or a form without its secrets; none when it can't be read.
pub(super) fn pairs(text: &str) -> Option<String> {
    let parsed = Query::parse(text).ok()?;
    let masked = parsed
        .pairs()
        .map(|(name, value)| (name, if is_secret(name) { MASK } else { value }));
    Some(query::write(masked))
}

/// A body of this media type without its secrets. What can't be read can't be masked, and is told by its size alone.
pub(super) fn body(media_type: &str, bytes: &[u8], seen: usize) -> Value {
    let whole = bytes.len() == seen;
    if seen == 0 {
        return Value::Null;
    }
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let read = match essence.as_str() {
        _ if !whole => None,
        "application/x-www-form-urlencoded" => {
            std::str::from_utf8(bytes).ok().and_then(pairs).map(Value::from)
        }
        _ => serde_json::from_slice(bytes).ok().map(json),
    };
    read.unwrap_or_else(|| {
        let told = if whole {
            "not JSON and no form"
        } else {
            "longer than what is kept"
        };
        serde_json::json!({ "notShown": told, "bytes": seen, "mediaType": essence })
    })
}

/// The document with every member masked that has a secret's name.
fn json(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let masked = members.into_iter().map(|(name, value)| {
                let value = if is_secret(&name) && !value.is_null() {
                    MASK.into()
                } else {
                    json(value)
                };
                (name, value)
            });
            Value::Object(masked.collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(json).collect()),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let sent = HeaderMap::from_iter([
            ("authorization".parse().unwrap(), "Bearer abc".parse().unwrap()),
            ("x-auth-key".parse().unwrap(), "abc".parse().unwrap()),
            (
                "location".parse().unwrap(),
                "https://shop.example/back?code=abc&state=7".parse().unwrap(),
            ),
            ("accept".parse().unwrap(), "*/*".parse().unwrap()),
        ]);
        let shown = headers(&sent);
        assert!(!shown.to_string().contains("abc"), "{shown}");
        assert_eq!(shown["authorization"], "Bearer ***");
        assert_eq!(
            shown["location"],
            "https://shop.example/back?code=%2A%2A%2A&state=7"
        );
        assert_eq!(shown["accept"], "*/*");

        let form = "application/x-www-form-urlencoded";
        let token = b"grant_type=client_credentials&client_id=me&client_secret=abc";
        let shown = body(form, token, token.len());
        assert!(
            shown
                .as_str()
                .is_some_and(|text| text.contains("client_id=me") && !text.contains("abc")),
            "{shown}"
        );

        let text = br#"{"access_token":"abc","list":[{"newPassword":"abc","amount":10.50}],"token":null}"#;
        let shown = body("application/json; charset=utf-8", text, text.len());
        let expected = json!({ "access_token": "***", "list": [{ "newPassword": "***", "amount": 10.50 }], "token": null });
        assert_eq!(shown.to_string().replace("10.50", "10.5"), expected.to_string());
        assert_eq!(
            body("application/json", b"{\"secret\":\"ab", 400)["notShown"],
            "longer than what is kept"
        );
        assert_eq!(
            body("text/html", b"<input value=abc>", 17)["notShown"],
            "not JSON and no form"
        );
        assert_eq!(body("", b"", 0), Value::Null);
    }
}
