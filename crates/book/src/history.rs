//! A customer's history, in pages that cost the same wherever they lie.

use crate::codec::order_of;
use crate::{Book, BookError};
use order::{Kind, MerchantId, Order, Timestamp};
use store::rows::HistoryFilter;

/// Which orders of a customer. Everything that is given must hold; empty lists hold for all.
#[derive(Debug, Clone)]
pub struct HistoryQuery {
    /// Whose.
    pub customer: String,
    /// Any of these kinds.
    pub kinds: Vec<Kind>,
    /// Any of these states, by the words of [`order::Status::word`].
    pub states: Vec<String>,
    /// Through this reseller.
    pub reseller: Option<String>,
    /// Referring to this order.
    pub reference: Option<String>,
    /// With any of these products.
    pub products: Vec<String>,
    /// Placed at or after this time.
    pub from: Option<Timestamp>,
    /// Placed before this time.
    pub until: Option<Timestamp>,
}

impl HistoryQuery {
    /// All orders of one customer.
    pub fn of(customer: &str) -> Self {
        Self {
            customer: customer.to_owned(),
            kinds: Vec::new(),
            states: Vec::new(),
            reseller: None,
            reference: None,
            products: Vec::new(),
            from: None,
            until: None,
        }
    }
}

/// One page, newest first, then highest id first.
#[derive(Debug, Clone)]
pub struct HistoryPage {
    /// How many orders there are on all pages.
    pub total: u64,
    /// The page.
    pub orders: Vec<Order>,
}

impl Book {
    /// A page of a customer's history.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn history(
        &self,
        merchant: MerchantId,
        query: HistoryQuery,
        offset: u64,
        limit: u64,
    ) -> Result<HistoryPage, BookError> {
        let filter = HistoryFilter {
            merchant: merchant.0,
            customer: query.customer,
            kinds: query.kinds.iter().map(|kind| kind.word().to_owned()).collect(),
            states: query.states,
            reseller: query.reseller,
            reference: query.reference,
            products: query.products,
            from: query.from.map_or(i64::MIN, |at| at.0),
            until: query.until.map_or(i64::MAX, |at| at.0),
        };
        let rows = self.store().history(&filter, offset, limit).await?;
        let orders = rows.orders.iter().map(order_of).collect::<Result<_, _>>()?;
        Ok(HistoryPage {
            total: rows.total,
            orders,
        })
    }
}
