//! Stock, in client mode: List stocks (`GET /v1/client/stock`), List stocks for product (`GET
//! /v1/client/stock/{productId}`), Change stocks (`POST /v1/client/stock/update`). The lists are bare arrays.
//!
//! What an element is made of is not known: each is kept and given back as it was loaded; a change replaces the
//! members that it names. Two of them are a count ([`book::in_stock`]), which orders that are completed count down.

use super::products::all_of;
use crate::State;
use crate::auth::Caller;
use crate::catalogue;
use crate::errors::ApiError;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::{STOCK, Scope};
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use http_kit::path::PathIds;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// How many changes one call may make.
const MOST: usize = 1000;

/// What is changed.
#[derive(Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(crate) struct ChangeStocks {
    updates: Vec<Value>,
}

pub(crate) async fn list(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(listed(&state, &caller, &ids)).await),
        Err(answer) => answer,
    }
}

async fn listed(state: &State, caller: &Caller, ids: &PathIds) -> Result<Answer, ApiError> {
    let wanted = ids.get("productId")?;
    let mut stock = all_of(state, caller, (STOCK, None)).await?;
    if !wanted.is_empty() {
        stock.retain(|entry| entry["productId"] == wanted);
    }
    Ok(Answer::json(StatusCode::OK, &stock))
}

pub(crate) async fn update(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Write).await {
        Ok(caller) => caller.tell(Box::pin(updated(&state, &caller, request)).await),
        Err(answer) => answer,
    }
}

async fn updated(state: &State, caller: &Caller, request: Request) -> Result<Answer, ApiError> {
    let body = read(request.into_body(), state.body).await?;
    let asked: ChangeStocks = parse_json(&body)?;
    if asked.updates.len() > MOST {
        return Err(ApiError::Invalid(format!("updates: more than {MOST}")));
    }
    let changes = catalogue::read(json!({ "stock": asked.updates }), state.book.now())
        .map_err(|misfit| ApiError::Invalid(misfit.to_string().replacen("stock", "updates", 1)))?;
    let entries = changes.iter().filter(|change| change.kind == STOCK);
    let mut ids: Vec<_> = entries.map(|change| change.id.as_str()).collect();
    ids.sort_unstable();
    if let Some(twice) = ids.windows(2).find(|pair| pair.first() == pair.last()) {
        let id = twice.first().copied().unwrap_or_default();
        return Err(ApiError::Invalid(format!("updates: {id} is there twice")));
    }
    let merchant = caller.access.merchant;
    Box::pin(state.book.merge_documents(merchant, changes, merge)).await?;
    Ok(Answer::json(StatusCode::OK, &json!({ "status": "ok" })))
}

/// Replaces the members that a change names. Tells whether anything is another then.
fn merge(kept: &mut Value, change: &Value) -> bool {
    let before = kept.clone();
    if let (Some(kept), Some(change)) = (kept.as_object_mut(), change.as_object()) {
        for (member, value) in change {
            kept.insert(member.clone(), value.clone());
        }
    }
    before != *kept
}
