//! Orders and what belongs to them: look-ups by id, by unique name and by shared reference; events; answers.

use crate::Store;
use crate::error::StoreError;
use crate::rows::{AnswerKey, AnswerRow, EventRow, OrderKey, OrderRow};
use crate::value::{Row, Value};

/// The columns of an order but its snapshot. The table is called `o`.
macro_rules! promoted_columns {
    () => {
        "o.id, o.version, o.uuid, o.origin, o.kind, o.state, o.created_at, o.updated_at, o.currency, o.gross, \
         o.customer, o.reseller, o.reference, o.wake_at"
    };
}

/// The columns of an order, as [`order_row`] reads them.
macro_rules! order_columns {
    () => {
        concat!(promoted_columns!(), ", o.snapshot, o.basket")
    };
}

pub(crate) const ORDER_COLUMNS: &str = order_columns!();

/// How many they are.
pub(crate) const ORDER_WIDTH: usize = 16;

pub(crate) const BY_ID: &str = concat!(
    "SELECT ",
    order_columns!(),
    " FROM orders o WHERE o.merchant = $1 AND o.id = $2"
);

pub(crate) const BY_NAME: &str = concat!(
    "SELECT ",
    order_columns!(),
    " FROM order_names k JOIN orders o ON o.merchant = k.merchant AND o.id = k.order_id \
     WHERE k.merchant = $1 AND k.space = $2 AND k.name = $3"
);

/// The snapshot stays behind, unread, when the caller has it already.
pub(crate) const UNLESS_VERSION: &str = concat!(
    "SELECT ",
    promoted_columns!(),
    ", CASE WHEN o.version = $3 THEN '' ELSE o.snapshot END AS snapshot, o.basket \
     FROM orders o WHERE o.merchant = $1 AND o.id = $2"
);

const BY_REFERENCE: &str = concat!(
    "SELECT ",
    order_columns!(),
    " FROM order_references r JOIN orders o ON o.merchant = r.merchant AND o.id = r.order_id \
     WHERE r.merchant = $1 AND r.space = $2 AND r.name = $3 \
     ORDER BY o.created_at DESC, o.id DESC LIMIT $4"
);

const EVENTS: &str =
    "SELECT sequence, at, kind, body FROM events WHERE merchant = $1 AND order_id = $2 ORDER BY sequence";

pub(crate) const ANSWER: &str = "SELECT scope, key, fingerprint, status, body, created_at FROM answers \
     WHERE merchant = $1 AND scope = $2 AND key = $3";

const PURGE: &str = "DELETE FROM answers WHERE (merchant, scope, key) IN \
     (SELECT merchant, scope, key FROM answers WHERE created_at < $1 ORDER BY created_at LIMIT $2) \
     RETURNING status";

impl Store {
    /// The order of that key, if there is one.
    pub async fn order(&self, merchant: i64, key: &OrderKey) -> Result<Option<OrderRow>, StoreError> {
        let mut found = match key {
            OrderKey::Id(id) => {
                let params = [Value::Int(merchant), Value::Int(*id)];
                self.driver.query("orders", BY_ID, &params, order_row).await?
            }
            OrderKey::Name { space, name } => {
                let params = [Value::Int(merchant), Value::Text(space), Value::Text(name)];
                self.driver.query("orders", BY_NAME, &params, order_row).await?
            }
        };
        Ok(found.pop())
    }

    /// The orders that share a reference, newest first, at most `limit`.
    pub async fn orders_by_reference(
        &self,
        merchant: i64,
        space: &str,
        name: &str,
        limit: i64,
    ) -> Result<Vec<OrderRow>, StoreError> {
        let params = [
            Value::Int(merchant),
            Value::Text(space),
            Value::Text(name),
            Value::Int(limit),
        ];
        self.driver
            .query("orders", BY_REFERENCE, &params, order_row)
            .await
    }

    /// The events of one order, from the first on.
    pub async fn events(&self, merchant: i64, order: i64) -> Result<Vec<EventRow>, StoreError> {
        self.driver
            .query(
                "events",
                EVENTS,
                &[Value::Int(merchant), Value::Int(order)],
                event_row,
            )
            .await
    }

    /// The answer that is stored under a key, if there is one.
    pub async fn answer(&self, merchant: i64, key: &AnswerKey) -> Result<Option<AnswerRow>, StoreError> {
        let params = [
            Value::Int(merchant),
            Value::Text(&key.scope),
            Value::Text(&key.key),
        ];
        Ok(self
            .driver
            .query("answers", ANSWER, &params, answer_row)
            .await?
            .pop())
    }

    /// Forgets answers that were given before a time, at most `limit`; tells how many.
    pub async fn purge_answers(&self, before: i64, limit: i64) -> Result<usize, StoreError> {
        let params = [Value::Int(before), Value::Int(limit)];
        self.driver
            .write("answers", PURGE, &params, |row| row.int(0))
            .await
            .map(|gone| gone.len())
    }
}

pub(crate) fn order_row(row: &Row<'_>) -> Result<OrderRow, StoreError> {
    Ok(OrderRow {
        id: row.int(0)?,
        version: row.int(1)?,
        uuid: row.text(2)?,
        origin: row.text(3)?,
        kind: row.text(4)?,
        state: row.text(5)?,
        created_at: row.int(6)?,
        updated_at: row.int(7)?,
        currency: row.text(8)?,
        gross: row.text(9)?,
        customer: row.text(10)?,
        reseller: row.text(11)?,
        reference: row.text(12)?,
        wake_at: row.maybe_int(13)?,
        snapshot: row.text(14)?,
        basket: row.int(15)?,
    })
}

pub(crate) fn event_row(row: &Row<'_>) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        sequence: row.int(0)?,
        at: row.int(1)?,
        kind: row.text(2)?,
        body: row.text(3)?,
    })
}

pub(crate) fn answer_row(row: &Row<'_>) -> Result<AnswerRow, StoreError> {
    Ok(AnswerRow {
        key: AnswerKey {
            scope: row.text(0)?,
            key: row.text(1)?,
        },
        fingerprint: row.text(2)?,
        status: row.int(3)?,
        body: row.text(4)?,
        created_at: row.int(5)?,
    })
}
