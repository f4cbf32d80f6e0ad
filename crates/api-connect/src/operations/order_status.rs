//! List order status - client mode: `GET /v1/client/order/status/{orderId}`.

use crate::State;
use crate::auth::Caller;
use crate::errors::ApiError;
use crate::wire::status::{OrderStatus, Orders};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::{Reference, Scope};
use bytes::Bytes;
use http_kit::path::PathIds;
use http_kit::{Answer, overlay};
use order::{Dialect, Order};
use std::sync::Arc;

/// The longest id that is looked for: 40 digits are no id, and are answered like any other that does not exist.
const LONGEST_ID: usize = 40;

pub(crate) async fn handle(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(status(&state, &caller, &ids).await),
        Err(answer) => answer,
    }
}

async fn status(state: &State, caller: &Caller, ids: &PathIds) -> Result<Answer, ApiError> {
    let id = ids.get("orderId")?;
    if id.is_empty() {
        return Err(ApiError::Invalid("orderId is missing".to_owned()));
    }
    let unknown = || ApiError::OrderNotFound { id: id.to_owned() };
    if id.len() > LONGEST_ID || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unknown());
    }
    let reference = Reference::Shown(Dialect::Connect, id.to_owned());
    let merchant = caller.access.merchant;
    let body = state
        .book
        .rendered(merchant, Dialect::Connect, reference, render)
        .await?;
    body.map(|body| Answer::json_text(StatusCode::OK, body))
        .ok_or_else(unknown)
}

/// The status of one order, as clients read it: always a list of one.
pub fn render(order: &Order) -> Bytes {
    let orders = Orders {
        orders: vec![OrderStatus::of(order)],
    };
    let patch = order.overlay.get(&Dialect::Connect);
    let patch: Option<overlay::Patch> = patch.and_then(|patch| patch.read().ok());
    let text = match patch {
        None => serde_json::to_vec(&orders),
        Some(patch) => serde_json::to_value(&orders).and_then(|mut value| {
            overlay::apply(&patch, &mut value);
            serde_json::to_vec(&value)
        }),
    };
    // Text keys and exact numbers only: nothing in it can fail to be written.
    text.map(Bytes::from).unwrap_or_default()
}
