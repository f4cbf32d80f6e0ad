//! Exchanging licences in mid-term, and undoing it.

use super::{catalogue, completed, customer, error, path, placed};
use serde_json::{Value, json};
use stories::{Caller, Server, eventually, marketplace, story};

const SOURCE: &str = "80004567CA01A12";
const TARGET: &str = "65304479CA01A12";

/// So many licences of the subscription exchanged for the target.
fn switch(order_type: &str, subscription: &str, quantity: u32) -> Value {
    json!({
        "externalReferenceId": "switch", "orderType": order_type, "currencyCode": "USD",
        "lineItems": [{ "extLineItemNumber": 1, "offerId": TARGET, "quantity": quantity, "currencyCode": "USD" }],
        "cancellingItems": [{ "extLineItemNumber": 1, "referenceLineItemNumber": 1, "subscriptionId": subscription, "quantity": quantity }]
    })
}

/// The customer's subscriptions as (offer, quantity, status), oldest first.
async fn subscriptions(partner: &Caller, customer: &str) -> Vec<(String, i64, String)> {
    let list = partner
        .get(&format!("/v3/customers/{customer}/subscriptions"))
        .await
        .expect(200)
        .json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = list["items"].as_array().unwrap().iter();
    let shown = |one: &Value| {
        (
            text(&one["offerId"]),
            one["currentQuantity"].as_i64().unwrap(),
            text(&one["status"]),
        )
    };
    items.map(shown).collect()
}

fn held(of: &[(&str, i64, &str)]) -> Vec<(String, i64, String)> {
    of.iter()
        .map(|(offer, quantity, status)| ((*offer).to_owned(), *quantity, (*status).to_owned()))
        .collect()
}

/// A customer with ten licences of the source, and their subscription.
async fn with_ten(partner: &Caller) -> (String, String) {
    let ada = customer(partner, "Ada").await;
    let bought = completed(
        partner,
        &placed(partner, &ada, &marketplace::order("a", 10)).await,
    )
    .await;
    let subscription = bought["lineItems"][0]["subscriptionId"].as_str().unwrap();
    (ada, subscription.to_owned())
}

story! {
    /// A part of a subscription is exchanged for as many licences of another product, shown with what it cancels, and
    /// undone once, whole.
    async fn licences_are_exchanged_and_the_exchange_is_undone_once(server: Server) {
        let partner = server.marketplace_partner().await;
        let (ada, source) = with_ten(&partner).await;
        let orders = format!("/v3/customers/{ada}/orders");
        let preview = partner.post(&orders, &switch("PREVIEW_SWITCH", &source, 4)).await.expect(200);
        preview.matches(&json!({
            "externalReferenceId": "switch", "orderId": "", "customerId": ada, "orderType": "PREVIEW_SWITCH", "referenceOrderId": "",
            "referencedOrderId": "", "currencyCode": "USD", "creationDate": "[time]", "status": "",
            "lineItems": [{ "extLineItemNumber": 1, "offerId": "65304479CA02A12", "quantity": 4, "subscriptionId": "", "status": "", "currencyCode": "USD" }],
            "cancellingItems": [{ "extLineItemNumber": 1, "referenceLineItemNumber": 1, "offerId": SOURCE, "quantity": 4, "subscriptionId": source, "status": "", "currencyCode": "USD" }]
        }));
        assert_eq!(subscriptions(&partner, &ada).await, held(&[(SOURCE, 10, "1000")]));

        let made = placed(&partner, &ada, &switch("SWITCH", &source, 4)).await;
        assert_eq!((&made["orderType"], &made["status"], &made["cancellingItems"][0]["status"]), (&json!("SWITCH"), &json!("1002"), &json!("1002")));
        // While it is open, no other exchange of the subscription begins.
        let second = partner.post(&orders, &switch("SWITCH", &source, 1)).await;
        assert!(second.status() == 201 || second.json()["code"] == "4122", "{}", second.text());
        let made = completed(&partner, &made).await;
        assert_eq!(made["cancellingItems"][0]["subscriptionId"], json!(source));
        if second.status() == 201 {
            completed(&partner, &second.json()).await;
        }
        let taken = if second.status() == 201 { 5 } else { 4 };
        assert_eq!(subscriptions(&partner, &ada).await, held(&[(SOURCE, 10 - taken, "1000"), (TARGET, taken, "1000")]));
        let history = partner.get(&format!("{orders}?order-type=SWITCH")).await.expect(200).json();
        assert_eq!(history["items"].as_array().unwrap().last().unwrap()["cancellingItems"], made["cancellingItems"]);
        partner.post(&orders, &marketplace::return_of(&made)).await.expect(400).matches(&error("2127", &json!(["Reason: SWITCH_ORDER_CANCELLATION_NOT_ALLOWED"])));

        let revert = |order_type: &str| json!({ "orderType": order_type, "referenceOrderId": made["orderId"] });
        let preview = partner.post(&orders, &revert("PREVIEW_REVERT_SWITCH")).await.expect(200).json();
        assert_eq!((&preview["lineItems"][0]["offerId"], &preview["lineItems"][0]["subscriptionId"]), (&json!(SOURCE), &json!(source)));
        assert_eq!((&preview["orderId"], &preview["cancellingItems"][0]["quantity"]), (&json!(""), &json!(4)));
        let mut fewer = revert("REVERT_SWITCH");
        fewer["lineItems"] = json!([{ "extLineItemNumber": 1, "offerId": SOURCE, "quantity": 3 }]);
        partner.post(&orders, &fewer).await.expect(400).contains(&json!({ "code": "2149" }));
        let undone = completed(&partner, &placed(&partner, &ada, &revert("REVERT_SWITCH")).await).await;
        assert_eq!((&undone["orderType"], &undone["status"], &undone["referenceOrderId"]), (&json!("REVERT_SWITCH"), &json!("1000"), &made["orderId"]));
        assert_eq!(undone["lineItems"][0]["subscriptionId"], json!(source));
        assert_eq!(subscriptions(&partner, &ada).await[0], (SOURCE.to_owned(), 14 - taken, "1000".to_owned()));
        partner.get(&path(&made)).await.expect(200).contains(&json!({ "status": "1008" }));
        partner.post(&orders, &revert("REVERT_SWITCH")).await.expect(400).contains(&json!({ "code": "2133" }));
        assert_eq!(partner.get(&format!("{orders}?order-type=REVERT_SWITCH")).await.expect(200).json()["totalCount"], 1);
    }

    /// A whole subscription that is exchanged ends; undone, it runs again.
    async fn a_subscription_exchanged_whole_ends_and_runs_again_when_it_is_undone(server: Server) {
        let partner = server.marketplace_partner().await;
        let (ada, source) = with_ten(&partner).await;
        let made = completed(&partner, &placed(&partner, &ada, &switch("SWITCH", &source, 10)).await).await;
        assert_eq!(subscriptions(&partner, &ada).await, held(&[(SOURCE, 0, "1004"), (TARGET, 10, "1000")]));
        let revert = json!({ "orderType": "REVERT_SWITCH", "referenceOrderId": made["orderId"] });
        completed(&partner, &placed(&partner, &ada, &revert).await).await;
        assert_eq!(subscriptions(&partner, &ada).await, held(&[(SOURCE, 10, "1000"), (TARGET, 0, "1004")]));
    }

    /// One exchange of many at the same time takes the licences.
    async fn one_of_many_exchanges_at_once_takes_the_licences(server: Server) {
        let partner = server.marketplace_partner().await;
        let (ada, source) = with_ten(&partner).await;
        let orders = format!("/v3/customers/{ada}/orders");
        let mut racers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            racers.spawn(partner.post(&orders, &switch("SWITCH", &source, 6)).into_future());
        }
        while let Some(reply) = racers.join_next().await {
            let reply = reply.unwrap();
            let is_refused = ["4122", "2151"].iter().any(|code| reply.json()["code"] == *code);
            assert!(reply.status() == 201 || is_refused, "{}", reply.text());
        }
        eventually("the exchange is complete", async || {
            let open = partner.get(&format!("{orders}?order-type=SWITCH&status=1002")).await.expect(200).json();
            (open["totalCount"] == 0).then_some(())
        }).await;
        assert_eq!(subscriptions(&partner, &ada).await, held(&[(SOURCE, 4, "1000"), (TARGET, 6, "1000")]));
    }

    /// What an exchange gets wrong, by descending precedence.
    async fn errors_of_an_exchange_by_descending_precedence(server: Server) {
        let partner = server.marketplace_partner().await;
        let (ada, source) = with_ten(&partner).await;
        let orders = format!("/v3/customers/{ada}/orders");
        let with = |change: fn(&mut Value), quantity: u32| { let mut order = switch("SWITCH", &source, quantity); change(&mut order); order };
        let table: [(Value, &str); 10] = [
            (with(|order| { order.as_object_mut().unwrap().remove("cancellingItems"); }, 1), "1122"),
            (with(|order| order["cancellingItems"][0]["quantity"] = json!("1"), 1), "1117"),
            (with(|order| { let line = order["lineItems"][0].clone(); order["lineItems"].as_array_mut().unwrap().push(line); }, 1), "2152"),
            (with(|order| { order["lineItems"][0]["quantity"] = json!(0); order["cancellingItems"][0]["referenceLineItemNumber"] = json!(7); }, 1), "2120"),
            (with(|order| { order["cancellingItems"][0]["referenceLineItemNumber"] = json!(7); order["cancellingItems"][0]["quantity"] = json!(7); }, 1), "2153"),
            (with(|order| { order["cancellingItems"][0]["quantity"] = json!(2); order["cancellingItems"][0]["subscriptionId"] = json!("x"); }, 1), "2149"),
            (with(|order| order["cancellingItems"][0]["subscriptionId"] = json!("x"), 1), "3115"),
            (with(|order| { order["currencyCode"] = json!("EUR"); order["lineItems"][0]["currencyCode"] = json!("EUR"); }, 1), "2153"),
            (with(|order| order["lineItems"][0]["offerId"] = json!("80004567CA02A12"), 11), "2150"),
            (with(|_| (), 11), "2151"),
        ];
        for (body, code) in table {
            partner.post(&orders, &body).await.expect(400).contains(&json!({ "code": code }));
            let mut preview = body.clone();
            preview["orderType"] = json!("PREVIEW_SWITCH");
            partner.post(&orders, &preview).await.expect(400).contains(&json!({ "code": code }));
        }
        let revert = |order: &str| json!({ "orderType": "REVERT_SWITCH", "referenceOrderId": order });
        partner.post(&orders, &json!({ "orderType": "REVERT_SWITCH" })).await.expect(400).matches(&error("1122", &json!(["referenceOrderId"])));
        partner.post(&orders, &revert("7")).await.expect(404).contains(&json!({ "code": "2115" }));
        let bought = partner.get(&format!("{orders}?order-type=NEW")).await.expect(200).json()["items"][0]["orderId"].clone();
        partner.post(&orders, &revert(bought.as_str().unwrap())).await.expect(400).contains(&json!({ "code": "2154" }));
        // Another customer's order is not there.
        let made = completed(&partner, &placed(&partner, &ada, &switch("SWITCH", &source, 1)).await).await;
        let bob = customer(&partner, "Bob").await;
        let theirs = partner.post(&format!("/v3/customers/{bob}/orders"), &revert(made["orderId"].as_str().unwrap()));
        theirs.await.expect(404).contains(&json!({ "code": "2115" }));
        assert_eq!(subscriptions(&partner, &ada).await[0].1, 9);
    }

    /// A catalogue says what can be exchanged for what, and whether in parts; the paths are listed.
    async fn a_catalogue_says_what_can_be_exchanged(server: Server) {
        let partner = server.marketplace_partner().await;
        let (ada, source) = with_ten(&partner).await;
        let paths = json!({ "switchPaths": [{ "sourceBaseOfferId": SOURCE, "targetList": [
            { "targetBaseOfferId": TARGET, "sequence": 1, "switchType": "FULL_ONLY" },
            { "targetBaseOfferId": "65304520CA01A12", "sequence": 2, "switchType": "PARTIAL_ALLOWED" }
        ] }] });
        catalogue::load(&partner, &server, (".json", &paths.to_string())).expect(0);
        let orders = format!("/v3/customers/{ada}/orders");
        let list = |query: &str| partner.get(&format!("/v3/offer-switch-paths?market-segment=COM&country=US{query}"));
        let listed = list("").await.expect(200);
        listed.contains(&json!({ "totalCount": 1, "limit": 20, "productUpgrades": paths["switchPaths"] }));
        assert_eq!(list("&offer-id=65304520CA01A12").await.expect(200).json()["totalCount"], 0);
        assert_eq!(list(&format!("&customer-id={ada}&subscription-id={source}")).await.expect(200).json()["totalCount"], 1);
        list(&format!("&customer-id={ada}&subscription-id=x")).await.expect(404).contains(&json!({ "code": "3115" }));
        partner.get("/v3/offer-switch-paths?country=US").await.expect(400).matches(&error("1132", &json!(["market-segment"])));
        partner.post(&orders, &switch("SWITCH", &source, 4)).await.expect(400).contains(&json!({ "code": "2150" }));
        let mut other = switch("SWITCH", &source, 4);
        other["lineItems"][0]["offerId"] = json!("30006208CA01A12");
        partner.post(&orders, &other).await.expect(400).contains(&json!({ "code": "2150" }));
        other["lineItems"][0]["offerId"] = json!("65304520CA01A12");
        completed(&partner, &placed(&partner, &ada, &other).await).await;
        completed(&partner, &placed(&partner, &ada, &switch("SWITCH", &source, 6)).await).await;
        assert_eq!(subscriptions(&partner, &ada).await.len(), 3);
    }
}
