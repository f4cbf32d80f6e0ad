//! List klarna recurring tokens: `GET /v1/customer/payment/klarna/token`, those of the user who is signed in, as they were
//! loaded with the catalogue.

use super::products::all_of;
use crate::State;
use crate::auth::Caller;
use crate::catalogue::KLARNA_TOKEN;
use crate::errors::ApiError;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::Scope;
use http_kit::Answer;
use serde_json::json;
use std::sync::Arc;

pub(crate) async fn list(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit_user(request.headers(), Scope::Read).await {
        Ok((caller, user)) => caller.tell(Box::pin(listed(&state, &caller, &user)).await),
        Err(answer) => answer,
    }
}

async fn listed(state: &State, caller: &Caller, user: &str) -> Result<Answer, ApiError> {
    let user = state.book.user(caller.access.merchant, user).await?;
    let mut tokens = Vec::new();
    for customer in user.map(|user| user.customers).unwrap_or_default() {
        let owner = customer.to_string();
        tokens.extend(all_of(state, caller, (KLARNA_TOKEN, Some(&owner))).await?);
    }
    Ok(Answer::json(
        StatusCode::OK,
        &json!({ "recurringTokens": tokens }),
    ))
}
