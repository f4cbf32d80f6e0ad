//! The order: the aggregate that commands act on.

use crate::{
    Amount, Cancellation, Capture, Currency, Dialect, Line, MoneyError, Opaque, OrderId, Refund, Run, Status,
    Taking, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// An order as it stands after all that has happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its id, unique within the merchant.
    pub id: OrderId,
    /// Its UUID.
    pub uuid: Uuid,
    /// The number of its events.
    pub version: u64,
    /// The dialect that placed it.
    pub origin: Dialect,
    /// What sort of order it is.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// Whether another system kept it first. Its amounts then are what that system says.
    #[serde(default, skip_serializing_if = "is_false")]
    pub imported: bool,
    /// The merchant's own number for it, unique within the merchant, compared without case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The merchant's own reference, which need not be unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The ids that other systems know it by, one for each dialect that has its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub aliases: BTreeMap<Dialect, String>,
    /// The order that this one refers to (a return its purchase), as its dialect names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refers_to: Option<String>,
    /// Who buys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Customer>,
    /// Through whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reseller: Option<String>,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// The total with VAT.
    pub gross: Amount,
    /// The total without VAT, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net: Option<Amount>,
    /// What is sold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
    /// How it is paid.
    pub payment: Payment,
    /// What the payer has agreed to, once they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation: Option<Reservation>,
    /// What was taken of the reservation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures: Vec<Capture>,
    /// What was given back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// What was released.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cancellations: Vec<Cancellation>,
    /// When the server itself completes it, while that is still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completes_at: Option<Timestamp>,
    /// The lines that run for a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Run>,
    /// What is taken of stock when it is completed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<Taking>,
    /// What was taken of stock for it and not given back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<Taking>,
    /// The address that is owed a call once it is known whether the order was paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<String>,
    /// How it is handed over once it is paid for; none for at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<Handover>,
    /// When it was placed, by the merchant's own account.
    pub ordered_at: Timestamp,
    /// When it came into the book; the history's sort key.
    pub placed_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What only one dialect knows of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annex: BTreeMap<Dialect, Opaque>,
    /// How an imported order's original differs from what the dialect would say, so that it is given back as it was.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overlay: BTreeMap<Dialect, Opaque>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
pub(crate) fn is_false(value: &bool) -> bool {
    !value
}

/// What sort of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A purchase.
    New,
    /// Goods or licences handed back.
    Return,
    /// A term renewed.
    Renewal,
    /// Taken over from another system's contract.
    Transfer,
    /// One product exchanged for another in mid-term.
    Switch,
    /// Such an exchange undone.
    Revert,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::New,
        Self::Return,
        Self::Renewal,
        Self::Transfer,
        Self::Switch,
        Self::Revert,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Return => "return",
            Self::Renewal => "renewal",
            Self::Transfer => "transfer",
            Self::Switch => "switch",
            Self::Revert => "revert",
        }
    }
}

/// How an order is handed over to the system that carries it out, when it does not count as handed over at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Handover {
    /// A person or a program says when it is.
    Manual,
    /// The merchant's handover connector is called, and its answer says so.
    Connector,
}

/// Who buys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Customer {
    /// The customer's number with the merchant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The name, for searching: a person's or a company's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What else the customer's orders are found by, in any letter case: a phone number, a national number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
}

/// How an order is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// By which method.
    pub method: PaymentMethod,
    /// Whether it was paid before it was registered.
    #[serde(default, skip_serializing_if = "is_false")]
    pub prepaid: bool,
    /// Whether an outside payment has been asked for and not yet been answered.
    #[serde(default, skip_serializing_if = "is_false")]
    pub pending: bool,
}

/// A way of paying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentMethod {
    /// Later, on an invoice.
    Invoice,
    /// Nothing to pay.
    Free,
    /// Through a message to the payer's phone; the answer comes later.
    Sms,
    /// Klarna.
    Klarna,
    /// By card.
    Card,
    /// Swish.
    Swish,
    /// Vipps, once.
    Vipps,
    /// The merchant's own arrangement with a payment provider.
    Own,
    /// In instalments.
    Instalments,
    /// On an account with the payment provider.
    Account,
    /// Any other, by the name that its dialect has for it.
    Other(String),
}

impl PaymentMethod {
    /// Whether an order paid this way can be completed without the payer in front of a page.
    pub fn completes_without_payer(&self) -> bool {
        match self {
            Self::Invoice
            | Self::Free
            | Self::Sms
            | Self::Klarna
            | Self::Card
            | Self::Swish
            | Self::Vipps
            | Self::Own => true,
            Self::Instalments | Self::Account | Self::Other(_) => false,
        }
    }

    /// The word for it in messages and searches.
    pub fn word(&self) -> &str {
        match self {
            Self::Invoice => "invoice",
            Self::Free => "free",
            Self::Sms => "sms",
            Self::Klarna => "klarna",
            Self::Card => "card",
            Self::Swish => "swish",
            Self::Vipps => "vipps",
            Self::Own => "own",
            Self::Instalments => "instalments",
            Self::Account => "account",
            Self::Other(name) => name,
        }
    }

    /// Whether the payer pays on a page of a payment provider's, so that confirming an order is not paying for it.
    pub fn is_paid_at_provider(&self) -> bool {
        match self {
            Self::Klarna | Self::Card | Self::Swish | Self::Vipps | Self::Instalments | Self::Other(_) => {
                true
            }
            Self::Invoice | Self::Free | Self::Sms | Self::Own | Self::Account => false,
        }
    }

    /// Whether completing it only asks for the payment, whose outcome comes later.
    pub fn is_settled_later(&self) -> bool {
        matches!(self, Self::Sms)
    }
}

/// The amount that the payer has agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Its own id.
    pub id: Uuid,
    /// How much was agreed to. Does not shrink when some of it is captured or released.
    pub authorised: Amount,
    /// What an imported order's captures and cancellations exceed that amount by; zero for every other.
    #[serde(default, skip_serializing_if = "Amount::is_zero_ref")]
    pub excess: Amount,
    /// When what is left of it lapses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl Amount {
    fn is_zero_ref(&self) -> bool {
        self.is_zero()
    }
}

impl Order {
    /// An order that another system kept, of which nothing is known yet but which API told of it, in which currency,
    /// and when it was placed. How it is paid is the merchant's own arrangement. Its ids are given when it comes in.
    pub fn imported(origin: Dialect, currency: Currency, at: Timestamp) -> Self {
        Self {
            id: OrderId(0),
            uuid: Uuid::nil(),
            version: 1,
            origin,
            kind: Kind::New,
            status: Status::Preliminary,
            imported: true,
            number: None,
            reference: None,
            aliases: BTreeMap::new(),
            refers_to: None,
            customer: None,
            reseller: None,
            currency,
            gross: Amount::ZERO,
            net: None,
            lines: Vec::new(),
            payment: Payment {
                method: PaymentMethod::Own,
                prepaid: false,
                pending: false,
            },
            reservation: None,
            captures: Vec::new(),
            refunds: Vec::new(),
            cancellations: Vec::new(),
            completes_at: None,
            runs: Vec::new(),
            takes: Vec::new(),
            taken: Vec::new(),
            callback: None,
            handover: None,
            ordered_at: at,
            placed_at: at,
            updated_at: at,
            annex: BTreeMap::new(),
            overlay: BTreeMap::new(),
        }
    }

    /// All that was ever reserved.
    ///
    /// # Errors
    /// When the sum leaves the range of an amount; so for the sums below.
    pub fn reserved(&self) -> Result<Amount, MoneyError> {
        self.reservation
            .as_ref()
            .map_or(Ok(Amount::ZERO), |held| held.authorised.plus(held.excess))
    }

    /// All that was taken of the reservation.
    ///
    /// # Errors
    /// See [`Order::reserved`].
    pub fn captured(&self) -> Result<Amount, MoneyError> {
        Amount::sum(self.captures.iter().map(|capture| capture.amount))
    }

    /// All that was given back of the captures.
    ///
    /// # Errors
    /// See [`Order::reserved`].
    pub fn refunded(&self) -> Result<Amount, MoneyError> {
        Amount::sum(self.captures.iter().map(|capture| capture.refunded))
    }

    /// All that was released of the reservation.
    ///
    /// # Errors
    /// See [`Order::reserved`].
    pub fn cancelled(&self) -> Result<Amount, MoneyError> {
        Amount::sum(self.cancellations.iter().map(|cancellation| cancellation.amount))
    }

    /// What is left of the reservation: reserved less captured less cancelled.
    ///
    /// # Errors
    /// See [`Order::reserved`].
    pub fn remaining(&self) -> Result<Amount, MoneyError> {
        self.reserved()?.minus(self.captured()?)?.minus(self.cancelled()?)
    }

    /// Whether it was completed and paid for, and waits to be handed over.
    pub fn awaits_handover(&self) -> bool {
        self.handover.is_some() && !self.payment.pending && matches!(self.status, Status::Confirmed { .. })
    }

    /// The capture with this number.
    pub fn capture(&self, number: &str) -> Option<&Capture> {
        self.captures.iter().find(|capture| capture.number == number)
    }

    /// The refund with this number.
    pub fn refund(&self, number: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.number == number)
    }

    /// The cancellation with this number.
    pub fn cancellation(&self, number: &str) -> Option<&Cancellation> {
        self.cancellations
            .iter()
            .find(|cancellation| cancellation.number == number)
    }

    /// Whether only its own API may complete it or take it back, because a customer's account must be told of it.
    pub fn is_kept_by_its_api(&self) -> bool {
        self.origin == Dialect::Marketplace
    }

    /// The id that a dialect shows: the one that its own system gave, else ours.
    pub fn shown_id(&self, dialect: Dialect) -> String {
        self.aliases
            .get(&dialect)
            .cloned()
            .unwrap_or_else(|| self.id.to_string())
    }

    /// The order number: the merchant's, else our id in decimal.
    pub fn shown_number(&self) -> String {
        self.number
            .clone()
            .unwrap_or_else(|| self.shown_id(Dialect::AfterPay))
    }

    /// When the server itself must act on the order next, if ever: to complete it, to let its reservation lapse, or
    /// because a period is over for which something of it runs.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let lapses = self.reservation.as_ref().and_then(|held| held.expires_at);
        let lapses =
            lapses.filter(|_| !self.status.is_final() && self.remaining().is_ok_and(Amount::is_positive));
        let waits = matches!(self.status, Status::Preliminary | Status::Confirmed { .. });
        let completes = self.completes_at.filter(|_| waits);
        [lapses, completes, self.run_over_at()]
            .into_iter()
            .flatten()
            .min()
    }
}

impl Status {
    /// Whether nothing moves it on: it has failed or was taken back.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Cancelled { .. })
    }
}

impl Capture {
    /// What can still be given back of it.
    ///
    /// # Errors
    /// When the difference leaves the range of an amount.
    pub fn refundable(&self) -> Result<Amount, MoneyError> {
        self.amount.minus(self.refunded)
    }
}
