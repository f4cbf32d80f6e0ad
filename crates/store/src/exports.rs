//! Walks over many orders, a page at a time, off the path of requests: exports and checks.

use std::collections::HashMap;

use crate::Store;
use crate::error::StoreError;
use crate::orders::{ORDER_COLUMNS, ORDER_WIDTH, event_row, order_row};
use crate::rows::{EventRow, NameRow, OrderRow};
use crate::value::{Row, Value};

/// An order with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeOrder {
    /// The tenant.
    pub merchant: i64,
    /// The order.
    pub order: OrderRow,
    /// Its events, from the first on.
    pub events: Vec<EventRow>,
    /// Its unique names, by space and name.
    pub names: Vec<NameRow>,
}

/// An order's place: merchant and id.
type Place = (i64, i64);

impl Store {
    /// Orders of a merchant that changed at or after a time, the longest unchanged first; the next page begins after
    /// the last order of this one, as (`updated_at`, id).
    pub async fn changed_orders(
        &self,
        merchant: i64,
        since: i64,
        after: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<OrderRow>, StoreError> {
        let (updated, id) = after.unwrap_or((since, i64::MIN));
        let sql = format!(
            "SELECT {ORDER_COLUMNS} FROM orders o \
             WHERE o.merchant = $1 AND o.updated_at >= $2 AND (o.updated_at, o.id) > ($3, $4) \
             ORDER BY o.updated_at, o.id LIMIT $5"
        );
        let params = [
            Value::Int(merchant),
            Value::Int(since),
            Value::Int(updated),
            Value::Int(id),
            Value::Int(limit),
        ];
        self.driver.query_long("orders", &sql, &params, order_row).await
    }

    /// Orders of all merchants with their events and names, by merchant and id; the next page begins after the last
    /// order of this one. Three statements a page.
    pub async fn orders_after(
        &self,
        after: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<WholeOrder>, StoreError> {
        let (merchant, id) = after.unwrap_or((i64::MIN, i64::MIN));
        let sql = format!(
            "SELECT {ORDER_COLUMNS}, o.merchant FROM orders o WHERE (o.merchant, o.id) > ($1, $2) \
             ORDER BY o.merchant, o.id LIMIT $3"
        );
        let params = [Value::Int(merchant), Value::Int(id), Value::Int(limit)];
        let reader = |row: &Row<'_>| Ok((row.int(ORDER_WIDTH)?, order_row(row)?));
        let orders = self.driver.query_long("orders", &sql, &params, reader).await?;
        let Some((last_merchant, last)) = orders.last() else {
            return Ok(Vec::new());
        };
        let span = [
            Value::Int(merchant),
            Value::Int(id),
            Value::Int(*last_merchant),
            Value::Int(last.id),
        ];
        let sql = "SELECT sequence, at, kind, body, merchant, order_id FROM events \
                   WHERE (merchant, order_id) > ($1, $2) AND (merchant, order_id) <= ($3, $4) \
                   ORDER BY merchant, order_id, sequence";
        let reader = |row: &Row<'_>| Ok(((row.int(4)?, row.int(5)?), event_row(row)?));
        let mut events = gather(self.driver.query_long("events", sql, &span, reader).await?);
        let sql = "SELECT space, name, merchant, order_id FROM order_names \
                   WHERE (merchant, order_id) > ($1, $2) AND (merchant, order_id) <= ($3, $4) \
                   ORDER BY merchant, order_id, space, name";
        let reader = |row: &Row<'_>| {
            Ok((
                (row.int(2)?, row.int(3)?),
                NameRow {
                    space: row.text(0)?,
                    name: row.text(1)?,
                },
            ))
        };
        let mut names = gather(self.driver.query_long("order_names", sql, &span, reader).await?);
        let whole = orders.into_iter().map(|(merchant, order)| WholeOrder {
            merchant,
            events: events.remove(&(merchant, order.id)).unwrap_or_default(),
            names: names.remove(&(merchant, order.id)).unwrap_or_default(),
            order,
        });
        Ok(whole.collect())
    }
}

fn gather<T>(rows: Vec<(Place, T)>) -> HashMap<Place, Vec<T>> {
    let mut gathered: HashMap<Place, Vec<T>> = HashMap::new();
    for (place, row) in rows {
        gathered.entry(place).or_default().push(row);
    }
    gathered
}
