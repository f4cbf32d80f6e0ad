//! What moves money or goods: captures, refunds, cancellations, shipments.

use crate::{Amount, Item, Opaque, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An amount taken of the reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// Its own id.
    pub id: Uuid,
    /// Its number: the merchant's invoice number, or one that was made up. Unique within the order.
    pub number: String,
    /// How much, with VAT.
    pub amount: Amount,
    /// How much of it has been given back since.
    pub refunded: Amount,
    /// What was captured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// What was sent of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipments: Vec<Shipment>,
    /// The highest number that a shipment of it has had, so that a removed one's is not given again.
    #[serde(default)]
    pub last_shipment: i64,
    /// When.
    pub at: Timestamp,
    /// When it last changed, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// What only the dialect knows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annex: Option<Opaque>,
}

/// An amount given back of a capture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its own id.
    pub id: Uuid,
    /// Its number. Unique within the order.
    pub number: String,
    /// The number of the capture that it gives back of.
    pub capture: String,
    /// How much; positive.
    pub amount: Amount,
    /// What was given back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// When.
    pub at: Timestamp,
    /// What only the dialect knows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annex: Option<Opaque>,
}

/// An amount of the reservation released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// Its number. Unique within the order.
    pub number: String,
    /// How much; positive.
    pub amount: Amount,
    /// What was cancelled; empty when no lines were named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// Who asked for it.
    pub cause: Cause,
    /// When.
    pub at: Timestamp,
    /// What only the dialect knows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annex: Option<Opaque>,
}

/// Why an amount was released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// The merchant asked for it.
    Merchant,
    /// The reservation's time was up.
    Expiry,
}

/// Something sent, or sent back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    /// Its number within the capture: 1, 2, 3, ...
    pub number: i64,
    /// Which way.
    pub kind: ShipmentKind,
    /// Who carries it.
    pub carrier: String,
    /// The carrier's number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_id: Option<String>,
    /// Where to follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<String>,
}

/// Which way goods go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShipmentKind {
    /// To the customer.
    Shipment,
    /// Back from the customer.
    Return,
}
