//! The order.

use super::{CancellationWire, CaptureWire, ItemWire, RefundWire, moment, money};
use bytes::Bytes;
use http_kit::wire::Number;
use order::{Customer, Dialect, Failure, Order, Status};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// The order as it stands.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Order")]
pub(crate) struct OrderWire<'o> {
    id: String,
    uuid: Uuid,
    version: u64,
    origin: &'static str,
    imported: bool,
    kind: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureWire<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refers_to: Option<&'o str>,
    ids: Ids,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerWire<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reseller: Option<&'o str>,
    currency: &'static str,
    money: Money,
    lines: Vec<ItemWire<'o>>,
    payment: PaymentWire<'o>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reservation: Option<ReservationWire>,
    captures: Vec<CaptureWire<'o>>,
    refunds: Vec<RefundWire<'o>>,
    cancellations: Vec<CancellationWire<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completes_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<&'o str>,
    ordered_at: String,
    placed_at: String,
    updated_at: String,
}

/// Why it failed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Failure")]
pub(crate) struct FailureWire<'o> {
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'o str>,
}

impl<'o> FailureWire<'o> {
    pub(crate) fn of(failure: &'o Failure) -> Self {
        Self {
            reason: failure.word(),
            detail: if let Failure::Other(detail) = failure {
                Some(detail)
            } else {
                None
            },
        }
    }
}

/// The id that each API shows for the order, and takes for it.
#[derive(Debug, Serialize, JsonSchema)]
struct Ids {
    connect: String,
    afterpay: String,
    marketplace: String,
    ordrebok: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Customer")]
struct CustomerWire<'o> {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'o str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    contacts: &'o [String],
}

impl<'o> CustomerWire<'o> {
    fn of(customer: &'o Customer) -> Self {
        Self {
            number: customer.number.as_deref(),
            name: customer.name.as_deref(),
            email: customer.email.as_deref(),
            contacts: &customer.contacts,
        }
    }
}

/// Where the money is: reserved = captured + cancelled + remaining, and refunded is part of captured.
#[derive(Debug, Serialize, JsonSchema)]
struct Money {
    total: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    net: Option<Number>,
    reserved: Number,
    captured: Number,
    cancelled: Number,
    refunded: Number,
    remaining: Number,
}

impl Money {
    fn of(order: &Order) -> Self {
        let money = |amount| money(amount, order.currency);
        // The sums of a kept order are within range: it was checked before it was written.
        Self {
            total: money(order.gross),
            net: order.net.map(money),
            reserved: money(order.reserved().unwrap_or_default()),
            captured: money(order.captured().unwrap_or_default()),
            cancelled: money(order.cancelled().unwrap_or_default()),
            refunded: money(order.refunded().unwrap_or_default()),
            remaining: money(order.remaining().unwrap_or_default()),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Payment")]
struct PaymentWire<'o> {
    method: &'o str,
    prepaid: bool,
    pending: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Reservation")]
struct ReservationWire {
    id: Uuid,
    amount: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

/// The word for a status, and since when it has been so.
fn status(status: &Status) -> (&'static str, Option<String>) {
    match status {
        Status::Preliminary => ("preliminary", None),
        Status::Confirmed { at } => ("confirmed", Some(moment(*at))),
        Status::Processed { at } => ("processed", Some(moment(*at))),
        Status::Failed { at, .. } => ("failed", Some(moment(*at))),
        Status::Cancelled { at } => ("cancelled", Some(moment(*at))),
    }
}

impl<'o> OrderWire<'o> {
    pub(crate) fn of(order: &'o Order) -> Self {
        let currency = order.currency;
        let (status, status_since) = status(&order.status);
        let failure = match &order.status {
            Status::Failed { failure, .. } => Some(FailureWire::of(failure)),
            Status::Preliminary
            | Status::Confirmed { .. }
            | Status::Processed { .. }
            | Status::Cancelled { .. } => None,
        };
        Self {
            id: order.id.to_string(),
            uuid: order.uuid,
            version: order.version,
            origin: order.origin.as_str(),
            imported: order.imported,
            kind: order.kind.word(),
            status,
            status_since,
            failure,
            number: order.number.as_deref(),
            reference: order.reference.as_deref(),
            refers_to: order.refers_to.as_deref(),
            ids: Ids {
                connect: order.shown_id(Dialect::Connect),
                afterpay: order.shown_number(),
                marketplace: order.shown_id(Dialect::Marketplace),
                ordrebok: order.id.to_string(),
            },
            customer: order.customer.as_ref().map(CustomerWire::of),
            reseller: order.reseller.as_deref(),
            currency: currency.code(),
            money: Money::of(order),
            lines: order
                .lines
                .iter()
                .map(|line| ItemWire::of_line(line, currency))
                .collect(),
            payment: PaymentWire {
                method: order.payment.method.word(),
                prepaid: order.payment.prepaid,
                pending: order.payment.pending,
            },
            reservation: order.reservation.as_ref().map(|held| ReservationWire {
                id: held.id,
                amount: money(held.authorised, currency),
                expires_at: held.expires_at.map(moment),
            }),
            captures: order
                .captures
                .iter()
                .map(|one| CaptureWire::of(one, currency))
                .collect(),
            refunds: order
                .refunds
                .iter()
                .map(|one| RefundWire::of(one, currency))
                .collect(),
            cancellations: order
                .cancellations
                .iter()
                .map(|one| CancellationWire::of(one, currency))
                .collect(),
            completes_at: order.completes_at.map(moment),
            callback: order.callback.as_deref(),
            ordered_at: moment(order.ordered_at),
            placed_at: moment(order.placed_at),
            updated_at: moment(order.updated_at),
        }
    }
}

/// The order as this API shows it: JSON text.
pub fn render(order: &Order) -> Bytes {
    // A wire type has text keys and no part that can fail.
    Bytes::from(serde_json::to_vec(&OrderWire::of(order)).unwrap_or_default())
}
