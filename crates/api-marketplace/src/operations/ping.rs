//! Whether the API is there: `GET /ping` and `GET /partnerservice/ping`.

use crate::errors::{ApiError, INVALID_API_KEY};
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode};
use http_kit::{Answer, headers};

/// With an API key alone.
pub(crate) async fn open(
    extract::State(state): extract::State<State>,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let key = headers::text(&headers, "x-api-key")
        .ok()
        .flatten()
        .unwrap_or_default();
    if !state.book.has_client(book::Api::Marketplace, key).await? {
        return Err(ApiError::new(INVALID_API_KEY));
    }
    Ok(pong())
}

/// With token and key.
pub(crate) async fn known(
    extract::State(state): extract::State<State>,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    auth::caller(&state, &headers).await?;
    Ok(pong())
}

fn pong() -> Answer {
    Answer::json_text(StatusCode::OK, "pong").typed("text/plain; charset=utf-8")
}
