//! `POST /orders/{order}/capture`: takes all that is left of the reservation, or a part of it.

use super::take_step;
use crate::State;
use crate::problem::Problem;
use crate::reading::{NAME, not_too_many, text};
use crate::wire::{Given, SentItem, SentParcel, given, parcel_of};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::wire::Number;
use order::{CaptureRequest, Command};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Sent {
    number: Option<String>,
    amount: Option<Number>,
    items: Option<Vec<SentItem>>,
    #[serde(default)]
    shipments: Vec<SentParcel>,
}

impl Sent {
    fn read(self) -> Result<CaptureRequest, Problem> {
        let Given { wanted, items } = given(self.amount, self.items)?;
        let parcels = not_too_many("shipments", self.shipments)?.into_iter();
        let shipments = parcels
            .enumerate()
            .map(|(place, parcel)| parcel_of(&format!("shipments[{place}]."), parcel));
        Ok(CaptureRequest {
            number: text("number", self.number, NAME)?,
            wanted,
            items,
            part_names_items: false,
            shipments: shipments.collect::<Result<_, _>>()?,
            annex: None,
        })
    }
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    take_step(&state, &ids, request, |call| {
        Ok(Command::Capture(call.parse_or_default::<Sent>()?.read()?))
    })
    .await
}
