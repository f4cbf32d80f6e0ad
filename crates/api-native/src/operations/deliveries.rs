//! `GET /orders/{order}/deliveries`: the calls that an order owes others, or owed them.

use super::{no_parameters, order_of};
use crate::problem::Problem;
use crate::wire::{DeliveryWire, moment};
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use http_kit::Answer;
use http_kit::path::PathIds;
use order::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Deliveries {
    id: String,
    deliveries: Vec<DeliveryWire>,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let access = auth::reader(&state, &headers).await?;
    no_parameters(&uri)?;
    let id = order_of(&state, &access, &ids).await?.id;
    let rows = state.book.deliveries(access.merchant, id).await?;
    let wire = rows.into_iter().map(|row| DeliveryWire {
        id: row.id.to_string(),
        kind: row.kind,
        url: row.url,
        payload: row.payload,
        next_attempt_at: DeliveryWire::next(&row.state, row.next_at),
        state: row.state,
        attempts: row.attempts,
        outcome: Some(row.outcome).filter(|outcome| !outcome.is_empty()),
        owed_since: moment(Timestamp(row.created_at)),
    });
    let deliveries = Deliveries {
        id: id.to_string(),
        deliveries: wire.collect(),
    };
    Ok(Answer::json(StatusCode::OK, &deliveries))
}
