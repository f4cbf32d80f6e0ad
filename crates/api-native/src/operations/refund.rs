//! `POST /orders/{order}/refund`: gives back all that was captured, one capture, or a part of it.

use super::take_step;
use crate::State;
use crate::problem::Problem;
use crate::reading::{NAME, text};
use crate::wire::{Given, SentItem, given};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::wire::Number;
use order::{Command, RefundRequest};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Sent {
    capture: Option<String>,
    number: Option<String>,
    amount: Option<Number>,
    items: Option<Vec<SentItem>>,
}

impl Sent {
    fn read(self) -> Result<RefundRequest, Problem> {
        let Given { wanted, items } = given(self.amount, self.items)?;
        Ok(RefundRequest {
            capture: text("capture", self.capture, NAME)?,
            number: text("number", self.number, NAME)?,
            wanted,
            items,
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
        Ok(Command::Refund(call.parse_or_default::<Sent>()?.read()?))
    })
    .await
}
