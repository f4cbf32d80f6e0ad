//! What stands on the wire: names in camel case, members that are not there left out, numbers as JSON numbers.
//!
//! The same types are what the annex of an order keeps, so that a customer or an item is given back as it was sent.

mod customer;
mod item;
mod order;
mod parts;
mod payment;

pub(crate) use customer::{Address, Customer, CustomerAnswer};
pub(crate) use item::{ItemMark, ItemWire, read_import_items, read_items, unsigned};
pub(crate) use order::{OrderDetails, OrderSent, Risk, Summary, read_currency};
pub(crate) use parts::{
    CancellationAnnex, CancellationWire, CaptureAnnex, CaptureWire, References, RefundAnnex, RefundWire,
    ShippingWire, read_parcel,
};
pub(crate) use payment::Payment;

use ::order::{Amount, Order, Quantity};
use http_kit::wire::Number;
use rust_decimal::Decimal;

/// A struct whose members are all optional and are left out where there is nothing to say.
macro_rules! members {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "camelCase", default)]
        #[allow(clippy::struct_field_names, reason = "the names are the wire's")]
        pub(crate) struct $name {
            $(#[serde(skip_serializing_if = "Option::is_none")] pub(crate) $field: Option<$kind>,)*
        }
    };
}
pub(crate) use members;

/// A decimal as the documentation writes them: no needless zeros, but at least one decimal.
pub(crate) fn decimal(value: Decimal) -> Number {
    let mut value = value.normalize();
    if value.scale() == 0 {
        value.rescale(1);
    }
    Number(value)
}

/// An amount of money.
pub(crate) fn amount(amount: Amount) -> Number {
    decimal(amount.decimal())
}

/// A quantity.
pub(crate) fn quantity(quantity: Quantity) -> Number {
    decimal(quantity.decimal())
}

/// What was authorized: the reservation, which does not shrink when some of it is captured or released.
pub(crate) fn authorized(order: &Order) -> Number {
    amount(
        order
            .reservation
            .as_ref()
            .map_or(Amount::ZERO, |held| held.authorised),
    )
}
