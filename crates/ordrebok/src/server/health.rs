//! Whether the server is alive, and whether it can work: for load balancers, without credentials.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use http_kit::Answer;

/// `/healthz`: the process answers. `/readyz`: its database does, too.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(alive))
}

async fn alive() -> Answer {
    Answer::json_text(StatusCode::OK, r#"{"status":"ok"}"#)
}
