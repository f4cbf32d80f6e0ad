//! `POST /orders/{order}/confirm`: notes that the order is valid, and what the payer has agreed to.

use super::{SentReserve, named, order_of};
use crate::State;
use crate::call::WriteCall;
use crate::errors::Places;
use crate::problem::Problem;
use axum::body::Body;
use axum::extract;
use axum::http::{Request, StatusCode};
use book::Reference;
use http_kit::Answer;
use http_kit::path::PathIds;
use order::Command;
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Sent {
    reserve: Option<SentReserve>,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = WriteCall::read(&state, request).await?;
    if let Some(before) = call.before(&state).await? {
        return Ok(before);
    }
    let done = (StatusCode::OK, Places::RESERVE);
    let Some(reserve) = call.parse_or_default::<Sent>()?.reserve else {
        let request = call.on(named(&state, &call.access, &ids).await?, vec![Command::Confirm]);
        return call.run(&state, request, done).await;
    };
    let order = order_of(&state, &call.access, &ids).await?;
    let reserve = reserve.read(order.gross, call.lapses_at(&state))?;
    let commands = vec![Command::Confirm, Command::Reserve(reserve)];
    call.run(&state, call.on(Reference::Id(order.id), commands), done)
        .await
}
