//! What the merchant's connectors are told: `{"type", "time", "data"}`, as the API's events are.
//!
//! Each is rendered when the connector is called, from the order as it stands then.

use crate::annex;
use crate::wire::status::{customer_number, order_id, status_word};
use book::Happening;
use http_kit::wire::Number;
use order::{Order, Timestamp};
use serde::Serialize;
use serde_json::Number as Digits;
use serde_json::value::RawValue;

/// Whom events are from.
const SOURCE: &str = "ORDREBOK";

/// One call.
#[derive(Serialize)]
struct Told<D> {
    #[serde(rename = "type")]
    kind: &'static str,
    time: i64,
    data: D,
}

/// An order that is to be paid for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payment<'o> {
    #[serde(flatten)]
    order: Facts<'o>,
    /// The page to send the payer back to; none when there is no payer in front of a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    return_url: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<Box<RawValue>>,
}

/// An order that is to be carried out.
#[derive(Serialize)]
struct Handover<'o> {
    #[serde(flatten)]
    order: Facts<'o>,
    /// The registration as the client sent it; none for an order of another API.
    #[serde(skip_serializing_if = "Option::is_none")]
    registration: Option<Box<RawValue>>,
}

/// What is told of every order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facts<'o> {
    order_id: Digits,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_order_id: Option<&'o str>,
    order_status: &'o str,
    order_amount: Number,
    currency: &'static str,
    payment_method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_number: Option<i64>,
    /// The order whose subscriptions go on under this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal_of: Option<Digits>,
}

impl<'o> Facts<'o> {
    /// As they were when the order had this status.
    fn with_status(self, order_status: &'o str) -> Self {
        Self { order_status, ..self }
    }

    /// Of an order, whichever API it came through.
    pub(crate) fn of(order: &'o Order) -> Self {
        Self {
            order_id: order_id(order),
            external_order_id: order.reference.as_deref().or(order.number.as_deref()),
            order_status: status_word(&order.status),
            order_amount: Number::plain(order.gross.decimal()),
            currency: order.currency.code(),
            payment_method: annex::payment_method(order),
            customer_number: customer_number(order),
            renewal_of: renewed(order),
        }
    }
}

fn renewed(order: &Order) -> Option<Digits> {
    order
        .refers_to
        .as_ref()
        .filter(|_| order.renews_runs())?
        .parse()
        .ok()
}

/// What the payment connector is asked. `return_url` is where the payer waits for the outcome, when there is one.
pub fn payment(order: &Order, asked_at: Timestamp, return_url: Option<&str>) -> Vec<u8> {
    let data = Payment {
        order: Facts::of(order),
        return_url,
        payer: annex::payer(order),
    };
    told("payment", asked_at, data)
}

/// What the handover connector is given.
pub fn handover(order: &Order, due_since: Timestamp) -> Vec<u8> {
    let data = Handover {
        order: Facts::of(order),
        registration: annex::registration(order),
    };
    told("handover", due_since, data)
}

/// What the event connector is told of an order's new status, by the core's word for it.
pub fn event(order: &Order, word: &str, at: Timestamp) -> Vec<u8> {
    let status = match word.split_once(':').map_or(word, |(status, _why)| status) {
        "cancelled" => "failed", // as the API has it everywhere
        status => status,
    };
    let event = Event {
        time: at.0,
        kind: "order",
        source: SOURCE,
        status,
        data: Facts::of(order).with_status(status),
    };
    serde_json::to_vec(&event).unwrap_or_default() // text keys only: it never fails
}

/// What the event connector is told of what is no order: subscriptions, products, coupons, customers.
pub fn happening(happening: &Happening, at: Timestamp) -> Vec<u8> {
    let event = Event {
        time: at.0,
        kind: &happening.kind,
        source: SOURCE,
        status: &happening.status,
        data: &happening.data,
    };
    serde_json::to_vec(&event).unwrap_or_default() // text keys only: it never fails
}

/// The documented form of events.
#[derive(Serialize)]
struct Event<'o, D> {
    time: i64,
    #[serde(rename = "type")]
    kind: &'o str,
    source: &'static str,
    status: &'o str,
    data: D,
}

fn told<D: Serialize>(kind: &'static str, at: Timestamp, data: D) -> Vec<u8> {
    let told = Told {
        kind,
        time: at.0,
        data,
    };
    serde_json::to_vec(&told).unwrap_or_default() // text keys only: it never fails
}
