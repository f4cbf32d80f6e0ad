//! Reading one order: as it stands, as it stood, what happened to it, whom it owes a call.

use super::{is_problem, money};
use serde_json::json;
use stories::{Options, Receiver, Server, Stage, afterpay, connect, eventually, native, story};

story! {
    async fn an_order_is_shown_with_every_member(server: Server) {
        let client = server.native_client().await;
        let mut sent = native::order("ORDER1", 3);
        sent["refersTo"] = json!("ORDER0");
        sent["reseller"] = json!("RESELLER1");
        sent["net"] = json!(24);
        sent["kind"] = json!("renewal");
        sent["payment"] = json!({"method": "card", "prepaid": true});
        sent["orderedAt"] = json!("2026-01-31T12:00:00+01:00");
        sent["reserve"] = json!({"expiresAt": "2999-01-01T00:00:00Z"});
        let registered = client.post("/ordrebok/v1/orders", &sent).await.expect(201);
        let id = registered.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(registered.header("etag"), "\"3\"");
        assert_eq!(registered.header("location"), format!("/ordrebok/v1/orders/ordrebok:{id}"));
        registered.matches(&json!({
            "id": id, "uuid": "[uuid]", "version": 3, "origin": "ordrebok", "imported": false, "kind": "renewal",
            "status": "confirmed", "statusSince": "[text]", "number": "ORDER1", "reference": "CAMPAIGN", "refersTo": "ORDER0",
            "ids": {"connect": id, "afterpay": "ORDER1", "marketplace": id, "ordrebok": id},
            "customer": {"number": "CUSTOMER1", "name": "Kari Nordmann", "email": "kari@example.no", "contacts": ["+4799999999"]},
            "reseller": "RESELLER1", "currency": "NOK",
            "money": {"total": 30, "net": 24, "reserved": 30, "captured": 0, "cancelled": 0, "refunded": 0, "remaining": 30},
            "lines": [{
                "number": 1, "product": "ITEM1", "description": "A box of paper clips", "quantity": 3, "unitGross": 10,
                "unitNet": 8, "unitVat": 2, "vatPercent": 25
            }],
            "payment": {"method": "card", "prepaid": true, "pending": false},
            "reservation": {"id": "[uuid]", "amount": 30, "expiresAt": "2999-01-01T00:00:00.000Z"},
            "captures": [], "refunds": [], "cancellations": [],
            "orderedAt": "2026-01-31T11:00:00.000Z", "placedAt": "[text]", "updatedAt": "[text]"
        }));
        // Amounts have the currency's decimals; nothing is rounded.
        assert!(registered.text().contains("\"total\":30.00,"), "{}", registered.text());
        for name in ["ORDER1", "order1", "afterpay:ORDER1", &id, &format!("ordrebok:{id}"), &format!("connect:{id}")] {
            let shown = client.get(registered.header("location")).await.expect(200);
            assert_eq!(shown.header("etag"), "\"3\"");
            client.get(&format!("/ordrebok/v1/orders/{name}")).await.expect(200).matches(&shown.json());
            shown.matches(&registered.json());
        }
    }

    async fn an_order_of_any_api_is_found_by_the_id_that_its_own_system_gave(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let client = merchant.native().await;
        for (api, seed, name, origin) in [
            ("afterpay", "afterpay-get-order.json", "afterpay:ORDER00001", "afterpay"),
            ("marketplace", "marketplace-get-order.json", "marketplace:0123456789", "marketplace"),
            ("connect", "connect-order-status.json", "connect:9", "connect"),
        ] {
            let import = ["import", "--merchant", "Fjord Forlag", "--api", api, "-"];
            stories::run(&server.database().command(&import).input(stories::seed(seed).to_string())).expect(0);
            let shown = client.get(&format!("/ordrebok/v1/orders/{name}")).await.expect(200);
            shown.contains(&json!({"origin": origin, "imported": true, "version": 1}));
            let (_, id) = name.split_once(':').unwrap();
            assert_eq!(shown.json()["ids"][api], id);
            client.get(&format!("/ordrebok/v1/orders/{name}/events")).await.expect(200)
                .contains(&json!({"events": [{"sequence": 1, "name": "imported", "data": {"order": shown.json()}}]}));
        }
        for name in ["9", "connect:8", "marketplace:123456789", "other:9", "ordrebok:9", "ordrebok:x", "connect:"] {
            is_problem(client.get(&format!("/ordrebok/v1/orders/{name}")).await, 404, "order_not_found", "");
        }
    }

    /// What is registered here is read and gone on with through the other APIs, and the other way round.
    async fn an_order_is_the_same_in_every_api(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let (client, shop) = (merchant.native().await, merchant.afterpay().await);
        let (publisher, partner) = (merchant.connect().await, merchant.marketplace().await);
        let order = client.post("/ordrebok/v1/orders", &native::order("ORDER1", 10)).await.expect(201).json();
        let id = order["id"].as_str().unwrap();
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("INV1", 3)).await.expect(200);
        let shown = client.get("/ordrebok/v1/orders/ORDER1").await.expect(200);
        assert_eq!(money(&shown.json()), ["100.00", "100.00", "30.00", "0.00", "0.00", "70.00"]);
        shop.get("/api/v3/orders/ORDER1").await.expect(200).contains(&json!({"captures": [{"captureNumber": "INV1"}]}));
        publisher.get(&format!("/capi/v1/client/order/status/{id}")).await.expect(200)
            .contains(&json!({"orders": [{"orderStatus": "confirmed"}]}));
        partner.get(&format!("/v3/customers/CUSTOMER1/orders/{id}")).await.expect(200).contains(&json!({"orderId": id}));
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER2", 5)).await.expect(200);
        client.post("/ordrebok/v1/orders/ORDER2/capture", &json!({"number": "INV2"})).await.expect(200)
            .contains(&json!({"origin": "afterpay", "status": "processed", "captures": [{"number": "INV2", "amount": 50}]}));
        shop.get("/api/v3/orders/ORDER2").await.expect(200).contains(&json!({"captures": [{"captureNumber": "INV2"}]}));
    }

    async fn a_client_that_has_the_order_already_is_not_sent_it_again(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 3)).await.expect(201);
        let path = "/ordrebok/v1/orders/ORDER1";
        let tag = client.get(path).await.expect(200).header("etag").to_owned();
        let known = client.get(path).header("if-none-match", &tag).await.expect(304);
        assert_eq!((known.header("etag"), known.bytes().len()), (tag.as_str(), 0));
        client.get(path).header("if-none-match", "\"77\"").await.expect(200);
        client.post(&format!("{path}/capture"), &native::pieces(1)).await.expect(200);
        let changed = client.get(path).header("if-none-match", &tag).await.expect(200);
        assert_ne!(changed.header("etag"), tag);
    }

    async fn the_timeline_tells_what_happened_and_the_order_is_shown_as_of_any_moment(server: Server) {
        let client = server.native_client().await;
        let path = "/ordrebok/v1/orders/ORDER1";
        let mut shown = vec![client.post("/ordrebok/v1/orders", &native::order("ORDER1", 10)).await.expect(201).json()];
        for (step, body) in [
            ("capture", json!({"number": "INV1", "amount": 30})),
            ("ship", json!({"capture": "INV1", "shipment": {"carrier": "Posten", "trackingId": "1Z"}})),
            ("refund", json!({"number": "CN1", "amount": 10})),
            ("cancel", json!({})),
            ("return", json!({"lines": [{"number": 1, "quantity": 2}]})),
        ] {
            // Two moments in one millisecond can't be told apart.
            tokio::time::sleep(std::time::Duration::from_millis(3)).await;
            shown.push(client.post(&format!("{path}/{step}"), &body).await.expect(200).json());
        }
        let timeline = client.get(&format!("{path}/events")).await.expect(200);
        timeline.contains(&json!({"id": shown[0]["id"], "events": [
            {"sequence": 1, "at": "[text]", "name": "registered", "data": {"order": {"number": "ORDER1", "status": "preliminary", "version": 1}}},
            {"sequence": 2, "name": "confirmed", "data": {}},
            {"sequence": 3, "name": "reserved", "data": {"reservation": "[uuid]", "amount": 100}},
            {"sequence": 4, "name": "captured", "data": {"capture": {"number": "INV1", "amount": 30, "refunded": 0}}},
            {"sequence": 5, "name": "shipped", "data": {"capture": "INV1", "shipment": {"number": 1, "direction": "outbound", "carrier": "Posten", "trackingId": "1Z"}}},
            {"sequence": 6, "name": "refunded", "data": {"refund": {"number": "CN1", "capture": "INV1", "amount": 10}}},
            {"sequence": 7, "name": "cancelled", "data": {"cancellation": {"number": "ORDER1C00", "amount": 70, "cause": "merchant"}}},
            {"sequence": 8, "name": "returned", "data": {"lines": [{"number": 1, "product": "ITEM1", "quantity": 2}]}}
        ]}));
        for order in &shown {
            let at = order["updatedAt"].as_str().unwrap();
            let then = client.get(&format!("{path}?asOf={at}")).await.expect(200);
            then.matches(order);
            assert_eq!(then.header("etag"), format!("\"{}\"", order["version"]));
        }
        client.get(&format!("{path}?asOf=2999-01-01T00:00:00%2B01:00")).await.expect(200).matches(shown.last().unwrap());
        is_problem(client.get(&format!("{path}?asOf=2019-01-01T00:00:00Z")).await, 404, "order_not_yet_there", "asOf");
        is_problem(client.get(&format!("{path}?asOf=yesterday")).await, 400, "invalid_parameter", "asOf");
        is_problem(client.get("/ordrebok/v1/orders/NONE?asOf=2999-01-01T00:00:00Z").await, 404, "order_not_found", "");
    }

    async fn deliveries_are_shown_with_their_attempts_and_outcome(stage: Stage) {
        let server = stage.start(&Options::default().sandbox());
        let merchant = server.merchant("Fjord Forlag").await;
        let (client, publisher) = (merchant.native().await, merchant.connect().await);
        let receiver = Receiver::start().await;
        let url = receiver.url("/told");
        let order = publisher.post("/capi/v1/client/order", &connect::register("2342", "invoice")).await.expect(200);
        let id = order.json()["orderId"].to_string();
        let path = format!("/ordrebok/v1/orders/connect:{id}/deliveries");
        client.get(&path).await.expect(200).matches(&json!({"id": id, "deliveries": []}));
        publisher.post("/capi/v1/client/order/fulfillment", &json!({"orderId": order.json()["orderId"], "callbackUrl": url}))
            .await.expect(200);
        let done = eventually("the callback is delivered", async || {
            let shown = client.get(&path).await.expect(200);
            (shown.json()["deliveries"][0]["state"] == "done").then_some(shown)
        }).await;
        done.matches(&json!({"id": id, "deliveries": [{
            "id": "[text]", "kind": "callback", "url": url, "payload": "success", "state": "done", "attempts": 1,
            "outcome": "[text]", "owedSince": "[text]"
        }]}));
    }
}
