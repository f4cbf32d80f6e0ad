//! How the original's newer health call answers: `GET /v1/health?api_key=...`.

use crate::State;
use crate::errors::{ApiError, INVALID_API_KEY};
use axum::extract;
use axum::http::{StatusCode, Uri};
use http_kit::Answer;
use http_kit::query::Query;
use serde_json::json;

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    uri: Uri,
) -> Result<Answer, ApiError> {
    let query = Query::parse(uri.query().unwrap_or_default())?;
    let key = query.one("api_key").ok().flatten().unwrap_or_default();
    // Whether the key is known is asked of the database, and so is whether that is there.
    let (status, word) = match state.book.has_client(book::Api::Marketplace, key).await {
        Ok(true) => (StatusCode::OK, "UP"),
        Ok(false) => return Err(ApiError::new(INVALID_API_KEY)),
        Err(_down) => (StatusCode::SERVICE_UNAVAILABLE, "DOWN"),
    };
    let body = json!({
        "status": word,
        "components": {
            "customerManagement": word, "orderManagement": word, "subscriptionManagement": word, "sandboxPortal": word
        }
    });
    Ok(Answer::json(status, &body))
}
