//! Check reward - client mode: `POST /v1/client/reward/check`.

use crate::State;
use crate::auth::Caller;
use crate::catalogue::{REWARD, reward_id};
use crate::errors::ApiError;
use crate::wire::scalar::{Text, Whole};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::Scope;
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What is asked.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(crate) struct CheckReward {
    reward_id: Text<36>,
    reward_partner_id: Whole,
}

/// What is told of a reward, as far as the catalogue has it.
const TOLD: [&str; 3] = ["customerNumber", "product", "rewardId"];

pub(crate) async fn check(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(checked(&state, &caller, request)).await),
        Err(answer) => answer,
    }
}

async fn checked(state: &State, caller: &Caller, request: Request) -> Result<Answer, ApiError> {
    let body = read(request.into_body(), state.body).await?;
    let asked: CheckReward = parse_json(&body)?;
    let id = reward_id(asked.reward_partner_id.0, &asked.reward_id.0);
    let found = state
        .book
        .document::<Map<String, Value>>(caller.access.merchant, REWARD, &id)
        .await?;
    let unknown = || ApiError::Invalid("rewardId: this partner has no such reward".to_owned());
    let mut reward = found.ok_or_else(unknown)?.body;
    reward.retain(|member, _| TOLD.contains(&member.as_str()));
    Ok(Answer::json(StatusCode::OK, &reward))
}
