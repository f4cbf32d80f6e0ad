//! One exported order: what every order has, whatever API it came through.

use http_kit::wire::Number;
use http_kit::wire::time::seconds_text;
use order::{Amount, Item, MoneyError, Order, Timestamp};
use serde::Serialize;

/// One order, as the JSON lines have it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record<'o> {
    order_id: String,
    /// The id that its own API shows: another system's, when the order was imported from it.
    shown_id: String,
    uuid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'o str>,
    api: &'static str,
    kind: &'static str,
    status: String,
    currency: &'static str,
    gross: Number,
    reserved: Number,
    captured: Number,
    refunded: Number,
    cancelled: Number,
    remaining: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_number: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<&'o str>,
    placed_at: String,
    updated_at: String,
    lines: Vec<RecordItem<'o>>,
    captures: Vec<Movement<'o>>,
    refunds: Vec<Movement<'o>>,
    cancellations: Vec<Movement<'o>>,
}

/// One line, or what was captured, refunded or cancelled of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordItem<'o> {
    product: &'o str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'o str,
    quantity: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_gross: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_percent: Option<Number>,
}

/// One capture, refund or cancellation.
#[derive(Serialize)]
struct Movement<'o> {
    number: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture: Option<&'o str>,
    amount: Number,
    at: String,
    items: Vec<RecordItem<'o>>,
}

fn number(amount: Amount) -> Number {
    Number(amount.decimal())
}

fn items(items: &[Item]) -> Vec<RecordItem<'_>> {
    items.iter().map(item).collect()
}

fn item(item: &Item) -> RecordItem<'_> {
    RecordItem {
        product: &item.product,
        description: &item.description,
        quantity: Number(item.quantity.decimal()),
        unit_gross: item.unit_gross.map(number),
        vat_percent: item.vat_percent.map(Number),
    }
}

fn movement<'o>(name: &'o str, amount: Amount, at: Timestamp, of: &'o [Item]) -> Movement<'o> {
    Movement {
        number: name,
        capture: None,
        amount: number(amount),
        at: seconds_text(at.0),
        items: items(of),
    }
}

impl<'o> Record<'o> {
    /// The record of an order.
    pub(super) fn of(order: &'o Order) -> Result<Self, MoneyError> {
        let customer = order.customer.as_ref();
        Ok(Self {
            order_id: order.id.to_string(),
            shown_id: order.shown_id(order.origin),
            uuid: order.uuid.to_string(),
            number: order.number.as_deref(),
            reference: order.reference.as_deref(),
            api: order.origin.as_str(),
            kind: order.kind.word(),
            status: order.status.word(),
            currency: order.currency.code(),
            gross: number(order.gross),
            reserved: number(order.reserved()?),
            captured: number(order.captured()?),
            refunded: number(order.refunded()?),
            cancelled: number(order.cancelled()?),
            remaining: number(order.remaining()?),
            customer_number: customer.and_then(|customer| customer.number.as_deref()),
            customer_name: customer.and_then(|customer| customer.name.as_deref()),
            placed_at: seconds_text(order.placed_at.0),
            updated_at: seconds_text(order.updated_at.0),
            lines: order.lines.iter().map(|line| item(&line.item)).collect(),
            captures: order
                .captures
                .iter()
                .map(|c| movement(&c.number, c.amount, c.at, &c.items))
                .collect(),
            refunds: order
                .refunds
                .iter()
                .map(|r| Movement {
                    capture: Some(&r.capture),
                    ..movement(&r.number, r.amount, r.at, &r.items)
                })
                .collect(),
            cancellations: order
                .cancellations
                .iter()
                .map(|c| movement(&c.number, c.amount, c.at, &c.items))
                .collect(),
        })
    }
}
