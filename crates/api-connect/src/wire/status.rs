//! The status of an order, as the API tells it.

use http_kit::wire::Number;
use order::{Dialect, Order, Status};
use serde::Serialize;
use serde_json::Number as Digits;

/// The answer of every operation that tells the status of orders.
#[derive(Debug, Serialize)]
pub(crate) struct Orders<'o> {
    pub(crate) orders: Vec<OrderStatus<'o>>,
}

/// One order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the API's own names")]
pub(crate) struct OrderStatus<'o> {
    order_id: Digits,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_order_id: Option<&'o str>,
    order_time: i64,
    order_status: &'static str,
    order_amount: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_number: Option<i64>,
}

impl<'o> OrderStatus<'o> {
    /// What the API tells of an order, whichever API it came through.
    pub(crate) fn of(order: &'o Order) -> Self {
        let customer = order.customer.as_ref();
        let customer = customer.and_then(|customer| customer.number.as_deref());
        Self {
            order_id: order_id(order),
            external_order_id: order.reference.as_deref().or(order.number.as_deref()),
            order_time: order.ordered_at.whole_second().0,
            order_status: status_word(&order.status),
            order_amount: Number::plain(order.gross.decimal()),
            customer_number: customer.and_then(customer_number),
        }
    }
}

/// The order's id: the one that another Connect server gave it, else ours.
pub(crate) fn order_id(order: &Order) -> Digits {
    let alias = order.aliases.get(&Dialect::Connect);
    let alias = alias.and_then(|alias| alias.parse().ok());
    alias.unwrap_or_else(|| Digits::from(order.id.0))
}

/// The customer's number where it is one: other systems have letters in theirs.
fn customer_number(text: &str) -> Option<i64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| is_plain)
}

/// The word for a status.
pub(crate) fn status_word(status: &Status) -> &'static str {
    match status {
        Status::Preliminary => "preliminary",
        Status::Confirmed { .. } => "confirmed",
        Status::Processed { .. } => "processed",
        Status::Failed { .. } | Status::Cancelled { .. } => "failed",
    }
}
