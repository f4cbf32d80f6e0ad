//! Bodies: read up to a limit, and parsed with an error that names the member.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Failure;

/// How much of a too large body is read and thrown away, in bytes, so that the client has sent all of it and
/// reads the answer. Closing on a client that still sends makes its system drop the answer.
const DISCARDED_AT_MOST: usize = 16 * 1024 * 1024;

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is larger than `limit` bytes.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// It did not arrive in time.
    #[error("the body did not arrive in time")]
    TimedOut,
    /// The client broke off, or its chunks are malformed.
    #[error("the body ended before it was complete")]
    Interrupted,
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { limit } => Self::TooLarge { limit },
            BodyError::TimedOut => Self::TimedOut,
            BodyError::Interrupted => Self::Interrupted,
        }
    }
}

/// How large a body may be, and how long it may take. The program puts it into each request's extensions.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// The largest body, in bytes.
    pub bytes: usize,
    /// The longest time for the whole body.
    pub time: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self {
            bytes: 1024 * 1024,
            time: Duration::from_secs(30),
        }
    }
}

/// Reads all of `body` within `limits`.
pub async fn read(body: Body, limits: BodyLimits) -> Result<Bytes, BodyError> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    match tokio::time::timeout(limits.time, collect(body, limits.bytes)).await {
        Ok(read) => read,
        Err(_elapsed) => Err(BodyError::TimedOut),
    }
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let mut kept = BytesMut::new();
    let mut seen: usize = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Interrupted)?.into_data() else {
            continue; // trailers
        };
        seen = seen.saturating_add(data.len());
        if seen > limit.saturating_add(DISCARDED_AT_MOST) {
            return Err(BodyError::TooLarge { limit });
        }
        if seen <= limit {
            // The usual body is one frame: it is handed on as it is.
            if kept.is_empty() && body.is_end_stream() {
                return Ok(data);
            }
            kept.extend_from_slice(&data);
        }
    }
    if seen > limit {
        Err(BodyError::TooLarge { limit })
    } else {
        Ok(kept.freeze())
    }
}

/// Why a body is not the JSON that an operation takes. Paths look like `order.items[0].quantity`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// It is not UTF-8 text.
    #[error("the body is not UTF-8 text")]
    NotUtf8,
    /// It is not JSON, or nested deeper than 128 levels.
    #[error("the body is not JSON: {detail} at line {line} column {column}")]
    Malformed {
        /// From 1.
        line: usize,
        /// From 1; 0 at the very start.
        column: usize,
        /// What is wrong there.
        detail: String,
    },
    /// A member has the wrong type or a value that its type can't take.
    #[error("{}{detail}", if path.is_empty() { String::new() } else { format!("{path}: ") })]
    WrongShape {
        /// Which member; empty for the document itself.
        path: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A member that must be there isn't.
    #[error("{path} is missing")]
    Missing {
        /// Which member.
        path: String,
    },
}

/// Reads JSON text as a `T`. A byte order mark in front is skipped. A NUL character within any text is refused: no
/// database keeps one.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, JsonError> {
    let text = std::str::from_utf8(body).map_err(|_| JsonError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if may_escape_nul(text)
        && let Ok(document) = serde_json::from_str(text)
        && let Some(path) = nul_in(&document)
    {
        return Err(JsonError::WrongShape {
            path,
            detail: "the text has a NUL character in it".to_owned(),
        });
    }
    // Keeping track of the path costs as much as reading: it is kept for a body that can't be read.
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(value);
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| describe(&error.path().to_string(), error.inner()))?;
    reader.end().map_err(|error| describe("", &error))?;
    Ok(value)
}

/// Reads a JSON value that is in memory already as a `T`.
pub fn parse_value<T: DeserializeOwned>(value: Value) -> Result<T, JsonError> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| describe(&error.path().to_string(), error.inner()))
}

/// Whether JSON text has what may be an escaped NUL. (A raw one is a syntax error.)
fn may_escape_nul(text: &str) -> bool {
    text.contains("\\u0000")
}

/// The path of the first member whose name or text has a NUL character in it.
fn nul_in(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(elements) => elements.iter().enumerate().find_map(|(index, element)| {
            let inner = nul_in(element)?;
            Some(if inner.is_empty() || inner.starts_with('[') {
                format!("[{index}]{inner}")
            } else {
                format!("[{index}].{inner}")
            })
        }),
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            if name.contains('\0') {
                return Some(name.replace('\0', "\\0"));
            }
            let inner = nul_in(member)?;
            Some(if inner.is_empty() || inner.starts_with('[') {
                format!("{name}{inner}")
            } else {
                format!("{name}.{inner}")
            })
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn describe(path: &str, error: &serde_json::Error) -> JsonError {
    use serde_json::error::Category;

    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let detail = text
        .strip_suffix(&format!(" at line {line} column {column}"))
        .unwrap_or(&text);
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => JsonError::Malformed {
            line,
            column,
            detail: detail.to_owned(),
        },
        Category::Data => {
            let path = plain_path(path);
            match detail
                .strip_prefix("missing field `")
                .and_then(|rest| rest.strip_suffix('`'))
            {
                Some(name) if path.is_empty() => JsonError::Missing {
                    path: name.to_owned(),
                },
                Some(name) => JsonError::Missing {
                    path: format!("{path}.{name}"),
                },
                None => JsonError::WrongShape {
                    path: path.to_owned(),
                    detail: detail.to_owned(),
                },
            }
        }
    }
}

/// The path without the name that `serde_json` gives the inside of a number, and without the dot for the root.
fn plain_path(path: &str) -> &str {
    let path = path.strip_suffix("$serde_json::private::Number").unwrap_or(path);
    path.strip_suffix('.').unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Number;

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "read for its errors only")]
    struct Order {
        items: Vec<Item>,
        note: Option<String>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "read for its errors only")]
    struct Item {
        quantity: Number,
        line: u32,
    }

    /// What a client is told about each bad body.
    #[test]
    fn each_bad_body_has_its_own_error() {
        let digits = format!(r#"{{"items":[{{"quantity":{},"line":1}}]}}"#, "9".repeat(40));
        for (body, told) in [
            (
                "",
                "the body is not JSON: EOF while parsing a value at line 1 column 0",
            ),
            (
                "{\n \"items\": [,]}",
                "the body is not JSON: expected value at line 2 column 12",
            ),
            (
                "{\"items\":[]} x",
                "the body is not JSON: trailing characters at line 1 column 14",
            ),
            (
                "{\"a\0\":1}",
                "the body is not JSON: control character (\\u0000-\\u001F) found while parsing a string at line 1 column 4",
            ),
            ("[]", "invalid length 0, expected struct Order with 2 elements"),
            ("{}", "items is missing"),
            ("7", "invalid type: integer `7`, expected struct Order"),
            (r#"{"items":{}}"#, "items: invalid type: map, expected a sequence"),
            (r#"{"items":[],"items":[]}"#, "duplicate field `items`"),
            (
                r#"{"items":[],"note":5}"#,
                "note: invalid type: integer `5`, expected a string",
            ),
            (r#"{"items":[{"quantity":1}]}"#, "items[0].line is missing"),
            (
                r#"{"items":[{"quantity":1,"line":-1}]}"#,
                "items[0].line: invalid value: integer `-1`, expected u32",
            ),
            (
                r#"{"items":[{"quantity":1,"line":1},{"quantity":"1","line":1}]}"#,
                "items[1].quantity: invalid type: string \"1\", expected a JSON number",
            ),
            (
                &digits,
                "items[0].quantity: the number has more digits than the 28 that fit",
            ),
        ] {
            let error = parse_json::<Order>(body.as_bytes()).expect_err(body);
            assert_eq!(error.to_string(), told, "for {body:.60}");
        }
        assert_eq!(parse_json::<Order>(b"\xff").unwrap_err(), JsonError::NotUtf8);
        let deep = parse_json::<Value>("[".repeat(200_000).as_bytes()).unwrap_err();
        assert_eq!(
            deep.to_string(),
            "the body is not JSON: recursion limit exceeded at line 1 column 128"
        );
        assert!(parse_json::<Order>("\u{feff}{\"items\":[]}".as_bytes()).is_ok());
    }

    #[test]
    fn a_nul_character_is_refused_wherever_it_stands() {
        for (body, place) in [
            (
                r#"{"order":{"items":[{"name":"a"},{"name":"\u0000"}]}}"#,
                "order.items[1].name: ",
            ),
            (r#"[["x\u0000y"]]"#, "[0][0]: "),
            (r#"{"a\u0000":1}"#, "a\\0: "),
            (r#""\u0000""#, ""),
        ] {
            let told = parse_json::<Value>(body.as_bytes()).unwrap_err().to_string();
            assert_eq!(
                told,
                format!("{place}the text has a NUL character in it"),
                "for {body}"
            );
        }
        let backslash = parse_json::<Value>(br#""C:\\u0000""#).unwrap();
        assert_eq!(backslash, Value::from("C:\\u0000"));
    }

    #[tokio::test]
    async fn a_body_at_the_limit_is_read_and_one_byte_more_is_refused() {
        let limits = BodyLimits {
            bytes: 4,
            ..BodyLimits::default()
        };
        assert_eq!(read(Body::from("1234"), limits).await.unwrap(), "1234");
        assert_eq!(
            read(Body::from("12345"), limits).await,
            Err(BodyError::TooLarge { limit: 4 })
        );
        assert_eq!(read(Body::empty(), limits).await.unwrap(), "");
    }
}
