//! What a customer promises to hold for three years, and what follows from it.

use super::{catalogue, completed, customer, days_ago, error, path, placed};
use serde_json::{Value, json};
use stories::{Caller, Options, Server, Stage, marketplace, story};

fn sandbox(stage: &Stage) -> Server {
    let configuration = "[marketplace]\ncomplete_after_milliseconds = 0\npartial_returns = true\n";
    stage.start(&Options::default().sandbox().configuration(configuration))
}

fn asked_for(name: &str, licences: u32) -> Value {
    json!({ "type": "THREE_YEAR_COMMIT", name: { "minimumQuantities": [{ "offerType": "LICENSE", "quantity": licences }] } })
}

/// A customer who has accepted to hold so many licences.
async fn committed(partner: &Caller, licences: u32) -> String {
    let mut ada = marketplace::customer("Ada");
    ada["benefits"] = json!([asked_for("commitmentRequest", licences)]);
    let ada = partner.post("/v3/customers", &ada).await.expect(201).json();
    let accepted = partner.post(&format!("{}/commitments", path(&ada)), &json!({}));
    accepted.await.expect(200);
    ada["customerId"].as_str().unwrap().to_owned()
}

fn of(offer: &str, quantity: u32) -> Value {
    let mut order = marketplace::order("a", quantity);
    order["lineItems"][0]["offerId"] = json!(offer);
    order
}

/// The path of the only subscription.
async fn subscription(partner: &Caller, customer: &str) -> String {
    let all = partner
        .get(&format!("/v3/customers/{customer}/subscriptions"))
        .await
        .expect(200)
        .json();
    super::path(&all["items"][0])
}

fn part_of(bought: &Value, quantity: u32) -> Value {
    let mut back = marketplace::return_of(bought);
    back["lineItems"][0]["quantity"] = json!(quantity);
    back
}

story! {
    /// A commitment is asked for, accepted, and holds from the day on which there are as many licences; it has levels of
    /// its own, and licences that were promised neither go back nor end with the term.
    async fn a_commitment_is_asked_for_accepted_and_kept(stage: Stage) {
        let server = sandbox(&stage);
        let partner = server.marketplace_partner().await;
        let mut few = marketplace::customer("Ada");
        few["benefits"] = json!([asked_for("commitmentRequest", 9)]);
        partner.post("/v3/customers", &few).await.expect(400).matches(&error("1135", &json!(["LICENSE"])));
        few["benefits"] = json!([{ "type": "CHARITY" }]);
        partner.post("/v3/customers", &few).await.expect(400).matches(&error("1117", &json!(["benefits[0].type"])));
        few["benefits"] = json!([asked_for("commitmentRequest", 10)]);
        let ada = partner.post("/v3/customers", &few).await.expect(201).json();
        let asked = json!({ "status": "REQUESTED", "minimumQuantities": [{ "offerType": "LICENSE", "quantity": 10 }] });
        assert_eq!(ada["benefits"], json!([{ "type": "THREE_YEAR_COMMIT", "commitment": null, "commitmentRequest": asked, "recommitmentRequest": null }]));
        let uri = path(&ada);
        let accepted = partner.post(&format!("{uri}/commitments"), &json!({})).await.expect(200).json();
        let request = &accepted["benefits"][0]["commitmentRequest"];
        assert_eq!((&request["status"], &request["startDate"]), (&json!("ACCEPTED"), &json!(&days_ago(0)[..10])));
        partner.post(&format!("{uri}/commitments"), &json!({})).await.expect(400).matches(&error("1117", &json!(["benefits"])));

        let id = ada["customerId"].as_str().unwrap();
        let orders = format!("/v3/customers/{id}/orders");
        let mut preview = of("80004567CA01A12", 14);
        preview["orderType"] = json!("PREVIEW");
        assert_eq!(partner.post(&orders, &preview).await.expect(200).json()["lineItems"][0]["offerId"], "80004567CA12A12");
        let bought = completed(&partner, &placed(&partner, id, &of("80004567CA12A12", 14)).await).await;
        let shown = partner.get(&uri).await.expect(200).json();
        assert_eq!((&shown["benefits"][0]["commitment"]["status"], &shown["benefits"][0]["commitmentRequest"]), (&json!("COMMITTED"), &json!(null)));
        assert_eq!(shown["discounts"][0]["level"], "12");

        partner.post(&orders, &part_of(&bought, 5)).await.expect(400).matches(&error("2127", &json!(["Reason: THREE_YEAR_COMMIT"])));
        // Of many who hand one licence back at once as many succeed as there are to spare.
        let mut racers = tokio::task::JoinSet::new();
        for _ in 0..9 {
            racers.spawn(partner.post(&orders, &part_of(&bought, 1)).into_future());
        }
        let mut succeeded = 0;
        while let Some(reply) = racers.join_next().await {
            let reply = reply.unwrap();
            if reply.status() == 201 { succeeded += 1; } else { reply.expect(400).matches(&error("2127", &json!(["Reason: THREE_YEAR_COMMIT"]))); }
        }
        assert_eq!(succeeded, 4);
        let uri = subscription(&partner, id).await;
        let renewal = |renewal: Value| partner.patch(&uri, &json!({ "autoRenewal": renewal }));
        renewal(json!({ "enabled": false })).await.expect(400).matches(&error("3120", &json!(["Reason: THREE_YEAR_COMMIT"])));
        renewal(json!({ "enabled": true, "renewalQuantity": 9 })).await.expect(400).contains(&json!({ "code": "3120" }));
        renewal(json!({ "enabled": true, "renewalQuantity": 11 })).await.expect(200);
    }

    /// In the last term of a commitment nothing is renewed early, until the customer has accepted another.
    async fn the_final_term_is_not_renewed_early_without_another_commitment(stage: Stage) {
        let server = sandbox(&stage);
        let partner = server.marketplace_partner().await;
        let day = |days: i64| days_ago(-days)[..10].to_owned();
        let commitment = json!({ "startDate": "2020-01-01", "endDate": day(20), "status": "ACTIVE", "minimumQuantities": [{ "offerType": "LICENSE", "quantity": 10 }] });
        let membership = json!({
            "membershipId": "M1", "companyProfile": marketplace::customer("Ada")["companyProfile"], "benefits": [{ "type": "THREE_YEAR_COMMIT", "commitment": commitment }],
            "items": [{ "offerId": "80004567CA12A12", "quantity": 12, "currencyCode": "USD", "renewalDate": day(21) }]
        });
        partner.post("/v3/sandbox/catalogue", &json!({ "memberships": [membership] })).await.expect(200);
        partner.get("/v3/memberships/M1/offers").await.expect(200).contains(&json!({ "benefits": [{ "commitment": { "status": "ACTIVE" } }] }));
        let transfer = partner.post("/v3/memberships/M1/transfers", &json!({ "resellerId": "1000396138" })).await.expect(202).json();
        let id = stories::eventually("the membership is taken over", async || {
            let shown = partner.get(&path(&transfer)).await.expect(200).json();
            Some(shown["customerId"].as_str().unwrap().to_owned()).filter(|id| !id.is_empty())
        }).await;
        let uri = subscription(&partner, &id).await;
        let mut order = of("80004567CA12A12", 12);
        (order["orderType"], order["lineItems"][0]["subscriptionId"]) = (json!("RENEWAL"), json!(uri.rsplit('/').next().unwrap()));
        let orders = format!("/v3/customers/{id}/orders");
        partner.post(&orders, &order).await.expect(400).matches(&error("3133", &json!([])));
        let customer = format!("/v3/customers/{id}");
        partner.patch(&customer, &json!({ "benefits": [asked_for("recommitmentRequest", 10)] })).await.expect(200);
        partner.post(&orders, &order).await.expect(400).contains(&json!({ "code": "3133" }));
        partner.post(&format!("{customer}/commitments"), &json!({})).await.expect(200).contains(&json!({ "benefits": [{ "commitment": { "status": "COMMITTED" }, "recommitmentRequest": { "status": "ACCEPTED", "startDate": day(21) } }] }));
        partner.post(&orders, &order).await.expect(201);
    }

    /// Offers of so many licences at the least: bought in one order, kept, and chosen for the next term by a code.
    async fn offers_of_many_licences_at_the_least(stage: Stage) {
        let server = sandbox(&stage);
        let partner = server.marketplace_partner().await;
        let bob = customer(&partner, "Bob").await;
        let orders = format!("/v3/customers/{bob}/orders");
        partner.post(&orders, &of("65304479CA14X12", 99)).await.expect(400).matches(&error("5131", &json!(["Line Item: 1, Reason: QUANTITY"])));
        let bought = completed(&partner, &placed(&partner, &bob, &of("65304479CA14X12", 100)).await).await;
        assert_eq!(bought["lineItems"][0]["offerId"], "65304479CA14X12");
        completed(&partner, &placed(&partner, &bob, &of("65304479CA04A12", 20)).await).await;
        partner.get(&subscription(&partner, &bob).await).await.expect(200).contains(&json!({ "offerId": "65304479CA01A12", "currentQuantity": 120 }));
        let partial = "Line Item: 1, Reason: PARTIAL_CANCELLATION_NOT_ALLOWED_FOR_SCP_OR_CONSUMABLE";
        partner.post(&orders, &part_of(&bought, 1)).await.expect(400).matches(&error("2127", &json!([partial])));
        partner.post(&orders, &part_of(&bought, 100)).await.expect(400).matches(&error("5133", &json!(["Line Item: 1, Reason: QUANTITY"])));
        let set = |uri: &str, renewal: Value| partner.patch(uri, &json!({ "autoRenewal": renewal }));
        let uri = subscription(&partner, &bob).await;
        set(&uri, json!({ "renewalCode": "MOQ_100" })).await.expect(400).matches(&error("5128", &json!([])));

        let ada = committed(&partner, 100).await;
        completed(&partner, &placed(&partner, &ada, &of("65304479CA01A12", 10)).await).await;
        let uri = subscription(&partner, &ada).await;
        for (renewal, code) in [
            (json!({ "renewalCode": "MOQ_7" }), "5123"), (json!({ "enabled": false, "renewalCode": "MOQ_100" }), "5125"),
            (json!({ "renewalCode": "MOQ_250", "renewalQuantity": 250 }), "5129"), (json!({ "renewalCode": "MOQ_100", "renewalQuantity": 99 }), "5124"),
        ] {
            set(&uri, renewal).await.expect(400).matches(&error(code, &json!([])));
        }
        let chosen = json!({ "enabled": true, "renewalQuantity": 100, "renewalCode": "MOQ_100" });
        let shown = set(&uri, chosen.clone()).await.expect(200).json();
        assert_eq!(shown["autoRenewal"], chosen);
        assert_eq!(partner.get(&uri).await.expect(200).json()["autoRenewal"], chosen);
        let renewal = partner.post(&format!("/v3/customers/{ada}/orders"), &json!({ "orderType": "PREVIEW_RENEWAL" })).await.expect(200).json();
        assert_eq!((&renewal["lineItems"][0]["offerId"], &renewal["lineItems"][0]["quantity"]), (&json!("65304479CA14X12"), &json!(100)));
        set(&uri, json!({ "enabled": false })).await.expect(400).matches(&error("5134", &json!([])));
        let reset = partner.patch(&format!("{uri}?reset-renewal-code=true"), &json!({ "autoRenewal": { "enabled": true, "renewalQuantity": 25 } })).await.expect(200).json();
        assert_eq!(reset["autoRenewal"], json!({ "enabled": true, "renewalQuantity": 25 }));
        completed(&partner, &placed(&partner, &ada, &of("65304479CA01A12", 41)).await).await;
        set(&uri, json!({ "renewalCode": "MOQ_100", "renewalQuantity": 100 })).await.expect(400).matches(&error("5126", &json!([])));

        // With the anniversary it runs under the offer that was chosen, and is free again.
        let eve = committed(&partner, 100).await;
        completed(&partner, &placed(&partner, &eve, &of("65304479CA01A12", 10)).await).await;
        let uri = subscription(&partner, &eve).await;
        set(&uri, chosen).await.expect(200);
        partner.post(&format!("/v3/sandbox/customers/{eve}/renewal"), &json!({})).await.expect(200);
        let renewed = stories::eventually("the renewal", async || {
            let shown = partner.get(&uri).await.expect(200).json();
            (shown["currentQuantity"] == 100).then_some(shown)
        }).await;
        assert!(renewed["autoRenewal"].get("renewalCode").is_none());
        let history = partner.get(&format!("/v3/customers/{eve}/orders?order-type=RENEWAL&start-date=2020-01-01")).await.expect(200).json();
        assert_eq!(history["items"][0]["lineItems"][0]["offerId"], "65304479CA14X12");
    }

    /// A renewal discount for the committed alone, and one that no other customer gets by buying.
    async fn a_discount_for_the_committed_is_refused_to_others(stage: Stage) {
        let server = sandbox(&stage);
        let partner = server.marketplace_partner().await;
        let file = json!({ "promotions": [{
            "code": "LOYAL", "startDate": "2020-01-01", "endDate": "2090-01-01", "threeYearCommitOnly": true,
            "outcomes": [{ "type": "PERCENTAGE_DISCOUNT", "discounts": [{ "value": 10 }] }]
        }] });
        catalogue::load(&partner, &server, (".json", &file.to_string())).expect(0);
        let mut order = of("80004567CA01A12", 10);
        order["lineItems"][0]["flexDiscountCodes"] = json!(["LOYAL"]);
        let bob = customer(&partner, "Bob").await;
        let reason = json!(["Line Item: 1, Reason: INELIGIBLE_COMMITMENT_STATUS"]);
        partner.post(&format!("/v3/customers/{bob}/orders"), &order).await.expect(400).matches(&error("2141", &reason));
        completed(&partner, &placed(&partner, &bob, &of("80004567CA01A12", 10)).await).await;
        partner.patch(&subscription(&partner, &bob).await, &json!({ "autoRenewal": { "enabled": true, "flexDiscountCodes": ["LOYAL"] } })).await.expect(200);
        let preview = json!({ "orderType": "PREVIEW_RENEWAL" });
        partner.post(&format!("/v3/customers/{bob}/orders"), &preview).await.expect(400).matches(&error("2166", &reason));
        let ada = committed(&partner, 10).await;
        placed(&partner, &ada, &order).await;
    }
}
