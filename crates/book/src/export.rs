//! All orders, a page at a time, off the request path.

use crate::codec::order_of;
use crate::{Book, BookError};
use order::{MerchantId, Order, Timestamp};

/// One page of an export, in the order in which the orders last changed.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The page.
    pub orders: Vec<Order>,
    /// Where the next page begins; none after the last.
    pub next: Option<(i64, i64)>,
}

impl Book {
    /// A page of the orders that changed at or after a time. `after` is the last page's `next`.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn export(
        &self,
        merchant: MerchantId,
        since: Timestamp,
        after: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Exported, BookError> {
        let rows = self
            .store()
            .changed_orders(merchant.0, since.0, after, limit)
            .await?;
        let next = rows.last().map(|row| (row.updated_at, row.id));
        let orders = rows.iter().map(order_of).collect::<Result<_, _>>()?;
        Ok(Exported { orders, next })
    }
}
