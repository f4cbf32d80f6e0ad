//! Lines and items.

use super::{money, plain};
use http_kit::wire::Number;
use order::{Currency, Item, Line, Quantity};
use schemars::JsonSchema;
use serde::Serialize;

/// So many of one product: on a line of the order, a capture, a refund or a cancellation.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Item")]
pub(crate) struct ItemWire<'o> {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<i64>,
    product: &'o str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'o str,
    quantity: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_gross: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_net: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_vat: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_percent: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    returned: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<&'o str>,
}

impl<'o> ItemWire<'o> {
    pub(crate) fn of(item: &'o Item, currency: Currency) -> Self {
        let price = |amount| money(amount, currency);
        Self {
            number: item.number,
            product: &item.product,
            description: &item.description,
            quantity: plain(item.quantity.decimal()),
            unit_gross: item.unit_gross.map(price),
            unit_net: item.unit_net.map(price),
            unit_vat: item.unit_vat.map(price),
            vat_percent: item.vat_percent.map(plain),
            returned: None,
            subscription: None,
        }
    }

    pub(crate) fn of_line(line: &'o Line, currency: Currency) -> Self {
        Self {
            returned: Some(line.returned)
                .filter(|returned| returned.is_positive())
                .map(Quantity::decimal)
                .map(plain),
            subscription: line.subscription.as_deref(),
            ..Self::of(&line.item, currency)
        }
    }

    pub(crate) fn all(items: &'o [Item], currency: Currency) -> Vec<Self> {
        items.iter().map(|item| Self::of(item, currency)).collect()
    }
}
