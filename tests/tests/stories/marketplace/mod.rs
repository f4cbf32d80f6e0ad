//! The Marketplace's API, as its clients know it.

mod access;
mod accounts;
mod catalogue;
mod clients;
mod codes;
mod commitments;
mod handover;
mod history;
mod linked;
mod memberships;
mod order;
mod pending;
mod portal;
mod renewals;
mod returns;
mod seed;
mod switches;
mod terms;
mod writes;

use serde_json::{Value, json};
use stories::{Caller, Server, eventually, marketplace};

/// A customer of this partner, by id.
async fn customer(partner: &Caller, name: &str) -> String {
    let created = partner
        .post("/v3/customers", &marketplace::customer(name))
        .await
        .expect(201);
    created.json()["customerId"]
        .as_str()
        .expect("a customer has an id")
        .to_owned()
}

/// Places an order and gives it as it was answered.
async fn placed(partner: &Caller, customer: &str, order: &Value) -> Value {
    partner
        .post(&format!("/v3/customers/{customer}/orders"), order)
        .await
        .expect(201)
        .json()
}

/// Where an order is found.
fn path(order: &Value) -> String {
    order["links"]["self"]["uri"]
        .as_str()
        .expect("an order has a link to itself")
        .to_owned()
}

/// Waits until an order is no longer open.
async fn completed(partner: &Caller, order: &Value) -> Value {
    eventually("the order is completed", async || {
        let order = partner.get(&path(order)).await.expect(200).json();
        (order["status"] != "1002").then_some(order)
    })
    .await
}

/// An error as the API says it.
fn error(code: &str, details: &Value) -> Value {
    json!({ "code": code, "message": "[text]", "additionalDetails": details })
}

/// Takes over what the API itself answers: an order, a page of a history, or, as a page of one, a list of orders in
/// the order in which they are to come in.
fn import(partner: &Caller, server: &Server, document: &Value) {
    let document = if document.is_array() {
        &json!({ "items": document })
    } else {
        document
    };
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    std::fs::write(file.path(), document.to_string()).expect("the file can be written");
    let arguments = [
        "import",
        "--merchant",
        &partner.merchant.name,
        "--api",
        "marketplace",
    ];
    let path = file.path().to_str().expect("a path that is text");
    server.run(&[&arguments[..], &[path]].concat()).expect(0);
}

/// The time of day now, so many days ago, as the API writes it.
#[expect(
    clippy::disallowed_methods,
    reason = "the server under test has the machine's clock, and histories depend on it"
)]
fn days_ago(days: i64) -> String {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    let seconds = i64::try_from(now.as_secs()).expect("before the year 292 billion") - days * 86_400;
    jiff::Timestamp::from_second(seconds)
        .expect("within the calendar")
        .to_string()
}
