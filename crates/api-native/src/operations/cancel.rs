//! `POST /orders/{order}/cancel`: releases all that is left of the reservation, or a part of it.

use super::{SentMovement, take_step};
use crate::State;
use crate::problem::Problem;
use crate::wire::{Given, given};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{CancelRequest, Command};

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    take_step(&state, &ids, request, |call| {
        let sent: SentMovement = call.parse_or_default()?;
        let Given { wanted, items } = given(sent.amount, sent.items)?;
        Ok(Command::Cancel(CancelRequest {
            wanted,
            items,
            annex: None,
        }))
    })
    .await
}
