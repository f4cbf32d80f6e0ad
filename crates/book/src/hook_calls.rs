//! The calls that webhooks are owed: claimed, made, retried for days, asked for again.

use crate::signature::WebhookSecret;
use crate::webhooks::{KIND, Standing, Webhook, subject};
use crate::work::Stop;
use crate::{Book, BookError, FeedEvent, Work};
use order::{MerchantId, Timestamp};
use serde::{Deserialize, Serialize};
use store::rows::{DocumentKey, Load};
use store::{HookDelivery, HookFilter};

/// How many tries are kept of one delivery; of more, the newest.
const LOGGED: usize = 30;

/// How many events a replay looks at in one step.
const STEP: i64 = 500;

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookTry {
    /// When.
    pub at: Timestamp,
    /// Whether the other side took it.
    pub taken: bool,
    /// How it ended, in words.
    pub outcome: String,
    /// How long it took.
    pub milliseconds: u64,
}

/// What a webhook is or was owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookOwed {
    /// The event's position in the feed; below zero for a ping.
    pub id: i64,
    /// `due`, `done` or `failed`.
    pub state: String,
    /// How often it has been tried since it came to be owed, or was asked for again.
    pub attempts: i64,
    /// When it is tried next, when it is.
    pub next_at: Timestamp,
    /// Its tries, the first one first.
    pub tries: Vec<HookTry>,
    /// Since when it is owed.
    pub owed_since: Timestamp,
}

/// What a call tells.
#[derive(Debug, Clone)]
pub enum HookNews {
    /// This event.
    Event(Box<FeedEvent>),
    /// That it can be called.
    Ping,
}

/// A call that is to be made now, claimed by whoever holds it.
#[derive(Debug, Clone)]
pub struct HookCall {
    /// Whose.
    pub merchant: MerchantId,
    /// The webhook.
    pub webhook: String,
    /// See [`HookOwed::id`].
    pub id: i64,
    /// Where to.
    pub url: String,
    /// What it is signed with: each of these.
    pub secrets: Vec<WebhookSecret>,
    /// What it tells.
    pub news: HookNews,
    /// Since when it is owed.
    pub owed_since: Timestamp,
    /// Which try this is: 1, 2, 3, ... since it came to be owed, or was asked for again.
    pub attempt: i64,
    delivery: HookDelivery,
}

/// How failures are answered: when to try again, and when to give a webhook up.
#[derive(Debug, Clone)]
pub struct HookPatience {
    /// How long to wait after the first failure, the second, and so on, in milliseconds. After the last of them the
    /// call is given up.
    pub waits: Vec<i64>,
    /// After how long without a single success a webhook is turned off, in milliseconds.
    pub give_up_after: i64,
}

/// How a page of deliveries is narrowed, and where it begins.
#[derive(Debug, Clone, Default)]
pub struct HookPage {
    /// In this state; none for all.
    pub state: Option<String>,
    /// Where the last page ended: since when its last delivery is owed, and its id.
    pub after: Option<(i64, i64)>,
}

impl Book {
    /// The next webhook after this one that is owed a call now, by merchant and id, and whether calls to it fail.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hook_due(
        &self,
        after: Option<(MerchantId, String)>,
    ) -> Result<Option<(MerchantId, String)>, BookError> {
        let (merchant, webhook) = after.unwrap_or((MerchantId(i64::MIN), String::new()));
        let due = self
            .store()
            .hook_due((merchant.0, &webhook), self.now().0)
            .await?;
        Ok(due.map(|(merchant, webhook)| (MerchantId(merchant), webhook)))
    }

    /// Takes calls that a webhook is owed now: at most `limit`, or one while calls to it fail; none while it is turned
    /// off. Until `lease` no other worker gets them.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn claim_hook_calls(
        &self,
        (merchant, id): (MerchantId, &str),
        lease: Timestamp,
        limit: i64,
    ) -> Result<Vec<HookCall>, BookError> {
        let Some(webhook) = self.webhook(merchant, id).await? else {
            self.store().forget_hook_deliveries(merchant.0, id).await?;
            return Ok(Vec::new());
        };
        if webhook.body.standing != Standing::Enabled {
            return Ok(Vec::new());
        }
        let limit = if webhook.body.failing_since.is_some() {
            limit.min(1)
        } else {
            limit
        };
        let now = self.now().0;
        let claimed = self
            .store()
            .claim_hook_deliveries((merchant.0, id), (now, lease.0), limit)
            .await?;
        let secrets = self.signing(merchant, id, &webhook.body);
        let mut calls = Vec::new();
        for delivery in claimed {
            let news = if delivery.id < 0 {
                HookNews::Ping
            } else {
                let before = delivery.id.saturating_sub(1);
                match self.fed(merchant, before, 1).await?.pop() {
                    Some(event) => HookNews::Event(Box::new(event)),
                    None => continue,
                }
            };
            calls.push(HookCall {
                merchant,
                webhook: id.to_owned(),
                id: delivery.id,
                url: webhook.body.url.clone(),
                secrets: secrets.clone(),
                news,
                owed_since: Timestamp(delivery.created_at),
                attempt: delivery.attempts.saturating_add(1),
                delivery,
            });
        }
        Ok(calls)
    }

    /// Takes down how a call ended. Answers when it is tried again; none when it isn't.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_hook_call(
        &self,
        call: &HookCall,
        tried: HookTry,
        patience: &HookPatience,
    ) -> Result<Option<Timestamp>, BookError> {
        let now = self.now();
        let taken = tried.taken;
        let failures = usize::try_from(call.delivery.attempts).unwrap_or(usize::MAX);
        let again = patience.waits.get(failures).filter(|_| !taken);
        let again = again.map(|wait| now.plus_millis(*wait));
        let mut log = tries_of(&call.delivery);
        log.push(tried);
        let surplus = log.len().saturating_sub(LOGGED);
        log.drain(..surplus);
        let state = match (taken, again) {
            (true, _) => "done",
            (false, Some(_)) => "due",
            (false, None) => "failed",
        };
        let settled = HookDelivery {
            state: state.to_owned(),
            attempts: call.delivery.attempts.saturating_add(1),
            next_at: again.unwrap_or(now).0,
            log: serde_json::to_string(&log).unwrap_or_default(),
            ..call.delivery.clone()
        };
        self.store()
            .settle_hook_delivery(call.merchant.0, &settled)
            .await?;
        self.note_call(call, taken, patience.give_up_after).await?;
        Ok(again)
    }

    /// Takes down at the webhook whether it takes calls, where that is news.
    async fn note_call(&self, call: &HookCall, taken: bool, give_up_after: i64) -> Result<(), BookError> {
        let load = Load {
            merchant: call.merchant.0,
            documents: vec![DocumentKey {
                kind: KIND.to_owned(),
                id: call.webhook.clone(),
            }],
            ..Load::default()
        };
        let run = move |work: &mut Work<'_>| {
            let Some(mut kept) = work.document::<Webhook>(0)? else {
                return Ok(false);
            };
            let before = kept.body.clone();
            kept.body.was_called(taken, work.now(), give_up_after);
            if kept.body != before {
                work.put(&kept)?;
            }
            Ok::<_, Stop>(kept.body.standing != before.standing)
        };
        // Nothing here refuses.
        let is_given_up = Box::pin(self.transact(load, run)).await?.unwrap_or_default();
        if is_given_up {
            let detail = "turned off, after nothing but failures for too long";
            self.note_done(call.merchant, "webhook.change", &subject(&call.webhook), detail)
                .await?;
        }
        Ok(())
    }

    /// A page of what a webhook is or was owed, newest first, and where to go on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hook_deliveries(
        &self,
        (merchant, webhook): (MerchantId, &str),
        page: HookPage,
        limit: usize,
    ) -> Result<(Vec<HookOwed>, Option<(i64, i64)>), BookError> {
        self.catch_up(merchant).await;
        let filter = HookFilter {
            merchant: merchant.0,
            webhook: webhook.to_owned(),
            state: page.state,
            before: page.after,
        };
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut rows = self.store().hook_deliveries(&filter, one_more).await?;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more);
        let next = next.map(|last| (last.created_at, last.id));
        Ok((rows.iter().map(owed_of).collect(), next))
    }

    /// Makes a delivery due again, whatever became of it. None when there is no such delivery.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retry_hook_delivery(
        &self,
        merchant: MerchantId,
        (webhook, id): (&str, i64),
    ) -> Result<Option<HookOwed>, BookError> {
        if self
            .store()
            .hook_delivery(merchant.0, (webhook, id))
            .await?
            .is_none()
        {
            return Ok(None);
        }
        self.owe(merchant, webhook, id).await.map(Some)
    }

    /// Owes a webhook a ping.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ping_webhook(&self, merchant: MerchantId, webhook: &str) -> Result<HookOwed, BookError> {
        let id = self.now().0.saturating_neg();
        self.owe(merchant, webhook, id).await
    }

    /// Owes a webhook all events of a period that it listens to, those again that it was told already. Answers how
    /// many these are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replay_webhook(
        &self,
        merchant: MerchantId,
        id: &str,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Option<u64>, BookError> {
        let Some(webhook) = self.webhook(merchant, id).await? else {
            return Ok(None);
        };
        self.catch_up(merchant).await;
        let Some((first, last)) = self.feed_of(merchant, (from, until)).await? else {
            return Ok(Some(0));
        };
        let mut count: u64 = 0;
        let mut after = first.saturating_sub(1);
        while after < last {
            let events = self.fed(merchant, after, STEP).await?;
            let Some(newest) = events.last() else { break };
            after = newest.position;
            let wanted = events.iter().filter(|event| {
                let at = event.event.at;
                at >= from && at < until && webhook.body.hears(event.event.fact.name())
            });
            let positions: Vec<i64> = wanted.map(|event| event.position).collect();
            count = count.saturating_add(u64::try_from(positions.len()).unwrap_or_default());
            self.store()
                .owe_hook_deliveries((merchant.0, id), &positions, self.now().0)
                .await?;
        }
        self.inner.hooks.notify_one();
        Ok(Some(count))
    }

    async fn owe(&self, merchant: MerchantId, webhook: &str, id: i64) -> Result<HookOwed, BookError> {
        let now = self.now().0;
        self.store()
            .owe_hook_deliveries((merchant.0, webhook), &[id], now)
            .await?;
        self.inner.hooks.notify_one();
        let owed = self.store().hook_delivery(merchant.0, (webhook, id)).await?;
        let owed = owed.as_ref().map(owed_of);
        owed.ok_or_else(|| BookError::Unknown("delivery".to_owned()))
    }
}

fn tries_of(delivery: &HookDelivery) -> Vec<HookTry> {
    serde_json::from_str(&delivery.log).unwrap_or_default()
}

fn owed_of(row: &HookDelivery) -> HookOwed {
    HookOwed {
        id: row.id,
        state: row.state.clone(),
        attempts: row.attempts,
        next_at: Timestamp(row.next_at),
        tries: tries_of(row),
        owed_since: Timestamp(row.created_at),
    }
}
