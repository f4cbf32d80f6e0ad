//! Memberships of the VIP programme, and their being taken over.

use super::{catalogue, completed, customer, days_ago, error, path, placed};
use serde_json::{Value, json};
use stories::{Caller, Options, Server, Stage, eventually, marketplace, story};

const MEMBER: &str = "/v3/memberships/8BB0A3AD5A0F6A5E";

/// A day so many days from now.
fn day(days: i64) -> String {
    days_ago(-days)[..10].to_owned()
}

/// A membership of two licences that run and one that was not renewed.
fn membership(change: impl Fn(&mut Value)) -> Value {
    let mut profile = marketplace::customer("Ada")["companyProfile"].clone();
    profile["companyName"] = json!("Ada's membership");
    let licence = |offer: &str, quantity: u32, renewal: &str| json!({ "offerId": offer, "quantity": quantity, "currencyCode": "USD", "renewalDate": renewal });
    let mut membership = json!({
        "membershipId": "8BB0A3AD5A0F6A5E", "externalReferenceId": "vip-1", "companyProfile": profile,
        "items": [licence("65304479CA02A12", 12, &day(100)), licence("80004567CA02A12", 3, &day(100)), licence("80004561CA01A12", 5, &day(-5))],
        "discounts": [{ "level": "02", "offerType": "LICENSE" }]
    });
    change(&mut membership);
    membership
}

fn load(partner: &Caller, server: &Server, membership: &Value) {
    let file = json!({ "memberships": [membership] }).to_string();
    catalogue::load(partner, server, (".json", &file)).expect(0);
}

async fn transferred(partner: &Caller, query: &str) -> stories::Reply {
    let body = json!({ "resellerId": "1000396138" });
    partner.post(&format!("{MEMBER}/transfers{query}"), &body).await
}

/// Waits until the server has taken the membership over.
async fn done(partner: &Caller, transfer: &Value) -> Value {
    eventually("the membership is taken over", async || {
        let shown = partner.get(&path(transfer)).await.expect(200).json();
        (shown["status"] != "1002").then_some(shown)
    })
    .await
}

story! {
    /// What would come over is shown, then asked for (202, 1002), and then done by the server: a customer, a
    /// subscription for each licence, and a TRANSFER order in the history.
    async fn a_membership_is_previewed_and_taken_over_by_the_server(server: Server) {
        let partner = server.marketplace_partner().await;
        partner.get(&format!("{MEMBER}/offers")).await.expect(404).matches(&error("5115", &json!([])));
        load(&partner, &server, &membership(|_| ()));
        let offers = partner.get(&format!("{MEMBER}/offers")).await.expect(200);
        let item = |offer: &str, quantity: u32, renewal: &str| json!({ "offerId": offer, "currencyCode": "USD", "quantity": quantity, "renewalDate": renewal });
        offers.matches(&json!({
            "totalCount": 3,
            "items": [item("65304479CA02A12", 12, &day(100)), item("80004567CA02A12", 3, &day(100)), item("80004561CA01A12", 5, &day(-5))],
            "benefits": [], "discounts": [{ "level": "02", "offerType": "LICENSE" }]
        }));

        let asked = transferred(&partner, "").await.expect(202);
        let line = |number: u32, offer: &str, quantity: u32| json!({ "lineItemNumber": number, "offerId": offer, "quantity": quantity, "subscriptionId": "[any]", "currencyCode": "USD" });
        let mut expected = json!({
            "transferId": "[text]", "customerId": "", "membershipId": "8BB0A3AD5A0F6A5E", "resellerId": "1000396138", "creationDate": "[time]", "status": "1002",
            "lineItems": [line(1, "65304479CA02A12", 12), line(2, "80004567CA02A12", 3), line(3, "80004561CA01A12", 5)],
            "links": { "self": { "uri": "[text]", "method": "GET", "headers": [] } }
        });
        asked.matches(&expected);
        assert_eq!(asked.json()["lineItems"][0]["subscriptionId"], "");
        let transfer = done(&partner, &asked.json()).await;
        (expected["status"], expected["customerId"]) = (json!("1000"), json!("[text]"));
        stories::json::assert_matches("the transfer", &transfer, &expected);

        let customer = format!("/v3/customers/{}", transfer["customerId"].as_str().unwrap());
        partner.get(&customer).await.expect(200).contains(&json!({
            "status": "1000", "cotermDate": day(100), "resellerId": "1000396138", "externalReferenceId": "vip-1",
            "companyProfile": { "companyName": "Ada's membership" }, "discounts": [{ "offerType": "LICENSE", "level": "02" }, { "offerType": "CONSUMABLES", "level": "T1" }]
        }));
        let subscriptions = partner.get(&format!("{customer}/subscriptions")).await.expect(200).json();
        let shown: Vec<_> = subscriptions["items"].as_array().unwrap().iter().map(|one| (one["offerId"].as_str().unwrap(), one["status"].as_str().unwrap(), one["autoRenewal"]["enabled"].as_bool().unwrap())).collect();
        assert_eq!(shown, [("65304479CA01A12", "1000", true), ("80004567CA01A12", "1000", true), ("80004561CA01A12", "1004", true)]);
        assert_eq!(subscriptions["items"][0]["subscriptionId"], transfer["lineItems"][0]["subscriptionId"]);
        assert_eq!(subscriptions["items"][2]["allowedActions"], json!(["MANUAL_RENEWAL"]));
        let history = partner.get(&format!("{customer}/orders?order-type=TRANSFER")).await.expect(200).json();
        assert_eq!((&history["totalCount"], &history["items"][0]["status"]), (&json!(1), &json!("1000")));
        assert_eq!(history["items"][0]["lineItems"][1]["subscriptionId"], transfer["lineItems"][1]["subscriptionId"]);

        // Done is done: a second time is refused, and a file that is loaded again does not undo it.
        load(&partner, &server, &membership(|_| ()));
        transferred(&partner, "").await.expect(400).matches(&error("5118", &json!([])));
        partner.get(&format!("{MEMBER}/offers")).await.expect(400).matches(&error("5118", &json!([])));
        partner.get(&path(&transfer)).await.expect(200).matches(&transfer);
        partner.get(&format!("{MEMBER}/transfers/7")).await.expect(404).matches(&error("5116", &json!([])));
        let other = server.marketplace_partner().await;
        other.get(&path(&transfer)).await.expect(404).matches(&error("5116", &json!([])));
        other.get(&format!("{MEMBER}/offers")).await.expect(404).matches(&error("5115", &json!([])));
    }

    /// Why a membership can't be taken over, by descending precedence; and what clients waive by the query.
    async fn errors_of_a_transfer_by_descending_precedence(server: Server) {
        let partner = server.marketplace_partner().await;
        let all_wrong = membership(|one| {
            one["companyProfile"]["contacts"] = json!([]);
            (one["returnablePurchase"], one["openPurchaseAuthorization"]) = (json!(true), json!(true));
            one["ineligible"] = json!(["UNPAID_INVOICE"]);
        });
        load(&partner, &server, &all_wrong);
        let transfers = format!("{MEMBER}/transfers");
        partner.post("/v3/memberships/7/transfers", &json!({ "x": 1 })).await.expect(404).matches(&error("5115", &json!([])));
        partner.post(&transfers, &json!({ "x": 1 })).await.expect(400).matches(&error("1121", &json!(["x"])));
        partner.post(&transfers, &json!({})).await.expect(400).matches(&error("1122", &json!(["resellerId"])));
        transferred(&partner, "").await.expect(400).matches(&error("5120", &json!([])));
        let mut wrong = all_wrong;
        wrong["companyProfile"]["contacts"] = json!([{ "firstName": "Ada" }]);
        load(&partner, &server, &wrong);
        let reasons = |reasons: &[&str]| error("5117", &reasons.iter().map(|reason| format!("Reason: {reason}")).collect());
        transferred(&partner, "").await.expect(400).matches(&reasons(&["RETURNABLE_PURCHASE", "OPEN_PURCHASE_AUTH", "UNPAID_INVOICE"]));
        partner.get(&format!("{MEMBER}/offers?ignore-order-return=true")).await.expect(400).matches(&reasons(&["OPEN_PURCHASE_AUTH", "UNPAID_INVOICE"]));
        wrong["ineligible"] = json!([]);
        load(&partner, &server, &wrong);
        let both = "?ignore-order-return=true&expire-open-pas=true";
        partner.get(&format!("{MEMBER}/offers{both}")).await.expect(200);
        // What the merchant may not sell is nothing to take over.
        let file = |partner: Value| json!({ "partner": partner }).to_string();
        catalogue::load(&partner, &server, (".json", &file(json!({ "countries": ["NO"], "marketSegments": ["EDU"] })))).expect(0);
        transferred(&partner, both).await.expect(400).matches(&reasons(&["INVALID_COUNTRY", "BAD_MARKET_SEGMENT"]));
        catalogue::load(&partner, &server, (".json", &file(json!({})))).expect(0);
        catalogue::load(&partner, &server, (".csv", "offerId,currency,price\n65304479CA01A12,USD,1\n")).expect(0);
        transferred(&partner, both).await.expect(400).matches(&reasons(&["NO_TARGET_SKU"]));
        catalogue::load(&partner, &server, (".csv", "offerId,currency,price\n80004567CA01A12,USD,1\n80004561CA01A12,USD,1\n")).expect(0);
        transferred(&partner, both).await.expect(202);
    }

    /// An inactive reseller takes nobody over; while it is under way nobody else does.
    async fn a_transfer_needs_an_active_reseller_and_happens_once_at_a_time(stage: Stage) {
        let slow = "[marketplace]\ncomplete_after_milliseconds = 3600000\n";
        let server = stage.start(&Options::default().sandbox().configuration(slow));
        let partner = server.marketplace_partner().await;
        load(&partner, &server, &membership(|_| ()));
        let mut reseller = marketplace::customer("Fairmont");
        (reseller["distributorId"], reseller["resellerId"]) = (json!("345434543"), json!(null));
        reseller["companyProfile"]["marketSegment"] = json!(null);
        let reseller = partner.post("/v3/resellers", &reseller).await.expect(201).json();
        let id = reseller["resellerId"].as_str().unwrap();
        let transfers = format!("{MEMBER}/transfers");
        partner.post(&transfers, &json!({ "resellerId": "7" })).await.expect(404).matches(&error("1115", &json!([])));
        let portal = format!("/v3/sandbox/resellers/{id}");
        partner.patch(&portal, &json!({ "status": "1004" })).await.expect(200).contains(&json!({ "status": "1004" }));
        partner.post(&transfers, &json!({ "resellerId": id })).await.expect(400).matches(&error("5119", &json!([])));
        partner.patch(&portal, &json!({ "status": "1000" })).await.expect(200);
        let asked = partner.post(&transfers, &json!({ "resellerId": id })).await.expect(202).json();
        partner.post(&transfers, &json!({ "resellerId": id })).await.expect(400).matches(&error("5121", &json!([])));
        partner.get(&format!("{MEMBER}/offers")).await.expect(400).matches(&error("5121", &json!([])));
        partner.get(&path(&asked)).await.expect(200).contains(&json!({ "status": "1002", "customerId": "" }));
    }

    /// Of many who ask at once one is heard, and however many servers run, one customer comes of it.
    async fn one_of_many_transfers_is_done_once(stage: Stage) {
        let quick = "[marketplace]\ncomplete_after_milliseconds = 0\n";
        let servers = [stage.start(&Options::default().configuration(quick)), stage.start(&Options::default().configuration(quick))];
        let partner = servers[0].marketplace_partner().await;
        load(&partner, &servers[0], &membership(|_| ()));
        let mut racers = tokio::task::JoinSet::new();
        for _ in 0..16 {
            racers.spawn(partner.post(&format!("{MEMBER}/transfers"), &json!({ "resellerId": "1000396138" })).into_future());
        }
        let mut asked = Vec::new();
        while let Some(reply) = racers.join_next().await {
            let reply = reply.unwrap();
            if reply.status() == 202 { asked.push(reply.json()); } else { assert!(["5118", "5121"].contains(&reply.json()["code"].as_str().unwrap()), "{}", reply.text()); }
        }
        assert_eq!(asked.len(), 1);
        done(&partner, &asked[0]).await;
        // Both servers have had their turn once an order that was placed later is complete.
        let ada = customer(&partner, "Ada").await;
        completed(&partner, &placed(&partner, &ada, &marketplace::order("a", 1)).await).await;
        let customers = partner.get("/v3/resellers/1000396138/customers").await.expect(200).json();
        let taken = customers["accounts"].as_array().unwrap().iter().filter(|one| one["externalReferenceId"] == "vip-1");
        assert_eq!(taken.count(), 1);
    }

    /// A file that is wrong says where.
    async fn a_wrong_membership_says_where(server: Server) {
        let partner = server.marketplace_partner().await;
        let told = |change: fn(&mut Value)| {
            let file = json!({ "memberships": [membership(change)] }).to_string();
            let run = catalogue::load(&partner, &server, (".json", &file));
            let told = run.stderr.clone();
            run.expect(1);
            told
        };
        assert!(told(|one| one["items"][1]["renewalDate"] = json!("soon")).contains("memberships[0].items[1].renewalDate: soon is no date"));
        assert!(told(|one| one["items"][0]["quantity"] = json!(0)).contains("memberships[0].items[0].quantity"));
        assert!(told(|one| one["items"] = json!([])).contains("memberships[0].items: there are none"));
        assert!(told(|one| one["membershipId"] = json!("")).contains("memberships[0].membershipId"));
        partner.get(&format!("{MEMBER}/offers")).await.expect(404);
    }
}
