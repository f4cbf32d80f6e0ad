//! `GET /orders/{orderNumber}/captures`, `/refunds` and `/voids`, of all of them or of one by its number. The answer is
//! a list in either case.

use crate::annex::OrderAnnex;
use crate::call::order_of;
use crate::errors::{Refused, bad_request, code};
use crate::language::Phrase;
use crate::message::Flaw;
use crate::render::part;
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode};
use http_kit::Answer;
use http_kit::path::PathIds;
use serde_json::json;

/// One of GetOrder's lists.
struct List {
    /// Its member in the answer.
    member: &'static str,
    /// The member that numbers its elements.
    number: &'static str,
    /// The code for a number that the order does not have.
    unknown: &'static str,
}

pub(crate) async fn captures(
    state: extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, Refused> {
    let list = List {
        member: "captures",
        number: "captureNumber",
        unknown: "400.132",
    };
    answer(state, ids, headers, list).await
}

pub(crate) async fn refunds(
    state: extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, Refused> {
    let list = List {
        member: "refunds",
        number: "refundNumber",
        unknown: code::UNKNOWN_PART,
    };
    answer(state, ids, headers, list).await
}

pub(crate) async fn voids(
    state: extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, Refused> {
    let list = List {
        member: "cancellations",
        number: "cancellationNo",
        unknown: code::UNKNOWN_PART,
    };
    answer(state, ids, headers, list).await
}

async fn answer(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
    list: List,
) -> Result<Answer, Refused> {
    let access = auth::reader(&state, &headers).await?;
    let order = order_of(&state, &access, &ids).await?;
    let wanted = ids.get("number").unwrap_or("\0");
    let wanted = (!wanted.is_empty()).then_some(wanted);
    let parts = part(&order, list.member, list.number, wanted);
    if wanted.is_some() && parts.is_empty() {
        let flaw = Flaw::business(list.unknown, Phrase::UnknownPart, list.number).saying(format!(
            "The order has none of its {} with this number.",
            list.member
        ));
        return Ok(bad_request(&[flaw], OrderAnnex::of(&order).language()));
    }
    Ok(Answer::json(StatusCode::OK, &json!({ list.member: parts })))
}
