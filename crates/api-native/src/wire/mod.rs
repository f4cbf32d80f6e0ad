//! What goes over the wire: camelCase members, amounts as exact JSON numbers with at least the currency's decimals,
//! times in UTC to the millisecond (RFC 3339). A member without a value is left out; lists are always there.

mod delivery;
mod event;
mod feed;
mod item;
mod movement;
mod order;
mod sent;
mod webhook;

pub(crate) use delivery::DeliveryWire;
pub(crate) use event::EventWire;
pub(crate) use feed::FeedEventWire;
pub use feed::message_of;
pub(crate) use item::ItemWire;
pub(crate) use movement::{CancellationWire, CaptureWire, RefundWire, ShipmentWire};
pub(crate) use order::OrderWire;
pub use order::render;
pub(crate) use sent::{Given, SentItem, SentParcel, given, items_of, parcel_of};
pub(crate) use webhook::{HookDeliveryWire, WebhookWire};

use ::order::{Amount, Currency, Timestamp};
use http_kit::wire::{Number, time};
use rust_decimal::Decimal;

/// An amount of money: its digits, and at least as many decimals as the currency has.
pub(crate) fn money(amount: Amount, currency: Currency) -> Number {
    let mut value = amount.decimal().normalize();
    if value.scale() < currency.decimals() {
        value.rescale(currency.decimals());
    }
    Number(value)
}

/// A quantity or a percentage, in its shortest form.
pub(crate) fn plain(value: Decimal) -> Number {
    Number::plain(value)
}

/// A moment.
pub(crate) fn moment(at: Timestamp) -> String {
    time::milliseconds_text(at.0)
}

#[cfg(test)]
mod tests {
    use super::money;
    use ::order::{Amount, Currency};

    #[test]
    fn amounts_have_the_currencys_decimals_and_lose_none_of_their_own() {
        for (digits, code, written) in [
            ("10", "NOK", "10.00"),
            ("10.5000", "NOK", "10.50"),
            ("-0.125", "NOK", "-0.125"),
            ("0", "NOK", "0.00"),
            ("1500.0", "JPY", "1500"),
            ("1.5", "KWD", "1.500"),
            ("999999999999.999999999999", "NOK", "999999999999.999999999999"),
        ] {
            let amount = Amount::new(digits.parse().unwrap()).unwrap();
            let shown = money(amount, Currency::from_code(code).unwrap());
            assert_eq!(
                serde_json::to_string(&shown).unwrap(),
                written,
                "for {digits} {code}"
            );
        }
    }
}
