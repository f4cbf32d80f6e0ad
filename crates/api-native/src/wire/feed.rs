//! Events outside their order's timeline: in the feed, and in what webhooks are told.

use super::event::Data;
use super::moment;
use book::{BookError, FeedEvent, HookCall, HookNews, event_type};
use order::{Fact, replay};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

/// One event of the feed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FeedEvent")]
pub(crate) struct FeedEventWire {
    position: i64,
    #[serde(rename = "type")]
    kind: String,
    order: String,
    uuid: String,
    sequence: u64,
    at: String,
    #[schemars(with = "Data<'static>")]
    data: Option<Box<RawValue>>,
}

impl FeedEventWire {
    pub(crate) fn of(event: &FeedEvent) -> Result<Self, BookError> {
        let fact = &event.event.fact;
        let begins = matches!(fact, Fact::Registered(_) | Fact::Imported(_));
        let first = begins.then(|| replay([&event.event])).transpose();
        let id = event.order.0;
        let first = first.map_err(|source| BookError::Journal { id, source })?;
        Ok(Self {
            position: event.position,
            kind: event_type(fact.name()),
            order: event.order.to_string(),
            uuid: event.uuid.clone(),
            sequence: event.sequence,
            at: moment(event.event.at),
            // A wire type has text keys and no part that can fail.
            data: to_raw_value(&Data::of(fact, event.currency, first.as_ref())).ok(),
        })
    }

    /// What happened, such as `order.captured`.
    pub(crate) fn name(&self) -> &str {
        &self.kind
    }
}

/// What a webhook is told, as the Standard Webhooks specification has it.
#[derive(Debug, Serialize)]
struct Message<'m> {
    #[serde(rename = "type")]
    kind: &'m str,
    timestamp: String,
    data: MessageData,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum MessageData {
    Event(FeedEventWire),
    Ping { webhook: String },
}

/// The id of the message that a call brings, the same on each try, and its body.
///
/// # Errors
/// When the event can't be read.
pub fn message_of(call: &HookCall) -> Result<(String, Vec<u8>), BookError> {
    let (id, kind, at, data) = match &call.news {
        HookNews::Event(event) => {
            let wire = FeedEventWire::of(event)?;
            let id = format!("msg_{}_{}", event.uuid, event.sequence);
            (id, wire.kind.clone(), event.event.at, MessageData::Event(wire))
        }
        HookNews::Ping => {
            let webhook = call.webhook.clone();
            let id = format!("msg_ping_{}_{}", call.webhook, call.id.unsigned_abs());
            (
                id,
                "ping".to_owned(),
                call.owed_since,
                MessageData::Ping { webhook },
            )
        }
    };
    let message = Message {
        kind: &kind,
        timestamp: moment(at),
        data,
    };
    let body = serde_json::to_vec(&message);
    let body = body.map_err(|_unwritable| BookError::Unknown("event".to_owned()))?;
    Ok((id, body))
}
