//! `GET /orders/{order}/events`: everything that has happened to an order, in order.

use super::{no_parameters, order_of};
use crate::problem::Problem;
use crate::wire::EventWire;
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use http_kit::Answer;
use http_kit::path::PathIds;
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Timeline {
    id: String,
    events: Vec<EventWire>,
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
    let events = state.book.events(access.merchant, id).await?;
    let first = order::replay(events.first());
    let first = first.map_err(|source| book::BookError::Journal { id: id.0, source })?;
    let timeline = Timeline {
        id: id.to_string(),
        events: EventWire::all(&events, &first),
    };
    Ok(Answer::json(StatusCode::OK, &timeline))
}
