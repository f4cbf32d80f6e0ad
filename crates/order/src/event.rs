//! What has happened to an order. Appended once, never changed.

use crate::order::is_false;
use crate::{
    Amount, Cancellation, Capture, Dialect, Failure, Handover, Item, Opaque, Order, OrderId, Refund,
    Registration, ReturnedLine, Shipment, Taking, Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One thing that happened to one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub fact: Fact,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// The order came into the book.
    Registered(Box<Registration>),
    /// The order came into the book as another system tells it.
    Imported(Box<Order>),
    /// It was received and found valid.
    Confirmed,
    /// It was handed over.
    Processed {
        /// The subscription of each line, by the line's place.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        subscriptions: Vec<Option<String>>,
    },
    /// It ended without being done.
    Failed(Failure),
    /// It was to be completed.
    FulfilmentAsked {
        /// The address that is owed a call.
        callback: Option<String>,
        /// Whether an outside payment was asked for.
        pending: bool,
        /// Whether the merchant's payment connector is to ask for it.
        #[serde(default, skip_serializing_if = "is_false")]
        connector: bool,
        /// How the order is handed over once it is paid for; none for at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handover: Option<Handover>,
    },
    /// The outside payment was answered.
    Settled {
        /// Whether it was paid.
        paid: bool,
    },
    /// The payer agreed to an amount.
    Reserved {
        /// The reservation's id.
        id: Uuid,
        /// How much.
        amount: Amount,
        /// Until when.
        expires_at: Option<Timestamp>,
    },
    /// What is sold was replaced, and with it what is reserved.
    Revised {
        /// With VAT, and so what is reserved.
        gross: Amount,
        /// Without VAT.
        net: Option<Amount>,
        /// What is sold.
        items: Vec<Item>,
    },
    /// The reservation's time was up, and what was left of it was released.
    Expired(Box<Cancellation>),
    /// An amount was taken.
    Captured(Box<Capture>),
    /// An amount was given back.
    Refunded(Box<Refund>),
    /// An amount was released.
    Cancelled(Box<Cancellation>),
    /// Something was sent.
    Shipped {
        /// The number of the capture.
        capture: String,
        /// What.
        shipment: Shipment,
    },
    /// A shipment was corrected.
    ShipmentChanged {
        /// The number of the capture.
        capture: String,
        /// The shipment as it is now.
        shipment: Shipment,
    },
    /// A shipment was taken back.
    ShipmentRemoved {
        /// The number of the capture.
        capture: String,
        /// The shipment's number.
        shipment: i64,
    },
    /// Lines were handed back.
    Returned(Vec<ReturnedLine>),
    /// The lines were found to be about these subscriptions.
    Subscribed {
        /// The subscription of each line, by the line's place.
        subscriptions: Vec<Option<String>>,
    },
    /// The periods of lines were over.
    RunsEnded {
        /// Which lines, by their numbers.
        lines: Vec<i64>,
        /// The order under which they go on; none when they don't.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        renewed_by: Option<OrderId>,
    },
    /// Nothing of it goes on by itself any more.
    RenewalStopped,
    /// So much was taken of stock for it.
    StockTaken(Vec<Taking>),
    /// What was taken of stock was given back.
    StockGivenBack,
    /// The time at which the order came into the book was moved.
    Redated {
        /// The new time.
        at: Timestamp,
    },
    /// The merchant's reference changed.
    Referred {
        /// The new reference.
        reference: Option<String>,
    },
    /// It became known whose the order is.
    Assigned {
        /// The customer's number.
        customer: String,
    },
    /// What one dialect alone knows of the order changed.
    Annotated {
        /// Whose.
        dialect: Dialect,
        /// What it knows now.
        annex: Opaque,
    },
}

impl Fact {
    /// The names of all events that there are.
    pub const NAMES: [&str; 26] = [
        "registered",
        "imported",
        "confirmed",
        "processed",
        "failed",
        "fulfilment_asked",
        "settled",
        "reserved",
        "revised",
        "expired",
        "captured",
        "refunded",
        "cancelled",
        "shipped",
        "shipment_changed",
        "shipment_removed",
        "returned",
        "subscribed",
        "runs_ended",
        "renewal_stopped",
        "stock_taken",
        "stock_given_back",
        "redated",
        "referred",
        "assigned",
        "annotated",
    ];

    /// The event's name in the journal.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Registered(_) => "registered",
            Self::Imported(_) => "imported",
            Self::Confirmed => "confirmed",
            Self::Processed { .. } => "processed",
            Self::Failed(_) => "failed",
            Self::FulfilmentAsked { .. } => "fulfilment_asked",
            Self::Settled { .. } => "settled",
            Self::Reserved { .. } => "reserved",
            Self::Revised { .. } => "revised",
            Self::Expired(_) => "expired",
            Self::Captured(_) => "captured",
            Self::Refunded(_) => "refunded",
            Self::Cancelled(_) => "cancelled",
            Self::Shipped { .. } => "shipped",
            Self::ShipmentChanged { .. } => "shipment_changed",
            Self::ShipmentRemoved { .. } => "shipment_removed",
            Self::Returned(_) => "returned",
            Self::Subscribed { .. } => "subscribed",
            Self::RunsEnded { .. } => "runs_ended",
            Self::RenewalStopped => "renewal_stopped",
            Self::StockTaken(_) => "stock_taken",
            Self::StockGivenBack => "stock_given_back",
            Self::Redated { .. } => "redated",
            Self::Referred { .. } => "referred",
            Self::Assigned { .. } => "assigned",
            Self::Annotated { .. } => "annotated",
        }
    }
}
