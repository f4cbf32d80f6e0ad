//! `POST /orders/{order}/ship`: notes that something of a capture was sent, or sent back.

use super::take_step;
use crate::State;
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
    take_step(&state, &ids, request, |call| {
        Ok(Command::Ship(call.parse::<Sent>()?.read()?))
    })
    .await
}
