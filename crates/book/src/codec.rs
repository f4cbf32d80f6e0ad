//! Between the domain and the store's rows.

use crate::BookError;
use order::{Event, Order, Timestamp};
use store::rows::{Before, EventRow, NameRow, OrderRow};

/// The name space of the merchants' order numbers, which compare without case.
pub(crate) const NUMBER: &str = "number";
/// The name space of what a customer is found by, compared without case.
pub(crate) const CONTACT: &str = "contact";
/// The name space of references that need not be unique.
pub(crate) const REFERENCE: &str = "reference";

/// The name space of the ids that a dialect's own system gave.
pub(crate) fn alias_space(dialect: order::Dialect) -> &'static str {
    match dialect {
        order::Dialect::Connect => "alias.connect",
        order::Dialect::AfterPay => "alias.afterpay",
        order::Dialect::Marketplace => "alias.marketplace",
        order::Dialect::Ordrebok => "alias.ordrebok",
    }
}

/// An order number as it is compared.
pub(crate) fn fold(number: &str) -> String {
    number.to_lowercase()
}

pub(crate) fn order_row(order: &Order, changed_at: Timestamp) -> Result<OrderRow, BookError> {
    let customer = order
        .customer
        .as_ref()
        .and_then(|customer| customer.number.clone());
    Ok(OrderRow {
        id: order.id.0,
        version: i64::try_from(order.version).unwrap_or(i64::MAX),
        uuid: order.uuid.to_string(),
        origin: order.origin.as_str().to_owned(),
        kind: order.kind.word().to_owned(),
        state: order.status.word(),
        created_at: order.placed_at.0,
        updated_at: changed_at.0,
        currency: order.currency.code().to_owned(),
        gross: order.gross.to_string(),
        customer: customer.unwrap_or_default(),
        reseller: order.reseller.clone().unwrap_or_default(),
        reference: order.refers_to.clone().unwrap_or_default(),
        wake_at: order.next_wake().map(|at| at.0),
        snapshot: encode(order, "order", order.id.0)?,
        basket: basket_of(order),
    })
}

pub(crate) fn order_of(row: &OrderRow) -> Result<Order, BookError> {
    serde_json::from_str(&row.snapshot).map_err(|source| corrupt("order", row.id, source))
}

pub(crate) fn event_row(event: &Event, sequence: u64, order: i64) -> Result<EventRow, BookError> {
    Ok(EventRow {
        sequence: i64::try_from(sequence).unwrap_or(i64::MAX),
        at: event.at.0,
        kind: event.fact.name().to_owned(),
        body: encode(&event.fact, "event", order)?,
    })
}

pub(crate) fn event_of(row: &EventRow, order: i64) -> Result<Event, BookError> {
    let fact = serde_json::from_str(&row.body).map_err(|source| corrupt("event of order", order, source))?;
    Ok(Event {
        at: Timestamp(row.at),
        fact,
    })
}

fn encode<T: serde::Serialize>(value: &T, what: &'static str, id: i64) -> Result<String, BookError> {
    serde_json::to_string(value).map_err(|source| corrupt(what, id, source))
}

fn corrupt(what: &'static str, id: i64, source: serde_json::Error) -> BookError {
    BookError::Corrupt {
        what,
        id: id.to_string(),
        source,
    }
}

/// The basket that the history counts the order's products by. Only Marketplace's clients ask for their orders by
/// product, and only its registrations pay for that; the others are found one by one.
fn basket_of(order: &Order) -> i64 {
    let customer = order.customer.as_ref();
    let number = customer.and_then(|customer| customer.number.as_deref());
    let is_counted =
        order.origin == order::Dialect::Marketplace && number.is_some_and(|number| !number.is_empty());
    if is_counted && !order.lines.is_empty() {
        store::basket(&products_of(order))
    } else {
        0
    }
}

/// What the history must know of an order before it changes; `basket` is the one that it was written with.
pub(crate) fn before_of(order: &Order, basket: i64) -> Before {
    let customer = order
        .customer
        .as_ref()
        .and_then(|customer| customer.number.clone());
    Before {
        version: i64::try_from(order.version).unwrap_or(i64::MAX),
        created_at: order.placed_at.0,
        customer: customer.unwrap_or_default(),
        kind: order.kind.word().to_owned(),
        state: order.status.word(),
        reseller: order.reseller.clone().unwrap_or_default(),
        basket,
        products: products_of(order),
    }
}

/// The products on an order's lines, each once, sorted.
pub(crate) fn products_of(order: &Order) -> Vec<String> {
    let mut products: Vec<String> = order.lines.iter().map(|line| line.item.product.clone()).collect();
    products.sort_unstable();
    products.dedup();
    products
}

/// The unique names of an order.
pub(crate) fn names_of(order: &Order) -> Vec<NameRow> {
    let number = order.number.iter().map(|number| NameRow {
        space: NUMBER.to_owned(),
        name: fold(number),
    });
    let alias = |(dialect, name): (&order::Dialect, &String)| NameRow {
        space: alias_space(*dialect).to_owned(),
        name: name.clone(),
    };
    number.chain(order.aliases.iter().map(alias)).collect()
}

/// The names that an order shares with others.
pub(crate) fn references_of(order: &Order) -> Vec<NameRow> {
    let named = |name: &String| NameRow {
        space: REFERENCE.to_owned(),
        name: name.clone(),
    };
    let references = order.reference.iter().filter(|name| !name.is_empty()).map(named);
    let customer = order.customer.iter();
    let contacts = customer.flat_map(|customer| customer.contacts.iter().chain(&customer.email));
    let mut rows: Vec<NameRow> = references
        .chain(contacts.map(|contact| NameRow {
            space: CONTACT.to_owned(),
            name: fold(contact),
        }))
        .collect();
    rows.sort_unstable_by(|one, other| (&one.space, &one.name).cmp(&(&other.space, &other.name)));
    rows.dedup();
    rows
}

/// Of which day, currency, dialect and state a row of totals is.
pub(crate) fn total_key(row: &store::TotalRow) -> (i64, String, String, String) {
    (
        row.day,
        row.currency.clone(),
        row.origin.clone(),
        row.state.clone(),
    )
}
