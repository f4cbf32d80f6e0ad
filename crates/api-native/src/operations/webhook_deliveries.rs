//! What a webhook is or was owed: looked at, asked for again, tried out.

use super::webhooks::{WEBHOOKS, named, not_found, paged};
use crate::call::{WriteCall, reply};
use crate::errors::DELIVERY_NOT_FOUND;
use crate::parameters::{Parameters, invalid};
use crate::problem::Problem;
use crate::reading::{invalid as invalid_member, missing, moment};
use crate::wire::HookDeliveryWire;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use book::{HookPage, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{MerchantId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many deliveries there are on a page when the client doesn't say, and at the most.
const USUAL_LIMIT: u64 = 25;
const LARGEST_LIMIT: u64 = 100;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct HookDeliveries {
    deliveries: Vec<HookDeliveryWire>,
}

/// Of which period.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Replay")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Period {
    from: Option<String>,
    until: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Replayed {
    /// How many events are owed, those again that were told already.
    events: u64,
}

pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let access = auth::reader(&state, &headers).await?;
    let parameters = Parameters::read(&uri, &["state", "cursor", "limit"])?;
    let limit = parameters
        .whole("limit", 1..=LARGEST_LIMIT)?
        .unwrap_or(USUAL_LIMIT);
    let wanted = parameters.text("state")?;
    if wanted.is_some_and(|state| !["due", "done", "failed"].contains(&state)) {
        return Err(invalid("state", "must be one of due, done, failed"));
    }
    let after = parameters.text("cursor")?;
    let after = after.map(|text| place_of(text).ok_or_else(|| invalid("cursor", "is not one of ours")));
    let page = HookPage {
        state: wanted.map(ToOwned::to_owned),
        after: after.transpose()?,
    };
    let webhook = named(&state, access.merchant, &ids).await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let (owed, next) = state
        .book
        .hook_deliveries((access.merchant, &webhook.id), page, most)
        .await?;
    let deliveries = HookDeliveries {
        deliveries: owed.iter().map(HookDeliveryWire::of).collect(),
    };
    let path = format!("{WEBHOOKS}/{}/deliveries", webhook.id);
    let cursor = next.map(|(at, id)| format!("{at}.{id}"));
    Ok(paged(
        Answer::json(StatusCode::OK, &deliveries),
        &path,
        &parameters,
        cursor,
    ))
}

fn place_of(cursor: &str) -> Option<(i64, i64)> {
    let (at, id) = cursor.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

pub(crate) async fn retry(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = WriteCall::read(&state, request).await?;
    if let Some(before) = call.remembered(&state).await? {
        return call.plain(before);
    }
    call.no_members()?;
    let retried = retried(&state, call.access.merchant, &ids).await;
    call.kept(&state, retried).await
}

async fn retried(state: &State, merchant: MerchantId, ids: &PathIds) -> Result<Reply, Problem> {
    let webhook = named(state, merchant, ids).await?;
    let unknown = || Problem::new(DELIVERY_NOT_FOUND, "There is no such delivery.");
    let id = ids.get("delivery").ok().and_then(|id| id.parse::<i64>().ok());
    let id = id.ok_or_else(unknown)?;
    let owed = state
        .book
        .retry_hook_delivery(merchant, (&webhook.id, id))
        .await?;
    let owed = owed.ok_or_else(unknown)?;
    Ok(reply(StatusCode::OK, &HookDeliveryWire::of(&owed)))
}

pub(crate) async fn ping(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = WriteCall::read(&state, request).await?;
    if let Some(before) = call.remembered(&state).await? {
        return call.plain(before);
    }
    call.no_members()?;
    let pinged = pinged(&state, call.access.merchant, &ids).await;
    call.kept(&state, pinged).await
}

async fn pinged(state: &State, merchant: MerchantId, ids: &PathIds) -> Result<Reply, Problem> {
    let webhook = named(state, merchant, ids).await?;
    let owed = state.book.ping_webhook(merchant, &webhook.id).await?;
    Ok(reply(StatusCode::ACCEPTED, &HookDeliveryWire::of(&owed)))
}

pub(crate) async fn replay(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = WriteCall::read(&state, request).await?;
    if let Some(before) = call.remembered(&state).await? {
        return call.plain(before);
    }
    let sent: Period = call.parse()?;
    let from = moment("from", sent.from)?.ok_or_else(|| missing("from"))?;
    let until = moment("until", sent.until)?.unwrap_or_else(|| state.book.now().plus_millis(1));
    if from >= until {
        return Err(invalid_member("until", "must be later than from"));
    }
    let replayed = replayed(&state, call.access.merchant, &ids, (from, until)).await;
    call.kept(&state, replayed).await
}

async fn replayed(
    state: &State,
    merchant: MerchantId,
    ids: &PathIds,
    period: (Timestamp, Timestamp),
) -> Result<Reply, Problem> {
    let id = ids.get("webhook").map_err(|_not_utf8| not_found())?;
    let events = state.book.replay_webhook(merchant, id, period).await?;
    let events = events.ok_or_else(not_found)?;
    Ok(reply(StatusCode::ACCEPTED, &Replayed { events }))
}
