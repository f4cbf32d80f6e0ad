//! List consent text history - client mode: `GET /v1/client/customer/privacy/consent/text/history/{issuer}`, the texts that
//! an issuer has asked for consent with, as the catalogue has them.

use super::products::all_of;
use crate::State;
use crate::auth::Caller;
use crate::catalogue::CONSENT_TEXT;
use crate::errors::ApiError;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::Scope;
use http_kit::Answer;
use http_kit::path::PathIds;
use serde_json::json;
use std::sync::Arc;

pub(crate) async fn history(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(listed(&state, &caller, &ids)).await),
        Err(answer) => answer,
    }
}

async fn listed(state: &State, caller: &Caller, ids: &PathIds) -> Result<Answer, ApiError> {
    let issuer = ids.get("issuer")?;
    let mut texts = all_of(state, caller, (CONSENT_TEXT, Some(issuer))).await?;
    texts.sort_by_key(|text| std::cmp::Reverse(text["version"].as_i64()));
    Ok(Answer::json(StatusCode::OK, &json!({ "consentTexts": texts })))
}
