//! Ordrebok's own API.

mod access;
mod administration;
mod conditions;
mod feed;
mod life;
mod list;
mod order;
mod rate;
mod refusals;
mod search;
mod settings;
mod shown;
mod trail;
mod webhooks;

use serde_json::{Value, json};
use stories::Reply;

/// Fails unless the answer is this problem, about this member (none when it is empty).
#[track_caller]
fn is_problem(reply: Reply, status: u16, code: &str, field: &str) {
    let reply = reply.expect(status);
    assert_eq!(
        reply.header("content-type"),
        "application/problem+json",
        "{}",
        reply.text()
    );
    reply.contains(&json!({
        "type": format!("urn:ordrebok:problem:{code}"), "title": "[text]", "status": status, "detail": "[text]", "code": code,
        "requestId": "[text]"
    }));
    let problem = reply.json();
    let told = problem["field"].as_str().unwrap_or_default();
    assert_eq!(told, field, "{}", reply.text());
    assert_eq!(
        problem["requestId"],
        reply.header("x-request-id"),
        "{}",
        reply.text()
    );
}

/// What an answer's money comes to: total, reserved, captured, cancelled, refunded, remaining.
#[track_caller]
fn money(order: &Value) -> Vec<String> {
    let members = [
        "total",
        "reserved",
        "captured",
        "cancelled",
        "refunded",
        "remaining",
    ];
    members.map(|member| order["money"][member].to_string()).to_vec()
}
