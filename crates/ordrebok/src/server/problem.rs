//! RFC 9457 problem details: how the server refuses what belongs to no dialect.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Method};
use http_kit::{Answer, Failure};
use serde::Serialize;

#[derive(Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    detail: String,
}

/// The failure as problem JSON.
pub(super) fn refuse(failure: Failure, _method: &Method) -> Answer {
    let status = failure.status();
    let title = status.canonical_reason().unwrap_or("Refused");
    let problem = Problem {
        title,
        status: status.as_u16(),
        detail: failure.sentence(),
    };
    let mut answer = Answer::json(status, &problem).typed("application/problem+json");
    if let Failure::Overloaded { retry_after_seconds } = failure {
        answer
            .headers
            .insert(RETRY_AFTER, HeaderValue::from(retry_after_seconds));
    }
    answer
}
