//! Webhooks, and what they are owed.

use super::moment;
use book::{Document, HookOwed, HookTry, Standing, Webhook, event_type};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A webhook. It is read back where an answer is given again.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Webhook")]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebhookWire {
    id: String,
    url: String,
    /// What it is told of; empty for everything.
    events: Vec<String>,
    description: String,
    enabled: bool,
    /// When it was turned off because it had failed for too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    given_up_at: Option<String>,
    /// Since when every call has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failing_since: Option<String>,
    /// Which of its secrets calls are signed with: 1, 2, 3, ...
    secret_version: u32,
    /// Until when they are signed with the one before as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    former_secret_until: Option<String>,
    /// The secret: where it is new, and never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    created_at: String,
}

impl WebhookWire {
    pub(crate) fn of(document: &Document<Webhook>) -> Self {
        let webhook = &document.body;
        let given_up_at = match webhook.standing {
            Standing::GivenUp { at } => Some(moment(at)),
            Standing::Enabled | Standing::Disabled => None,
        };
        Self {
            id: document.id.clone(),
            url: webhook.url.clone(),
            events: webhook.events.iter().map(|name| event_type(name)).collect(),
            description: webhook.description.clone(),
            enabled: webhook.standing == Standing::Enabled,
            given_up_at,
            failing_since: webhook.failing_since.map(moment),
            secret_version: webhook.secret,
            former_secret_until: webhook.former_until.map(moment),
            secret: None,
            created_at: moment(document.created_at),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn secret_version(&self) -> u32 {
        self.secret_version
    }

    pub(crate) fn reveal(&mut self, secret: String) {
        self.secret = Some(secret);
    }
}

/// What a webhook is or was owed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WebhookDelivery")]
#[serde(rename_all = "camelCase")]
pub(crate) struct HookDeliveryWire {
    id: String,
    /// The event's position in the feed; none for a ping.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
    /// `due`, `done` or `failed`.
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt_at: Option<String>,
    attempts: Vec<TryWire>,
    owed_since: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WebhookAttempt")]
#[serde(rename_all = "camelCase")]
struct TryWire {
    at: String,
    delivered: bool,
    outcome: String,
    milliseconds: u64,
}

impl HookDeliveryWire {
    pub(crate) fn of(owed: &HookOwed) -> Self {
        let tried = |one: &HookTry| TryWire {
            at: moment(one.at),
            delivered: one.taken,
            outcome: one.outcome.clone(),
            milliseconds: one.milliseconds,
        };
        Self {
            id: owed.id.to_string(),
            position: Some(owed.id).filter(|id| *id >= 0),
            next_attempt_at: (owed.state == "due").then(|| moment(owed.next_at)),
            state: owed.state.clone(),
            attempts: owed.tries.iter().map(tried).collect(),
            owed_since: moment(owed.owed_since),
        }
    }
}
