//! Calls that webhooks are owed: one for each event and webhook, so that an event is owed once however often it is
//! followed or replayed.

use crate::Store;
use crate::error::StoreError;
use crate::follow::Followed;
use crate::load::Question;
use crate::value::Row;
use crate::value::Value::{Int, Text};

/// One call that a webhook is or was owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookDelivery {
    /// The webhook.
    pub webhook: String,
    /// The event's position in the feed; below zero for a ping.
    pub id: i64,
    /// `due`, `done` or `failed`.
    pub state: String,
    /// How often it has been tried since it came to be owed, or was asked for again.
    pub attempts: i64,
    /// When it is to be tried next.
    pub next_at: i64,
    /// How the tries went, encoded by the book; empty before the first.
    pub log: String,
    /// When it came to be owed.
    pub created_at: i64,
}

/// Which deliveries of a webhook.
#[derive(Debug, Clone, Default)]
pub struct HookFilter {
    /// The tenant.
    pub merchant: i64,
    /// The webhook.
    pub webhook: String,
    /// In this state; none for all.
    pub state: Option<String>,
    /// Older than this one: the page before ended with it.
    pub before: Option<(i64, i64)>,
}

const COLUMNS: &str = "webhook, id, state, attempts, next_at, log, created_at";

impl Store {
    /// The next webhook after this one that is owed a call now.
    pub async fn hook_due(&self, after: (i64, &str), now: i64) -> Result<Option<(i64, String)>, StoreError> {
        let (mut merchant, mut webhook) = (after.0, after.1.to_owned());
        loop {
            // The next webhook that is owed anything; whether its time has come is looked at by itself, so that both
            // are one step in the index however much is owed.
            let sql = "SELECT merchant, webhook, next_at FROM hook_deliveries WHERE state = 'due' \
                       AND (merchant, webhook) > ($1, $2) ORDER BY merchant, webhook, next_at LIMIT 1";
            let reader = |row: &Row<'_>| Ok((row.int(0)?, row.text(1)?, row.int(2)?));
            let params = [Int(merchant), Text(&webhook)];
            let found = self.driver.query("hook_deliveries", sql, &params, reader).await?;
            let Some((next_merchant, next, at)) = found.into_iter().next() else {
                return Ok(None);
            };
            if at <= now {
                return Ok(Some((next_merchant, next)));
            }
            (merchant, webhook) = (next_merchant, next);
        }
    }

    /// Claims calls that a webhook is owed now, the longest overdue first: until `lease_until` no other worker gets
    /// them.
    pub async fn claim_hook_deliveries(
        &self,
        (merchant, webhook): (i64, &str),
        (now, lease_until): (i64, i64),
        limit: i64,
    ) -> Result<Vec<HookDelivery>, StoreError> {
        let sql = format!(
            "WITH due AS MATERIALIZED (SELECT merchant, webhook, id FROM hook_deliveries WHERE state = 'due' \
             AND merchant = $1 AND webhook = $2 AND next_at <= $3 ORDER BY next_at, id LIMIT $5 {}) \
             UPDATE hook_deliveries SET next_at = $4 WHERE (merchant, webhook, id) IN \
             (SELECT merchant, webhook, id FROM due) AND state = 'due' AND next_at <= $3 RETURNING {COLUMNS}",
            self.driver.skip_locked(),
        );
        let params = [
            Int(merchant),
            Text(webhook),
            Int(now),
            Int(lease_until),
            Int(limit),
        ];
        let mut claimed = self
            .driver
            .write("hook_deliveries", &sql, &params, hook_delivery)
            .await?;
        claimed.sort_by_key(|delivery| delivery.id);
        Ok(claimed)
    }

    /// Writes down what a try came to, as the delivery says. Nothing when the delivery is gone.
    pub async fn settle_hook_delivery(
        &self,
        merchant: i64,
        delivery: &HookDelivery,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE hook_deliveries SET state = $4, attempts = $5, next_at = $6, log = $7 \
                   WHERE merchant = $1 AND webhook = $2 AND id = $3 RETURNING id";
        let params = [
            Int(merchant),
            Text(&delivery.webhook),
            Int(delivery.id),
            Text(&delivery.state),
            Int(delivery.attempts),
            Int(delivery.next_at),
            Text(&delivery.log),
        ];
        self.driver
            .write("hook_deliveries", sql, &params, |row| row.int(0))
            .await
            .map(|_| ())
    }

    /// Makes calls owed, or owed again from now on.
    pub async fn owe_hook_deliveries(
        &self,
        (merchant, webhook): (i64, &str),
        ids: &[i64],
        now: i64,
    ) -> Result<(), StoreError> {
        let owed = Followed {
            deliveries: ids.iter().map(|id| (webhook.to_owned(), *id, now)).collect(),
            ..Followed::default()
        };
        self.write_owed(merchant, owed).await
    }

    /// One delivery.
    pub async fn hook_delivery(
        &self,
        merchant: i64,
        (webhook, id): (&str, i64),
    ) -> Result<Option<HookDelivery>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM hook_deliveries WHERE merchant = $1 AND webhook = $2 AND id = $3");
        let params = [Int(merchant), Text(webhook), Int(id)];
        Ok(self
            .driver
            .query("hook_deliveries", &sql, &params, hook_delivery)
            .await?
            .pop())
    }

    /// A webhook's deliveries, the newest first, at most `limit`.
    pub async fn hook_deliveries(
        &self,
        filter: &HookFilter,
        limit: i64,
    ) -> Result<Vec<HookDelivery>, StoreError> {
        let mut question = Question::new(filter.merchant);
        question.text(&format!(
            "SELECT {COLUMNS} FROM hook_deliveries WHERE merchant = $1 AND webhook = "
        ));
        question.param(Text(&filter.webhook));
        if let Some(state) = &filter.state {
            question.text(" AND state = ");
            question.param(Text(state));
        }
        if let Some((created_at, id)) = filter.before {
            question.text(" AND (created_at, id) < (");
            question.param(Int(created_at));
            question.text(", ");
            question.param(Int(id));
            question.text(")");
        }
        question.text(" ORDER BY created_at DESC, id DESC LIMIT ");
        question.param(Int(limit));
        self.driver
            .query("hook_deliveries", &question.sql, &question.params, hook_delivery)
            .await
    }

    /// Forgets what a webhook was owed; for one that is taken away.
    pub async fn forget_hook_deliveries(&self, merchant: i64, webhook: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM hook_deliveries WHERE merchant = $1 AND webhook = $2 RETURNING id";
        let params = [Int(merchant), Text(webhook)];
        self.driver
            .write("hook_deliveries", sql, &params, |row| row.int(0))
            .await
            .map(|_| ())
    }

    /// Forgets settled deliveries that came to be owed before a time, at most `limit`; tells how many.
    pub async fn purge_hook_deliveries(&self, before: i64, limit: i64) -> Result<usize, StoreError> {
        let sql = "DELETE FROM hook_deliveries WHERE (merchant, webhook, id) IN (SELECT merchant, webhook, id \
                   FROM hook_deliveries WHERE state <> 'due' AND created_at < $1 ORDER BY created_at LIMIT $2) \
                   RETURNING id";
        let params = [Int(before), Int(limit)];
        self.driver
            .write("hook_deliveries", sql, &params, |row| row.int(0))
            .await
            .map(|gone| gone.len())
    }
}

fn hook_delivery(row: &Row<'_>) -> Result<HookDelivery, StoreError> {
    Ok(HookDelivery {
        webhook: row.text(0)?,
        id: row.int(1)?,
        state: row.text(2)?,
        attempts: row.int(3)?,
        next_at: row.int(4)?,
        log: row.text(5)?,
        created_at: row.int(6)?,
    })
}
