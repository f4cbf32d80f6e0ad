//! `GET /admin/audit`: who did what, the latest first.

use super::ADMIN;
use super::call::{administrator, merchant_of};
use crate::State;
use crate::parameters::{Parameters, invalid};
use crate::problem::Problem;
use crate::wire::moment;
use axum::extract;
use axum::http::header::LINK;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use book::{AuditEntry, AuditPlace, AuditQuery};
use http_kit::{Answer, query};
use schemars::JsonSchema;
use serde::Serialize;

/// How many entries there are on a page when the client doesn't say, and at the most.
const USUAL_LIMIT: u64 = 50;
const LARGEST_LIMIT: u64 = 200;

const KNOWN: [&str; 7] = ["merchant", "actor", "action", "from", "until", "cursor", "limit"];

/// One thing that was done.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
struct Entry {
    at: String,
    /// Whose it was done to; left out for the installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant: Option<String>,
    /// Who did it: `operator` or `credential` and which, `person` and their name, `command line`, or `the server`.
    actor: String,
    /// Such as `credential.add`.
    action: String,
    subject: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Trail {
    entries: Vec<Entry>,
    /// Where to go on from; left out on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

pub(super) async fn list(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let known = administrator(&state, &headers).await?;
    let parameters = Parameters::read(&uri, &KNOWN)?;
    let limit = parameters
        .whole("limit", 1..=LARGEST_LIMIT)?
        .unwrap_or(USUAL_LIMIT);
    let (from, until) = parameters.period()?;
    let query = AuditQuery {
        before: parameters.text("cursor")?.map(place_of).transpose()?,
        actor: parameters.text("actor")?.map(ToOwned::to_owned),
        action: parameters.text("action")?.map(action_of).transpose()?,
        from,
        until,
        merchant: merchant_of(&state, &known, &parameters).await?,
    };
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = state.book.audit(query, most).await?;
    let is_full = u64::try_from(found.len()).is_ok_and(|count| count == limit);
    let cursor = found.last().filter(|_| is_full).map(|entry| written(entry.place));
    let merchants = state.book.merchants().await?;
    let wire = |entry: AuditEntry| Entry {
        at: moment(entry.at),
        merchant: merchants
            .iter()
            .find(|merchant| Some(merchant.id) == entry.merchant)
            .map(|merchant| merchant.name.clone()),
        actor: entry.actor,
        action: entry.action,
        subject: entry.subject,
        detail: entry.detail,
    };
    let trail = Trail {
        entries: found.into_iter().map(wire).collect(),
        cursor,
    };
    let next = trail
        .cursor
        .as_deref()
        .map(|cursor| next_page(&parameters, cursor));
    let answer = Answer::json(StatusCode::OK, &trail).no_store();
    Ok(match next.map(HeaderValue::try_from) {
        Some(Ok(link)) => answer.with(LINK, link),
        _ => answer,
    })
}

/// An action, or a sort of them.
fn action_of(word: &str) -> Result<String, Problem> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'-');
    if word.bytes().all(is_letter) {
        return Ok(word.to_owned());
    }
    Err(invalid(
        "action",
        "must be an action such as credential.add, or a sort of them such as credential",
    ))
}

fn next_page(parameters: &Parameters, cursor: &str) -> String {
    let kept = parameters.pairs().filter(|(name, _)| *name != "cursor");
    let pairs = kept.chain([("cursor", cursor)]);
    format!("<{ADMIN}/audit?{}>; rel=\"next\"", query::write(pairs))
}

fn written((at, merchant, id): AuditPlace) -> String {
    format!("{at}-{merchant}-{id}")
}

/// The place that a cursor stands for.
fn place_of(cursor: &str) -> Result<AuditPlace, Problem> {
    let numbers = cursor.split('-').map(|part| {
        let is_plain = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i64>().ok().filter(|_| is_plain)
    });
    let numbers: Option<Vec<i64>> = numbers.collect();
    match numbers.as_deref() {
        Some([at, merchant, id]) => Ok((*at, *merchant, *id)),
        _ => Err(invalid("cursor", "is not one of ours")),
    }
}
