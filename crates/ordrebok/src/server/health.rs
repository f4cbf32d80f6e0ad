//! Whether the server is alive, and whether it can work: for load balancers, without credentials.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use book::Book;
use http_kit::Answer;

use crate::telemetry::chain;

/// `/healthz`: the process answers. `/readyz`: its database does, too.
pub(super) fn routes(book: Book) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .with_state(book)
}

async fn alive() -> Answer {
    Answer::json_text(StatusCode::OK, r#"{"status":"ok"}"#)
}

async fn ready(State(book): State<Book>) -> Answer {
    match book.ping().await {
        Ok(()) => Answer::json_text(StatusCode::OK, r#"{"status":"ready"}"#),
        Err(error) => {
            tracing::warn!(error = chain(&error), "not ready: the database does not answer");
            Answer::json_text(
                StatusCode::SERVICE_UNAVAILABLE,
                r#"{"status":"the database does not answer"}"#,
            )
        }
    }
}
