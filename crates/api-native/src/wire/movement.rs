//! Captures, refunds, cancellations and shipments.

use super::{ItemWire, moment, money};
use http_kit::wire::Number;
use order::{Cancellation, Capture, Cause, Currency, Refund, Shipment, ShipmentKind};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// An amount taken.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Capture")]
pub(crate) struct CaptureWire<'o> {
    number: &'o str,
    id: Uuid,
    amount: Number,
    refunded: Number,
    items: Vec<ItemWire<'o>>,
    shipments: Vec<ShipmentWire<'o>>,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
}

impl<'o> CaptureWire<'o> {
    pub(crate) fn of(capture: &'o Capture, currency: Currency) -> Self {
        Self {
            number: &capture.number,
            id: capture.id,
            amount: money(capture.amount, currency),
            refunded: money(capture.refunded, currency),
            items: ItemWire::all(&capture.items, currency),
            shipments: capture.shipments.iter().map(ShipmentWire::of).collect(),
            at: moment(capture.at),
            updated_at: capture.updated_at.map(moment),
        }
    }
}

/// An amount given back.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Refund")]
pub(crate) struct RefundWire<'o> {
    number: &'o str,
    id: Uuid,
    capture: &'o str,
    amount: Number,
    items: Vec<ItemWire<'o>>,
    at: String,
}

impl<'o> RefundWire<'o> {
    pub(crate) fn of(refund: &'o Refund, currency: Currency) -> Self {
        Self {
            number: &refund.number,
            id: refund.id,
            capture: &refund.capture,
            amount: money(refund.amount, currency),
            items: ItemWire::all(&refund.items, currency),
            at: moment(refund.at),
        }
    }
}

/// An amount released.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Cancellation")]
pub(crate) struct CancellationWire<'o> {
    number: &'o str,
    amount: Number,
    items: Vec<ItemWire<'o>>,
    cause: &'static str,
    at: String,
}

impl<'o> CancellationWire<'o> {
    pub(crate) fn of(cancellation: &'o Cancellation, currency: Currency) -> Self {
        Self {
            number: &cancellation.number,
            amount: money(cancellation.amount, currency),
            items: ItemWire::all(&cancellation.items, currency),
            cause: match cancellation.cause {
                Cause::Merchant => "merchant",
                Cause::Expiry => "expiry",
            },
            at: moment(cancellation.at),
        }
    }
}

/// Something sent.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Shipment")]
pub(crate) struct ShipmentWire<'o> {
    number: i64,
    direction: &'static str,
    carrier: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking_id: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking_url: Option<&'o str>,
}

impl<'o> ShipmentWire<'o> {
    pub(crate) fn of(shipment: &'o Shipment) -> Self {
        Self {
            number: shipment.number,
            direction: match shipment.kind {
                ShipmentKind::Shipment => "outbound",
                ShipmentKind::Return => "return",
            },
            carrier: &shipment.carrier,
            tracking_id: shipment.tracking_id.as_deref(),
            tracking_url: shipment.tracking_url.as_deref(),
        }
    }
}
