//! What an export has, as rows of columns: the same for CSV and Parquet, and for JSON lines of all but whole orders.

use std::borrow::Cow;

use clap::ValueEnum;
use http_kit::wire::Number as ExactNumber;
use http_kit::wire::time::seconds_text;
use order::{Amount, Capture, Item, Line, MoneyError, Order, Refund, Timestamp};
use rust_decimal::Decimal;
use serde::Serialize;

/// What one row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Rows {
    /// An order
    Orders,
    /// A line of an order
    Lines,
    /// A capture
    Captures,
    /// A refund
    Refunds,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Decimal,
    Time,
}

/// One value of a JSON object.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum JsonCell<'o> {
    Text(Cow<'o, str>),
    Integer(i64),
    Number(ExactNumber),
}

/// A column's name, and what it holds.
pub(super) type Column = (&'static str, Kind);

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell<'o> {
    None,
    Text(Cow<'o, str>),
    Integer(i64),
    Decimal(Decimal),
    Time(Timestamp),
}

use Kind::{Decimal as Number, Integer, Text, Time};

const ORDERS: [Column; 19] = [
    ("orderId", Text),
    ("shownId", Text),
    ("uuid", Text),
    ("number", Text),
    ("reference", Text),
    ("api", Text),
    ("kind", Text),
    ("status", Text),
    ("currency", Text),
    ("gross", Number),
    ("reserved", Number),
    ("captured", Number),
    ("refunded", Number),
    ("cancelled", Number),
    ("remaining", Number),
    ("customerNumber", Text),
    ("customerName", Text),
    ("placedAt", Time),
    ("updatedAt", Time),
];

const LINES: [Column; 14] = [
    ("orderId", Text),
    ("shownId", Text),
    ("line", Integer),
    ("product", Text),
    ("description", Text),
    ("quantity", Number),
    ("returned", Number),
    ("unitGross", Number),
    ("unitNet", Number),
    ("unitVat", Number),
    ("vatPercent", Number),
    ("currency", Text),
    ("subscription", Text),
    ("placedAt", Time),
];

const CAPTURES: [Column; 7] = [
    ("orderId", Text),
    ("shownId", Text),
    ("number", Text),
    ("amount", Number),
    ("refunded", Number),
    ("currency", Text),
    ("at", Time),
];

const REFUNDS: [Column; 7] = [
    ("orderId", Text),
    ("shownId", Text),
    ("number", Text),
    ("capture", Text),
    ("amount", Number),
    ("currency", Text),
    ("at", Time),
];

impl Rows {
    /// The columns, in their order.
    pub(super) fn columns(self) -> &'static [Column] {
        match self {
            Self::Orders => &ORDERS,
            Self::Lines => &LINES,
            Self::Captures => &CAPTURES,
            Self::Refunds => &REFUNDS,
        }
    }

    /// The rows of one order, each with a cell for every column.
    pub(super) fn of(self, order: &Order) -> Result<Vec<Vec<Cell<'_>>>, MoneyError> {
        Ok(match self {
            Self::Orders => vec![whole(order)?],
            Self::Lines => lines(order),
            Self::Captures => captures(order),
            Self::Refunds => refunds(order),
        })
    }
}

impl Cell<'_> {
    /// The same, borrowing nothing.
    pub(super) fn into_owned(self) -> Cell<'static> {
        match self {
            Self::None => Cell::None,
            Self::Text(text) => Cell::Text(text.into_owned().into()),
            Self::Integer(number) => Cell::Integer(number),
            Self::Decimal(number) => Cell::Decimal(number),
            Self::Time(at) => Cell::Time(at),
        }
    }

    /// As JSON has it; none when there is nothing.
    pub(super) fn json(&self) -> Option<JsonCell<'_>> {
        Some(match self {
            Self::None => return None,
            Self::Integer(number) => JsonCell::Integer(*number),
            Self::Decimal(number) => JsonCell::Number(ExactNumber(*number)),
            Self::Text(_) | Self::Time(_) => JsonCell::Text(self.text()),
        })
    }

    /// As CSV has it.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::None => "".into(),
            Self::Text(text) => text.as_ref().into(),
            Self::Integer(number) => number.to_string().into(),
            Self::Decimal(number) => number.to_string().into(),
            Self::Time(at) => seconds_text(at.0).into(),
        }
    }
}

fn text(text: &str) -> Cell<'_> {
    Cell::Text(text.into())
}

fn maybe(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::None, |text| Cell::Text(text.into()))
}

fn number(amount: Amount) -> Cell<'static> {
    Cell::Decimal(amount.decimal())
}

fn maybe_number(amount: Option<Amount>) -> Cell<'static> {
    amount.map_or(Cell::None, number)
}

/// What every row begins with: which order it is of.
fn of(order: &Order) -> [Cell<'_>; 2] {
    [
        Cell::Text(order.id.to_string().into()),
        Cell::Text(order.shown_id(order.origin).into()),
    ]
}

fn whole(order: &Order) -> Result<Vec<Cell<'_>>, MoneyError> {
    let customer = order.customer.as_ref();
    let mut row = Vec::from(of(order));
    row.extend([
        Cell::Text(order.uuid.to_string().into()),
        maybe(order.number.as_deref()),
        maybe(order.reference.as_deref()),
        text(order.origin.as_str()),
        text(order.kind.word()),
        Cell::Text(order.status.word().into()),
        text(order.currency.code()),
        number(order.gross),
        number(order.reserved()?),
        number(order.captured()?),
        number(order.refunded()?),
        number(order.cancelled()?),
        number(order.remaining()?),
        maybe(customer.and_then(|customer| customer.number.as_deref())),
        maybe(customer.and_then(|customer| customer.name.as_deref())),
        Cell::Time(order.placed_at),
        Cell::Time(order.updated_at),
    ]);
    Ok(row)
}

fn lines(order: &Order) -> Vec<Vec<Cell<'_>>> {
    (1..)
        .zip(&order.lines)
        .map(|(place, sold)| line(order, place, sold))
        .collect()
}

fn line<'o>(order: &'o Order, place: i64, line: &'o Line) -> Vec<Cell<'o>> {
    let Item {
        product,
        description,
        quantity,
        unit_gross,
        unit_net,
        unit_vat,
        vat_percent,
        ..
    } = &line.item;
    let mut row = Vec::from(of(order));
    row.extend([
        Cell::Integer(place),
        text(product),
        maybe(Some(description.as_str()).filter(|text| !text.is_empty())),
        Cell::Decimal(quantity.decimal()),
        Cell::Decimal(line.returned.decimal()),
        maybe_number(*unit_gross),
        maybe_number(*unit_net),
        maybe_number(*unit_vat),
        vat_percent.map_or(Cell::None, Cell::Decimal),
        text(order.currency.code()),
        maybe(line.subscription.as_deref()),
        Cell::Time(order.placed_at),
    ]);
    row
}

fn captures(order: &Order) -> Vec<Vec<Cell<'_>>> {
    order.captures.iter().map(|taken| capture(order, taken)).collect()
}

fn capture<'o>(order: &'o Order, capture: &'o Capture) -> Vec<Cell<'o>> {
    let mut row = Vec::from(of(order));
    row.extend([
        text(&capture.number),
        number(capture.amount),
        number(capture.refunded),
        text(order.currency.code()),
        Cell::Time(capture.at),
    ]);
    row
}

fn refunds(order: &Order) -> Vec<Vec<Cell<'_>>> {
    order.refunds.iter().map(|given| refund(order, given)).collect()
}

fn refund<'o>(order: &'o Order, refund: &'o Refund) -> Vec<Cell<'o>> {
    let mut row = Vec::from(of(order));
    row.extend([
        text(&refund.number),
        text(&refund.capture),
        number(refund.amount),
        text(order.currency.code()),
        Cell::Time(refund.at),
    ]);
    row
}
