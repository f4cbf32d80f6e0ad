//! Two merchants with the same order numbers and ids never see each other, in any call.

use serde_json::{Value, json};
use stories::{Caller, Reply, Server, afterpay, connect, eventually, marketplace, story};

story! {
    /// AfterPay: the same order number twice, two orders, and no call of one that tells of the other.
    async fn two_shops_with_the_same_order_number(server: Server) {
        let (ours, theirs) = (server.afterpay_shop().await, server.afterpay_shop().await);
        for (shop, pieces) in [(&ours, 3), (&theirs, 5)] {
            shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", pieces)).await.expect(200);
        }
        ours.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("SHIPMENT1", 1)).await.expect(200);
        ours.post("/api/v3/orders/ORDER1/refunds", &afterpay::refund("SHIPMENT1", 1)).await.expect(200);
        ours.post("/api/v3/orders/ORDER1/voids", &afterpay::void(1)).await.expect(200);
        let order = theirs.get("/api/v3/orders/ORDER1").await.expect(200);
        order.contains(&json!({ "orderDetails": { "totalGrossAmount": 50 } }));
        for part in ["captures", "refunds", "cancellations"] {
            assert!(order.json()[part].as_array().is_none_or(Vec::is_empty), "{}", order.text());
        }
        // Nothing of ours can be reached with their key, and nothing tells that it exists.
        ours.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER2", 3)).await.expect(200);
        ours.post("/api/v3/orders/ORDER2/captures", &afterpay::capture("SHIPMENT2", 1)).await.expect(200);
        let bodies = [afterpay::capture("X", 1), afterpay::refund("SHIPMENT2", 1), afterpay::void(1)];
        for (path, body) in ["captures", "refunds", "voids"].into_iter().zip(&bodies) {
            let real = theirs.post(&format!("/api/v3/orders/ORDER2/{path}"), body).await.expect(400);
            let made_up = theirs.post(&format!("/api/v3/orders/ORDER9/{path}"), body).await.expect(400);
            same_answer(&real, &made_up, "ORDER2", "ORDER9");
        }
        for path in ["", "/captures", "/captures/SHIPMENT2", "/refunds", "/voids"] {
            let real = theirs.get(&format!("/api/v3/orders/ORDER2{path}")).await;
            let made_up = theirs.get(&format!("/api/v3/orders/ORDER9{path}")).await;
            same_answer(&real, &made_up, "ORDER2", "ORDER9");
        }
        let shipping = json!({ "type": "Shipment", "shippingCompany": "UPS", "trackingId": "1Z9" });
        let path = |order: &str| format!("/api/v3/orders/{order}/captures/SHIPMENT2/shipping-details");
        let real = theirs.post(&path("ORDER2"), &shipping).await.expect(400);
        let made_up = theirs.post(&path("ORDER9"), &shipping).await.expect(400);
        same_answer(&real, &made_up, "ORDER2", "ORDER9");
        let untouched = ours.get("/api/v3/orders/ORDER2").await.expect(200);
        untouched.contains(&json!({ "captures": [{ "captureNumber": "SHIPMENT2", "amount": 10 }] }));
    }

    /// Connect: an order id of another merchant is an unknown order id.
    async fn a_publisher_can_not_read_or_complete_anothers_order(server: Server) {
        let (ours, theirs) = (server.connect_client().await, server.connect_client().await);
        let order = ours.post("/capi/v1/client/order", &connect::register("2342", "invoice")).await.expect(200);
        let id = order.json()["orderId"].as_u64().unwrap();
        // Ids are unique within a merchant only: theirs has no order yet, so both of these are unknown to it.
        let unknown = id + 500_000;
        let (real, made_up) = (status(&theirs, id).await.expect(400), status(&theirs, unknown).await);
        same_answer(&real, &made_up, &id.to_string(), &unknown.to_string());
        let (real, made_up) = (fulfil(&theirs, id).await, fulfil(&theirs, unknown).await);
        same_answer(&real, &made_up, &id.to_string(), &unknown.to_string());
        let ours = status(&ours, id).await.expect(200);
        ours.contains(&json!({ "orders": [{ "orderId": id, "orderStatus": "preliminary" }] }));
    }

    /// Marketplace: a customer and an order of another partner are unknown ones.
    async fn a_partner_sees_no_other_partners_customers(server: Server) {
        let (ours, theirs) = (server.marketplace_partner().await, server.marketplace_partner().await);
        let (customer, order) = sell(&ours).await;
        for path in [String::new(), format!("/{order}")] {
            let real = theirs.get(&format!("/v3/customers/{customer}/orders{path}")).await.expect(404);
            let made_up = theirs.get(&format!("/v3/customers/0000000042/orders{path}")).await.expect(404);
            same_answer(&real, &made_up, &customer, "0000000042");
        }
        let write = marketplace::order("759", 1);
        let real = theirs.post(&format!("/v3/customers/{customer}/orders"), &write).await.expect(404);
        let made_up = theirs.post("/v3/customers/0000000042/orders", &write).await.expect(404);
        same_answer(&real, &made_up, &customer, "0000000042");
        // Ids are unique within a partner only: where both have the same, each is told of its own.
        let (own, _) = sell(&theirs).await;
        for (partner, customer) in [(&ours, &customer), (&theirs, &own)] {
            let history = partner.get(&format!("/v3/customers/{customer}/orders")).await.expect(200);
            history.contains(&json!({ "totalCount": 1, "items": [{ "customerId": customer }] }));
        }
    }

    /// The same idempotency key of two merchants is two keys.
    async fn idempotency_keys_are_a_merchants_own(server: Server) {
        let (ours, theirs) = (server.afterpay_shop().await, server.afterpay_shop().await);
        for (shop, number) in [(&ours, "ORDER1"), (&theirs, "ORDER2")] {
            let call = shop.post("/api/v3/checkout/authorize", &afterpay::authorize(number, 3));
            call.header("x-idempotency-key", "the-same-key").await.expect(200);
            shop.get(&format!("/api/v3/orders/{number}")).await.expect(200);
        }
        ours.get("/api/v3/orders/ORDER2").await.expect(400);
    }

    /// A credential opens the API that it was made for, and no other.
    async fn a_credential_is_for_one_api(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let (shop, client) = (merchant.afterpay().await, merchant.connect().await);
        let partner = merchant.marketplace().await;
        shop.get("/api/v3/orders/NONE").header("x-auth-key", &client.credential.secret).await.expect(401);
        shop.get("/api/v3/orders/NONE").header("x-auth-key", &partner.credential.secret).await.expect(401);
        let bearer = |caller: &Caller| {
            caller.headers().find(|(name, _)| *name == "authorization").map(|(_, value)| value.to_owned()).unwrap()
        };
        let path = "/capi/v1/client/order/status/1000000000";
        client.get(path).header("authorization", &bearer(&partner)).await.expect(401);
        let path = "/v3/customers/0000000042/orders";
        partner.get(path).header("authorization", &bearer(&client)).await.expect(401);
    }

    /// The same exported order imported by two merchants is two orders, each with all its ids.
    async fn two_merchants_import_the_same_orders(server: Server) {
        let seeds = [
            ("afterpay", "/api/v3/orders/ORDER00001", stories::seed("afterpay-get-order.json")),
            ("marketplace", "/v3/customers/9876543210/orders/0123456789", stories::seed("marketplace-get-order.json")),
            ("connect", "/capi/v1/client/order/status/9", stories::seed("connect-order-status.json")),
        ];
        for name in ["Ours", "Theirs"] {
            let merchant = server.merchant(name).await;
            for (api, path, seed) in &seeds {
                let import = ["import", "--merchant", name, "--api", api, "-"];
                stories::run(&server.database().command(&import).input(seed.to_string())).expect(0);
                let caller = match *api {
                    "afterpay" => merchant.afterpay().await,
                    "connect" => merchant.connect().await,
                    _ => merchant.marketplace().await,
                };
                caller.get(path).await.expect(200).matches(seed);
            }
        }
        let theirs = server.known_merchant("Theirs").afterpay().await;
        theirs.post("/api/v3/orders/ORDER00001/refunds", &Value::Null).await;
        let ours = server.known_merchant("Ours").afterpay().await;
        ours.get("/api/v3/orders/ORDER00001").await.expect(200).matches(&seeds[0].2);
    }
}

async fn status(client: &Caller, id: u64) -> Reply {
    client.get(&format!("/capi/v1/client/order/status/{id}")).await
}

async fn fulfil(client: &Caller, id: u64) -> Reply {
    client
        .post("/capi/v1/client/order/fulfillment", &json!({ "orderId": id }))
        .await
}

/// Sells one order to a new customer; their ids.
async fn sell(partner: &Caller) -> (String, String) {
    let customer = partner
        .post("/v3/customers", &marketplace::customer("Acme"))
        .await
        .expect(201)
        .json();
    let customer = customer["customerId"].as_str().unwrap().to_owned();
    let placed = partner
        .post(
            &format!("/v3/customers/{customer}/orders"),
            &marketplace::order("759", 2),
        )
        .await
        .expect(201);
    let order = placed.json()["orderId"].as_str().unwrap().to_owned();
    let path = format!("/v3/customers/{customer}/orders/{order}");
    eventually("the order is complete", async || {
        (partner.get(&path).await.expect(200).json()["status"] == "1000").then_some(())
    })
    .await;
    (customer, order)
}

/// What exists for another and what doesn't exist at all are answered alike, but for the name that was asked for.
#[track_caller]
fn same_answer(real: &Reply, made_up: &Reply, real_name: &str, made_up_name: &str) {
    assert_eq!(real.status(), made_up.status());
    assert!(real.status() >= 200 && real.status() < 500);
    assert_eq!(
        real.text().replace(real_name, "X"),
        made_up.text().replace(made_up_name, "X")
    );
}
