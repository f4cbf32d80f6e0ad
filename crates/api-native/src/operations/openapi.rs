//! What the OpenAPI document says of each operation.

use super::{
    capture, confirm, deliveries, events, fail, list_orders, process, refund, register, return_lines,
    search_orders, ship, shown,
};
use crate::problem::Problem;
use crate::wire::OrderWire;
use http_kit::openapi::{Api, Operation, Parameter, Schema};
use http_kit::{Endpoint, Needs};
use serde_json::{Value, json};

const PROBLEM: &str = "application/problem+json";

const API: Api = Api {
    title: "Ordrebok",
    about: "Every order of a merchant, whichever API it came through, in one clear form. Amounts are exact JSON numbers: read them as decimals.",
    schemes: || json!({ "bearer": { "type": "http", "scheme": "bearer", "description": "The secret of an `ordrebok` credential." } }),
    security,
    errors,
};

/// The OpenAPI document of the API.
pub fn document() -> Value {
    API.document(&super::endpoints(), describe)
}

fn security(needs: Needs) -> Vec<Value> {
    match needs {
        Needs::Nothing | Needs::Person => Vec::new(),
        Needs::Read | Needs::Write | Needs::UserRead | Needs::UserWrite | Needs::Admin | Needs::Operator => {
            vec![json!({ "bearer": [] })]
        }
    }
}

fn errors(needs: Needs) -> Operation {
    let problem = |said: Operation, status| said.answers_as(status, PROBLEM, Schema::of::<Problem>());
    let mut statuses = vec!["4XX", "5XX"];
    if !matches!(needs, Needs::Nothing | Needs::Person) {
        statuses.extend(["401", "429"]);
    }
    if matches!(needs, Needs::Write | Needs::Admin | Needs::Operator) {
        statuses.push("403");
    }
    statuses.into_iter().fold(Operation::new("", ""), problem)
}

fn describe(endpoint: &Endpoint) -> Option<Operation> {
    let path = endpoint.path.strip_prefix("/ordrebok/")?;
    let Some(path) = path.strip_prefix("v1/") else {
        return about_documents(path);
    };
    let order = || Schema::of::<OrderWire<'static>>();
    if let Some(path) = path.strip_prefix("admin/") {
        return crate::admin::describe(endpoint.method.as_str(), path);
    }
    match (endpoint.method.as_str(), path) {
        ("GET", "openapi.json") => {
            Some(Operation::new("getOpenApi", "This document").answers("200", Schema::object(&[])))
        }
        ("GET", "orders") => Some(list()),
        ("POST", "orders") => {
            let register = Operation::new(
                "registerOrder",
                "Takes a new order into the book; with `reserve` it is confirmed and the amount reserved as well",
            );
            Some(
                register
                    .with(conditions())
                    .takes(Schema::of::<register::Sent>())
                    .answers("201", order()),
            )
        }
        ("GET", "orders/{order}") => {
            let read = Operation::new("getOrder", "The order as it stands; with `asOf` as it stood then");
            let as_of =
                Parameter::query("asOf", "A moment; the order is shown as it stood then").like(moment());
            let known = Parameter::header(
                "If-None-Match",
                "The entity tag of the version that the client has",
            );
            Some(
                read.with([as_of, known])
                    .answers("200", order())
                    .answers_bare("304"),
            )
        }
        ("GET", "orders/{order}/events") => {
            let events = Operation::new(
                "getOrderEvents",
                "Everything that has happened to the order, in order",
            );
            let shown = Parameter::query("shownBy", "With the order as this API showed it after each event");
            Some(
                events
                    .with([shown])
                    .answers("200", Schema::of::<events::Timeline>()),
            )
        }
        ("GET", "orders/{order}/shown") => Some(shown()),
        ("GET", "orders/{order}/deliveries") => {
            let calls = Operation::new(
                "getOrderDeliveries",
                "The calls that the order owes others or owed them, with their attempts",
            );
            Some(calls.answers("200", Schema::of::<deliveries::Deliveries>()))
        }
        ("POST", path) if path.starts_with("orders/") => step(path.strip_prefix("orders/{order}/")?),
        (method, path) => super::openapi_beside::describe(method, path),
    }
}

/// What moves an order on.
fn step(name: &str) -> Option<Operation> {
    let (id, summary, body) = match name {
        "confirm" => (
            "confirmOrder",
            "Notes that the order is valid; with `reserve` what the payer agreed to",
            Schema::of::<confirm::Sent>(),
        ),
        "process" => (
            "processOrder",
            "Notes that the order is handed over",
            Schema::of::<process::Sent>(),
        ),
        "fail" => (
            "failOrder",
            "Ends the order without doing it",
            Schema::of::<fail::Sent>(),
        ),
        "capture" => (
            "captureOrder",
            "Takes all that is left of the reservation, or a part",
            Schema::of::<capture::Sent>(),
        ),
        "refund" => (
            "refundOrder",
            "Gives back all that was captured, one capture, or a part",
            Schema::of::<refund::Sent>(),
        ),
        "cancel" => (
            "cancelOrder",
            "Releases all that is left of the reservation, or a part",
            Schema::of::<super::SentMovement>(),
        ),
        "ship" => (
            "shipOrder",
            "Notes what was sent of a capture, or sent back",
            Schema::of::<ship::Sent>(),
        ),
        "return" => (
            "returnOrder",
            "Hands back all lines that are left, or some",
            Schema::of::<return_lines::Sent>(),
        ),
        _ => return None,
    };
    let step = Operation::new(id, summary)
        .with(conditions())
        .answers("200", Schema::of::<OrderWire<'static>>());
    // A failure says why, a shipment of what; all else means all that is left where nothing is said.
    Some(match name {
        "fail" | "ship" => step.takes(body),
        _ => step.may_take(body),
    })
}

fn shown() -> Operation {
    let several = json!({ "type": "array", "items": { "type": "string" } });
    Operation::new("getOrderShown", "The order as each API shows it")
        .with([
            Parameter::query("api", "As these APIs show it; all when it is not said").like(several),
            Parameter::query("asOf", "A moment; the order is shown as it stood then").like(moment()),
        ])
        .answers("200", Schema::of::<shown::SideBySide>())
}

fn about_documents(path: &str) -> Option<Operation> {
    let page = |id, summary| {
        let html = Schema::Written(json!({ "type": "string" }));
        Some(Operation::new(id, summary).answers_as("200", "text/html", html))
    };
    match path {
        "openapi/{file}" => {
            let document = Operation::new("getOpenApiOf", "The document of an API, such as `connect.json`");
            Some(document.answers("200", Schema::object(&[])))
        }
        "reference" => page("getReference", "This document as a page"),
        "reference/{api}" => page(
            "getReferenceOf",
            "The document of an API, such as `connect`, as a page",
        ),
        _ => None,
    }
}

fn list() -> Operation {
    let several = || json!({ "type": "array", "items": { "type": "string" } });
    let whole = |least: u32, most: u32| json!({ "type": "integer", "minimum": least, "maximum": most });
    Operation::new("listOrders", "A customer's orders newest first, the orders with a reference, or all orders by when they changed last")
        .with([
            Parameter::query("q", "Any id or reference, or the beginnings of words of names, mail addresses, products: a search, newest first"),
            Parameter::query("dialect", "A search: placed through these APIs").like(several()),
            Parameter::query("currency", "A search: in these currencies").like(several()),
            Parameter::query("minTotal", "A search: with at least this total"),
            Parameter::query("maxTotal", "A search: with at most this total"),
            Parameter::query("customer", "The number of a customer"),
            Parameter::query("reference", "A reference that the orders have"),
            Parameter::query("kind", "Orders of these kinds").like(several()),
            Parameter::query("status", "Orders of these statuses; `failed:expired` for one reason").like(several()),
            Parameter::query("product", "Orders of these products; in a search of one").like(several()),
            Parameter::query("reseller", "Orders through this reseller"),
            Parameter::query("from", "Placed then or later").like(moment()),
            Parameter::query("until", "Placed before then").like(moment()),
            Parameter::query("offset", "With `customer`: how many to pass over").like(whole(0, u32::MAX)),
            Parameter::query("changedSince", "Neither customer nor reference: changed then or later").like(moment()),
            Parameter::query("cursor", "Where to go on from, but for a customer's orders"),
            Parameter::query("limit", "How many on a page; 25 when it is not said").like(whole(1, 100)),
        ])
        .answers("200", Schema::AnyOf(vec![
            Schema::of::<search_orders::Found<'static>>(),
            Schema::of::<list_orders::History<'static>>(),
            Schema::of::<list_orders::Referring<'static>>(),
            Schema::of::<list_orders::Changed<'static>>(),
        ]))
}

fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

/// The headers that every step takes.
fn conditions() -> [Parameter; 2] {
    [
        Parameter::header(
            "Idempotency-Key",
            "The same key with the same body is answered as it was the first time, and nothing is done",
        )
        .like(json!({ "type": "string", "pattern": "^[!-~]{1,255}$" })),
        Parameter::header(
            "If-Match",
            "The entity tags of the versions to which it may happen",
        ),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_is_described() {
        for endpoint in super::super::endpoints() {
            assert!(
                super::describe(&endpoint).is_some(),
                "{} {} in operations/openapi.rs",
                endpoint.method,
                endpoint.path
            );
        }
    }
}
