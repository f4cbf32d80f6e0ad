//! RFC 9457 problem details: how the server refuses what belongs to no dialect.

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use http_kit::{Answer, Failure};
use serde::Serialize;

#[derive(Serialize)]
struct Problem<'p> {
    title: &'static str,
    status: u16,
    detail: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'p str>,
}

fn answer(status: StatusCode, code: Option<&str>, field: Option<&str>, detail: &str) -> Answer {
    let title = status.canonical_reason().unwrap_or("Refused");
    let problem = Problem {
        title,
        status: status.as_u16(),
        detail,
        code,
        field,
    };
    Answer::json(status, &problem).typed("application/problem+json")
}

/// The failure as problem JSON.
pub(crate) fn refuse(failure: Failure, _method: &Method) -> Answer {
    let mut answer = answer(failure.status(), None, None, &failure.sentence());
    if let Failure::TooManyRequests { retry_after_seconds } | Failure::Overloaded { retry_after_seconds } =
        failure
    {
        answer
            .headers
            .insert(RETRY_AFTER, HeaderValue::from(retry_after_seconds));
    }
    answer
}

/// Nobody has proved who they are.
pub(crate) fn unauthenticated() -> Answer {
    let detail = "The request needs `Authorization: Bearer` with the secret of an ordrebok credential.";
    answer(StatusCode::UNAUTHORIZED, Some("unauthenticated"), None, detail).with(
        WWW_AUTHENTICATE,
        HeaderValue::from_static("Bearer realm=\"ordrebok\""),
    )
}

/// Somebody may look, but not change anything.
pub(crate) fn insufficient_scope() -> Answer {
    let detail = "This credential may read, but not write.";
    answer(StatusCode::FORBIDDEN, Some("insufficient_scope"), None, detail)
}

/// A body that is not what the operation takes.
pub(crate) fn invalid_body(detail: &str) -> Answer {
    answer(StatusCode::BAD_REQUEST, Some("invalid_body"), None, detail)
}

/// A query parameter that is not what the operation takes.
pub(crate) fn invalid_parameter(detail: &str) -> Answer {
    answer(StatusCode::BAD_REQUEST, Some("invalid_parameter"), None, detail)
}

/// A header that can't be understood.
pub(crate) fn invalid_header(name: &str, detail: &str) -> Answer {
    answer(
        StatusCode::BAD_REQUEST,
        Some("invalid_header"),
        Some(name),
        detail,
    )
}

/// What stands now does not allow it.
pub(crate) fn conflict(code: &str, detail: &str) -> Answer {
    answer(StatusCode::CONFLICT, Some(code), None, detail)
}
