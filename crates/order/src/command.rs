//! What can be asked of an order.

use crate::{
    Amount, Currency, Customer, Dialect, Entailed, Failure, Handover, Item, Kind, Opaque, Order, OrderId,
    Payment, Shipment, ShipmentKind, Taking, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What can be asked of an order.
#[derive(Debug, Clone)]
pub enum Command {
    /// Take a new order into the book.
    Register(Box<Registration>),
    /// Take over an order that another system kept, as that system tells it.
    Import(Box<Order>),
    /// Go on only when the order is in one of these versions: whoever asks has seen no other.
    Expect {
        /// The versions.
        versions: Vec<u64>,
    },
    /// Note that the order is received and valid.
    Confirm,
    /// Note that the order is handed over, with the subscriptions that its lines came to, by line.
    Process {
        /// The subscription of each line, by the line's place; shorter when the rest have none.
        subscriptions: Vec<Option<String>>,
    },
    /// End the order without doing it.
    Fail(Failure),
    /// Complete the order: ask for the payment where the method needs it, hand over, and owe the callback.
    Fulfil(FulfilRequest),
    /// Say how the outside payment came out.
    Settle {
        /// Whether it was paid.
        paid: bool,
    },
    /// Note what the payer has agreed to.
    Reserve(ReserveRequest),
    /// Replace what is sold, and with it what is reserved.
    Revise(ReviseRequest),
    /// Let what is left of a reservation lapse once its time is up.
    Expire,
    /// Take an amount of the reservation.
    Capture(CaptureRequest),
    /// Give an amount back of a capture.
    Refund(RefundRequest),
    /// Release an amount of the reservation.
    Cancel(CancelRequest),
    /// Note that something of a capture was sent.
    Ship(ShipRequest),
    /// Correct a shipment.
    ChangeShipment {
        /// The number of the capture.
        capture: String,
        /// The shipment as it should be; its number says which.
        shipment: Shipment,
    },
    /// Take a shipment back.
    RemoveShipment {
        /// The number of the capture.
        capture: String,
        /// The shipment's number within the capture.
        shipment: i64,
    },
    /// Hand lines back.
    Return {
        /// Which.
        lines: Vec<ReturnedLine>,
        /// Under which rules.
        policy: ReturnPolicy,
    },
    /// Note which subscriptions the lines are about.
    Subscribe {
        /// The subscription of each line, by the line's place; shorter when the rest have none.
        subscriptions: Vec<Option<String>>,
    },
    /// Note that the periods of lines are over.
    EndRuns {
        /// Which lines, by their numbers.
        lines: Vec<i64>,
        /// The order under which they go on; none when they don't.
        renewed_by: Option<OrderId>,
    },
    /// Let nothing of the order go on by itself when its period is over.
    StopRenewing,
    /// Note what was taken of stock for the order.
    TakeStock(Vec<Taking>),
    /// Note that what was taken of stock has been given back.
    GiveStockBack,
    /// Move the time at which the order came into the book, for tests of what depends on it.
    Redate {
        /// The new time.
        at: Timestamp,
    },
    /// Change the merchant's own reference.
    Refer {
        /// The new reference; none to remove it.
        reference: Option<String>,
    },
    /// Say whose the order is, unless that is known.
    Assign {
        /// The customer's number.
        customer: String,
    },
    /// Replace what one dialect alone knows of the order.
    Annotate {
        /// Whose.
        dialect: Dialect,
        /// What it knows now.
        annex: Opaque,
    },
}

/// A new order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Its id, from the merchant's block.
    pub id: OrderId,
    /// Its UUID.
    pub uuid: Uuid,
    /// The dialect that places it.
    pub origin: Dialect,
    /// What sort of order.
    pub kind: Kind,
    /// The merchant's own number, unique within the merchant.
    pub number: Option<String>,
    /// The merchant's own reference.
    pub reference: Option<String>,
    /// The order that it refers to.
    pub refers_to: Option<String>,
    /// Who buys.
    pub customer: Option<Customer>,
    /// Through whom.
    pub reseller: Option<String>,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// The total with VAT.
    pub gross: Amount,
    /// The total without VAT.
    pub net: Option<Amount>,
    /// What is sold.
    pub items: Vec<Item>,
    /// How it is paid.
    pub payment: Payment,
    /// When it was placed, by the merchant's own account; now when not said.
    pub ordered_at: Option<Timestamp>,
    /// When the server itself is to complete it.
    pub completes_at: Option<Timestamp>,
    /// What its lines entail beside money.
    #[serde(default, skip_serializing_if = "Entailed::is_empty")]
    pub entails: Entailed,
    /// What only one dialect knows of it.
    pub annex: BTreeMap<Dialect, Opaque>,
}

/// Completing an order.
#[derive(Debug, Clone, Default)]
pub struct FulfilRequest {
    /// The absolute address that is owed a call once it is known whether the order was paid for.
    pub callback: Option<String>,
    /// Whether the merchant's payment connector asks for payments that are made outside.
    pub asks_connector: bool,
    /// Whether the payer is there, and may be sent to a provider's page.
    pub payer_is_there: bool,
    /// Whether the payer has agreed beforehand to be charged: a subscription that goes on by itself.
    pub payer_has_agreed: bool,
    /// How the order is handed over once it is paid for; none for at once.
    pub handover: Option<Handover>,
}

/// Reserving an amount.
#[derive(Debug, Clone)]
pub struct ReserveRequest {
    /// How much.
    pub amount: Amount,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

/// Replacing what is sold.
#[derive(Debug, Clone)]
pub struct ReviseRequest {
    /// What it comes to now, with VAT; from then on this much is reserved.
    pub gross: Amount,
    /// What it comes to now, without VAT.
    pub net: Option<Amount>,
    /// What is sold now.
    pub items: Vec<Item>,
    /// Whether more may be reserved than before: whoever judges the risk has agreed.
    pub may_grow: bool,
}

/// How much is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All that is left.
    Remaining,
    /// What the items come to.
    Items,
    /// So much, with VAT; where items are given they must come to it, and to the net amount when there is one.
    Exactly {
        /// With VAT.
        gross: Amount,
        /// Without VAT.
        net: Option<Amount>,
    },
}

/// Taking an amount of the reservation.
#[derive(Debug, Clone)]
pub struct CaptureRequest {
    /// The merchant's invoice number; one is made up when there is none.
    pub number: Option<String>,
    /// How much.
    pub wanted: Wanted,
    /// Of what; empty for whatever has not been captured yet.
    pub items: Vec<Item>,
    /// Whether a part of what is left has to name its items, as AfterPay has it.
    pub part_names_items: bool,
    /// What is sent with it.
    pub shipments: Vec<Parcel>,
    /// What only the dialect knows of it.
    pub annex: Option<Opaque>,
}

/// Giving an amount back.
#[derive(Debug, Clone)]
pub struct RefundRequest {
    /// Of which capture; none for whichever can bear it.
    pub capture: Option<String>,
    /// The merchant's credit note number; one is made up when there is none.
    pub number: Option<String>,
    /// How much.
    pub wanted: Wanted,
    /// For what; empty for the whole of what is given back.
    pub items: Vec<Item>,
    /// What only the dialect knows of it.
    pub annex: Option<Opaque>,
}

/// Releasing an amount.
#[derive(Debug, Clone)]
pub struct CancelRequest {
    /// How much.
    pub wanted: Wanted,
    /// Of what; may be empty.
    pub items: Vec<Item>,
    /// What only the dialect knows of it.
    pub annex: Option<Opaque>,
}

/// Sending something of a capture.
#[derive(Debug, Clone)]
pub struct ShipRequest {
    /// The number of the capture.
    pub capture: String,
    /// What.
    pub parcel: Parcel,
}

/// Something to be sent: a shipment that has no number yet.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// Which way.
    pub kind: ShipmentKind,
    /// Who carries it.
    pub carrier: String,
    /// The carrier's number for it.
    pub tracking_id: Option<String>,
    /// Where to follow it.
    pub tracking_url: Option<String>,
}

impl Parcel {
    /// The shipment that it becomes.
    pub fn numbered(&self, number: i64) -> Shipment {
        Shipment {
            number,
            kind: self.kind,
            carrier: self.carrier.clone(),
            tracking_id: self.tracking_id.clone(),
            tracking_url: self.tracking_url.clone(),
        }
    }
}

/// One line handed back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedLine {
    /// The line's number as the merchant wrote it.
    pub number: i64,
    /// The product, which must be the line's.
    pub product: String,
    /// How many.
    pub quantity: crate::Quantity,
}

/// Under which rules lines are handed back.
#[derive(Debug, Clone, Copy)]
pub struct ReturnPolicy {
    /// For how many days from the order's placing; none for ever.
    pub within_days: Option<i64>,
    /// Whether a line goes back only as a whole.
    pub whole_lines: bool,
    /// Whether it is an exchange that is undone, and not a purchase or a renewal.
    pub undoes_switch: bool,
}
