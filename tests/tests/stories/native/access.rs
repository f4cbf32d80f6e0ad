//! Who may call, and what nobody is told.

use super::is_problem;
use axum::http::Method;
use serde_json::json;
use stories::{Server, native, story};

const READS: [&str; 3] = ["", "/events", "/deliveries"];
const STEPS: [&str; 8] = [
    "confirm", "process", "fail", "capture", "refund", "cancel", "ship", "return",
];

story! {
    async fn every_operation_needs_a_credential_of_this_api(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let (client, shop) = (merchant.native().await, merchant.afterpay().await);
        let mut calls = vec![client.get("/ordrebok/v1/orders"), client.post("/ordrebok/v1/orders", &json!({}))];
        calls.extend(READS.map(|path| client.get(&format!("/ordrebok/v1/orders/X{path}"))));
        calls.extend(STEPS.map(|step| client.post(&format!("/ordrebok/v1/orders/X/{step}"), &json!({}))));
        for call in calls {
            for authorization in ["", "Bearer", "Bearer wrong", "Basic YTpi", &format!("Bearer {}", shop.credential.secret)] {
                let reply = call.clone().header("authorization", authorization).await;
                assert_eq!(reply.header("www-authenticate"), "Bearer realm=\"ordrebok\"");
                is_problem(reply, 401, "unauthenticated", "");
            }
            is_problem(call.without("authorization").await, 401, "unauthenticated", "");
        }
    }

    async fn a_read_credential_reads_and_changes_nothing(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let writer = merchant.native().await;
        let reader = merchant.native_with(merchant.credential("ordrebok", &["--scope", "read"]).await);
        let order = writer.post("/ordrebok/v1/orders", &native::order("ORDER1", 3)).await.expect(201).json();
        reader.get("/ordrebok/v1/orders").await.expect(200);
        for path in READS {
            reader.get(&format!("/ordrebok/v1/orders/ORDER1{path}")).await.expect(200);
        }
        let refused = reader.post("/ordrebok/v1/orders", &native::order("ORDER2", 3)).await;
        is_problem(refused, 403, "insufficient_scope", "");
        for step in STEPS {
            let refused = reader.post(&format!("/ordrebok/v1/orders/ORDER1/{step}"), &json!({})).await;
            is_problem(refused, 403, "insufficient_scope", "");
        }
        writer.get("/ordrebok/v1/orders/ORDER1").await.expect(200).matches(&order);
        is_problem(writer.get("/ordrebok/v1/orders/ORDER2").await, 404, "order_not_found", "");
    }

    async fn another_merchants_order_is_exactly_as_unknown_as_one_that_does_not_exist(server: Server) {
        let (ours, theirs) = (server.native_client().await, server.native_client().await);
        ours.post("/ordrebok/v1/orders", &native::order("ORDER1", 3)).await.expect(201);
        let before = ours.get("/ordrebok/v1/orders/ORDER1").await.expect(200).json();
        let id = before["id"].as_str().unwrap();
        let bodies = [
            json!({}), json!({}), json!({"reason": "expired"}), json!({}), json!({}), json!({}),
            json!({"capture": "X", "shipment": {"carrier": "Posten"}}), json!({}),
        ];
        for name in ["ORDER1", id, &format!("ordrebok:{id}"), "afterpay:ORDER1", &format!("connect:{id}")] {
            for path in READS {
                let real = theirs.get(&format!("/ordrebok/v1/orders/{name}{path}")).header("x-request-id", "1").await;
                let made_up = theirs.get(&format!("/ordrebok/v1/orders/NONE{path}")).header("x-request-id", "1").await;
                assert_eq!(real.text(), made_up.text());
                is_problem(real, 404, "order_not_found", "");
            }
            for (step, body) in STEPS.iter().zip(&bodies) {
                let real = theirs.post(&format!("/ordrebok/v1/orders/{name}/{step}"), body).header("if-match", "\"1\"").await;
                is_problem(real, 404, "order_not_found", "");
            }
        }
        for list in ["", "?customer=CUSTOMER1", "?reference=CAMPAIGN"] {
            let shown = theirs.get(&format!("/ordrebok/v1/orders{list}")).await.expect(200).json();
            assert_eq!(shown["orders"], json!([]), "{list}");
        }
        ours.get("/ordrebok/v1/orders/ORDER1").await.expect(200).matches(&before);
    }

    async fn an_unknown_path_or_method_is_a_problem(server: Server) {
        let client = server.native_client().await;
        for path in ["/ordrebok", "/ordrebok/", "/ordrebok/v1", "/ordrebok/v2/orders", "/ordrebok/v1/orders/", "/ordrebok/v1/orders/1/2"] {
            is_problem(client.get(path).await, 404, "not_found", "");
        }
        for (method, path, allowed) in [
            (Method::DELETE, "/ordrebok/v1/orders", "GET,HEAD,POST"),
            (Method::PUT, "/ordrebok/v1/orders/ORDER1", "GET,HEAD"),
            (Method::GET, "/ordrebok/v1/orders/ORDER1/capture", "POST"),
        ] {
            let refused = client.call(method, path).await;
            assert_eq!(refused.header("allow"), allowed, "{path}");
            is_problem(refused, 405, "method_not_allowed", "");
        }
    }
}
