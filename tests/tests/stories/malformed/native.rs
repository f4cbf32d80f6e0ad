//! Ordrebok's own API: every refusal is problem details.

use serde_json::{Value, json};
use stories::{Caller, Reply, Server, native, story};

use super::sender::{BROKEN, IDS, nonsense_on_the_wire, refused, spoiled, survives};

story! {
    /// No JSON, half of it, or in another encoding.
    async fn a_broken_body_of_our_own_is_refused(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 10)).await.expect(201);
        for (path, _) in writes() {
            for body in BROKEN {
                let call = client.call(axum::http::Method::POST, &path).body("application/json", body);
                let what = format!("POST {path} {}", String::from_utf8_lossy(body));
                refused(&what, call, is_problem).await.expect(400);
            }
            for body in ["[]", "null", "7", "\"\"", "[null,null]", "[null,null,null,[]]", "[[]]"] {
                refused(&format!("POST {path} {body}"), post(&client, &path, body), is_problem).await.expect(400);
            }
        }
        client.get("/ordrebok/v1/orders/ORDER1").await.expect(200).contains(&json!({"version": 3}));
    }

    /// Any member of any body in any wrong form.
    async fn a_wrong_member_of_our_own_is_survived(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 100_000)).await.expect(201);
        client.post("/ordrebok/v1/orders/ORDER1/capture", &json!({"number": "INV1", "amount": 1000})).await.expect(200);
        for (path, body) in writes() {
            for (what, body) in spoiled(&body) {
                survives(&format!("{path} {what}"), post(&client, &path, &body), is_problem).await;
            }
        }
    }

    /// Ids that no order has, and parameters that are none.
    async fn an_odd_id_or_parameter_of_our_own_is_refused(server: Server) {
        let client = server.native_client().await;
        for id in IDS {
            for name in [id.to_owned(), format!("ordrebok:{id}"), format!("connect:{id}"), format!("marketplace:{id}")] {
                for rest in ["", "/events", "/deliveries"] {
                    let path = format!("/ordrebok/v1/orders/{name}{rest}");
                    refused(&path, client.get(&path), is_problem).await.expect(404);
                }
                let path = format!("/ordrebok/v1/orders/{name}/capture");
                refused(&path, post(&client, &path, "{}"), is_problem).await.expect(404);
            }
            for name in ["customer", "reference", "limit", "changedSince", "cursor", "customer=1&from", "customer=1&offset", "q", "product", "minTotal", "q=1&cursor", "dialect"] {
                let path = format!("/ordrebok/v1/orders?{name}={id}");
                survives(&path, client.get(&path), is_problem).await;
            }
        }
    }

    /// A body over the limit, and requests that are broken below the API.
    async fn what_is_too_large_or_no_http_is_refused_in_our_own_form(server: Server) {
        let client = server.native_client().await;
        let body = format!("{{\"number\":\"{}\"}}", "x".repeat(2_000_000));
        refused("2 MB", post(&client, "/ordrebok/v1/orders", &body), is_problem).await.expect(413);
        let deep = "[".repeat(100_000);
        refused("100,000 brackets", post(&client, "/ordrebok/v1/orders", &deep), is_problem).await.expect(400);
        nonsense_on_the_wire(server.address(), "/ordrebok/v1/orders", &client).await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 1)).await.expect(201);
    }
}

/// Every operation that has a body, with a good one.
fn writes() -> Vec<(String, Value)> {
    let mut order = native::order("ORDER2", 10);
    order["reserve"] = json!({"amount": 100, "expiresAt": "2999-01-01T00:00:00Z"});
    order["payment"] = json!({"method": "card", "prepaid": false});
    order["orderedAt"] = json!("2026-01-31T12:00:00Z");
    let item = json!([{"number": 1, "product": "ITEM1", "quantity": 1, "unitGross": 10, "vatPercent": 25}]);
    let parcel = json!({"direction": "outbound", "carrier": "Posten", "trackingId": "1Z", "trackingUrl": "https://posten.example/1Z"});
    let step = |step: &str, body: Value| (format!("/ordrebok/v1/orders/ORDER1/{step}"), body);
    vec![
        ("/ordrebok/v1/orders".to_owned(), order),
        step(
            "confirm",
            json!({"reserve": {"amount": 100, "expiresAt": "2999-01-01T00:00:00Z"}}),
        ),
        step(
            "capture",
            json!({"number": "INV2", "amount": 10, "items": item, "shipments": [parcel]}),
        ),
        step(
            "refund",
            json!({"capture": "INV1", "number": "CN2", "amount": 10, "items": item}),
        ),
        step("cancel", json!({"amount": 10, "items": item})),
        step("ship", json!({"capture": "INV1", "shipment": parcel})),
        step(
            "return",
            json!({"lines": [{"number": 1, "product": "ITEM1", "quantity": 1}]}),
        ),
        step("fail", json!({"reason": "other", "detail": "x"})),
        step("process", json!({})),
        (
            "/ordrebok/v1/webhooks".to_owned(),
            json!({"url": "https://x.example/hook", "events": ["order.captured"], "description": "x"}),
        ),
    ]
}

fn post(client: &Caller, path: &str, body: &str) -> stories::Call {
    client
        .call(axum::http::Method::POST, path)
        .body("application/json", body.to_owned())
}

fn is_problem(reply: &Reply) -> bool {
    reply.header("content-type") == "application/problem+json"
        && ["type", "title", "detail", "code", "requestId"]
            .iter()
            .all(|member| reply.json()[member].is_string())
        && reply.json()["status"] == reply.status()
}
