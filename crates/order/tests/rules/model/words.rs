//! The model's words: what comes of a command, how far an order is, and amounts as integers.

use order::{Event, Fact, PaymentMethod, Timestamp};
use rust_decimal::Decimal;

/// A millionth of a millionth of the currency's main unit.
pub(super) type Units = i128;

pub(super) const ONE: Units = 1_000_000_000_000;

/// What came of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Refused,
    /// It succeeded, and nothing happened.
    Nothing,
    /// It happened, and so much was moved; zero when it moves no money.
    Moved(Units),
}

/// What may come of a command.
#[derive(Debug)]
pub(super) enum Expected {
    OneOf(Vec<Answer>),
    /// The model does not price what the client left out; it only knows the bound.
    AtMost(Units),
}

pub(super) fn only(answer: Answer) -> Expected {
    Expected::OneOf(vec![answer])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Preliminary,
    Confirmed,
    Processed,
    Failed,
    Refused,
    Cancelled,
}

/// Who is asked for the money when the order is completed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asks {
    Nobody,
    Payer,
    Provider,
}

/// What the reservation was last used for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Last {
    Capture,
    Release,
}

#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) number: String,
    pub(super) amount: Units,
    pub(super) refunded: Units,
    pub(super) at: Timestamp,
}

impl Taken {
    pub(super) fn open(&self) -> Units {
        self.amount - self.refunded
    }
}

pub(super) fn moved(event: &Event) -> Units {
    match &event.fact {
        Fact::Captured(capture) => units(capture.amount.decimal()),
        Fact::Refunded(refund) => units(refund.amount.decimal()),
        Fact::Cancelled(released) | Fact::Expired(released) => units(released.amount.decimal()),
        _ => 0,
    }
}

pub(super) fn units(value: Decimal) -> Units {
    let value = value.normalize();
    value.mantissa() * 10_i128.pow(12 - value.scale())
}

pub(super) fn asks(method: &PaymentMethod) -> Asks {
    match method {
        PaymentMethod::Sms => Asks::Payer,
        PaymentMethod::Invoice | PaymentMethod::Free | PaymentMethod::Own | PaymentMethod::Account => {
            Asks::Nobody
        }
        PaymentMethod::Klarna
        | PaymentMethod::Card
        | PaymentMethod::Swish
        | PaymentMethod::Vipps
        | PaymentMethod::Instalments
        | PaymentMethod::Other(_) => Asks::Provider,
    }
}
