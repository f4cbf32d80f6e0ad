//! The status of an order, as the API tells it.

use crate::errors::ApiError;
use crate::operations::order_status::render;
use http_kit::wire::Number;
use order::{Dialect, Line, Order, Status, sum_of};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Number as Digits, Value};

/// The answer of every operation that tells the status of orders.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Orders<'o> {
    pub(crate) orders: Vec<OrderStatus<'o>>,
}

/// One order.
#[derive(Debug, Serialize, JsonSchema)]
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
        Self {
            order_id: order_id(order),
            external_order_id: order.reference.as_deref().or(order.number.as_deref()),
            order_time: order.ordered_at.whole_second().0,
            order_status: status_word(&order.status),
            order_amount: Number::plain(order.gross.decimal()),
            customer_number: customer_number(order),
        }
    }
}

/// The order's id: the one that another Connect server gave it, else ours.
pub(crate) fn order_id(order: &Order) -> Digits {
    let alias = order.aliases.get(&Dialect::Connect);
    let alias = alias.and_then(|alias| alias.parse().ok());
    alias.unwrap_or_else(|| Digits::from(order.id.0))
}

/// One line of an order, where lines are told of.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderLine<'o> {
    product_id: &'o str,
    description: &'o str,
    invoice_line_amount: Number,
    invoice_status: &'static str,
    delivery_status: &'static str,
}

impl<'o> OrderLine<'o> {
    /// What the API tells of a line. Invoices and deliveries are the backend's; nothing is known of them here.
    pub(crate) fn of(order: &Order, line: &'o Line) -> Result<Self, ApiError> {
        Ok(Self {
            product_id: &line.item.product,
            description: &line.item.description,
            invoice_line_amount: line_amount(order, line)?,
            invoice_status: "notInvoiced",
            delivery_status: "waiting",
        })
    }
}

/// What a line comes to.
pub(crate) fn line_amount(order: &Order, line: &Line) -> Result<Number, ApiError> {
    let sums = sum_of(std::slice::from_ref(&line.item), order.currency);
    let sums = sums.map_err(|error| ApiError::Refused(error.into()))?;
    Ok(Number::plain(sums.gross.decimal()))
}

/// One order as it is told, an imported one as its own system told it.
pub(crate) fn shown(order: &Order) -> Value {
    let whole = serde_json::from_slice::<Value>(&render(order)).unwrap_or_default();
    whole.pointer("/orders/0").cloned().unwrap_or_default()
}

/// The customer's number where it is one: other systems have letters in theirs.
pub(crate) fn customer_number(order: &Order) -> Option<i64> {
    let text = order.customer.as_ref()?.number.as_deref()?;
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
