//! Orders from elsewhere: what the three APIs answer goes in, and comes out as it was.

use serde_json::json;
use stories::{Caller, Merchant, Server, afterpay, run, seed, story};

story! {
    /// The example body of each document is given back as it stands there: every member, every number, every date.
    async fn an_imported_order_is_given_back_as_it_was(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        for (api, file, path) in SEEDS {
            import(&server, &merchant, api, &seed(file).to_string()).expect(0);
            caller(&merchant, api).await.get(path).await.expect(200).matches(&seed(file));
        }
    }

    /// Over again: nothing changes, and it is no mistake.
    async fn the_same_file_again_changes_nothing(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let exported = || server.run(&["export", "--merchant", "Fjord Forlag", "--format", "jsonl"]).stdout;
        for (api, file, _) in SEEDS {
            import(&server, &merchant, api, &seed(file).to_string()).expect(0);
        }
        let before = exported();
        assert_eq!(before.lines().count(), SEEDS.len(), "{before}");
        for (api, file, path) in SEEDS {
            import(&server, &merchant, api, &seed(file).to_string()).expect(0);
            caller(&merchant, api).await.get(path).await.expect(200).matches(&seed(file));
        }
        assert_eq!(exported(), before);
    }

    /// A document, an array, JSON lines; a history page is a file of orders too.
    async fn every_form_of_file_is_read(server: Server) {
        let order = |id: &str| {
            let mut order = seed("marketplace-get-order.json");
            order["orderId"] = json!(id);
            order["links"]["self"]["uri"] = json!(format!("/v3/customers/9876543210/orders/{id}"));
            order
        };
        let lines = format!("{}\n{}\n\n", order("0000000001"), order("0000000002"));
        let array = json!([order("0000000003"), order("0000000004")]);
        let page = json!({
            "totalCount": 2, "count": 2, "offset": 0, "limit": 25, "items": [order("0000000005"), order("0000000006")],
            "links": { "self": { "uri": "/v3/customers/9876543210/orders?offset=0&limit=25", "method": "GET", "headers": [] } }
        });
        let merchant = server.merchant("Fjord Forlag").await;
        for text in [lines, array.to_string(), serde_json::to_string_pretty(&page).unwrap()] {
            import(&server, &merchant, "marketplace", &text).expect(0);
        }
        let partner = merchant.marketplace().await;
        for id in 1..=6 {
            let id = format!("000000000{id}");
            partner.get(&format!("/v3/customers/9876543210/orders/{id}")).await.expect(200).matches(&order(&id));
        }
        let history = partner.get("/v3/customers/9876543210/orders?start-date=2019-01-01").await.expect(200);
        history.contains(&json!({ "totalCount": 6 }));
    }

    /// What can't be read is said with its line and the reason, and the others go in.
    async fn a_bad_record_does_not_keep_the_others_out(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let mut second = seed("marketplace-get-order.json");
        second["orderId"] = json!("0000000002");
        let mut without_date = second.clone();
        without_date["orderId"] = json!("0000000003");
        without_date["creationDate"] = json!("yesterday");
        let lines = format!("{}\n{{\"orderId\": \n{without_date}\n{second}\n", seed("marketplace-get-order.json"));
        let imported = import(&server, &merchant, "marketplace", &lines);
        assert_eq!(imported.code, Some(1), "{}{}", imported.stdout, imported.stderr);
        let said = format!("{}{}", imported.stdout, imported.stderr);
        for word in ["line 2", "line 3", "creationDate"] {
            assert!(said.contains(word), "{word:?} is not in: {said}");
        }
        let partner = merchant.marketplace().await;
        for (id, status) in [("0123456789", 200), ("0000000002", 200), ("0000000003", 404)] {
            partner.get(&format!("/v3/customers/9876543210/orders/{id}")).await.expect(status);
        }
    }

    /// What is done to an imported order afterwards follows the rules, whatever the foreign system said.
    async fn an_imported_order_lives_on(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let shop = merchant.afterpay().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("CAPTURE1", 4)).await.expect(200);
        let exported = shop.get("/api/v3/orders/ORDER1").await.expect(200).json();
        let other = server.merchant("The new house").await;
        import(&server, &other, "afterpay", &exported.to_string()).expect(0);
        let shop = other.afterpay().await;
        shop.get("/api/v3/orders/ORDER1").await.expect(200).matches(&exported);
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("CAPTURE2", 7)).await.expect(400);
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("CAPTURE2", 6)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/refunds", &afterpay::refund("CAPTURE1", 5)).await.expect(400);
        shop.post("/api/v3/orders/ORDER1/refunds", &afterpay::refund("CAPTURE1", 4)).await.expect(200);
        let order = shop.get("/api/v3/orders/ORDER1").await.expect(200);
        order.contains(&json!({
            "captures": [
                { "captureNumber": "CAPTURE1", "amount": 40, "totalRefundedAmount": 40 },
                { "captureNumber": "CAPTURE2", "amount": 60, "totalRefundedAmount": 0 }
            ],
            "refunds": [{ "captureNumber": "CAPTURE1", "amount": -40 }]
        }));
    }

    /// A file that is none, a merchant that is none, an API that is none: a sentence, and nothing is done.
    async fn a_mistake_is_said_in_a_sentence(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        import(&server, &merchant, "afterpay", "").expect(0);
        for arguments in [
            ["import", "--merchant", "Fjord Forlag", "--api", "afterpay", "/nowhere/orders.json"],
            ["import", "--merchant", "Nobody", "--api", "afterpay", "-"],
            ["import", "--merchant", "Fjord Forlag", "--api", "telepathy", "-"],
        ] {
            let imported = server.run(&arguments);
            assert!(imported.code.is_some_and(|code| code != 0), "{arguments:?}");
            assert!(!imported.stderr.trim().is_empty(), "{arguments:?}");
        }
    }
}

/// API, file and the path that gives it back.
const SEEDS: [(&str, &str, &str); 3] = [
    ("afterpay", "afterpay-get-order.json", "/api/v3/orders/ORDER00001"),
    (
        "marketplace",
        "marketplace-get-order.json",
        "/v3/customers/9876543210/orders/0123456789",
    ),
    (
        "connect",
        "connect-order-status.json",
        "/capi/v1/client/order/status/9",
    ),
];

fn import(server: &Server, merchant: &Merchant, api: &str, text: &str) -> stories::Run {
    let arguments = ["import", "--merchant", merchant.name.as_str(), "--api", api, "-"];
    run(&server.database().command(&arguments).input(text))
}

async fn caller(merchant: &Merchant, api: &str) -> Caller {
    match api {
        "afterpay" => merchant.afterpay().await,
        "connect" => merchant.connect().await,
        _ => merchant.marketplace().await,
    }
}
