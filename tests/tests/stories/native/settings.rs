//! What is set for a merchant while servers run.

use super::administration::{administrator, operator};
use super::is_problem;
use serde_json::{Value, json};
use stories::{Caller, Options, Server, Stage, afterpay, eventually, marketplace, native, story};

const SETTINGS: &str = "/ordrebok/v1/admin/settings";

/// When the order's reservation lapses, by its day.
async fn lapses(client: &Caller, number: &str) -> Value {
    let order = client
        .get(&format!("/ordrebok/v1/orders/{number}"))
        .await
        .expect(200)
        .json();
    let at = order["reservation"]["expiresAt"].as_str();
    at.map_or(Value::Null, |at| json!(at[..10]))
}

/// The sandbox's day, so many days from now.
async fn day(client: &Caller, days: u32) -> Value {
    let now = client.get("/ordrebok/v1/sandbox/clock").await.expect(200).json();
    let now: jiff::Timestamp = now["now"].as_str().unwrap().parse().unwrap();
    let then = now + jiff::SignedDuration::from_hours(i64::from(days) * 24);
    json!(then.to_string()[..10])
}

story! {
    /// They are read and changed by version, and `null` takes one back.
    async fn settings_are_changed_by_version(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let (admin, operator) = (administrator(&merchant).await, operator(&server, &merchant));
        let none = admin.get(SETTINGS).await.expect(200);
        none.matches(&json!({}));
        assert_eq!(none.header("etag"), "\"0\"");
        let change = |body: Value, tag: &str| admin.patch(SETTINGS, &body).header("if-match", tag);
        is_problem(change(json!({ "reservationDays": 7 }), "\"1\"").await, 412, "settings_changed", "If-Match");
        let set = change(json!({ "reservationDays": 7, "completeAfterMilliseconds": 0 }), "\"0\"").await.expect(200);
        set.matches(&json!({ "reservationDays": 7, "completeAfterMilliseconds": 0 }));
        assert_eq!(set.header("etag"), "\"1\"");
        is_problem(change(json!({ "reservationDays": 8 }), "\"0\"").await, 412, "settings_changed", "If-Match");
        is_problem(change(json!({}), "1").await, 400, "invalid_header", "If-Match");
        let known = admin.get(SETTINGS).header("if-none-match", "\"1\"").await.expect(304);
        assert_eq!((known.text().as_str(), known.header("etag")), ("", "\"1\""));
        // The same again is no change; what is not said stays.
        assert_eq!(admin.patch(SETTINGS, &json!({ "reservationDays": 7 })).await.expect(200).header("etag"), "\"1\"");
        change(json!({ "reservationDays": null }), "\"1\", \"7\"").await.expect(200).matches(&json!({ "completeAfterMilliseconds": 0 }));
        // An operator says whose, and sets what a merchant may not allow itself.
        is_problem(admin.patch(SETTINGS, &json!({ "callsAMinute": 0 })).await, 403, "insufficient_scope", "callsAMinute");
        is_problem(admin.patch(SETTINGS, &json!({ "callsASecond": null })).await, 403, "insufficient_scope", "callsASecond");
        is_problem(operator.get(SETTINGS).await, 400, "invalid_parameter", "merchant");
        let ours = format!("{SETTINGS}?merchant=Fjord%20Forlag");
        operator.patch(&ours, &json!({ "callsAMinute": 1000 })).await.expect(200)
            .matches(&json!({ "callsAMinute": 1000, "completeAfterMilliseconds": 0 }));
        admin.get(SETTINGS).await.expect(200).contains(&json!({ "callsAMinute": 1000 }));
        let other = administrator(&server.merchant("Nordlys").await).await;
        other.get(SETTINGS).await.expect(200).matches(&json!({}));
        is_problem(other.get(&ours).await, 404, "merchant_not_found", "merchant");
        is_problem(other.patch(&ours, &json!({ "reservationDays": 1 })).await, 404, "merchant_not_found", "merchant");
        for (body, field) in [
            (json!({ "reservationDays": 0 }), "reservationDays"), (json!({ "reservationDays": 3651 }), "reservationDays"),
            (json!({ "reservationDays": "7" }), "reservationDays"), (json!({ "reservationDays": 1.5 }), "reservationDays"),
            (json!({ "completeAfterMilliseconds": -1 }), "completeAfterMilliseconds"),
            (json!({ "completeAfterMilliseconds": 86_400_001 }), "completeAfterMilliseconds"),
            (json!({ "completeAfterMilliseconds": 1e40 }), "completeAfterMilliseconds"), (json!({ "nonsense": 1 }), "nonsense"),
        ] {
            is_problem(admin.patch(SETTINGS, &body).await, 400, "invalid_body", field);
        }
        is_problem(operator.patch(&ours, &json!({ "callsASecond": 1_000_001 })).await, 400, "invalid_body", "callsASecond");
        is_problem(admin.patch(SETTINGS, &json!([])).await, 400, "invalid_body", "");
        let trail = admin.get("/ordrebok/v1/admin/audit?action=settings").await.expect(200).json();
        let said: Vec<_> = trail["entries"].as_array().unwrap().iter().map(|entry| entry["detail"].as_str().unwrap()).collect();
        assert_eq!(said, [
            "callsAMinute 1000 instead of as configured", "reservationDays as configured instead of 7",
            "reservationDays 7 instead of as configured, completeAfterMilliseconds 0 instead of as configured",
        ]);
    }

    /// A reservation that doesn't say when lapses as is set for its merchant, through AfterPay and through the own API.
    async fn reservations_lapse_as_is_set(stage: Stage) {
        let server = stage.start(&Options::default().sandbox());
        let merchant = server.merchant("Fjord Forlag").await;
        let (admin, client, shop) = (administrator(&merchant).await, merchant.native().await, merchant.afterpay().await);
        let other = server.afterpay_shop().await;
        let place = async |shop: &Caller, number: &str| {
            shop.post("/api/v3/checkout/authorize", &afterpay::authorize(number, 1)).await.expect(200).json()["expirationDate"].clone()
        };
        client.post("/ordrebok/v1/orders", &native::order("BEFORE", 1)).await.expect(201);
        assert_eq!(lapses(&client, "BEFORE").await, Value::Null);
        assert_eq!(place(&shop, "SHOP1").await, day(&client, 31).await);
        admin.patch(SETTINGS, &json!({ "reservationDays": 7 })).await.expect(200);
        client.post("/ordrebok/v1/orders", &native::order("AFTER", 1)).await.expect(201);
        client.post("/ordrebok/v1/orders", &native::preliminary("LATER", 1)).await.expect(201);
        client.post("/ordrebok/v1/orders/LATER/confirm", &json!({ "reserve": {} })).await.expect(200);
        let mut told = native::order("TOLD", 1);
        told["reserve"] = json!({ "expiresAt": "2031-05-06" });
        client.post("/ordrebok/v1/orders", &told).await.expect(201);
        let in_a_week = day(&client, 7).await;
        assert_eq!([lapses(&client, "AFTER").await, lapses(&client, "LATER").await], [in_a_week.clone(), in_a_week.clone()]);
        assert_eq!(lapses(&client, "TOLD").await, "2031-05-06");
        assert_eq!(place(&shop, "SHOP2").await, in_a_week);
        assert_eq!(place(&other, "SHOP2").await, day(&client, 31).await, "it is this merchant's own");
        // It holds for what is reserved from then on, and no longer than it is set.
        admin.patch(SETTINGS, &json!({ "reservationDays": null })).await.expect(200);
        assert_eq!((place(&shop, "SHOP3").await, lapses(&client, "AFTER").await), (day(&client, 31).await, in_a_week));
    }

    /// A Marketplace order stays open for as long as is set, without a restart.
    async fn marketplace_orders_complete_when_it_is_set(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[marketplace]\ncomplete_after_milliseconds = 3600000\n"));
        let merchant = server.merchant("Partner").await;
        let (admin, partner) = (administrator(&merchant).await, merchant.marketplace().await);
        admin.patch(SETTINGS, &json!({ "completeAfterMilliseconds": 0 })).await.expect(200);
        let customer = partner.post("/v3/customers", &marketplace::customer("acme")).await.expect(201).json();
        let orders = format!("/v3/customers/{}/orders", customer["customerId"].as_str().unwrap());
        let order = partner.post(&orders, &marketplace::order("first", 2)).await.expect(201).json();
        let path = format!("{orders}/{}", order["orderId"].as_str().unwrap());
        eventually("the order is complete", async || {
            (partner.get(&path).await.expect(200).json()["status"] == "1000").then_some(())
        })
        .await;
    }

    /// Limits are this merchant's credentials' own, of both APIs that count calls.
    async fn calls_are_limited_as_is_set(stage: Stage) {
        let server = stage.start(&Options::default());
        let merchant = server.merchant("Fjord Forlag").await;
        let (operator, client) = (operator(&server, &merchant), merchant.native().await);
        let connect = merchant.connect().await;
        operator.patch(&format!("{SETTINGS}?merchant=Fjord%20Forlag"), &json!({ "callsAMinute": 2 })).await.expect(200);
        // Six calls do not lie in two fresh minutes of two calls each.
        let refused = async |caller: &Caller, path: &str| {
            for _ in 0..6 {
                let reply = caller.get(path).await;
                if reply.status() == 429 {
                    return true;
                }
            }
            false
        };
        assert!(refused(&client, "/ordrebok/v1/orders").await);
        assert!(refused(&connect, "/capi/v1/client/product").await);
        assert!(!refused(&server.native_client().await, "/ordrebok/v1/orders").await);
        operator.patch(&format!("{SETTINGS}?merchant=Fjord%20Forlag"), &json!({ "callsAMinute": null })).await.expect(200);
        client.get("/ordrebok/v1/orders").await.expect(200);
    }
}
