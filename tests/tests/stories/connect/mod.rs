//! Mediaconnect Connect: each rule that its pages state has a story that is named after it.

mod access;
mod backends;
pub(crate) mod browser;
mod catalogue;
mod clients;
mod complete_order;
mod connectors;
mod consents;
mod customers;
mod fulfillment_page;
mod limits;
mod messages;
mod order_status;
mod public_clients;
mod register_order;
mod renewals;
mod sign_in;
mod stock;
mod token;
mod users_orders;
mod xml;

use serde_json::{Value, json};
use stories::{Caller, Merchant, connect, run};

const ORDER: &str = "/capi/v1/client/order";
const FULFILLMENT: &str = "/capi/v1/client/order/fulfillment";

/// The path that tells an order's status.
fn status_path(id: &Value) -> String {
    format!("/capi/v1/client/order/status/{id}")
}

/// Registers an order to be paid by this method, and gives its id.
async fn register(client: &Caller, method: &str) -> Value {
    register_body(client, &connect::register("2342", method)).await
}

async fn register_body(client: &Caller, body: &Value) -> Value {
    let registered = client.post(ORDER, body).await.expect(200);
    registered.matches(&json!({ "orderId": "[integer]" }));
    registered.json()["orderId"].clone()
}

/// The word for the order's status.
async fn status_of(client: &Caller, id: &Value) -> String {
    let reply = client.get(&status_path(id)).await.expect(200).json();
    reply["orders"][0]["orderStatus"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Imports a document through the command line.
fn import(merchant: &Merchant, server: &stories::Server, document: &Value) {
    let arguments = ["import", "--merchant", &merchant.name, "--api", "connect", "-"];
    let command = server.database().command(&arguments);
    run(&command.input(document.to_string())).expect(0);
}
