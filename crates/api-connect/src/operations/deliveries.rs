//! List next distributions: `GET /v1/product/delivery/{productCode}` of a user, `GET /v1/client/delivery/{productCode}` in
//! client mode: when a product is distributed and delivered next, as the catalogue says.

use crate::State;
use crate::auth::Caller;
use crate::catalogue::DELIVERY;
use crate::errors::ApiError;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::Scope;
use http_kit::Answer;
use http_kit::path::PathIds;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What is told of a product's deliveries, as far as the catalogue has it.
const TOLD: [&str; 2] = ["nextDistribution", "nextDelivery"];

/// In client mode.
pub(crate) async fn list(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(listed(&state, &caller, &ids)).await),
        Err(answer) => answer,
    }
}

/// In user mode; it is the same for all users.
pub(crate) async fn list_user(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    match state.admit_user(request.headers(), Scope::Read).await {
        Ok((caller, _user)) => caller.tell(Box::pin(listed(&state, &caller, &ids)).await),
        Err(answer) => answer,
    }
}

async fn listed(state: &State, caller: &Caller, ids: &PathIds) -> Result<Answer, ApiError> {
    let product = ids.get("productCode")?;
    let found = state
        .book
        .document::<Map<String, Value>>(caller.access.merchant, DELIVERY, product)
        .await?;
    let unknown = || ApiError::Invalid("productCode: nothing is known of its deliveries".to_owned());
    let mut delivery = found.ok_or_else(unknown)?.body;
    delivery.retain(|member, _| TOLD.contains(&member.as_str()));
    Ok(Answer::json(StatusCode::OK, &delivery))
}
