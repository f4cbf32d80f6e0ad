//! `X-Idempotency-Key`: a step that is asked for twice is done once.

use serde_json::json;
use stories::{Server, afterpay, story};

const KEY: &str = "X-Idempotency-Key";

story! {
    async fn the_same_key_and_request_replay_the_stored_answer_byte_for_byte(server: Server) {
        let shop = server.afterpay_shop().await;
        for (path, body) in [
            ("/api/v3/checkout/authorize", afterpay::authorize("ORDER1", 10)),
            ("/api/v3/orders/ORDER1/captures", json!({"orderDetails": {"totalGrossAmount": 10,
                "items": [{"productId": "ITEM1", "description": "x", "quantity": 1, "grossUnitPrice": 10}]}})),
            ("/api/v3/orders/ORDER1/refunds", json!({"orderItems": [{"productId": "ITEM1", "quantity": "0.5"}]})),
            ("/api/v3/orders/ORDER1/voids", afterpay::void(1)),
            // Refusals are answers too.
            ("/api/v3/orders/ORDER1/voids", afterpay::void(99)),
            ("/api/v3/checkout/authorize", json!({"payment": {}})),
            ("/api/v3/orders/NONE/captures", json!(null)),
        ] {
            let call = || shop.post(path, &body).header(KEY, &format!("key-{}", body.to_string().len()));
            let (first, again) = (call().await, call().await);
            assert_eq!((first.status(), first.bytes()), (again.status(), again.bytes()), "{path} {body}");
        }
        shop.get("/api/v3/orders/ORDER1").await.expect(200).contains(&json!({
            "captures": [{"amount": 10}], "refunds": [{"amount": -5}], "cancellations": [{"cancellationAmount": 10}]
        }));
    }

    /// A known client uses the order number as the key of a capture, a refund and a void of one order.
    async fn each_method_and_path_has_keys_of_its_own(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        for path in ["captures", "refunds"] {
            shop.post(&format!("/api/v3/orders/ORDER1/{path}"), &json!(null)).header(KEY, "ORDER1").await.expect(200);
        }
        shop.post("/api/v3/orders/ORDER1/voids", &json!(null)).header(KEY, "ORDER1").await.expect(400);
        shop.get("/api/v3/orders/ORDER1").await.expect(200).contains(&json!({
            "captures": [{"amount": 100}], "refunds": [{"amount": -100}], "cancellations": []
        }));
        // Nor is it shared with another client.
        let other = server.afterpay_shop().await;
        other.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3)).await.expect(200);
        other.post("/api/v3/orders/ORDER1/captures", &json!(null)).header(KEY, "ORDER1").await.expect(200)
            .contains(&json!({"capturedAmount": 30}));
    }

    async fn the_same_key_with_another_body_is_refused(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).header(KEY, "k").await.expect(200);
        for body in [afterpay::authorize("ORDER2", 10), json!({})] {
            shop.post("/api/v3/checkout/authorize", &body).header(KEY, "k").await.expect(400).matches(&json!([{
                "type": "BusinessError", "code": "400.907",
                "message": "The idempotency key was used before, with another body.",
                "customerFacingMessage": "The request was sent before with another content.",
                "actionCode": "Unavailable", "fieldReference": "X-Idempotency-Key"
            }]));
        }
        shop.get("/api/v3/orders/ORDER2").await.expect(400);
    }

    async fn two_at_once_do_the_work_once(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 40)).await.expect(200);
        let body = json!({"orderDetails": {"totalGrossAmount": 10,
            "items": [{"productId": "ITEM1", "description": "x", "quantity": 1, "grossUnitPrice": 10}]}});
        let racers: Vec<_> = (0..16).map(|_| {
            let call = shop.post("/api/v3/orders/ORDER1/captures", &body).header(KEY, "-1234567");
            tokio::spawn(async move { call.await.expect(200).text() })
        }).collect();
        let mut answers = std::collections::BTreeSet::new();
        for racer in racers {
            answers.insert(racer.await.unwrap());
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
        shop.get("/api/v3/orders/ORDER1").await.expect(200).contains(&json!({"captures": [{"amount": 10}]}));
    }

    async fn a_key_is_at_most_50_letters_digits_hyphens_and_underscores(server: Server) {
        let shop = server.afterpay_shop().await;
        for (key, code) in [("a b", "400.004"), ("a.b", "400.004"), ("\u{e6}", "400.004"), (&*"x".repeat(51), "400.005")] {
            shop.post("/api/v3/orders/NONE/captures", &json!(null)).header(KEY, key).await.expect(400)
                .contains(&json!([{"code": code, "fieldReference": "X-Idempotency-Key"}]));
        }
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 1)).header(KEY, &"x_-9".repeat(12)).await.expect(200);
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER2", 1)).header(KEY, "").await.expect(200);
    }
}
