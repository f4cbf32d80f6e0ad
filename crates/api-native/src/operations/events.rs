//! `GET /orders/{order}/events`: everything that has happened to an order, in order, and how one API showed it then.

use super::order_of;
use super::shown::{AsShown, api_of, as_shown};
use crate::parameters::{Parameters, invalid};
use crate::problem::Problem;
use crate::wire::EventWire;
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use http_kit::Answer;
use http_kit::path::PathIds;
use schemars::JsonSchema;
use serde::Serialize;

/// Of how many events at the most it is shown what the order was after each: the answer grows with their square.
const MOST_SHOWN: usize = 500;

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Timeline {
    id: String,
    events: Vec<EventWire>,
    /// The order as one API showed it after each of the events, in their order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<serde_json::Map<String, serde_json::Value>>>")]
    shown: Option<Vec<AsShown>>,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let access = auth::reader(&state, &headers).await?;
    let parameters = Parameters::read(&uri, &["shownBy"])?;
    let shown_by = parameters.text("shownBy")?.map(api_of);
    let shown_by = shown_by.transpose().map_err(|wrong| invalid("shownBy", &wrong))?;
    let id = order_of(&state, &access, &ids).await?.id;
    let events = state.book.events(access.merchant, id).await?;
    let first = order::replay(events.first());
    let broken = |source| book::BookError::Journal { id: id.0, source };
    let first = first.map_err(broken)?;
    let shown = match shown_by {
        Some(_) if events.len() > MOST_SHOWN => {
            let wrong = format!("can't be given for an order with more than {MOST_SHOWN} events");
            return Err(invalid("shownBy", &wrong));
        }
        Some(api) => {
            let stood = order::stages(&events).map_err(broken)?;
            let shown = stood.iter().map(|order| as_shown(&state, api, order));
            Some(shown.collect::<Result<_, _>>()?)
        }
        None => None,
    };
    let timeline = Timeline {
        id: id.to_string(),
        events: EventWire::all(&events, &first),
        shown,
    };
    Ok(Answer::json(StatusCode::OK, &timeline))
}
