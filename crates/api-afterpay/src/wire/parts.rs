//! Captures, refunds, cancellations and shipments: as they are sent, kept and shown.

use super::{ItemWire, members};
use crate::reading::Object;
use ::order::{Parcel, Shipment, ShipmentKind};
use http_kit::wire::Number;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

members! {
    /// The merchant's own notes on a capture.
    References {
        your_reference: String,
        our_reference: String,
        contract_date: String,
        invoice_date: String,
        due_date: String,
        order_date: String,
    }
}

impl References {
    pub(crate) fn read(references: &Object<'_>) -> Self {
        Self {
            your_reference: references.cut_text("yourReference", 128),
            our_reference: references.cut_text("ourReference", 128),
            contract_date: references.time("contractDate"),
            invoice_date: references.time("invoiceDate"),
            due_date: references.time("dueDate"),
            order_date: references.time("orderDate"),
        }
    }
}

members! {
    /// What only AfterPay knows of a capture.
    CaptureAnnex {
        references: References,
        campaign_number: i64,
        parent_transaction_reference: String,
        transaction_reference: String,
        returned: Vec<ReturnNotice>,
    }
}

members! {
    /// What a customer said to have sent back.
    ReturnNotice {
        at: String,
        total_gross_amount: Number,
    }
}

members! {
    /// What only AfterPay knows of a refund.
    RefundAnnex {
        refund_type: String,
        parent_transaction_reference: String,
        transaction_reference: String,
    }
}

members! {
    /// What only AfterPay knows of a cancellation.
    CancellationAnnex { parent_transaction_reference: String }
}

/// Reads a parcel: what is sent with a capture, or after it.
pub(crate) fn read_parcel(parcel: &Object<'_>) -> Option<Parcel> {
    let kind = parcel.required("type", parcel.word("type", &["Shipment", "Return"]));
    let carrier = parcel.required("shippingCompany", parcel.text("shippingCompany", 200));
    let tracking_id = parcel.text("trackingId", 100);
    let tracking_url = parcel.text("trackingUrl", 2083);
    Some(Parcel {
        kind: match kind? {
            "Return" => ShipmentKind::Return,
            _ => ShipmentKind::Shipment,
        },
        carrier: carrier?,
        tracking_id,
        tracking_url,
    })
}

/// A shipment as answers show it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Shipping")]
pub(crate) struct ShippingWire<'o> {
    shipping_number: i64,
    r#type: &'static str,
    shipping_company: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking_id: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking_url: Option<&'o str>,
}

impl<'o> From<&'o Shipment> for ShippingWire<'o> {
    fn from(shipment: &'o Shipment) -> Self {
        Self {
            shipping_number: shipment.number,
            r#type: match shipment.kind {
                ShipmentKind::Shipment => "Shipment",
                ShipmentKind::Return => "Return",
            },
            shipping_company: &shipment.carrier,
            tracking_id: shipment.tracking_id.as_deref(),
            tracking_url: shipment.tracking_url.as_deref(),
        }
    }
}

/// A capture as answers show it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Capture")]
pub(crate) struct CaptureWire<'o> {
    pub(crate) capture_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reservation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer_number: Option<&'o str>,
    pub(crate) capture_number: &'o str,
    pub(crate) order_number: &'o str,
    pub(crate) amount: Number,
    pub(crate) balance: Number,
    pub(crate) total_refunded_amount: Number,
    pub(crate) currency: &'static str,
    pub(crate) inserted_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contract_date: Option<String>,
    pub(crate) order_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invoice_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) your_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) our_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent_transaction_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transaction_reference: Option<String>,
    pub(crate) capture_items: Vec<ItemWire<'o>>,
    pub(crate) shipping_details: Vec<ShippingWire<'o>>,
}

/// A refund as answers show it: its amounts with the other sign.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Refund")]
pub(crate) struct RefundWire<'o> {
    pub(crate) refund_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reservation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer_number: Option<&'o str>,
    pub(crate) refund_number: &'o str,
    pub(crate) order_number: &'o str,
    pub(crate) amount: Number,
    pub(crate) balance: Number,
    pub(crate) currency: &'static str,
    pub(crate) inserted_at: String,
    pub(crate) capture_number: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent_transaction_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transaction_reference: Option<String>,
    pub(crate) refund_items: Vec<ItemWire<'o>>,
}

/// A cancellation as answers show it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Cancellation")]
pub(crate) struct CancellationWire<'o> {
    pub(crate) cancellation_no: &'o str,
    pub(crate) cancellation_amount: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent_transaction_reference: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) cancellation_items: Vec<ItemWire<'o>>,
}
