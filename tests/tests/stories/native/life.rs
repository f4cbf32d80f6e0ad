//! An order's life: registered, confirmed, captured, refunded, cancelled, shipped, returned, failed.

use super::{is_problem, money};
use serde_json::{Value, json};
use stories::{Server, marketplace, native, story};

const ORDER: &str = "/ordrebok/v1/orders/ORDER1";

story! {
    async fn an_order_is_registered_with_as_little_as_a_currency_and_a_total(server: Server) {
        let client = server.native_client().await;
        let order = client.post("/ordrebok/v1/orders", &json!({"currency": "jpy", "total": 1500})).await.expect(201);
        order.contains(&json!({
            "version": 1, "kind": "new", "status": "preliminary", "currency": "JPY", "lines": [],
            "payment": {"method": "own", "prepaid": false, "pending": false}
        }));
        assert_eq!(money(&order.json()), ["1500", "0", "0", "0", "0", "0"]);
        // Without a total it is what the lines come to, each rounded; lines are numbered from 1 on.
        let order = client.post("/ordrebok/v1/orders", &json!({
            "currency": "NOK", "payment": {"method": "gift card"},
            "lines": [{"product": "A", "quantity": 3, "unitGross": 3.335}, {"product": "B", "unitNet": 10, "vatPercent": 25}]
        })).await.expect(201);
        order.contains(&json!({
            "payment": {"method": "gift card"},
            "lines": [{"number": 1, "quantity": 3, "unitGross": 3.335}, {"number": 2, "quantity": 1}]
        }));
        assert_eq!(money(&order.json())[0], "22.51");
    }

    async fn an_order_is_confirmed_reserved_and_processed(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::preliminary("ORDER1", 10)).await.expect(201);
        is_problem(client.post(&format!("{ORDER}/capture"), &json!({})).await, 409, "not_confirmed", "");
        client.post(&format!("{ORDER}/confirm"), &json!({})).await.expect(200).contains(&json!({"status": "confirmed", "version": 2}));
        is_problem(client.post(&format!("{ORDER}/capture"), &json!({})).await, 409, "nothing_reserved", "");
        let reserve = json!({"reserve": {"amount": 60, "expiresAt": "2999-01-01T00:00:00Z"}});
        for _again in 0..2 {
            let reserved = client.post(&format!("{ORDER}/confirm"), &reserve).await.expect(200);
            assert_eq!(money(&reserved.json()), ["100.00", "60.00", "0.00", "0.00", "0.00", "60.00"]);
        }
        is_problem(client.post(&format!("{ORDER}/confirm"), &json!({"reserve": {"amount": 70}})).await, 409, "already_reserved", "reserve");
        for _again in 0..2 {
            client.post(&format!("{ORDER}/process"), &json!({})).await.expect(200).contains(&json!({"status": "processed", "version": 4}));
        }
    }

    async fn an_order_is_captured_in_parts_refunded_in_parts_and_the_rest_is_cancelled(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 10)).await.expect(201);
        let step = async |step: &str, body: Value| client.post(&format!("{ORDER}/{step}"), &body).await.expect(200).json();
        let order = step("capture", json!({
            "number": "INV1", "items": [{"product": "ITEM1", "quantity": 3}],
            "shipments": [{"carrier": "Posten", "trackingId": "1Z", "trackingUrl": "https://posten.example/1Z"}]
        })).await;
        assert_eq!(money(&order), ["100.00", "100.00", "30.00", "0.00", "0.00", "70.00"]);
        let order = step("capture", json!({"number": "INV2", "amount": 20.00})).await;
        assert_eq!(money(&order), ["100.00", "100.00", "50.00", "0.00", "0.00", "50.00"]);
        let order = step("refund", json!({"capture": "INV1", "number": "CN1", "items": [{"product": "ITEM1"}]})).await;
        assert_eq!(money(&order), ["100.00", "100.00", "50.00", "0.00", "10.00", "50.00"]);
        let order = step("cancel", json!({"items": [{"product": "ITEM1", "quantity": 1}]})).await;
        assert_eq!(money(&order), ["100.00", "100.00", "50.00", "10.00", "10.00", "40.00"]);
        let order = step("cancel", json!({})).await;
        assert_eq!(money(&order), ["100.00", "100.00", "50.00", "50.00", "10.00", "0.00"]);
        assert_eq!(order["status"], "processed");
        let order = step("refund", json!({})).await;
        assert_eq!(money(&order), ["100.00", "100.00", "50.00", "50.00", "50.00", "0.00"]);
        client.get(ORDER).await.expect(200).contains(&json!({
            "captures": [
                {"number": "INV1", "id": "[uuid]", "amount": 30, "refunded": 30, "at": "[text]", "updatedAt": "[text]",
                 "items": [{"product": "ITEM1", "quantity": 3, "unitGross": 10}],
                 "shipments": [{"number": 1, "direction": "outbound", "carrier": "Posten", "trackingId": "1Z", "trackingUrl": "https://posten.example/1Z"}]},
                {"number": "INV2", "amount": 20, "refunded": 20, "items": [], "shipments": []}
            ],
            "refunds": [
                {"number": "CN1", "capture": "INV1", "amount": 10, "items": [{"quantity": 1}], "id": "[uuid]", "at": "[text]"},
                {"number": "INV1R01", "capture": "INV1", "amount": 20}, {"number": "INV2R00", "capture": "INV2", "amount": 20}
            ],
            "cancellations": [
                {"number": "ORDER1C00", "amount": 10, "items": [{"quantity": 1}], "cause": "merchant", "at": "[text]"},
                {"number": "ORDER1C01", "amount": 40, "items": []}
            ]
        }));
    }

    /// A lost answer can be asked for again, with or without a key.
    async fn a_step_that_is_repeated_succeeds_and_does_nothing(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 10)).await.expect(201);
        for (step, body) in [
            ("confirm", json!({})),
            ("capture", json!({"number": "INV1", "amount": 40})),
            ("refund", json!({"number": "CN1", "capture": "INV1", "amount": 10})),
            ("capture", json!({"number": "INV2"})),
            ("capture", json!({})),
            ("process", json!({})),
            ("refund", json!({})),
        ] {
            let path = format!("{ORDER}/{step}");
            let first = client.post(&path, &body).await.expect(200);
            client.post(&path, &body).await.expect(200).matches(&first.json());
        }
        client.post("/ordrebok/v1/orders", &native::order("ORDER2", 10)).await.expect(201);
        for (step, body) in [("cancel", json!({}))] {
            let path = format!("/ordrebok/v1/orders/ORDER2/{step}");
            let first = client.post(&path, &body).await.expect(200);
            first.contains(&json!({"status": "cancelled"}));
            client.post(&path, &body).await.expect(200).matches(&first.json());
        }
    }

    async fn an_order_fails_for_a_reason(server: Server) {
        let client = server.native_client().await;
        for (number, body) in [
            ("A", json!({"reason": "payment-refused"})),
            ("B", json!({"reason": "other", "detail": "The warehouse burned down."})),
        ] {
            client.post("/ordrebok/v1/orders", &native::order(number, 1)).await.expect(201);
            for _again in 0..2 {
                client.post(&format!("/ordrebok/v1/orders/{number}/fail"), &body).await.expect(200)
                    .contains(&json!({"status": "failed", "version": 4, "failure": body}));
            }
        }
        client.get("/ordrebok/v1/orders/B/events").await.expect(200).contains(&json!({"events": [{}, {}, {}, {
            "name": "failed", "data": {"failure": {"reason": "other", "detail": "The warehouse burned down."}}
        }]}));
    }

    async fn what_is_sent_of_a_capture_is_noted(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 1)).await.expect(201);
        client.post(&format!("{ORDER}/capture"), &json!({"number": "INV1"})).await.expect(200);
        client.post(&format!("{ORDER}/ship"), &json!({"capture": "INV1", "shipment": {"carrier": "Posten"}})).await.expect(200);
        let back = json!({"capture": "INV1", "shipment": {"carrier": "Bring", "direction": "return", "trackingId": "2"}});
        client.post(&format!("{ORDER}/ship"), &back).await.expect(200).contains(&json!({"captures": [{"shipments": [
            {"number": 1, "direction": "outbound", "carrier": "Posten"},
            {"number": 2, "direction": "return", "carrier": "Bring", "trackingId": "2"}
        ]}]}));
    }

    async fn lines_are_handed_back_in_part_and_then_the_rest(server: Server) {
        let client = server.native_client().await;
        let mut order = native::order("ORDER1", 5);
        order["lines"].as_array_mut().unwrap().push(json!({"number": 7, "product": "GIFT", "unitGross": 0}));
        client.post("/ordrebok/v1/orders", &order).await.expect(201);
        is_problem(client.post(&format!("{ORDER}/return"), &json!({})).await, 409, "not_returnable", "");
        client.post(&format!("{ORDER}/capture"), &json!({})).await.expect(200);
        let part = json!({"lines": [{"number": 1, "quantity": 2}, {"number": 7, "product": "GIFT"}]});
        client.post(&format!("{ORDER}/return"), &part).await.expect(200)
            .contains(&json!({"status": "processed", "lines": [{"returned": 2}, {"number": 7, "returned": 1}]}));
        client.post(&format!("{ORDER}/return"), &json!({})).await.expect(200)
            .contains(&json!({"status": "cancelled", "lines": [{"returned": 5}, {"returned": 1}]}));
    }

    /// What a customer's account must be told of is done by the order's own API.
    async fn a_marketplace_order_is_completed_and_taken_back_by_its_own_api(server: Server) {
        let merchant = server.merchant("Programvarehuset").await;
        let (client, partner) = (merchant.native().await, merchant.marketplace().await);
        let customer = partner.post("/v3/customers", &marketplace::customer("Acme")).await.expect(201).json();
        let path = format!("/v3/customers/{}/orders", customer["customerId"].as_str().unwrap());
        let order = partner.post(&path, &marketplace::order("759", 2)).await.expect(201).json();
        let path = format!("/ordrebok/v1/orders/marketplace:{}", order["orderId"].as_str().unwrap());
        client.get(&path).await.expect(200).contains(&json!({"origin": "marketplace"}));
        for step in ["process", "return"] {
            is_problem(client.post(&format!("{path}/{step}"), &json!({})).await, 409, "kept_by_its_api", "");
        }
    }
}
