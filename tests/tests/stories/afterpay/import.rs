//! Orders that AfterPay kept before, and what can be done to them here.

use serde_json::{Value, json};
use stories::{Caller, Server, seed, story};

fn import(server: &Server, shop: &Caller, documents: &[Value]) -> stories::Run {
    let lines: Vec<String> = documents.iter().map(ToString::to_string).collect();
    let command =
        server
            .database()
            .command(&["import", "--merchant", &shop.merchant.name, "--api", "afterpay"]);
    stories::run(&command.input(lines.join("\n")))
}

/// An order of another shop system, of which a part is captured.
fn half_captured() -> Value {
    json!({
        "orderDetails": {
            "orderId": "11111111-2222-4333-8444-555555555555", "orderNumber": "OLD-1", "totalNetAmount": 80.00,
            "totalGrossAmount": 100.00, "currency": "SEK", "status": "Accepted", "insertedAt": "2024-01-02T03:04:05Z",
            "updatedAt": "2024-01-02T03:04:05Z", "somethingNew": {"a": [1.50, null]},
            "customer": {"firstName": "Åsa", "lastName": "Öberg", "customerNumber": "C1", "salutation": "Dr"},
            "orderItems": [{"productId": "P1", "description": "Ljus", "quantity": 10.00, "grossUnitPrice": 10.00}]
        },
        "captures": [{
            "captureNumber": "INV1", "amount": 40.00, "balance": 40.00, "currency": "SEK",
            "insertedAt": "2024-01-03T03:04:05Z"
        }],
        "refunds": [], "cancellations": []
    })
}

story! {
    async fn an_order_goes_on_here_where_it_stood(server: Server) {
        let shop = server.afterpay_shop().await;
        import(&server, &shop, &[half_captured()]).expect(0);
        shop.get("/api/v3/orders/old-1").await.expect(200).matches(&half_captured());

        shop.post("/api/v3/orders/OLD-1/captures", &json!({"orderDetails": {"totalGrossAmount": 61}})).await.expect(400)
            .contains(&json!([{"code": "400.117"}]));
        shop.post("/api/v3/orders/OLD-1/captures", &json!(null)).await.expect(200)
            .contains(&json!({"capturedAmount": 60, "authorizedAmount": 100, "remainingAuthorizedAmount": 0}));
        shop.post("/api/v3/orders/OLD-1/refunds", &json!({"captureNumber": "INV1"})).await.expect(200)
            .contains(&json!({"refundNumbers": ["INV1R00"], "totalRefundedAmount": 40}));
        let now = shop.get("/api/v3/orders/OLD-1").await.expect(200);
        now.contains(&json!({
            "orderDetails": {"somethingNew": {"a": [1.5, null]}, "customer": {"salutation": "Dr", "lastName": "Öberg"}},
            "captures": [{"captureNumber": "INV1", "totalRefundedAmount": 40}, {"amount": 60}],
            "refunds": [{"amount": -40, "captureNumber": "INV1"}]
        }));
    }

    /// A reservation that its own system never let lapse does not lapse by being taken over.
    async fn a_date_that_has_passed_is_given_back_and_changes_nothing(server: Server) {
        let shop = server.afterpay_shop().await;
        let (mut past, mut future) = (half_captured(), half_captured());
        past["orderDetails"]["expirationDate"] = json!("2024-02-02");
        future["orderDetails"]["orderNumber"] = json!("OLD-2");
        future["orderDetails"]["expirationDate"] = json!("2999-02-02");
        import(&server, &shop, &[past.clone(), future.clone()]).expect(0);
        for (number, original) in [("OLD-1", &past), ("OLD-2", &future)] {
            let path = format!("/api/v3/orders/{number}");
            shop.get(&path).await.expect(200).matches(original);
            shop.post(&format!("{path}/captures"), &json!(null)).await.expect(200).contains(&json!({"capturedAmount": 60}));
            shop.get(&path).await.expect(200).contains(&json!({"orderDetails": {"expirationDate": original["orderDetails"]["expirationDate"]}}));
        }
    }

    async fn the_same_file_again_changes_nothing_and_a_bad_record_stops_nothing(server: Server) {
        let shop = server.afterpay_shop().await;
        let bad = json!({"orderDetails": {"orderNumber": "X", "totalGrossAmount": "much", "currency": "SEK"}});
        let run = import(&server, &shop, &[seed("afterpay-get-order.json"), bad, half_captured()]);
        assert!(run.stderr.contains("orderDetails.totalGrossAmount: Value format is incorrect."), "{}", run.stderr);
        shop.get("/api/v3/orders/ORDER00001").await.expect(200).matches(&seed("afterpay-get-order.json"));
        shop.get("/api/v3/orders/OLD-1").await.expect(200);
        import(&server, &shop, &[seed("afterpay-get-order.json"), half_captured()]).expect(0);
        shop.get("/api/v3/orders/OLD-1").await.expect(200).matches(&half_captured());
    }

    async fn two_merchants_import_the_same_order_and_never_see_each_other(server: Server) {
        let (one, other) = (server.afterpay_shop().await, server.afterpay_shop().await);
        for shop in [&one, &other] {
            import(&server, shop, &[half_captured()]).expect(0);
        }
        one.post("/api/v3/orders/OLD-1/voids", &json!(null)).await.expect(200);
        other.get("/api/v3/orders/OLD-1").await.expect(200).matches(&half_captured());
    }
}
