//! `POST /orders/{order}/process`: notes that the order is handed over.

use super::{STEP, order_of, refuse_kept_by_its_api};
use crate::State;
use crate::call::WriteCall;
use crate::problem::Problem;
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::Reference;
use http_kit::Answer;
use http_kit::path::PathIds;
use order::Command;
use schemars::JsonSchema;
use serde::Deserialize;

/// Nothing is to be said.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sent {}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = WriteCall::read(&state, request).await?;
    if let Some(before) = call.before(&state).await? {
        return Ok(before);
    }
    let Sent {} = call.parse_or_default()?;
    let order = order_of(&state, &call.access, &ids).await?;
    refuse_kept_by_its_api(&order)?;
    let process = Command::Process {
        subscriptions: Vec::new(),
    };
    call.run(&state, call.on(Reference::Id(order.id), vec![process]), STEP)
        .await
}
