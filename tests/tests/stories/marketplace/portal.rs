//! What the original's sandbox portal does, by calls of Ordrebok's own.

use super::{completed, customer, error, path, placed};
use serde_json::{Value, json};
use stories::{Caller, Options, Server, Stage, marketplace, story};

fn sandbox(stage: &Stage) -> Server {
    let slow = "[marketplace]\ncomplete_after_milliseconds = 3600000\n";
    stage.start(&Options::default().sandbox().configuration(slow))
}

/// Where the portal sets an order.
fn portal(order: &Value) -> String {
    format!("/v3/sandbox{}", path(order).trim_start_matches("/v3"))
}

/// A new reseller, by id.
async fn reseller(partner: &Caller) -> String {
    let mut reseller = marketplace::customer("Fairmont");
    (reseller["distributorId"], reseller["resellerId"]) = (json!("345434543"), json!(null));
    reseller["companyProfile"]["marketSegment"] = json!(null);
    let made = partner.post("/v3/resellers", &reseller).await.expect(201).json();
    made["resellerId"].as_str().unwrap().to_owned()
}

story! {
    /// An order that is set to complete is complete with all that this brings: its subscription, and the term.
    async fn an_order_that_is_set_to_complete_has_its_subscription(stage: Stage) {
        let server = sandbox(&stage);
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let order = placed(&partner, &ada, &marketplace::order("a", 3)).await;
        let set = partner.patch(&portal(&order), &json!({ "status": "1000", "creationDate": "2026-01-01" })).await.expect(200).json();
        assert_eq!((&set["status"], &set["creationDate"]), (&json!("1000"), &json!("2026-01-01T00:00:00Z")));
        let subscription = format!("/v3/customers/{ada}/subscriptions/{}", set["lineItems"][0]["subscriptionId"].as_str().unwrap());
        partner.get(&subscription).await.expect(200).contains(&json!({ "currentQuantity": 3, "status": "1000" }));
        // To set it again changes nothing.
        partner.patch(&portal(&order), &json!({ "status": "1000" })).await.expect(200).matches(&set);
        partner.get(&subscription).await.expect(200).contains(&json!({ "currentQuantity": 3 }));
        for status in ["1004", "1020", "1022", "1024", "1026"] {
            let order = placed(&partner, &ada, &marketplace::order(status, 1)).await;
            partner.patch(&portal(&order), &json!({ "status": status })).await.expect(200).contains(&json!({ "status": status }));
        }
        partner.patch(&portal(&set), &json!({ "status": "1008" })).await.expect(200).contains(&json!({ "status": "1008" }));
    }

    /// A reseller who is inactive opens no accounts, and their customers' orders fail; what goes back goes back.
    async fn an_inactive_resellers_orders_fail(stage: Stage) {
        let server = stage.start(&Options::default().sandbox().configuration("[marketplace]\ncomplete_after_milliseconds = 0\n"));
        let partner = server.marketplace_partner().await;
        let id = reseller(&partner).await;
        let mut ada = marketplace::customer("Ada");
        ada["resellerId"] = json!(id);
        let created = partner.post("/v3/customers", &ada).await.expect(201).json();
        let customer = created["customerId"].as_str().unwrap();
        let bought = completed(&partner, &placed(&partner, customer, &marketplace::order("a", 1)).await).await;
        let uri = format!("/v3/sandbox/resellers/{id}");
        partner.patch(&uri, &json!({})).await.expect(400).matches(&error("1122", &json!(["status"])));
        partner.patch(&uri, &json!({ "status": "1008" })).await.expect(400).matches(&error("1117", &json!(["status"])));
        partner.patch("/v3/sandbox/resellers/7", &json!({ "status": "1004" })).await.expect(404).matches(&error("1115", &json!([])));
        partner.patch(&uri, &json!({ "status": "1012" })).await.expect(200).contains(&json!({ "status": "1012" }));
        partner.get(&format!("/v3/resellers/{id}")).await.expect(200).contains(&json!({ "status": "1012" }));
        partner.post("/v3/customers", &ada).await.expect(400).matches(&error("1126", &json!([])));
        assert_eq!(completed(&partner, &placed(&partner, customer, &marketplace::order("b", 1)).await).await["status"], "1022");
        assert_eq!(completed(&partner, &placed(&partner, customer, &marketplace::return_of(&bought)).await).await["status"], "1000");
        partner.patch(&uri, &json!({ "status": "1000" })).await.expect(200);
        assert_eq!(completed(&partner, &placed(&partner, customer, &marketplace::order("c", 1)).await).await["status"], "1000");
    }

    /// Market sub-segments, the default data set of three orders, and a catalogue, by calls.
    async fn sub_segments_example_orders_and_a_catalogue_are_set_by_calls(stage: Stage) {
        let server = sandbox(&stage);
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let portal = format!("/v3/sandbox/customers/{ada}");
        partner.patch(&portal, &json!({ "marketSubSegments": ["STATE"] })).await.expect(200).contains(&json!({ "companyProfile": { "marketSubSegments": ["STATE"] } }));
        partner.patch(&portal, &json!({ "marketSubSegments": "STATE" })).await.expect(400).matches(&error("1117", &json!(["marketSubSegments"])));
        let examples = partner.post(&format!("{portal}/orders"), &json!({})).await.expect(201).json();
        let statuses: Vec<_> = examples["items"].as_array().unwrap().iter().map(|order| order["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["1000", "1004", "1008"]);
        assert_eq!(partner.get(&format!("/v3/customers/{ada}/orders")).await.expect(200).json()["totalCount"], 3);
        partner.post(&format!("{portal}/orders"), &json!({ "offerId": "x", "currencyCode": "usd" })).await.expect(400).matches(&error("1117", &json!(["currencyCode", "offerId"])));
        partner.post("/v3/sandbox/customers/7/orders", &json!({})).await.expect(404).matches(&error("1116", &json!([])));
        let file = json!({ "offers": [{ "offerId": "80004567CA01A12", "currency": "USD", "price": 1 }] });
        partner.post("/v3/sandbox/catalogue", &file).await.expect(200).contains(&json!({ "offers": 1, "promotions": 0, "memberships": 0 }));
        let mut order = marketplace::order("a", 1);
        order["lineItems"][0]["offerId"] = json!("99999999CA01A12");
        partner.post(&format!("/v3/customers/{ada}/orders"), &order).await.expect(400).contains(&json!({ "code": "2122" }));
        partner.post("/v3/sandbox/catalogue", &json!({ "offers": 7 })).await.expect(400).contains(&json!({ "code": "1117" }));
    }

    /// Nothing of it is there without `--sandbox`.
    async fn without_a_sandbox_the_portals_calls_are_not_there(server: Server) {
        let partner = server.marketplace_partner().await;
        for path in ["/v3/sandbox/catalogue", "/v3/sandbox/customers/7/orders", "/v3/sandbox/customers/7/renewal"] {
            partner.post(path, &json!({})).await.expect(404).contains(&json!({ "code": "1120" }));
        }
        partner.patch("/v3/sandbox/resellers/7", &json!({})).await.expect(404).contains(&json!({ "code": "1120" }));
    }
}
