//! Register order - client mode: `POST /v1/client/order`.

use crate::auth::Caller;
use crate::errors::ApiError;
use crate::wire::register::RegisterOrder;
use crate::{State, annex, idempotency};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::{Outcome, Scope};
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use order::Refusal;
use serde::Serialize;
use std::sync::Arc;

const OPERATION: &str = "POST /v1/client/order";

/// What the client gets.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    order_id: i64,
}

pub(crate) async fn handle(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Write).await {
        Ok(caller) => caller.tell(Box::pin(register(&state, &caller, request)).await),
        Err(answer) => answer,
    }
}

async fn register(state: &State, caller: &Caller, request: Request) -> Result<Answer, ApiError> {
    let (parts, body) = request.into_parts();
    let body = read(body, state.body).await?;
    let wanted: RegisterOrder = parse_json(&body)?;
    let annex = annex::of_registration(&body)?;
    let key = idempotency::key(&parts.headers, caller, OPERATION, &body)?;
    let merchant = caller.access.merchant;
    let ids = state.book.identify(merchant).await?;
    let registration = wanted.registration(ids, annex)?;
    let request = book::Request::register(merchant, registration, Vec::new());
    let executed = state
        .book
        .answer(request, key, |outcome| idempotency::reply_of(&said(outcome)))
        .await?;
    idempotency::answer(executed)
}

fn said(outcome: Result<&[Outcome], &Refusal>) -> Answer {
    match outcome {
        Ok(outcomes) => {
            let order_id = outcomes.first().map_or(0, |outcome| outcome.order.id.0);
            Answer::json(StatusCode::OK, &Registered { order_id })
        }
        Err(refusal) => ApiError::from(refusal.clone()).answer(),
    }
}
