//! What an account's orders depend on beside the account: whether the reseller may sell, and what is still sold.

use crate::{Book, BookError};
use order::{Account, MerchantId, Standing, Timestamp, offer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::rows::DocumentKey;

/// The kind of the documents that resellers are kept as; their ids are the resellers' own.
pub const RESELLER: &str = "reseller";

/// The kind of the documents that say until when a product is sold; their ids are what [`offer::family`] gives.
pub const SALE: &str = "sale";

/// Until when a product is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// The first moment at which it is not sold any more; none for as long as it is.
    pub ends: Option<Timestamp>,
}

impl Sale {
    /// Whether it is over.
    pub fn is_over(self, now: Timestamp) -> bool {
        self.ends.is_some_and(|ends| ends <= now)
    }
}

/// What the book itself must know of a reseller; the rest of the document is its dialect's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    /// Whether they may sell; none for one who may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
}

impl Seller {
    /// Whether they may sell.
    pub fn is_active(self) -> bool {
        self.standing.is_none_or(|standing| standing == Standing::Active)
    }
}

pub(crate) fn reseller_key(id: &str) -> DocumentKey {
    DocumentKey {
        kind: RESELLER.to_owned(),
        id: id.to_owned(),
    }
}

impl Book {
    /// The products of an account's subscriptions that are not sold any more.
    pub(crate) async fn products_not_sold(
        &self,
        merchant: MerchantId,
        account: &Account,
    ) -> Result<BTreeSet<String>, BookError> {
        let products: BTreeSet<&str> = account
            .subscriptions
            .iter()
            .filter(|one| one.active || one.scheduled)
            .map(|one| offer::family(&one.product))
            .collect();
        let mut over = BTreeSet::new();
        for product in products {
            let sale = self.document::<Sale>(merchant, SALE, product).await?;
            if sale.is_some_and(|sale| sale.body.is_over(self.now())) {
                over.insert(product.to_owned());
            }
        }
        Ok(over)
    }
}
