//! Licences that wait for an order, and what is recommended.

use super::{catalogue, completed, customer, days_ago, error, path, placed};
use serde_json::{Value, json};
use stories::{Options, Server, Stage, marketplace, story};

fn waiting(customer: &str, reference: &str, quantity: u32, created: &str) -> Value {
    json!({ "customerId": customer, "referenceId": reference, "creationDate": created, "quantity": quantity, "productName": "Cloud", "baseOfferId": "80004567CA01A12" })
}

story! {
    /// Licences that a customer took by themselves wait for an order, oldest first; an order settles them, and what goes
    /// back or fails does not.
    async fn pending_licences_are_told_until_an_order_settles_them(stage: Stage) {
        let server = stage.start(&Options::default().sandbox().configuration("[marketplace]\ncomplete_after_milliseconds = 0\n"));
        let partner = server.marketplace_partner().await;
        let (ada, bob) = (customer(&partner, "Ada").await, customer(&partner, "Bob").await);
        let before = completed(&partner, &placed(&partner, &ada, &marketplace::order("before", 9)).await).await;
        let created = before["creationDate"].as_str().unwrap();
        // What was ordered before settles nothing of what came later.
        let moved = json!({ "creationDate": days_ago(3) });
        partner.patch(&format!("/v3/sandbox{}", path(&before).trim_start_matches("/v3")), &moved).await.expect(200);
        let file = json!({ "pendingLicences": [
            waiting(&ada, "PO2", 2, created), waiting(&ada, "PO1", 3, &days_ago(1)), waiting(&ada, "PO0", 4, &days_ago(8)), waiting(&bob, "PO3", 1, &days_ago(9))
        ] });
        catalogue::load(&partner, &server, (".json", &file.to_string())).expect(0);
        let open = format!("/v3/customers/{ada}/open-acquisitions");
        let licence = |reference: &str, quantity: u32| json!({ "referenceId": reference, "creationDate": "[time]", "expiryDate": "[time]", "quantity": quantity, "productName": "Cloud", "baseOfferId": "80004567CA01A12" });
        let shown = partner.get(&open).await.expect(200);
        shown.matches(&json!({ "customerId": ada, "resellerId": "1000396138", "licenseCount": 5, "unpaidLicenses": [licence("PO1", 3), licence("PO2", 2)] }));

        let notifications = "/v3/notifications?notification-type=LICENSES_PENDING_PARTNER_ORDER&reseller-id=1000396138&limit=10&offset=0";
        let told = partner.get(notifications).await.expect(200);
        told.matches(&json!({
            "limit": 10, "offset": 0, "totalCount": 1, "count": 1,
            "items": [{ "customerId": ada, "resellerId": "1000396138", "notificationType": "LICENSES_PENDING_PARTNER_ORDER", "links": { "self": { "uri": open, "method": "GET", "headers": [] } } }],
            "links": { "self": { "uri": "[text]", "method": "GET", "headers": [] } }
        }));
        partner.get("/v3/notifications?reseller-id=1").await.expect(400).matches(&error("1132", &json!(["notification-type"])));
        partner.get("/v3/notifications?notification-type=LICENSES_PENDING_PARTNER_ORDER").await.expect(400).matches(&error("1132", &json!(["reseller-id"])));
        assert_eq!(partner.get(&notifications.replace("1000396138", "7")).await.expect(200).json()["totalCount"], 0);
        partner.get("/v3/customers/7/open-acquisitions").await.expect(404).matches(&error("1116", &json!([])));
        let other = server.marketplace_partner().await;
        assert_eq!(other.get(notifications).await.expect(200).json()["totalCount"], 0);

        // Four at whatever level settle the older three and one of the others.
        let mut order = marketplace::order("four", 4);
        order["lineItems"][0]["offerId"] = json!("80004567CA02A12");
        let order = completed(&partner, &placed(&partner, &ada, &order).await).await;
        partner.get(&open).await.expect(200).contains(&json!({ "licenseCount": 1, "unpaidLicenses": [licence("PO2", 1)] }));
        placed(&partner, &ada, &marketplace::order("rest", 5)).await;
        partner.get(&open).await.expect(200).contains(&json!({ "licenseCount": 0, "unpaidLicenses": [] }));
        assert_eq!(partner.get(notifications).await.expect(200).json()["totalCount"], 0);
        completed(&partner, &placed(&partner, &ada, &marketplace::return_of(&order)).await).await;
        partner.get(&open).await.expect(200).contains(&json!({ "licenseCount": 0 }));
        // An order that fails has settled nothing.
        catalogue::load(&partner, &server, (".json", &json!({ "pendingLicences": [waiting(&bob, "PO4", 1, &days_ago(0))] }).to_string())).expect(0);
        partner.patch(&format!("/v3/sandbox/customers/{bob}"), &json!({ "status": "1004" })).await.expect(200);
        let failed = completed(&partner, &placed(&partner, &bob, &marketplace::order("fails", 1)).await).await;
        assert_eq!(failed["status"], "1024");
        partner.get(&format!("/v3/customers/{bob}/open-acquisitions")).await.expect(200).contains(&json!({ "licenseCount": 1 }));
    }

    /// Recommendations come of what a customer has and looks at: by themselves, and beside other answers, where a failure
    /// is told within and the answer stays what it is.
    async fn recommendations_are_fetched_and_embedded(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let one = |kind: &str, base: &str, source: &str| json!({ "kind": kind, "baseOfferId": base, "sourceOfferIds": [source] });
        let mut norwegian = one("UPSELL", "11083117CA01A12", "80004567CA01A12");
        norwegian["countries"] = json!(["NO"]);
        let file = json!({
            "recommendations": [
                one("UPSELL", "30006208CA01A12", "80004567CA01A12"), one("UPSELL", "80004567CA01A12", "80004567CA01A12"), norwegian,
                one("UPSELL", "65304921CA01A12", "80004567CA01A12"), one("ADD_ON", "65322587CA01A12", "65304479CA01A12")
            ],
            "partner": { "recommendationCountries": ["US", "NO"] }
        });
        catalogue::load(&partner, &server, (".json", &file.to_string())).expect(0);
        completed(&partner, &placed(&partner, &ada, &marketplace::order("a", 1)).await).await;
        let fetch = |body: Value| partner.post("/v3/recommendations", &body);
        let shown = |rank: u32, base: &str, source: &str| json!({ "rank": rank, "product": { "baseOfferId": base }, "source": { "sourceType": "OFFER", "offerIds": [source] } });
        let upsells = json!([shown(0, "30006208CA01A12", "80004567CA01A12"), shown(1, "65304921CA01A12", "80004567CA01A12")]);
        let all = fetch(json!({ "customerId": ada })).await.expect(200);
        all.matches(&json!({ "productRecommendations": { "upsells": upsells, "crossSells": [], "addOns": [] } }));
        assert!(!all.header("x-recommendation-tracker-id").is_empty());
        let with_cart = json!({ "recommendationContext": "ORDER_PREVIEW", "customerId": ada, "offers": [{ "offerId": "65304479CA03A12", "quantity": 2 }], "country": "US", "language": "EN" });
        let found = fetch(with_cart).await.expect(200).json();
        assert_eq!(found["productRecommendations"]["addOns"], json!([shown(0, "65322587CA01A12", "65304479CA03A12")]));
        assert_eq!(fetch(json!({ "customerId": ada, "country": "NO" })).await.expect(200).json()["productRecommendations"]["upsells"].as_array().unwrap().len(), 3);
        fetch(json!({})).await.expect(400).matches(&error("1122", &json!(["customerId"])));
        fetch(json!({ "customerId": "7" })).await.expect(404).matches(&error("1116", &json!([])));
        fetch(json!({ "customerId": ada, "country": "GB" })).await.expect(400).matches(&error("5136", &json!(["GB"])));
        fetch(json!({ "customerId": ada, "language": "FR" })).await.expect(400).matches(&error("5137", &json!(["FR"])));
        fetch(json!({ "customerId": ada, "recommendationContext": "X", "includePropensity": ["y"] })).await.expect(400).matches(&error("1117", &json!(["recommendationContext", "includePropensity"])));

        let beside = "fetch-recommendations=true";
        let orders = format!("/v3/customers/{ada}/orders");
        let expected = json!({ "recommendations": { "productRecommendations": { "upsells": upsells } } });
        let order = partner.get(&orders).await.expect(200).json()["items"][0].clone();
        for path in [format!("{orders}?{beside}"), format!("{}?{beside}", path(&order)), format!("/v3/customers/{ada}/subscriptions?{beside}")] {
            partner.get(&path).await.expect(200).contains(&expected);
            assert!(partner.get(&path.replace("=true", "=false")).await.expect(200).json().get("recommendations").is_none());
        }
        let mut preview = marketplace::order("b", 2);
        preview["orderType"] = json!("PREVIEW");
        preview["lineItems"][0]["offerId"] = json!("65304479CA01A12");
        let previewed = partner.post(&format!("{orders}?{beside}"), &preview).await.expect(200);
        previewed.contains(&json!({ "recommendations": { "productRecommendations": { "addOns": [shown(0, "65322587CA01A12", "65304479CA01A12")] } } }));
        assert!(!previewed.header("x-recommendation-tracker-id").is_empty());
        let failed = partner.post(&format!("{orders}?{beside}&recommendation-country=GB"), &preview).await.expect(200).json();
        stories::json::assert_matches("the failure", &failed["recommendations"], &json!({ "errorDetails": error("5136", &json!(["GB"])) }));
        assert_eq!(failed["lineItems"][0]["offerId"], "65304479CA01A12");
        // What clients learned they send along.
        let order = partner.call(axum::http::Method::POST, &orders).header("x-recommendation-tracker-id", "85v9S4").json(&marketplace::order("c", 1));
        order.await.expect(201);
    }
}
