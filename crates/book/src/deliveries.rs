//! Calls that are owed to others: found in the database, so that a crash loses none.

use crate::{Book, BookError};
use order::{MerchantId, OrderId, Timestamp};
use store::Settlement;
use store::rows::DeliveryRow;

/// A call that is owed, claimed by the worker that holds it.
#[derive(Debug, Clone)]
pub struct OwedCall {
    /// Whose.
    pub merchant: MerchantId,
    /// Its id.
    pub id: i64,
    /// The order that it tells of.
    pub order: OrderId,
    /// What sort of call, such as `callback`.
    pub kind: String,
    /// Where to.
    pub url: String,
    /// What it says: for a callback `success` or `failed`.
    pub payload: String,
    /// How often it has been tried before.
    pub attempts: i64,
    /// Since when it is owed.
    pub created_at: Timestamp,
}

/// One try that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// When it ended.
    pub at: Timestamp,
    /// How, in words.
    pub outcome: String,
}

impl Tried {
    /// The tries that a delivery's log tells of, the first first.
    pub fn all(log: &str) -> Vec<Self> {
        let tried = |line: &str| {
            let (at, outcome) = line.split_once(' ')?;
            Some(Self {
                at: Timestamp(at.parse().ok()?),
                outcome: outcome.to_owned(),
            })
        };
        log.lines().filter_map(tried).collect()
    }
}

/// How one try ended.
#[derive(Debug, Clone)]
pub enum Attempt {
    /// The other side took it.
    Delivered {
        /// In words, such as `200 OK`.
        outcome: String,
    },
    /// It did not work, and is tried again.
    Retry {
        /// Why.
        outcome: String,
        /// When.
        at: Timestamp,
    },
    /// It is given up.
    GivenUp {
        /// Why.
        outcome: String,
    },
}

impl Book {
    /// Takes calls that are due. Until `lease` no other worker gets them; one that dies with them is survived by the
    /// next that asks after it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_deliveries(&self, lease: Timestamp, limit: i64) -> Result<Vec<OwedCall>, BookError> {
        let claimed = self
            .store()
            .claim_deliveries(self.now().0, lease.0, limit)
            .await?;
        let owed = |row: store::rows::ClaimedDelivery| OwedCall {
            merchant: MerchantId(row.merchant),
            id: row.delivery.id,
            order: OrderId(row.delivery.order),
            kind: row.delivery.kind,
            url: row.delivery.url,
            payload: row.delivery.payload,
            attempts: row.delivery.attempts,
            created_at: Timestamp(row.delivery.created_at),
        };
        Ok(claimed.into_iter().map(owed).collect())
    }

    /// Takes down how a try ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_delivery(&self, call: &OwedCall, attempt: Attempt) -> Result<(), BookError> {
        let attempts = call.attempts.saturating_add(1);
        let (state, next_at, outcome) = match attempt {
            Attempt::Delivered { outcome } => ("done", self.now(), outcome),
            Attempt::Retry { outcome, at } => ("due", at, outcome),
            Attempt::GivenUp { outcome } => ("failed", self.now(), outcome),
        };
        let settlement = Settlement {
            state: state.to_owned(),
            attempts,
            next_at: next_at.0,
            logged: format!("{} {}\n", self.now().0, outcome.replace('\n', " ")),
            outcome,
        };
        self.store()
            .settle_delivery(call.merchant.0, call.id, &settlement)
            .await?;
        Ok(())
    }

    /// Makes a connector's call for an order due now, when it waits to be tried again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hurry(
        &self,
        merchant: MerchantId,
        order: OrderId,
        kind: crate::ConnectorKind,
    ) -> Result<(), BookError> {
        let which = (merchant.0, order.0, kind.word());
        if self.store().hurry_deliveries(which, self.now().0).await? > 0 {
            self.inner.calls.notify_one();
        }
        Ok(())
    }

    /// The calls that were or are owed for an order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deliveries(
        &self,
        merchant: MerchantId,
        order: OrderId,
    ) -> Result<Vec<DeliveryRow>, BookError> {
        Ok(self.store().deliveries_of(merchant.0, order.0).await?)
    }

    /// A merchant's calls in one state (`due`, `done`, `failed`), the youngest first. `before` is the place of the last
    /// one on the page before: when it came to be owed, and its id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deliveries_in(
        &self,
        merchant: MerchantId,
        state: &str,
        before: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<DeliveryRow>, BookError> {
        Ok(self
            .store()
            .deliveries_in(merchant.0, state, before, limit)
            .await?)
    }

    /// Makes a call due at once that waits for its next try or was given up. Tells whether there is such a one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retry_delivery(&self, merchant: MerchantId, id: i64) -> Result<bool, BookError> {
        let hastened = self.store().hasten_delivery(merchant.0, id, self.now().0).await?;
        if hastened {
            self.inner.calls.notify_one();
        }
        Ok(hastened)
    }
}
