//! Deliveries: calls that are owed, claimed by one worker at a time, and settled.

use crate::Store;
use crate::error::StoreError;
use crate::rows::{ClaimedDelivery, DeliveryRow};
use crate::value::{Row, Value};

/// The columns of a delivery, as [`delivery_row`] reads them.
macro_rules! delivery_columns {
    () => {
        "id, order_id, kind, url, payload, state, attempts, next_at, outcome, created_at, merchant, log"
    };
}

/// What a try to deliver came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// `due` when it is to be tried again, `done` or `failed`.
    pub state: String,
    /// How often it has been tried by now.
    pub attempts: i64,
    /// When it is to be tried next.
    pub next_at: i64,
    /// What came of it, in words.
    pub outcome: String,
    /// The line that is added to the delivery's log.
    pub logged: String,
}

impl Store {
    /// Claims deliveries that are due, at most `limit`, the longest overdue first: their `next_at` moves to
    /// `lease_until` at once, so that no other worker takes them meanwhile, and so that they come back if this
    /// worker dies.
    pub async fn claim_deliveries(
        &self,
        now: i64,
        lease_until: i64,
        limit: i64,
    ) -> Result<Vec<ClaimedDelivery>, StoreError> {
        let sql = format!(
            "WITH due AS MATERIALIZED (SELECT merchant, id FROM deliveries \
             WHERE state = 'due' AND next_at <= $1 ORDER BY next_at LIMIT $3 {}) \
             UPDATE deliveries SET next_at = $2 WHERE (merchant, id) IN (SELECT merchant, id FROM due) \
             AND state = 'due' AND next_at <= $1 RETURNING {}",
            self.driver.skip_locked(),
            delivery_columns!()
        );
        let params = [Value::Int(now), Value::Int(lease_until), Value::Int(limit)];
        let mut claimed = self
            .driver
            .write("deliveries", &sql, &params, claimed_row)
            .await?;
        claimed.sort_by_key(|claim| (claim.delivery.created_at, claim.merchant, claim.delivery.id));
        Ok(claimed)
    }

    /// Writes down what a try came to. Tells whether there is such a delivery.
    pub async fn settle_delivery(
        &self,
        merchant: i64,
        id: i64,
        settlement: &Settlement,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE deliveries SET state = $3, attempts = $4, next_at = $5, outcome = $6, log = log || $7 \
                   WHERE merchant = $1 AND id = $2 RETURNING id";
        let params = [
            Value::Int(merchant),
            Value::Int(id),
            Value::Text(&settlement.state),
            Value::Int(settlement.attempts),
            Value::Int(settlement.next_at),
            Value::Text(&settlement.outcome),
            Value::Text(&settlement.logged),
        ];
        let settled = self
            .driver
            .write("deliveries", sql, &params, |row| row.int(0))
            .await?;
        Ok(!settled.is_empty())
    }

    /// Makes deliveries of one kind due now that tell of one order and wait to be tried again. Tells how many.
    pub async fn hurry_deliveries(
        &self,
        (merchant, order, kind): (i64, i64, &str),
        now: i64,
    ) -> Result<usize, StoreError> {
        let sql = "UPDATE deliveries SET next_at = $4 WHERE merchant = $1 AND order_id = $2 AND kind = $3 \
                   AND state = 'due' AND attempts > 0 AND next_at > $4 RETURNING id";
        let params = [
            Value::Int(merchant),
            Value::Int(order),
            Value::Text(kind),
            Value::Int(now),
        ];
        let hurried = self
            .driver
            .write("deliveries", sql, &params, |row| row.int(0))
            .await?;
        Ok(hurried.len())
    }

    /// When the next delivery is due; none when nothing is owed.
    pub async fn next_delivery_at(&self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT next_at FROM deliveries WHERE state = 'due' ORDER BY next_at LIMIT 1";
        Ok(self
            .driver
            .query("deliveries", sql, &[], |row| row.int(0))
            .await?
            .pop())
    }

    /// A merchant's deliveries in one state, the youngest first; the next page begins after the last of this one, as
    /// (`created_at`, id).
    pub async fn deliveries_in(
        &self,
        merchant: i64,
        state: &str,
        before: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            delivery_columns!(),
            " FROM deliveries WHERE merchant = $1 AND state = $2 AND (created_at, id) < ($3, $4) \
             ORDER BY created_at DESC, id DESC LIMIT $5"
        );
        let (created_at, id) = before.unwrap_or((i64::MAX, i64::MAX));
        let params = [
            Value::Int(merchant),
            Value::Text(state),
            Value::Int(created_at),
            Value::Int(id),
            Value::Int(limit),
        ];
        self.driver.query("deliveries", SQL, &params, delivery_row).await
    }

    /// Makes a delivery that waits for its next try, or was given up, due at once. Tells whether there was such a one.
    pub async fn hasten_delivery(&self, merchant: i64, id: i64, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE deliveries SET state = 'due', next_at = $3 \
                   WHERE merchant = $1 AND id = $2 AND state <> 'done' RETURNING id";
        let params = [Value::Int(merchant), Value::Int(id), Value::Int(now)];
        let hastened = self
            .driver
            .write("deliveries", sql, &params, |row| row.int(0))
            .await?;
        Ok(!hastened.is_empty())
    }

    /// All deliveries that tell of one order, by id.
    pub async fn deliveries_of(&self, merchant: i64, order: i64) -> Result<Vec<DeliveryRow>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            delivery_columns!(),
            " FROM deliveries WHERE merchant = $1 AND order_id = $2 ORDER BY id"
        );
        let params = [Value::Int(merchant), Value::Int(order)];
        self.driver.query("deliveries", SQL, &params, delivery_row).await
    }
}

fn claimed_row(row: &Row<'_>) -> Result<ClaimedDelivery, StoreError> {
    Ok(ClaimedDelivery {
        merchant: row.int(10)?,
        delivery: delivery_row(row)?,
    })
}

fn delivery_row(row: &Row<'_>) -> Result<DeliveryRow, StoreError> {
    Ok(DeliveryRow {
        id: row.int(0)?,
        order: row.int(1)?,
        kind: row.text(2)?,
        url: row.text(3)?,
        payload: row.text(4)?,
        state: row.text(5)?,
        attempts: row.int(6)?,
        next_at: row.int(7)?,
        outcome: row.text(8)?,
        created_at: row.int(9)?,
        log: row.text(11)?,
    })
}
