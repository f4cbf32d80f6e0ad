//! `POST /orders/{order}/fail`: ends the order without doing it.

use super::take_step;
use crate::State;
use crate::problem::Problem;
use crate::reading::{TEXT, invalid, missing, text};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{Command, Failure};
use schemars::JsonSchema;
use serde::Deserialize;

/// The reasons that have a word of their own.
pub(super) const NAMED: [Failure; 8] = [
    Failure::PaymentRefused,
    Failure::RiskRejected,
    Failure::Expired,
    Failure::HandoverFailed,
    Failure::DistributorInactive,
    Failure::ResellerInactive,
    Failure::CustomerInactive,
    Failure::CustomerInvalid,
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Sent {
    reason: String,
    detail: Option<String>,
}

impl Sent {
    fn read(self) -> Result<Failure, Problem> {
        let detail = text("detail", self.detail, TEXT)?;
        if self.reason == Failure::Other(String::new()).word() {
            return detail.map(Failure::Other).ok_or_else(|| missing("detail"));
        }
        let named = NAMED.into_iter().find(|failure| failure.word() == self.reason);
        let failure = named.ok_or_else(|| {
            let known = NAMED.map(|failure| failure.word()).join(", ");
            invalid("reason", &format!("must be one of {known}, other"))
        })?;
        match detail {
            None => Ok(failure),
            Some(_) => Err(invalid("detail", "can only be given with the reason other")),
        }
    }
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    take_step(&state, &ids, request, |call| {
        Ok(Command::Fail(call.parse::<Sent>()?.read()?))
    })
    .await
}
