//! Webhooks: addresses of the merchant's that are told of what happens to orders.
//!
//! A webhook is a document. What it is owed is written by the journal's follower in the transaction in which it sees
//! an event, one row for each, and names the event by its position: the call's body is made anew of the event on each
//! try. Nothing of the secrets that calls are signed with is kept either: they are made of the database's salt.

use crate::signature::WebhookSecret;
use crate::work::Stop;
use crate::{Book, BookError, Document, Executed, Idempotency, Reply, Work};
use order::{MerchantId, Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use store::rows::{DocumentKey, Load};

/// The documents' kind.
pub(crate) const KIND: &str = "webhook";

/// How many webhooks a merchant may have.
pub const MOST_WEBHOOKS: usize = 50;

/// The longest address or description of a webhook, in characters.
pub const LONGEST_HOOK_TEXT: usize = 2000;

/// For how long calls are signed with a secret that was replaced, too.
const FORMER_MILLISECONDS: i64 = 24 * 3_600_000;

/// One address, and what it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Where calls go.
    pub url: String,
    /// The events that it is told of, by the names of [`order::Fact::name`]; empty for all.
    pub events: Vec<String>,
    /// What the merchant says of it.
    pub description: String,
    /// Which of its secrets its calls are signed with: 1, 2, 3, ...
    pub secret: u32,
    /// Until when they are signed with the one before as well.
    pub former_until: Option<Timestamp>,
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

/// The type under which events of this name are told, such as `order.captured`.
pub fn event_type(name: &str) -> String {
    format!("order.{name}")
}

impl Webhook {
    /// Whether calls can go to this address: http or https, with a host. Whether they may is asked when they are made.
    pub fn is_address(text: &str) -> bool {
        let is_web = |url: url::Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        text.chars().count() <= LONGEST_HOOK_TEXT
            && !text.contains('\0')
            && url::Url::parse(text).is_ok_and(is_web)
    }

    /// One that nothing has been told yet.
    pub fn new(url: String, events: Vec<String>, description: String) -> Self {
        Self {
            url,
            events,
            description,
            secret: 1,
            former_until: None,
            standing: Standing::Enabled,
            failing_since: None,
        }
    }

    /// Whether events of this name are among those that it is told of.
    pub fn hears(&self, event: &str) -> bool {
        self.events.is_empty() || self.events.iter().any(|name| name == event)
    }

    /// Whether it is told of events of this name now.
    fn listens_to(&self, event: &str) -> bool {
        self.standing == Standing::Enabled && self.hears(event)
    }

    /// Turns it on or off. Whoever turns it on again gives it a new start.
    pub fn enable(&mut self, on: bool) {
        if on && self.standing != Standing::Enabled {
            self.failing_since = None;
        }
        match (on, self.standing) {
            (true, _) => self.standing = Standing::Enabled,
            (false, Standing::Enabled) => self.standing = Standing::Disabled,
            (false, Standing::Disabled | Standing::GivenUp { .. }) => {}
        }
    }

    /// Goes over to its next secret; the one before stays good for a day.
    pub fn rotate(&mut self, now: Timestamp) {
        self.secret = self.secret.saturating_add(1);
        self.former_until = Some(now.plus_millis(FORMER_MILLISECONDS));
    }

    /// How it differs from what it was, in words for the audit trail: never the address, which may hold a secret.
    fn changes_from(&self, before: &Self) -> String {
        let changed = [
            ("address", self.url != before.url),
            ("events", self.events != before.events),
            ("description", self.description != before.description),
            ("a new secret", self.secret != before.secret),
        ];
        let changed = changed.into_iter().filter(|(_, is)| *is).map(|(name, _)| name);
        let standing = match self.standing {
            standing if standing == before.standing => None,
            Standing::Enabled => Some("turned on"),
            Standing::Disabled | Standing::GivenUp { .. } => Some("turned off"),
        };
        changed.chain(standing).collect::<Vec<_>>().join(", ")
    }

    /// Takes down whether a call was taken.
    pub(crate) fn was_called(&mut self, taken: bool, now: Timestamp, give_up_after: i64) {
        if taken {
            self.failing_since = None;
            return;
        }
        let since = *self.failing_since.get_or_insert(now);
        if self.standing == Standing::Enabled && now.0.saturating_sub(since.0) >= give_up_after {
            self.standing = Standing::GivenUp { at: now };
        }
    }
}

/// A webhook, as the audit trail has it.
pub(crate) fn subject(id: &str) -> String {
    format!("webhook {id}")
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
        let most = u64::try_from(MOST_WEBHOOKS).unwrap_or(u64::MAX);
        // A few more may have come in at once.
        let page = self
            .documents(merchant, (KIND, None), 0, most.saturating_mul(2))
            .await?;
        Ok(page.documents)
    }

    /// One webhook.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn webhook(
        &self,
        merchant: MerchantId,
        id: &str,
    ) -> Result<Option<Document<Webhook>>, BookError> {
        self.document(merchant, KIND, id).await
    }

    /// Keeps a new webhook under a fresh id, and the answer under its key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_webhook(
        &self,
        (merchant, webhook): (MerchantId, Webhook),
        idempotency: Option<Idempotency>,
        render: impl Fn(&Document<Webhook>) -> Reply + Send + 'static,
    ) -> Result<Executed, BookError> {
        // What happened before the webhook was there is no news to it.
        self.catch_up(merchant).await;
        let id = self.ids().uuid().to_string();
        let document = Document::new(KIND, id, self.now(), webhook);
        let load = load(merchant, &document.id, idempotency.as_ref());
        let note = self.note("webhook.add", subject(&document.id), String::new());
        let note = self.placed(merchant, note).await?;
        let run = move |work: &mut Work<'_>| {
            work.put(&document)?;
            work.note(&note);
            Ok(Some(document.clone()))
        };
        self.once(load, idempotency, run, move |document| match document {
            Some(document) => render(document),
            None => Reply {
                status: 500,
                body: String::new(),
            },
        })
        .await
    }

    /// Changes a webhook, and keeps the answer under its key. None stands for one that is not there.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn change_webhook(
        &self,
        (merchant, id): (MerchantId, &str),
        idempotency: Option<Idempotency>,
        change: impl Fn(&mut Webhook, Timestamp) + Send + 'static,
        render: impl Fn(Option<&Document<Webhook>>) -> Reply + Send + 'static,
    ) -> Result<Executed, BookError> {
        // What happened before is told as it was set then.
        self.catch_up(merchant).await;
        let load = load(merchant, id, idempotency.as_ref());
        let (place, book) = (self.trail_place(merchant).await?, self.clone());
        let run = move |work: &mut Work<'_>| {
            let Some(mut kept) = work.document::<Webhook>(0)? else {
                return Ok(None);
            };
            let before = kept.body.clone();
            change(&mut kept.body, work.now());
            if kept.body != before {
                work.put(&kept)?;
                let changes = kept.body.changes_from(&before);
                work.note(&(place, book.note("webhook.change", subject(&kept.id), changes)));
            }
            Ok(Some(kept))
        };
        self.once(load, idempotency, run, render).await
    }

    async fn once<T: Send + 'static>(
        &self,
        load: Load,
        idempotency: Option<Idempotency>,
        mut run: impl FnMut(&mut Work<'_>) -> Result<Option<T>, BookError> + Send + 'static,
        render: impl Fn(Option<&T>) -> Reply + Send + 'static,
    ) -> Result<Executed, BookError> {
        let run = move |work: &mut Work<'_>| run(work).map_err(Stop::Failed);
        let Some(idempotency) = idempotency else {
            let done = Box::pin(self.transact(load, run)).await?;
            return Ok(Executed::Now(render(done.ok().flatten().as_ref())));
        };
        let render = move |done: Result<&Option<T>, &Refusal>| render(done.ok().and_then(Option::as_ref));
        let executed = Box::pin(self.transact_once(load, idempotency, run, render)).await?;
        executed.ok_or_else(|| BookError::Unknown(KIND.to_owned()))
    }

    /// Takes a webhook away, and all that it was owed. Tells whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_webhook(&self, merchant: MerchantId, id: &str) -> Result<bool, BookError> {
        let key = DocumentKey {
            kind: KIND.to_owned(),
            id: id.to_owned(),
        };
        let was_there = self.store().remove_document(merchant.0, &key).await?;
        self.store().forget_hook_deliveries(merchant.0, id).await?;
        if was_there {
            self.note_done(merchant, "webhook.remove", &subject(id), "")
                .await?;
        }
        Ok(was_there)
    }

    pub(crate) async fn listening(&self, merchant: MerchantId) -> Result<Listening, BookError> {
        let webhooks = self.webhooks(merchant).await?.into_iter();
        let all = webhooks.map(|webhook| (webhook.id, webhook.body));
        Ok(Listening(all.collect()))
    }

    /// The secret of this number of a webhook.
    pub fn hook_secret(&self, merchant: MerchantId, id: &str, number: u32) -> WebhookSecret {
        self.webhook_secret(merchant, &format!("ordrebok:{id}:{number}"))
    }

    /// The secrets that a call is signed with now: the present one first.
    pub(crate) fn signing(&self, merchant: MerchantId, id: &str, webhook: &Webhook) -> Vec<WebhookSecret> {
        let mut secrets = vec![self.hook_secret(merchant, id, webhook.secret)];
        if webhook.former_until.is_some_and(|until| self.now() < until) {
            secrets.push(self.hook_secret(merchant, id, webhook.secret.saturating_sub(1)));
        }
        secrets
    }
}

fn load(merchant: MerchantId, id: &str, idempotency: Option<&Idempotency>) -> Load {
    Load {
        merchant: merchant.0,
        documents: vec![DocumentKey {
            kind: KIND.to_owned(),
            id: id.to_owned(),
        }],
        answer: idempotency.map(Idempotency::answer_key),
        ..Load::default()
    }
}
