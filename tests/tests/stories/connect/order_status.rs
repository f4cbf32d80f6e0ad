//! List order status - client mode.

use serde_json::json;
use stories::{Options, Server, Stage, afterpay, connect, marketplace, seed, story};

use super::{ORDER, import, register, register_body, status_path};

story! {
    /// Where something of ours is broken, clients are told so as they are told all else.
    async fn server_error_500_is_said_in_json(stage: Stage) {
        let server = stage.start(&Options::default());
        let client = server.connect_client().await;
        let id = register(&client, "invoice").await;
        stage.database.tamper("UPDATE orders SET snapshot = '!' || snapshot").await;
        let failed = client.get(&status_path(&id)).await.expect(500);
        failed.matches(&json!({ "exceptionType": "ServerException", "errorMessage": "[text]" }));
        stage.database.tamper("UPDATE orders SET snapshot = substr(snapshot, 2)").await;
        client.get(&status_path(&id)).await.expect(200);
    }

    /// The page's own example, after that order was imported.
    async fn list_order_status_gives_the_example_answer(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        let example = seed("connect-order-status.json");
        import(&merchant, &server, &example);
        let client = merchant.connect().await;
        client.get("/capi/v1/client/order/status/9").await.expect(200).matches(&example);
    }

    /// The six members of an order that was registered here.
    async fn use_this_api_to_get_basic_status_regarding_an_order(server: Server) {
        let client = server.connect_client().await;
        let id = register(&client, "invoice").await;
        client.get(&status_path(&id)).await.expect(200).matches(&json!({
            "orders": [{
                "orderId": id, "externalOrderId": "2342", "orderTime": 1_559_372_400_000_u64, "orderStatus": "preliminary",
                "orderAmount": 295, "customerNumber": 563_457
            }]
        }));
    }

    /// preliminary, confirmed, processed, failed: whatever another system says of an order.
    async fn allowed_values_preliminary_confirmed_processed_failed(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        let statuses = ["preliminary", "confirmed", "processed", "failed"];
        let orders: Vec<_> = (1..).zip(statuses).map(|(id, status)| json!({ "orderId": id, "orderStatus": status })).collect();
        import(&merchant, &server, &json!({ "orders": orders }));
        let client = merchant.connect().await;
        for (id, status) in (1..).zip(statuses) {
            let told = client.get(&status_path(&json!(id))).await.expect(200);
            told.matches(&json!({ "orders": [{ "orderId": id, "orderStatus": status }] }));
        }
    }

    /// An id that no order has, another merchant's, one that is none: the same answer, so that nothing leaks.
    async fn unknown_order_or_one_of_another_merchant_order_not_found_exception(server: Server) {
        let (client, other) = (server.connect_client().await, server.connect_client().await);
        let theirs = register(&other, "invoice").await.to_string();
        let digits = "9".repeat(40);
        for id in [theirs.as_str(), "9", "0", "-1", "nine", "09", "9.0", &digits, "%2F", "9%20"] {
            let refused = client.get(&format!("/capi/v1/client/order/status/{id}")).await.expect(400);
            refused.matches(&json!({ "exceptionType": "OrderNotFoundException", "errorMessage": "[text]" }));
        }
        for broken in ["%ff", "%00"] {
            let refused = client.get(&format!("/capi/v1/client/order/status/{broken}")).await.expect(400);
            refused.contains(&json!({ "exceptionType": "ValidationException" }));
        }
    }

    /// The path of the page's own example request, which leaves the id out.
    async fn order_id_is_required(server: Server) {
        let client = server.connect_client().await;
        for path in ["/capi/v1/client/order/status/", "/capi/v1/client/order/status"] {
            let refused = client.get(path).await.expect(400);
            refused.matches(&json!({ "exceptionType": "ValidationException", "errorMessage": "orderId is missing" }));
        }
    }

    /// The total as it was registered, in its digits.
    async fn order_amount_is_a_multiple_of_0_01(server: Server) {
        let client = server.connect_client().await;
        for (sent, told) in [("295", "295"), ("295.50", "295.5"), ("0.01", "0.01"), ("0", "0"), ("\"99.90\"", "99.9")] {
            let mut body = connect::register("2342", "invoice");
            body["orderAmount"] = serde_json::from_str(sent).unwrap();
            let id = register_body(&client, &body).await;
            let text = client.get(&status_path(&id)).await.expect(200).text();
            assert!(text.contains(&format!("\"orderAmount\":{told},")), "{sent}: {text}");
        }
        let mut body = connect::register("2342", "invoice");
        body["orderAmount"] = serde_json::from_str("0.001").unwrap();
        let refused = client.post(ORDER, &body).await.expect(400);
        refused.matches(&json!({ "exceptionType": "ValidationException", "errorMessage": "orderAmount: not a multiple of 0.01" }));
    }

    /// An order that was placed through another API has its own id here, and is told in the same words.
    async fn orders_of_every_api_are_told(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        let shop = merchant.afterpay().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        let partner = merchant.marketplace().await;
        let customer = partner.post("/v3/customers", &marketplace::customer("Fjell")).await.expect(201).json()["customerId"].clone();
        let path = format!("/v3/customers/{}/orders", customer.as_str().unwrap());
        let placed = partner.post(&path, &marketplace::order("REF-7", 2)).await.expect(201).json()["orderId"].clone();
        let client = merchant.connect().await;
        let exported = server.run(&["export", "--merchant", "Fjellforlaget", "--format", "jsonl"]).expecting(0).stdout;
        assert_eq!(exported.lines().count(), 2, "{exported}");
        let reserved = json!(1_000_000_000_u64);
        client.get(&status_path(&reserved)).await.expect(200).matches(&json!({
            "orders": [{ "orderId": reserved, "externalOrderId": "ORDER1", "orderTime": "[integer]", "orderStatus": "confirmed", "orderAmount": 100 }]
        }));
        let id: serde_json::Value = serde_json::from_str(placed.as_str().unwrap()).unwrap();
        let told = client.get(&status_path(&id)).await.expect(200);
        told.contains(&json!({ "orders": [{ "orderId": id, "externalOrderId": "REF-7", "orderTime": "[integer]" }] }));
    }

    /// Only the client needs to be logged in: its own token is enough, and a user's is not asked for.
    async fn only_the_client_needs_to_be_logged_in(server: Server) {
        let client = server.connect_client().await;
        let id = register(&client, "invoice").await;
        client.get(&status_path(&id)).header("content-type", "application/json").await.expect(200);
    }
}
