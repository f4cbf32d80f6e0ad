//! `GET /orders/{order}`: one order, as it stands or as it stood.

use super::{named, order_of};
use crate::conditions::{etag, is_known};
use crate::errors::{ORDER_NOT_YET_THERE, order_not_found};
use crate::parameters::Parameters;
use crate::problem::Problem;
use crate::wire::{moment, render};
use crate::{State, auth};
use axum::extract;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode, Uri};
use bytes::Bytes;
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{Dialect, Order, Timestamp};

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let access = auth::reader(&state, &headers).await?;
    let parameters = Parameters::read(&uri, &["asOf"])?;
    if let Some(at) = parameters.moment("asOf")? {
        let order = order_of(&state, &access, &ids).await?;
        let order = as_of(&state, &order, access.merchant, at).await?;
        return Ok(answer(&headers, order.version, render(&order)));
    }
    let shown = state
        .book
        .rendered(
            access.merchant,
            Dialect::Ordrebok,
            named(&state, &access, &ids).await?,
            stamped,
        )
        .await?;
    let (version, body) = shown.and_then(unstamped).ok_or_else(order_not_found)?;
    Ok(answer(&headers, version, body))
}

fn answer(headers: &HeaderMap, version: u64, body: Bytes) -> Answer {
    let answer = if is_known(headers, version) {
        Answer::empty(StatusCode::NOT_MODIFIED)
    } else {
        Answer::json_text(StatusCode::OK, body)
    };
    answer.with(ETAG, etag(version))
}

/// The order as it stood at a moment: the replay of what had happened by then.
pub(super) async fn as_of(
    state: &State,
    order: &Order,
    merchant: order::MerchantId,
    at: Timestamp,
) -> Result<Order, Problem> {
    let mut events = state.book.events(merchant, order.id).await?;
    events.retain(|event| event.at <= at);
    if events.is_empty() {
        let detail = format!("At {} the order was not in the book yet.", moment(at));
        return Err(Problem::new(ORDER_NOT_YET_THERE, detail).at("asOf"));
    }
    let replayed = order::replay(&events);
    replayed.map_err(|source| {
        book::BookError::Journal {
            id: order.id.0,
            source,
        }
        .into()
    })
}

/// How many bytes the version takes before a rendered order.
const STAMP: usize = size_of::<u64>();

/// The order's version and its JSON text, so that a kept answer tells its tag without being read.
fn stamped(order: &Order) -> Bytes {
    [order.version.to_be_bytes().as_slice(), &render(order)]
        .concat()
        .into()
}

fn unstamped(mut shown: Bytes) -> Option<(u64, Bytes)> {
    let body = (shown.len() >= STAMP).then(|| shown.split_off(STAMP))?;
    let version = u64::from_be_bytes(shown.as_ref().try_into().ok()?);
    Some((version, body))
}
