//! Previews, subscriptions, and what renews: by itself on the anniversary, or by an order afterwards.

use super::{completed, customer, days_ago, error, placed};
use serde_json::{Value, json};
use stories::{Caller, Options, Server, Stage, eventually, marketplace, story};

fn sandbox(stage: &Stage) -> Server {
    stage.start(
        &Options::default()
            .sandbox()
            .configuration("[marketplace]\ncomplete_after_milliseconds = 0\n"),
    )
}

fn of(offer: &str, quantity: u32) -> Value {
    let mut order = marketplace::order("a", quantity);
    order["lineItems"][0]["offerId"] = json!(offer);
    order
}

async fn subscriptions(partner: &Caller, customer: &str) -> Vec<Value> {
    let list = partner
        .get(&format!("/v3/customers/{customer}/subscriptions"))
        .await
        .expect(200)
        .json();
    assert_eq!(list["totalCount"], list["items"].as_array().unwrap().len());
    list["items"].as_array().unwrap().clone()
}

/// Waits until the subscription of this offer has this status.
async fn subscription(partner: &Caller, customer: &str, (offer, status): (&str, &str)) -> Value {
    eventually("the subscription has the status", async || {
        let all = subscriptions(partner, customer).await;
        all.into_iter()
            .find(|one| one["offerId"] == offer && one["status"] == status)
    })
    .await
}

story! {
    /// A preview places nothing: no id, no status, no links; each offer at the level that the customer's licences come
    /// to. It is made for customers that do not exist as well, under the ids that clients use for it.
    async fn a_preview_places_nothing_and_gives_the_level_of_the_volume(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let preview = |order: &Value| { let mut order = order.clone(); order["orderType"] = json!("PREVIEW"); order };
        let shown = partner.post(&orders, &preview(&of("80004567CA04A12", 9))).await.expect(200);
        shown.matches(&json!({
            "externalReferenceId": "a", "orderId": "", "customerId": ada, "orderType": "PREVIEW", "referenceOrderId": "", "referencedOrderId": "",
            "currencyCode": "USD", "creationDate": "[time]", "status": "",
            "lineItems": [{ "extLineItemNumber": 1, "offerId": "80004567CA01A12", "quantity": 9, "subscriptionId": "", "status": "", "currencyCode": "USD" }]
        }));
        completed(&partner, &placed(&partner, &ada, &of("80004567CA01A12", 9)).await).await;
        let shown = partner.post(&orders, &preview(&of("80004567CA01A12", 1))).await.expect(200).json();
        assert_eq!(shown["lineItems"][0]["offerId"], "80004567CA02A12");
        assert_eq!(partner.get(&orders).await.expect(200).json()["totalCount"], 1);
        let account = partner.get(&format!("/v3/customers/{ada}")).await.expect(200).json();
        assert_eq!(account["discounts"][0], json!({ "offerType": "LICENSE", "level": "01" }));

        // What would be refused is refused, and is no use to the idempotency of what is placed afterwards.
        let wrong = partner.post(&orders, &preview(&of("80004567CA01A12", 0))).header("x-correlation-id", "p").await.expect(400);
        wrong.contains(&json!({ "code": "2120" }));
        for pseudo in ["1234567890", "1234567890COM", "1234567890EDU", "1234567890GOV"] {
            let path = format!("/v3/customers/{pseudo}/orders");
            partner.post(&path, &preview(&of("80004567CA01A12", 100))).await.expect(200).contains(&json!({ "lineItems": [{ "offerId": "80004567CA04A12" }] }));
            partner.post(&path, &of("80004567CA01A12", 100)).await.expect(404).contains(&json!({ "code": "1116" }));
            partner.get(&path).await.expect(404);
        }
    }

    /// Looking leaves the correlation id free for the order itself.
    async fn a_preview_does_not_use_up_its_correlation_id(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let mut preview = marketplace::order("a", 1);
        preview["orderType"] = json!("PREVIEW");
        partner.post(&orders, &preview).header("x-correlation-id", "same").await.expect(200);
        partner.post(&orders, &marketplace::order("a", 1)).header("x-correlation-id", "same").await.expect(201);
        partner.post(&orders, &preview).header("x-correlation-id", "same").await.expect(200).contains(&json!({ "orderId": "" }));
    }

    /// A subscription shows what orders and returns have made of it, and takes how it is to renew.
    async fn a_subscription_follows_orders_and_returns_and_takes_its_renewal(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        assert!(subscriptions(&partner, &ada).await.is_empty());
        let first = completed(&partner, &placed(&partner, &ada, &of("80004567CA03A12", 5)).await).await;
        completed(&partner, &placed(&partner, &ada, &of("80004567CA01A12", 7)).await).await;
        let id = first["lineItems"][0]["subscriptionId"].as_str().unwrap();
        let path = format!("/v3/customers/{ada}/subscriptions/{id}");
        let account = partner.get(&format!("/v3/customers/{ada}")).await.expect(200).json();
        let mut expected = json!({
            "subscriptionId": id, "currentQuantity": 12, "usedQuantity": 0, "offerId": "80004567CA01A12",
            "autoRenewal": { "enabled": true, "renewalQuantity": 12 }, "creationDate": "[time]", "renewalDate": account["cotermDate"],
            "status": "1000", "currencyCode": "USD", "links": { "self": { "uri": path, "method": "GET", "headers": [] } }
        });
        partner.get(&path).await.expect(200).matches(&expected);
        assert_eq!(subscriptions(&partner, &ada).await.len(), 1);

        let set = |renewal: Value| partner.patch(&path, &json!({ "autoRenewal": renewal }));
        expected["autoRenewal"] = json!({ "enabled": true, "renewalQuantity": 4 });
        set(json!({ "enabled": true, "renewalQuantity": 4 })).await.expect(200).matches(&expected);
        partner.get(&path).await.expect(200).matches(&expected);
        set(json!({ "renewalQuantity": 0 })).await.expect(400).matches(&error("3116", &json!(["autoRenewal.renewalQuantity"])));
        set(json!({ "enabled": "yes" })).await.expect(400).matches(&error("1117", &json!(["autoRenewal.enabled"])));
        partner.patch(&path, &json!({ "usedQuantity": 1 })).await.expect(400).matches(&error("1121", &json!(["usedQuantity"])));
        partner.patch(&format!("{path}x"), &json!({})).await.expect(404).matches(&error("3115", &json!([])));
        partner.get(&format!("{path}x")).await.expect(404).matches(&error("3115", &json!([])));
        set(json!({ "enabled": false })).await.expect(200).contains(&json!({ "autoRenewal": { "enabled": false } }));

        // Returns: down to seven, then to none, and then it has ended and is not editable.
        completed(&partner, &placed(&partner, &ada, &marketplace::return_of(&first)).await).await;
        partner.get(&path).await.expect(200).contains(&json!({ "currentQuantity": 7, "status": "1000" }));
        let second = partner.get(&format!("/v3/customers/{ada}/orders?order-type=NEW")).await.expect(200).json()["items"][0].clone();
        completed(&partner, &placed(&partner, &ada, &marketplace::return_of(&second)).await).await;
        partner.get(&path).await.expect(200).contains(&json!({ "currentQuantity": 0, "status": "1004", "autoRenewal": { "enabled": false, "renewalQuantity": 0 } }));
        set(json!({ "enabled": true })).await.expect(400).matches(&error("3119", &json!([id])));
    }

    /// On the anniversary the server renews by itself what is set to: one RENEWAL order, a new term; what is not set to
    /// renew ends, and can be renewed by an order, once, with no more than there was.
    async fn subscriptions_renew_on_the_anniversary_or_end_and_are_renewed_by_an_order(stage: Stage) {
        let server = sandbox(&stage);
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let (kept, ending) = ("80004567CA01A12", "65304479CA01A12");
        let preview = json!({ "orderType": "PREVIEW_RENEWAL" });
        partner.post(&orders, &preview).await.expect(400).matches(&error("2136", &json!([])));
        completed(&partner, &placed(&partner, &ada, &of(kept, 12)).await).await;
        let ends = completed(&partner, &placed(&partner, &ada, &of(ending, 5)).await).await;
        let id = ends["lineItems"][0]["subscriptionId"].as_str().unwrap();
        partner.patch(&format!("/v3/customers/{ada}/subscriptions/{id}"), &json!({ "autoRenewal": { "enabled": false } })).await.expect(200);

        let first = subscription(&partner, &ada, (kept, "1000")).await["links"]["self"]["uri"].as_str().unwrap().to_owned();
        let codes = json!({ "autoRenewal": { "enabled": true, "flexDiscountCodes": ["LATE"] } });
        partner.patch(&first, &codes).await.expect(200).contains(&json!({ "autoRenewal": { "flexDiscountCodes": ["LATE"] } }));
        let reset = partner.patch(&format!("{first}?reset-flex-discount-codes=true"), &json!({})).await.expect(200).json();
        assert!(reset["autoRenewal"].get("flexDiscountCodes").is_none());
        partner.patch(&first, &codes).await.expect(200);

        let shown = partner.post(&orders, &preview).await.expect(200);
        shown.contains(&json!({ "orderType": "PREVIEW_RENEWAL", "orderId": "", "status": "" }));
        let line = &shown.json()["lineItems"][0];
        assert_eq!((&line["offerId"], &line["quantity"], &line["status"]), (&json!("80004567CA02A12"), &json!(12), &json!("1000")));
        assert_eq!(shown.json()["lineItems"].as_array().unwrap().len(), 1);
        let mut late = of(ending, 5);
        (late["orderType"], late["lineItems"][0]["subscriptionId"]) = (json!("RENEWAL"), json!(id));
        partner.post(&orders, &late).await.expect(400).matches(&error("3121", &json!([id])));

        let today = &days_ago(0)[..10];
        let moved = partner.post(&format!("/v3/sandbox/customers/{ada}/renewal"), &json!({})).await.expect(200).json();
        assert_eq!(moved["cotermDate"], today);
        let renewed = eventually("the renewal", async || {
            let page = partner.get(&format!("{orders}?order-type=RENEWAL&start-date=2020-01-01")).await.expect(200).json();
            page["items"].get(0).cloned()
        }).await;
        stories::json::assert_contains("the renewal", &renewed, &json!({ "status": "1000", "referenceOrderId": "", "currencyCode": "USD" }));
        assert_eq!((&renewed["lineItems"][0]["quantity"], &renewed["lineItems"][0]["offerId"]), (&json!(12), &json!("80004567CA02A12")));
        assert_eq!(renewed["lineItems"][0]["flexDiscounts"], json!([{ "code": "LATE", "result": "SUCCESS" }]));
        let runs = subscription(&partner, &ada, (kept, "1000")).await;
        assert_eq!((&runs["currentQuantity"], runs["autoRenewal"].get("flexDiscountCodes")), (&json!(12), None));
        assert_eq!(runs["renewalDate"].as_str().unwrap()[..4].parse::<i32>().unwrap(), today[..4].parse::<i32>().unwrap() + 1);
        let over = subscription(&partner, &ada, (ending, "1004")).await;
        assert_eq!(over["allowedActions"], json!(["MANUAL_RENEWAL"]));
        // A term began today, and the history counts from then on.
        assert_eq!(partner.get(&format!("/v3/customers/{ada}")).await.expect(200).json()["cotermDate"], runs["renewalDate"]);

        let with = |quantity: i64| { let mut order = late.clone(); order["lineItems"][0]["quantity"] = json!(quantity); order };
        partner.post(&orders, &with(6)).await.expect(400).matches(&error("3118", &json!([id])));
        let mut unknown = with(5);
        unknown["lineItems"][0]["subscriptionId"] = json!("x");
        partner.post(&orders, &unknown).await.expect(404).matches(&error("3115", &json!([])));
        unknown["lineItems"][0].as_object_mut().unwrap().remove("subscriptionId");
        partner.post(&orders, &unknown).await.expect(400).matches(&error("1122", &json!(["lineItems[0].subscriptionId"])));
        let order = placed(&partner, &ada, &with(3)).await;
        assert_eq!((&order["status"], &order["lineItems"][0]["subscriptionId"]), (&json!("1002"), &json!(id)));
        assert_eq!(completed(&partner, &order).await["status"], "1000");
        let again = subscription(&partner, &ada, (ending, "1000")).await;
        assert_eq!((&again["currentQuantity"], &again["renewalDate"]), (&json!(3), &runs["renewalDate"]));
        partner.post(&orders, &with(3)).await.expect(400).contains(&json!({ "code": "3121" }));
    }

    /// Several servers over one database renew once.
    async fn an_anniversary_passes_once_however_many_servers_run(stage: Stage) {
        let servers = [sandbox(&stage), sandbox(&stage)];
        let partner = servers[0].marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        completed(&partner, &placed(&partner, &ada, &of("80004567CA01A12", 1)).await).await;
        partner.post(&format!("/v3/sandbox/customers/{ada}/renewal"), &json!({})).await.expect(200);
        let renewals = async || {
            let path = format!("/v3/customers/{ada}/orders?order-type=RENEWAL&start-date=2020-01-01");
            partner.get(&path).await.expect(200).json()["totalCount"].as_i64().unwrap()
        };
        eventually("the renewal", async || (renewals().await > 0).then_some(())).await;
        // Both servers have had their turn once an order that was placed later is complete.
        completed(&partner, &placed(&partner, &ada, &of("65304479CA01A12", 1)).await).await;
        assert_eq!(renewals().await, 1);
    }
}
