//! Whether the server is alive, and whether it can work: for load balancers, without credentials.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use book::Book;
use http_kit::Answer;

use crate::surroundings::Stopping;
use crate::telemetry::chain;

/// `/healthz`: the process answers. `/readyz`: it can do its work, and goes on doing it.
pub(crate) fn routes(book: Book, stopping: Stopping) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .with_state((book, stopping))
}

async fn alive() -> Answer {
    Answer::json_text(StatusCode::OK, r#"{"status":"ok"}"#)
}

async fn ready(State((book, stopping)): State<(Book, Stopping)>) -> Answer {
    if stopping.has_begun() {
        return Answer::json_text(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"stopping"}"#);
    }
    match book.check_ready().await {
        Ok(()) => Answer::json_text(StatusCode::OK, r#"{"status":"ready"}"#),
        Err(error) => {
            tracing::warn!(error = chain(&error), "not ready");
            let reason = if error.is_about_the_schema() {
                r#"{"status":"the database has the schema of another version"}"#
            } else {
                r#"{"status":"the database does not answer"}"#
            };
            Answer::json_text(StatusCode::SERVICE_UNAVAILABLE, reason)
        }
    }
}
