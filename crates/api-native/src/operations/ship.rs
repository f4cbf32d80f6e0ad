//! `POST /orders/{order}/ship`: notes that something of a capture was sent, or sent back.

use super::{STEP, named};
use crate::State;
use crate::call::WriteCall;
use crate::problem::Problem;
use crate::reading::{NAME, must_be_text};
use crate::wire::{SentParcel, parcel_of};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{Command, ShipRequest};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Sent {
    capture: String,
    shipment: SentParcel,
}

impl Sent {
    fn read(self) -> Result<ShipRequest, Problem> {
        Ok(ShipRequest {
            capture: must_be_text("capture", self.capture, NAME)?,
            parcel: parcel_of("shipment.", self.shipment)?,
        })
    }
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
    let ship = call.parse::<Sent>()?.read()?;
    call.run(
        &state,
        call.on(
            named(&state, &call.access, &ids).await?,
            vec![Command::Ship(ship)],
        ),
        STEP,
    )
    .await
}
