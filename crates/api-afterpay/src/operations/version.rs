//! `GET /version` and `GET /status`: which program answers, and whether it can work.

use crate::errors::{Refused, refuse};
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, Method, StatusCode};
use http_kit::{Answer, Failure};
use serde_json::json;

/// Four numbers, as clients parse them: the API's, then the program's.
const VERSION: &str = concat!(
    "3.",
    env!("CARGO_PKG_VERSION_MAJOR"),
    ".",
    env!("CARGO_PKG_VERSION_MINOR"),
    ".",
    env!("CARGO_PKG_VERSION_PATCH")
);

pub(crate) async fn version(
    extract::State(state): extract::State<State>,
    headers: HeaderMap,
) -> Result<Answer, Refused> {
    auth::reader(&state, &headers).await?;
    Ok(Answer::json(StatusCode::OK, &json!({ "version": VERSION })))
}

/// Needs no key: it is what a monitor asks.
pub(crate) async fn status(extract::State(state): extract::State<State>, method: Method) -> Answer {
    match state.book.ping().await {
        Ok(()) => Answer::json_text(StatusCode::OK, "{}"),
        Err(_logged_by_the_store) => refuse(
            Failure::Overloaded {
                retry_after_seconds: 1,
            },
            &method,
        ),
    }
}
