//! What is sold.

use crate::{Amount, Opaque, Quantity};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// So many of one product at one price: on an order, a capture, a refund or a cancellation.
///
/// Prices are those of one unit. They are positive on captures and refunds alike; negative ones are vouchers and
/// discounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The line's number as the merchant wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// The product's id.
    pub product: String,
    /// What it is, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// The price of one, with VAT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_gross: Option<Amount>,
    /// The price of one, without VAT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_net: Option<Amount>,
    /// The VAT on one, in money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_vat: Option<Amount>,
    /// The VAT in per cent: 25 is a quarter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_percent: Option<Decimal>,
    /// What only the dialect knows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annex: Option<Opaque>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What is sold.
    pub item: Item,
    /// How many of them have been handed back.
    #[serde(default = "none", skip_serializing_if = "is_none")]
    pub returned: Quantity,
    /// The subscription that the line started or extended, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<String>,
}

fn none() -> Quantity {
    Quantity::ZERO
}

fn is_none(quantity: &Quantity) -> bool {
    *quantity == Quantity::ZERO
}

impl Line {
    /// A line of which nothing has happened yet.
    pub fn new(item: Item) -> Self {
        Self {
            item,
            returned: Quantity::ZERO,
            subscription: None,
        }
    }

    /// How many can still be handed back.
    pub fn returnable(&self) -> Quantity {
        self.item.quantity.less(self.returned)
    }
}
