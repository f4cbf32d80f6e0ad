//! `GET /events`: everything that happens to any order, as pages or as a stream of server-sent events.

use super::list_orders::{link_to, linked};
use crate::errors::INVALID_HEADER;
use crate::parameters::{Parameters, invalid};
use crate::problem::Problem;
use crate::wire::FeedEventWire;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use book::FeedEvent;
use bytes::Bytes;
use http_body_util::channel::{Channel, Sender};
use http_kit::{Answer, headers};
use order::MerchantId;
use schemars::JsonSchema;
use serde::Serialize;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;

pub(crate) const EVENTS: &str = "/ordrebok/v1/events";

/// How many events there are on a page when the client doesn't say, and at the most.
const USUAL_LIMIT: u64 = 100;
const LARGEST_LIMIT: u64 = 1000;
/// The largest position that can be asked for.
const LARGEST_POSITION: u64 = 1 << 53;

/// How many events a stream reads at once.
const STREAMED_AT_ONCE: i64 = 200;
/// How often a stream looks for what another server has followed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After so many looks without an event a stream says that it is alive, and asks whether its credential still is.
const HEARTBEAT_LOOKS: u32 = 15;

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Events")]
pub(super) struct Page {
    events: Vec<FeedEventWire>,
    /// Where to go on from, now or later.
    position: i64,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let access = auth::reader(&state, &headers).await?;
    let parameters = Parameters::read(&uri, &["after", "limit"])?;
    let limit = parameters.whole("limit", 1..=LARGEST_LIMIT)?;
    let asked = after(&state, access.merchant, &parameters).await?;
    let is_stream = accepts_stream(&headers);
    if is_stream {
        if limit.is_some() {
            return Err(invalid("limit", "means nothing for a stream"));
        }
        let from = last_event_id(&headers)?.or(asked).unwrap_or_default();
        return Ok(stream(state, headers, access.merchant, from));
    }
    let from = asked.unwrap_or_default();
    let limit = limit.unwrap_or(USUAL_LIMIT);
    let events = state
        .book
        .feed(access.merchant, from, i64::try_from(limit).unwrap_or(i64::MAX))
        .await?;
    let position = events.last().map_or(from, |last| last.position);
    let is_full = u64::try_from(events.len()).is_ok_and(|n| n == limit);
    let page = Page {
        events: events.iter().map(FeedEventWire::of).collect::<Result<_, _>>()?,
        position,
    };
    let next = is_full.then(|| {
        let replaced = [("after", position.to_string()), ("limit", limit.to_string())];
        link_to(EVENTS, "next", &parameters, &replaced)
    });
    Ok(linked(Answer::json(StatusCode::OK, &page), next.as_slice()).into_response())
}

/// The position that `after` names: a number, or `latest` for that of the newest event.
async fn after(state: &State, merchant: MerchantId, parameters: &Parameters) -> Result<Option<i64>, Problem> {
    if parameters.text("after")? == Some("latest") {
        return Ok(Some(state.book.feed_end(merchant).await?));
    }
    let after = parameters.whole("after", 0..=LARGEST_POSITION)?;
    Ok(after.and_then(|after| i64::try_from(after).ok()))
}

fn accepts_stream(headers: &HeaderMap) -> bool {
    let mut accepted = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.contains("text/event-stream"))
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    const NAME: &str = "Last-Event-ID";
    let refused = || Problem::new(INVALID_HEADER, format!("{NAME} must be a position of the feed.")).at(NAME);
    let text = headers::text(headers, "last-event-id").map_err(|_not_text| refused())?;
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let position = text.parse::<u64>().ok().filter(|_| is_plain);
    let position = position.filter(|position| *position <= LARGEST_POSITION);
    position
        .and_then(|position| i64::try_from(position).ok())
        .map(Some)
        .ok_or_else(refused)
}

/// A stream that begins after a position, and ends when the client goes, the server stops, or the credential is
/// taken back.
fn stream(state: State, headers: HeaderMap, merchant: MerchantId, from: i64) -> Response {
    let (sender, body) = Channel::<Bytes, Infallible>::new(16);
    tokio::spawn(async move {
        if let Err(ended) = feed(&state, &headers, (merchant, from), sender).await {
            tracing::debug!(?ended, "a stream of events ended");
        }
    });
    let mut response = Response::new(Body::new(body));
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Why a stream ended.
#[derive(Debug)]
enum Ended {
    ClientGone,
    Refused,
    Failed,
}

async fn feed(
    state: &State,
    headers: &HeaderMap,
    (merchant, mut from): (MerchantId, i64),
    mut sender: Sender<Bytes, Infallible>,
) -> Result<(), Ended> {
    // Says at once that the stream is there, and how soon to come back when it breaks.
    send(&mut sender, "retry: 1000\n\n".to_owned()).await?;
    let mut quiet: u32 = 0;
    loop {
        let waits = state.book.event_followed();
        let events = state.book.feed(merchant, from, STREAMED_AT_ONCE).await;
        let events = events.map_err(|error| {
            tracing::warn!(%error, "a stream of events could not be read");
            Ended::Failed
        })?;
        if let Some(last) = events.last() {
            from = last.position;
            quiet = 0;
            send(&mut sender, text_of(&events)?).await?;
            continue;
        }
        quiet = quiet.saturating_add(1);
        if quiet >= HEARTBEAT_LOOKS {
            quiet = 0;
            auth::reader(state, headers)
                .await
                .map_err(|_refused| Ended::Refused)?;
            send(&mut sender, ": still here\n\n".to_owned()).await?;
        }
        tokio::select! {
            () = state.book.stopping() => return Ok(()),
            () = waits => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

async fn send(sender: &mut Sender<Bytes, Infallible>, text: String) -> Result<(), Ended> {
    sender
        .send_data(Bytes::from(text))
        .await
        .map_err(|_closed| Ended::ClientGone)
}

fn text_of(events: &[FeedEvent]) -> Result<String, Ended> {
    let mut text = String::new();
    for event in events {
        let wire = FeedEventWire::of(event).map_err(|_unreadable| Ended::Failed)?;
        let json = serde_json::to_string(&wire).map_err(|_unwritable| Ended::Failed)?;
        let name = wire.name();
        // Writing into a String can't fail.
        let _ = write!(text, "id: {}\nevent: {name}\ndata: {json}\n\n", event.position);
    }
    Ok(text)
}
