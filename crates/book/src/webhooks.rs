//! Webhooks: addresses of the merchant's that are told of what happens to orders.

use crate::{Book, BookError, Document};
use order::{MerchantId, Timestamp};
use serde::{Deserialize, Serialize};

/// The documents' kind.
const KIND: &str = "webhook";

/// How many webhooks a merchant may have.
pub(crate) const MOST: u64 = 50;

/// One address, and what it is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Webhook {
    /// Where calls go.
    pub url: String,
    /// The events that it is told of, by the names of [`order::Fact::name`]; empty for all.
    pub events: Vec<String>,
    /// What the merchant says of it.
    pub description: String,
    /// What its calls are signed with.
    pub secret: String,
    /// What they are signed with as well, until when.
    pub former: Option<(String, Timestamp)>,
    /// Whether it is called, or why not.
    pub standing: Standing,
    /// Since when every call has failed.
    pub failing_since: Option<Timestamp>,
}

/// Whether a webhook is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// It is.
    Enabled,
    /// The merchant turned it off.
    Disabled,
    /// It failed for so long that it was turned off.
    GivenUp {
        /// When.
        at: Timestamp,
    },
}

impl Webhook {
    /// Whether it is told of events of this name.
    pub fn listens_to(&self, event: &str) -> bool {
        self.standing == Standing::Enabled
            && (self.events.is_empty() || self.events.iter().any(|name| name == event))
    }
}

/// The webhooks that are told of what happens now.
pub(crate) struct Listening(Vec<(String, Webhook)>);

impl Listening {
    /// Who is owed which event, by its position.
    pub(crate) fn owed(&self, events: &[String], first: i64) -> Vec<(String, i64)> {
        let mut owed = Vec::new();
        for (position, event) in (first..).zip(events) {
            let listeners = self.0.iter().filter(|(_, webhook)| webhook.listens_to(event));
            owed.extend(listeners.map(|(id, _)| (id.clone(), position)));
        }
        owed
    }
}

impl Book {
    /// All webhooks of a merchant, newest first.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn webhooks(&self, merchant: MerchantId) -> Result<Vec<Document<Webhook>>, BookError> {
        Ok(self.documents(merchant, (KIND, None), 0, MOST).await?.documents)
    }

    pub(crate) async fn listening(&self, merchant: MerchantId) -> Result<Listening, BookError> {
        let webhooks = self.webhooks(merchant).await?.into_iter();
        let all = webhooks.map(|webhook| (webhook.id, webhook.body));
        Ok(Listening(all.collect()))
    }
}
