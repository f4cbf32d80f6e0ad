//! `POST /orders/{order}/cancel`: releases all that is left of the reservation, or a part of it.

use super::{STEP, SentMovement, named};
use crate::State;
use crate::call::WriteCall;
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
    let call = WriteCall::read(&state, request).await?;
    if let Some(before) = call.before(&state).await? {
        return Ok(before);
    }
    let sent: SentMovement = call.parse_or_default()?;
    let Given { wanted, items } = given(sent.amount, sent.items)?;
    let cancel = CancelRequest {
        wanted,
        items,
        annex: None,
    };
    call.run(
        &state,
        call.on(
            named(&state, &call.access, &ids).await?,
            vec![Command::Cancel(cancel)],
        ),
        STEP,
    )
    .await
}
