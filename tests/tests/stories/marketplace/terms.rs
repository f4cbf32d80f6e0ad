//! What an order says beside products and quantities: currencies, deployments, prices; and the next term, arranged
//! before this one is over.

use super::{catalogue, completed, customer, days_ago, error, path, placed};
use serde_json::{Value, json};
use stories::{Caller, Options, Server, Stage, eventually, marketplace, story};

const OFFERS: &str = "offerId,currency,price,marketSegment,name\n\
    80004567CA01A12,USD,365.00,COM,Cloud\n\
    80004567CA02A12,USD,328.50,COM,Cloud\n\
    65304479CA01A12,USD,36.50,COM,Cloud\n\
    80004567CA01A12,EUR,300,COM,Cloud\n";

fn sandbox(stage: &Stage) -> Server {
    let configuration = "[marketplace]\ncomplete_after_milliseconds = 0\npartial_returns = true\n";
    stage.start(&Options::default().sandbox().configuration(configuration))
}

fn of(offer: &str, quantity: u32) -> Value {
    let mut order = marketplace::order("a", quantity);
    order["lineItems"][0]["offerId"] = json!(offer);
    order
}

/// Moves the anniversary to so many days from now.
async fn anniversary_in(partner: &Caller, customer: &str, days: i64) -> String {
    let day = days_ago(-days)[..10].to_owned();
    let portal = format!("/v3/sandbox/customers/{customer}");
    partner
        .patch(&portal, &json!({ "cotermDate": day }))
        .await
        .expect(200);
    day
}

story! {
    /// A currency at one level or at both, as long as they agree; a line for a deployment has its own; lines of several
    /// currencies have no order's, and no common price.
    async fn currencies_agree_or_are_those_of_the_lines(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let with = |change: fn(&mut Value)| { let mut order = marketplace::order("a", 1); change(&mut order); order };
        let refused = async |order: Value, code: &str| {
            partner.post(&orders, &order).await.expect(400).matches(&error(code, &json!(["Line Item: 1, Reason: CURRENCY_CODE"])));
        };
        refused(with(|order| order["lineItems"][0]["currencyCode"] = json!("EUR")), "2140").await;
        refused(with(|order| { order["lineItems"][0]["currencyCode"] = json!(null); order["lineItems"][0]["deploymentId"] = json!("12345"); }), "2137").await;
        placed(&partner, &ada, &with(|order| order["lineItems"][0]["deploymentId"] = json!("12345"))).await;
        placed(&partner, &ada, &with(|order| order["currencyCode"] = json!(null))).await;
        let mut mixed = with(|order| order["currencyCode"] = json!(null));
        let mut line = mixed["lineItems"][0].clone();
        (line["extLineItemNumber"], line["currencyCode"], line["deploymentId"]) = (json!(2), json!("EUR"), json!("12345"));
        mixed["lineItems"].as_array_mut().unwrap().push(line);
        let order = completed(&partner, &placed(&partner, &ada, &mixed).await).await;
        assert_eq!((&order["lineItems"][0]["currencyCode"], &order["lineItems"][1]["currencyCode"]), (&json!("USD"), &json!("EUR")));
        mixed["orderType"] = json!("PREVIEW");
        partner.post(&orders, &mixed).await.expect(200);
        partner.post(&format!("{orders}?fetch-price=true"), &mixed).await.expect(400).matches(&error("2148", &json!([])));
    }

    /// A merchant who keeps resellers and deployments here names those; who keeps none names any.
    async fn named_resellers_and_deployments_exist_where_any_are_kept(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let address = |country: &str| json!({ "companyProfile": { "address": { "country": country } } });
        let deployments = format!("/v3/customers/{ada}/deployments");
        let kept = partner.post(&deployments, &address("NO")).await.expect(201).json();
        let to = |deployment: &Value| { let mut order = marketplace::order("a", 1); order["lineItems"][0]["deploymentId"] = deployment.clone(); order };
        placed(&partner, &ada, &to(&kept["deploymentId"])).await;
        partner.post(&orders, &to(&json!("12345"))).await.expect(404).matches(&error("2138", &json!(["Line Item: 1, Reason: DEPLOYMENT_ID"])));
        let closed = partner.post(&deployments, &address("SE")).await.expect(201).json();
        partner.patch(&path(&closed), &json!({ "status": "1004" })).await.expect(200);
        partner.post(&orders, &to(&closed["deploymentId"])).await.expect(400).contains(&json!({ "code": "2139" }));

        let mut reseller = marketplace::customer("Fairmont");
        reseller["distributorId"] = json!("345434543");
        reseller["companyProfile"].as_object_mut().unwrap().remove("marketSegment");
        reseller.as_object_mut().unwrap().remove("resellerId");
        let reseller = partner.post("/v3/resellers", &reseller).await.expect(201).json();
        let mut bob = marketplace::customer("Bob");
        partner.post("/v3/customers", &bob).await.expect(404).matches(&error("1115", &json!([])));
        bob["resellerId"] = reseller["resellerId"].clone();
        partner.post("/v3/customers", &bob).await.expect(201);
        bob["companyProfile"]["marketSegment"] = json!("EDU");
        partner.post("/v3/customers", &bob).await.expect(400).matches(&error("2135", &json!(["companyProfile.marketSegment"])));
        bob["globalSalesEnabled"] = json!(true);
        partner.post("/v3/customers", &bob).await.expect(400).matches(&error("1142", &json!(["companyProfile.marketSegment"])));
        bob["companyProfile"]["address"]["country"] = json!("XX");
        partner.post("/v3/customers", &bob).await.expect(400).matches(&error("1118", &json!(["companyProfile.address.country"])));
        let mut home = marketplace::customer("Eve");
        (home["resellerId"], home["globalSalesEnabled"]) = (reseller["resellerId"].clone(), json!(false));
        let eve = partner.post("/v3/customers", &home).await.expect(201).json();
        partner.post(&format!("{}/deployments", path(&eve)), &address("NO")).await.expect(400).matches(&error("1140", &json!([])));
        partner.post(&format!("{}/orders", path(&eve)), &to(&json!("12345"))).await.expect(400).matches(&error("1140", &json!([])));
    }

    /// A catalogue prices what is bought, renewed and handed back: a wrong level is refused, a renewal costs its own
    /// term, and the parts of a line that go back come to the whole of it.
    async fn purchases_renewals_and_returns_are_priced(stage: Stage) {
        let server = sandbox(&stage);
        let partner = server.marketplace_partner().await;
        catalogue::load(&partner, &server, (".csv", OFFERS)).expect(0);
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        partner.post(&orders, &of("80004567CA02A12", 3)).await.expect(400).matches(&error("2122", &json!(["Line Item: 1, Reason: INVALID_DISCOUNT_LEVEL"])));
        partner.post(&orders, &of("80004567CA01A12", 10)).await.expect(400).contains(&json!({ "code": "2122" }));
        let bought = completed(&partner, &placed(&partner, &ada, &of("80004567CA01A12", 3)).await).await;
        let price = async |order: &Value| {
            let priced = partner.get(&format!("{}?fetch-price=true", path(order))).await.expect(200).json();
            priced["pricingSummary"][0]["totalLineItemPartnerPrice"].to_string()
        };
        let whole = price(&bought).await;
        assert_eq!(whole, "1095.00");
        let mut parts = Vec::new();
        for quantity in [1, 2] {
            let mut back = marketplace::return_of(&bought);
            back["lineItems"][0]["quantity"] = json!(quantity);
            let back = completed(&partner, &placed(&partner, &ada, &back).await).await;
            parts.push(price(&back).await);
        }
        assert_eq!(parts, ["365.00", "730.00"]);

        // A renewal costs the whole of the next term, whatever is left of this one.
        completed(&partner, &placed(&partner, &ada, &of("80004567CA01A12", 2)).await).await;
        anniversary_in(&partner, &ada, 10).await;
        let preview = json!({ "orderType": "PREVIEW_RENEWAL" });
        let shown = partner.post(&format!("{orders}?fetch-price=true"), &preview).await.expect(200).json();
        let line = &shown["lineItems"][0];
        assert!([365, 366].contains(&line["proratedDays"].as_i64().unwrap()), "{line}");
        assert_eq!(line["pricing"]["lineItemPartnerPrice"].to_string(), "730.00");
        assert!(partner.post(&orders, &preview).await.expect(200).json()["lineItems"][0].get("pricing").is_none());
    }

    /// The next term arranged before this one is over: renewed by an order, once; handed back; and what was renewed is
    /// not renewed again on the anniversary.
    async fn subscriptions_are_renewed_early_and_not_twice(stage: Stage) {
        let server = sandbox(&stage);
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let bought = completed(&partner, &placed(&partner, &ada, &of("80004567CA01A12", 5)).await).await;
        let id = bought["lineItems"][0]["subscriptionId"].as_str().unwrap().to_owned();
        let renewal = |quantity: u32| {
            let mut order = of("80004567CA01A12", quantity);
            (order["orderType"], order["lineItems"][0]["subscriptionId"]) = (json!("RENEWAL"), json!(id));
            order
        };
        partner.post(&orders, &renewal(7)).await.expect(400).matches(&error("3121", &json!([id])));
        anniversary_in(&partner, &ada, 20).await;
        let first = completed(&partner, &placed(&partner, &ada, &renewal(7)).await).await;
        assert_eq!((&first["status"], &first["lineItems"][0]["subscriptionId"]), (&json!("1000"), &json!(id)));
        let subscription = format!("/v3/customers/{ada}/subscriptions/{id}");
        partner.get(&subscription).await.expect(200).contains(&json!({ "currentQuantity": 5, "renewedQuantity": 7, "status": "1000" }));
        partner.post(&orders, &renewal(7)).await.expect(400).matches(&error("2164", &json!([id])));
        partner.post(&orders, &json!({ "orderType": "PREVIEW_RENEWAL" })).await.expect(400).contains(&json!({ "code": "2164" }));

        // Handed back, it can be renewed again; what runs now is left alone.
        completed(&partner, &placed(&partner, &ada, &marketplace::return_of(&first)).await).await;
        let shown = partner.get(&subscription).await.expect(200).json();
        assert_eq!((&shown["currentQuantity"], shown.get("renewedQuantity")), (&json!(5), None));
        completed(&partner, &placed(&partner, &ada, &renewal(3)).await).await;
        partner.post(&format!("/v3/sandbox/customers/{ada}/renewal"), &json!({})).await.expect(200);
        let runs = eventually("the next term has begun", async || {
            let shown = partner.get(&subscription).await.expect(200).json();
            (shown["currentQuantity"] == 3).then_some(shown)
        }).await;
        assert_eq!((&runs["status"], runs.get("renewedQuantity")), (&json!("1000"), None));
        let renewals = partner.get(&format!("{orders}?order-type=RENEWAL&start-date=2020-01-01")).await.expect(200).json();
        assert_eq!(renewals["totalCount"], 2);
    }

    /// A subscription that is scheduled shortly before the anniversary begins with it.
    async fn a_scheduled_subscription_begins_with_the_next_term(stage: Stage) {
        let server = sandbox(&stage);
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let all = format!("/v3/customers/{ada}/subscriptions");
        let next = json!({ "offerId": "65304479CA01A12", "autoRenewal": { "enabled": true, "renewalQuantity": 4, "flexDiscountCodes": ["SPRING"] } });
        partner.post(&all, &next).await.expect(400).matches(&error("3122", &json!([])));
        completed(&partner, &placed(&partner, &ada, &of("80004567CA01A12", 8)).await).await;
        partner.post(&all, &next).await.expect(400).matches(&error("3122", &json!([])));
        let day = anniversary_in(&partner, &ada, 20).await;
        let with = |change: fn(&mut Value)| { let mut next = next.clone(); change(&mut next); partner.post(&all, &next) };
        with(|next| next["autoRenewal"]["enabled"] = json!(false)).await.expect(400).matches(&error("1117", &json!(["autoRenewal.enabled"])));
        with(|next| { next["autoRenewal"].as_object_mut().unwrap().remove("renewalQuantity"); }).await.expect(400).matches(&error("1122", &json!(["autoRenewal.renewalQuantity"])));
        with(|next| next["autoRenewal"]["renewalQuantity"] = json!(0)).await.expect(400).matches(&error("3116", &json!(["autoRenewal.renewalQuantity"])));
        with(|next| next["offerId"] = json!("80004567CA02A12")).await.expect(400).matches(&error("1117", &json!(["offerId"])));
        with(|next| next["colour"] = json!("red")).await.expect(400).matches(&error("1121", &json!(["colour"])));
        let made = partner.post(&all, &next).await.expect(201);
        let id = made.json()["subscriptionId"].as_str().unwrap().to_owned();
        let mut expected = json!({
            "subscriptionId": id, "currentQuantity": 0, "usedQuantity": 0, "offerId": "65304479CA01A12",
            "autoRenewal": { "enabled": true, "renewalQuantity": 4, "flexDiscountCodes": ["SPRING"] }, "creationDate": "[time]", "renewalDate": day,
            "status": "1009", "currencyCode": "USD", "links": { "self": { "uri": format!("{all}/{id}"), "method": "GET", "headers": [] } }
        });
        made.matches(&expected);
        partner.post(&all, &next).await.expect(400).matches(&error("1117", &json!(["offerId"])));
        expected["autoRenewal"]["renewalQuantity"] = json!(6);
        partner.patch(&format!("{all}/{id}"), &json!({ "autoRenewal": { "renewalQuantity": 6 } })).await.expect(200).matches(&expected);
        let preview = partner.post(&format!("/v3/customers/{ada}/orders"), &json!({ "orderType": "PREVIEW_RENEWAL" })).await.expect(200).json();
        assert_eq!((&preview["lineItems"][1]["quantity"], &preview["lineItems"][1]["offerId"]), (&json!(6), &json!("65304479CA02A12")));

        partner.post(&format!("/v3/sandbox/customers/{ada}/renewal"), &json!({})).await.expect(200);
        eventually("the next term has begun", async || {
            let shown = partner.get(&format!("{all}/{id}")).await.expect(200).json();
            (shown["status"] == "1000" && shown["currentQuantity"] == 6).then_some(())
        }).await;
        anniversary_in(&partner, &ada, 2).await;
        let mut late = next.clone();
        late["offerId"] = json!("30006208CA01A12");
        partner.post(&all, &late).await.expect(400).matches(&error("3122", &json!([])));
    }
}
