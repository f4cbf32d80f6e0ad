//! Finding one order.

use crate::codec::{CONTACT, NUMBER, REFERENCE, alias_space, fold, order_of};
use crate::{Book, BookError};
use order::{Dialect, Event, MerchantId, Order, OrderId};
use store::rows::OrderKey;

/// How a caller names an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reference {
    /// By our own id, and nothing else.
    Id(OrderId),
    /// By the merchant's number, in any letter case; where no order has it, by our id in decimal.
    Number(String),
    /// By the id that a dialect shows: the one that its own system gave, else ours in decimal.
    Shown(Dialect, String),
}

impl Reference {
    /// The keys to try, in order.
    pub(crate) fn keys(&self) -> Vec<OrderKey> {
        let (space, name) = match self {
            Self::Id(id) => return vec![OrderKey::Id(id.0)],
            Self::Number(number) => (NUMBER, fold(number)),
            Self::Shown(dialect, id) => (alias_space(*dialect), id.clone()),
        };
        let own = own_id(&name).map(OrderKey::Id);
        let named = OrderKey::Name {
            space: space.to_owned(),
            name,
        };
        std::iter::once(named).chain(own).collect()
    }
}

/// Our own id, when the text is one as we write it.
fn own_id(text: &str) -> Option<i64> {
    let is_plain =
        text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|id| is_plain && *id >= OrderId::FIRST)
}

impl Book {
    /// One order, if the merchant has it.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn order(
        &self,
        merchant: MerchantId,
        reference: &Reference,
    ) -> Result<Option<Order>, BookError> {
        for key in reference.keys() {
            if let Some(row) = self.store().order(merchant.0, &key).await? {
                return order_of(&row).map(Some);
            }
        }
        Ok(None)
    }

    /// The orders that share a merchant's reference, newest first.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn orders_by_reference(
        &self,
        merchant: MerchantId,
        reference: &str,
        limit: i64,
    ) -> Result<Vec<Order>, BookError> {
        let rows = self
            .store()
            .orders_by_reference(merchant.0, REFERENCE, reference, limit)
            .await?;
        rows.iter().map(order_of).collect()
    }

    /// The orders of whoever is found by a mail address, a phone number or a national number, newest first.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn orders_by_contact(
        &self,
        merchant: MerchantId,
        contact: &str,
        limit: i64,
    ) -> Result<Vec<Order>, BookError> {
        let rows = self
            .store()
            .orders_by_reference(merchant.0, CONTACT, &fold(contact), limit)
            .await?;
        rows.iter().map(order_of).collect()
    }

    /// Everything that has happened to an order, in order.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn events(&self, merchant: MerchantId, order: OrderId) -> Result<Vec<Event>, BookError> {
        let rows = self.store().events(merchant.0, order.0).await?;
        rows.iter()
            .map(|row| crate::codec::event_of(row, order.0))
            .collect()
    }
}
