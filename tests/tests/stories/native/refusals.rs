//! Each refusal: its status, its code, the member that it names. And which of several wins.

use super::is_problem;
use axum::http::Method;
use serde_json::{Value, json};
use stories::{Caller, Server, native, story};

/// An order in each state.
async fn orders(client: &Caller) {
    for number in ["OPEN", "PARTLY", "DONE", "CANCELLED", "FAILED"] {
        client
            .post("/ordrebok/v1/orders", &native::order(number, 10))
            .await
            .expect(201);
    }
    client
        .post("/ordrebok/v1/orders", &native::preliminary("NEW", 10))
        .await
        .expect(201);
    for (order, step, body) in [
        ("PARTLY", "capture", json!({"number": "INV1", "amount": 30})),
        ("PARTLY", "refund", json!({"number": "CN1", "amount": 10})),
        ("DONE", "capture", json!({"number": "INV1"})),
        ("DONE", "return", json!({"lines": [{"number": 1, "quantity": 4}]})),
        ("CANCELLED", "cancel", json!({})),
        ("FAILED", "fail", json!({"reason": "expired"})),
    ] {
        client
            .post(&format!("/ordrebok/v1/orders/{order}/{step}"), &body)
            .await
            .expect(200);
    }
}

story! {
    async fn each_refusal_of_a_step_has_its_code(server: Server) {
        let client = server.native_client().await;
        orders(&client).await;
        let piece = |count: f64| json!([{"product": "ITEM1", "quantity": count}]);
        for (order, step, body, status, code, field) in [
            ("NONE", "capture", json!({}), 404, "order_not_found", ""),
            ("CANCELLED", "confirm", json!({}), 409, "order_ended", ""),
            ("FAILED", "process", json!({}), 409, "order_ended", ""),
            ("CANCELLED", "fail", json!({"reason": "expired"}), 409, "order_ended", ""),
            ("CANCELLED", "capture", json!({}), 409, "order_ended", ""),
            ("NEW", "capture", json!({}), 409, "not_confirmed", ""),
            ("NEW", "cancel", json!({}), 409, "not_confirmed", ""),
            ("PARTLY", "fail", json!({"reason": "expired"}), 409, "already_processed", ""),
            ("FAILED", "capture", json!({}), 409, "reservation_expired", ""),
            ("OPEN", "confirm", json!({"reserve": {"amount": 1}}), 409, "already_reserved", "reserve"),
            ("OPEN", "capture", json!({"amount": 100.01}), 422, "capture_exceeds_reservation", "amount"),
            ("OPEN", "capture", json!({"items": piece(10.5)}), 422, "capture_exceeds_reservation", "amount"),
            ("DONE", "capture", json!({"amount": 1}), 409, "nothing_to_capture", ""),
            ("OPEN", "cancel", json!({"amount": 100.01}), 422, "cancel_exceeds_reservation", "amount"),
            ("DONE", "cancel", json!({}), 409, "nothing_to_cancel", ""),
            ("PARTLY", "refund", json!({"amount": 20.01}), 422, "refund_exceeds_capture", "amount"),
            ("OPEN", "refund", json!({}), 409, "nothing_captured", ""),
            ("PARTLY", "refund", json!({"capture": "INV9"}), 422, "unknown_capture", "capture"),
            ("PARTLY", "ship", json!({"capture": "INV9", "shipment": {"carrier": "Posten"}}), 422, "unknown_capture", "capture"),
            ("PARTLY", "capture", json!({"number": "INV1", "amount": 31}), 409, "capture_number_taken", "number"),
            ("PARTLY", "refund", json!({"number": "CN1", "amount": 11}), 409, "refund_number_taken", "number"),
            ("OPEN", "capture", json!({"amount": 0}), 422, "amount_not_positive", "amount"),
            ("OPEN", "cancel", json!({"amount": -1}), 422, "amount_not_positive", "amount"),
            ("OPEN", "capture", json!({"amount": 0.001}), 422, "amount_too_fine", "amount"),
            ("OPEN", "capture", json!({"items": piece(0.0)}), 422, "quantity_not_positive", "items"),
            ("OPEN", "capture", json!({"amount": 11, "items": piece(1.0)}), 422, "total_mismatch", "amount"),
            ("OPEN", "capture", json!({"items": [{"product": "X", "quantity": 999_999_999_999_u64, "unitGross": 999_999_999_999_u64}]}),
                422, "amount_out_of_range", "amount"),
            ("DONE", "return", json!({"lines": [{"number": 9}]}), 422, "unknown_line", "lines"),
            ("DONE", "return", json!({"lines": [{"number": 1, "product": "X"}]}), 422, "line_product_mismatch", "lines"),
            ("DONE", "return", json!({"lines": [{"number": 1, "quantity": 7}]}), 422, "line_quantity_mismatch", "lines"),
            ("DONE", "return", json!({"lines": [{"number": 1, "quantity": 1}, {"number": 1, "quantity": 1}]}), 409, "line_already_returned", "lines"),
            ("DONE", "return", json!({"lines": []}), 409, "not_returnable", ""),
            ("OPEN", "return", json!({}), 409, "not_returnable", ""),
            ("NEW", "confirm", json!({"reserve": {"amount": 0}}), 422, "amount_not_positive", "reserve.amount"),
            ("NEW", "confirm", json!({"reserve": {"amount": 0.001}}), 422, "amount_too_fine", "reserve.amount"),
        ] {
            let path = format!("/ordrebok/v1/orders/{order}");
            let before = client.get(&path).await.text();
            let refused = client.post(&format!("{path}/{step}"), &body).await;
            assert!(refused.status() >= 400, "{order} {step} {body}: {}", refused.text());
            is_problem(refused, status, code, field);
            let after = client.get(&path).await;
            assert!(after.status() == 404 || after.text() == before, "{order} {step} {body}");
        }
    }

    async fn each_refusal_of_a_new_order_has_its_code(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("TAKEN", 1)).await.expect(201);
        let with = |changes: Value| {
            let mut order = native::order("FREE", 10);
            for (name, value) in changes.as_object().unwrap() {
                order[name] = value.clone();
            }
            order
        };
        let line = |line: Value| with(json!({"total": null, "lines": [line]}));
        for (body, status, code, field) in [
            (json!({}), 400, "missing_member", "currency"),
            (json!({"currency": "NOK"}), 400, "missing_member", "total"),
            (with(json!({"currency": "XYZ"})), 400, "invalid_body", "currency"),
            (with(json!({"kind": "old"})), 400, "invalid_body", "kind"),
            (with(json!({"number": ""})), 400, "invalid_body", "number"),
            (with(json!({"number": "x".repeat(201)})), 400, "invalid_body", "number"),
            (with(json!({"customer": {"contacts": ["a", " "]}})), 400, "invalid_body", "customer.contacts[1]"),
            (with(json!({"orderedAt": "soon"})), 400, "invalid_body", "orderedAt"),
            (with(json!({"reserve": {"expiresAt": "soon"}})), 400, "invalid_body", "reserve.expiresAt"),
            (with(json!({"total": 1_000_000_000_000_u64})), 400, "invalid_body", "total"),
            (with(json!({"total": "100"})), 400, "invalid_body", "total"),
            (line(json!({"quantity": 1})), 400, "missing_member", "lines[0].product"),
            (line(json!({"product": " "})), 400, "invalid_body", "lines[0].product"),
            (line(json!({"product": "P", "unitGross": 0.000_000_000_000_1})), 400, "invalid_body", "lines[0].unitGross"),
            (line(json!({"product": "P", "vatPercent": -1})), 400, "invalid_body", "lines[0].vatPercent"),
            (with(json!({"total": null, "lines": [{"product": "P", "number": 2}, {"product": "P"}]})), 400, "invalid_body", "lines[1].number"),
            (with(json!({"total": 101})), 422, "total_mismatch", "total"),
            (with(json!({"net": 81})), 422, "net_mismatch", "net"),
            (with(json!({"total": 100.001})), 422, "amount_too_fine", "total"),
            (line(json!({"product": "P", "quantity": 0})), 422, "quantity_not_positive", "lines"),
            (line(json!({"product": "P", "unitGross": -1})), 422, "amount_not_positive", "total"),
            (line(json!({"product": "P", "unitGross": 0})), 422, "amount_not_positive", "total"),
            (with(json!({"reserve": {"amount": -1}})), 422, "amount_not_positive", "reserve.amount"),
            (with(json!({"number": "taken"})), 409, "number_taken", "number"),
        ] {
            let refused = client.post("/ordrebok/v1/orders", &body).await;
            assert!(refused.status() >= 400, "{body}: {}", refused.text());
            is_problem(refused, status, code, field);
        }
        assert_eq!(client.get("/ordrebok/v1/orders").await.json()["orders"].as_array().unwrap().len(), 1);
    }

    async fn a_member_that_there_is_not_is_refused_and_not_ignored(server: Server) {
        let client = server.native_client().await;
        orders(&client).await;
        let reason = json!({"reason": "other"});
        is_problem(client.post("/ordrebok/v1/orders/OPEN/fail", &reason).await, 400, "missing_member", "detail");
        let reason = json!({"reason": "expired", "detail": "x"});
        is_problem(client.post("/ordrebok/v1/orders/OPEN/fail", &reason).await, 400, "invalid_body", "detail");
        is_problem(client.post("/ordrebok/v1/orders/OPEN/fail", &json!({"reason": "x"})).await, 400, "invalid_body", "reason");
        is_problem(client.post("/ordrebok/v1/orders/OPEN/capture", &json!({"items": []})).await, 400, "invalid_body", "items");
        let parcel = json!({"shipments": [{"carrier": "Posten"}, {"carrier": "Posten", "direction": "up"}]});
        is_problem(client.post("/ordrebok/v1/orders/OPEN/capture", &parcel).await, 400, "invalid_body", "shipments[1].direction");
        for (step, body) in [
            ("confirm", json!({"amount": 1})), ("process", json!({"x": 1})), ("capture", json!({"ammount": 1})),
            ("refund", json!({"shipments": []})), ("cancel", json!({"number": "1"})), ("return", json!({"line": 1})),
            ("ship", json!({"capture": "1", "shipment": {"carrier": "1"}, "x": 1})), ("fail", json!({"reason": "expired", "x": 1})),
        ] {
            let refused = client.post(&format!("/ordrebok/v1/orders/OPEN/{step}"), &body).await.expect(400);
            refused.contains(&json!({"code": "invalid_body", "detail": "[text]"}));
            assert!(refused.text().contains("unknown field"), "{step}: {}", refused.text());
        }
        client.get("/ordrebok/v1/orders/OPEN").await.expect(200).contains(&json!({"version": 3, "status": "confirmed"}));
    }

    /// Each row is also wrong in every way of the rows after it.
    async fn the_first_that_is_wrong_is_told(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let client = merchant.native().await;
        let reader = merchant.native_with(merchant.credential("ordrebok", &["--scope", "read"]).await);
        client.post("/ordrebok/v1/orders", &native::preliminary("NEW", 10)).await.expect(201);
        let used = |body: &'static str| client.call(Method::POST, "/ordrebok/v1/orders/NEW/capture")
            .body("application/json", body).header("idempotency-key", "used");
        is_problem(used("{}").await, 409, "not_confirmed", "");
        let wrong = |path: &str| client.call(Method::POST, &format!("/ordrebok/v1/orders/{path}?x=1"))
            .body("text/plain", "x".repeat(2_000_000)).header("idempotency-key", "").header("if-match", "x");
        let small = wrong("NONE/nothing").without("authorization").body("text/plain", "x");
        is_problem(small.await, 404, "not_found", "");
        is_problem(wrong("NONE/capture").without("authorization").await, 401, "unauthenticated", "");
        let token = reader.headers().find(|(name, _)| *name == "authorization").unwrap().1.to_owned();
        is_problem(wrong("NONE/capture").header("authorization", &token).await, 403, "insufficient_scope", "");
        is_problem(wrong("NONE/capture").await, 415, "unsupported_media_type", "Content-Type");
        let wrong = |path: &str| wrong(path).header("content-type", "application/json");
        is_problem(wrong("NONE/capture").await, 413, "body_too_large", "");
        let wrong = |path: &str| wrong(path).body("application/json", "{\"amount\": 0}x");
        is_problem(wrong("NONE/capture").await, 400, "invalid_header", "Idempotency-Key");
        let wrong = |path: &str| wrong(path).header("idempotency-key", "used");
        is_problem(wrong("NONE/capture").await, 400, "invalid_header", "If-Match");
        let wrong = |path: &str| wrong(path).header("if-match", "\"77\"");
        is_problem(wrong("NONE/capture").await, 400, "unknown_parameter", "x");
        is_problem(used("{\"amount\": 0}x").header("if-match", "\"77\"").await, 422, "idempotency_key_reused", "Idempotency-Key");
        let post = |path: &str, body: &'static str| client.call(Method::POST, &format!("/ordrebok/v1/orders/{path}"))
            .body("application/json", body).header("if-match", "\"77\"");
        is_problem(post("NONE/capture", "{\"amount\": 0}x").await, 400, "malformed_body", "");
        is_problem(post("NONE/capture", "{\"amount\": \"x\"}").await, 400, "invalid_body", "amount");
        is_problem(post("NONE/capture", "{\"amount\": 0}").await, 404, "order_not_found", "");
        is_problem(post("NEW/capture", "{\"amount\": 0}").await, 412, "version_mismatch", "If-Match");
        is_problem(post("NEW/capture", "{\"amount\": 0}").without("if-match").await, 409, "not_confirmed", "");
        client.post("/ordrebok/v1/orders/NEW/confirm", &json!({"reserve": {}})).await.expect(200);
        is_problem(post("NEW/capture", "{\"amount\": 0}").without("if-match").await, 422, "amount_not_positive", "amount");
    }
}
