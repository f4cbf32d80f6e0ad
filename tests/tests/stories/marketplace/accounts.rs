//! Resellers, customers, deployments, and what a sandbox can set.

use super::{completed, customer, error, path, placed};
use serde_json::{Value, json};
use stories::{Caller, Options, Server, Stage, eventually, marketplace, story};

fn reseller(name: &str) -> Value {
    let mut reseller = marketplace::customer(name);
    let profile = reseller["companyProfile"].as_object_mut().unwrap();
    profile.remove("marketSegment");
    reseller.as_object_mut().unwrap().remove("resellerId");
    reseller["distributorId"] = json!("345434543");
    reseller
}

/// Waits until a resource is no longer pending.
async fn active(partner: &Caller, uri: &str) -> Value {
    eventually("the account is active", async || {
        let account = partner.get(uri).await.expect(200).json();
        (account["status"] == "1000").then_some(account)
    })
    .await
}

fn uri(resource: &Value) -> String {
    path(resource)
}

story! {
    /// Resellers are created pending, become active, are changed, and listed without their profiles.
    async fn resellers_are_created_read_changed_and_listed(server: Server) {
        let partner = server.marketplace_partner().await;
        let created = partner.post("/v3/resellers", &reseller("Fairmont")).await.expect(201).json();
        assert_eq!((&created["status"], &created["companyProfile"]["marketSegments"]), (&json!("1002"), &json!(["COM"])));
        partner.patch(&uri(&created), &json!({ "externalReferenceId": "8" })).await.expect(400).matches(&error("1125", &json!([])));
        active(&partner, &uri(&created)).await;
        let changed = partner.patch(&uri(&created), &json!({ "externalReferenceId": "8", "companyProfile": { "marketSegments": ["COM", "EDU"] } })).await.expect(200);
        changed.contains(&json!({ "externalReferenceId": "8", "distributorId": "345434543" }));
        let fewer = json!({ "companyProfile": { "marketSegments": ["EDU"] } });
        partner.patch(&uri(&created), &fewer).await.expect(400).matches(&error("1117", &json!(["companyProfile.marketSegments"])));
        let second = partner.post("/v3/resellers", &reseller("Acme")).await.expect(201).json();
        active(&partner, &uri(&second)).await;
        let list = partner.get("/v3/resellers?sort-by=companyName&order-by=asc").without("x-correlation-id").await.expect(200).json();
        assert_eq!((&list["totalCount"], &list["limit"]), (&json!(2), &json!(20)));
        assert_eq!((&list["accounts"][0]["resellerId"], &list["accounts"][1]["resellerId"]), (&second["resellerId"], &created["resellerId"]));
        assert!(list["accounts"][0].get("companyProfile").is_none());
        partner.get("/v3/resellers?status=1").await.expect(400).matches(&error("1132", &json!(["status"])));
        partner.get("/v3/resellers/7").await.expect(404).matches(&error("1115", &json!([])));
        let other = server.marketplace_partner().await;
        other.get(&uri(&created)).await.expect(404);
        assert_eq!(other.get("/v3/resellers").await.expect(200).json()["totalCount"], 0);
    }

    /// A reseller's customers, by status, name and date.
    async fn a_resellers_customers_are_listed(server: Server) {
        let partner = server.marketplace_partner().await;
        let (ada, bob) = (customer(&partner, "Ada").await, customer(&partner, "Bob").await);
        for id in [&ada, &bob] {
            active(&partner, &format!("/v3/customers/{id}")).await;
        }
        let list = async |query: &str| {
            let page = partner.get(&format!("/v3/resellers/1000396138/customers{query}")).await.expect(200).json();
            let ids = page["accounts"].as_array().unwrap().iter().map(|account| account["customerId"].as_str().unwrap().to_owned());
            ids.collect::<Vec<_>>()
        };
        assert_eq!(list("").await, [bob.clone(), ada.clone()]);
        assert_eq!(list("?sort-by=companyName&order-by=asc").await, [ada.clone(), bob.clone()]);
        assert_eq!(list("?company-name=ada*").await, [ada.as_str()]);
        assert_eq!(list("?company-name=*WORKS&limit=1&offset=1").await, [ada.as_str()]);
        assert!(list("?status=1002").await.is_empty());
        partner.get("/v3/resellers/7/customers").await.expect(404).matches(&error("1115", &json!([])));
    }

    /// A customer is changed once it is active; who its reseller is can't be changed.
    async fn a_customer_is_changed_once_it_is_active(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let path = format!("/v3/customers/{ada}");
        let change = json!({ "externalReferenceId": "7", "companyProfile": { "companyName": "Byron Works" } });
        partner.patch(&path, &change).await.expect(400).matches(&error("1125", &json!([])));
        active(&partner, &path).await;
        let changed = partner.patch(&path, &change).await.expect(200).json();
        assert_eq!((&changed["externalReferenceId"], &changed["companyProfile"]["companyName"]), (&json!("7"), &json!("Byron Works")));
        assert_eq!(changed["companyProfile"]["contacts"][0]["firstName"], "Ada");
        partner.get(&path).await.expect(200).matches(&changed);
        partner.patch(&path, &json!({ "resellerId": "7" })).await.expect(400).matches(&error("1119", &json!(["resellerId"])));
        partner.patch(&path, &json!({ "companyProfile": { "address": { "country": "usa" } } })).await.expect(400).matches(&error("1117", &json!(["companyProfile.address.country"])));
        partner.patch("/v3/customers/7", &change).await.expect(404).matches(&error("1116", &json!([])));
    }

    /// Deployments: an address in another country, which stays; not deactivated while a subscription is for it.
    async fn deployments_are_created_read_changed_and_listed(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let all = format!("/v3/customers/{ada}/deployments");
        let address = |country: &str| json!({ "companyProfile": { "address": { "country": country, "city": "Oslo" } } });
        let created = partner.post(&all, &address("NO")).await.expect(201).json();
        let expected = json!({
            "deploymentId": "[text]", "companyProfile": { "address": { "country": "NO", "city": "Oslo" } }, "creationDate": "[time]", "status": "1000",
            "links": { "self": { "uri": "[text]", "method": "GET", "headers": [] } }
        });
        partner.get(&uri(&created)).await.expect(200).matches(&expected);
        partner.post(&all, &address("US")).await.expect(400).contains(&json!({ "code": "1141" }));
        partner.patch(&uri(&created), &address("SE")).await.expect(400).contains(&json!({ "code": "1141" }));
        let mut order = marketplace::order("a", 1);
        order["lineItems"][0]["deploymentId"] = created["deploymentId"].clone();
        let bought = completed(&partner, &placed(&partner, &ada, &order).await).await;
        assert_eq!(bought["lineItems"][0]["deploymentId"], created["deploymentId"]);
        partner.patch(&uri(&created), &json!({ "status": "1004" })).await.expect(400).matches(&error("1117", &json!(["status"])));
        let unused = partner.post(&all, &address("SE")).await.expect(201).json();
        partner.patch(&uri(&unused), &json!({ "status": "1004" })).await.expect(200).contains(&json!({ "status": "1004" }));
        let page = partner.get(&format!("{all}?status=1000")).await.expect(200).json();
        assert_eq!((&page["totalCount"], &page["items"][0]["deploymentId"]), (&json!(1), &created["deploymentId"]));
        assert_eq!(partner.get(&format!("{all}?limit=1")).await.expect(200).json()["links"]["next"]["uri"], format!("{all}?offset=1&limit=1"));
        partner.get(&format!("{all}/7")).await.expect(404).matches(&error("2138", &json!([])));
        partner.get("/v3/customers/7/deployments").await.expect(404).matches(&error("1116", &json!([])));
    }

    /// What the original's sandbox portal sets, and that nothing of it is there without `--sandbox`.
    async fn a_sandbox_sets_what_time_and_people_set_otherwise(stage: Stage) {
        let slow = "[marketplace]\ncomplete_after_milliseconds = 3600000\n";
        let mut server = stage.start(&Options::default().sandbox().configuration(slow));
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let portal = format!("/v3/sandbox/customers/{ada}");
        partner.patch(&portal, &json!({ "status": "1000", "cotermDate": "2030-02-28" })).await.expect(200).contains(&json!({ "status": "1000", "cotermDate": "2030-02-28" }));
        partner.patch(&portal, &json!({ "status": "7", "cotermDate": "soon" })).await.expect(400).matches(&error("1117", &json!(["status", "cotermDate"])));
        let order = placed(&partner, &ada, &marketplace::order("a", 1)).await;
        let set = |order: &Value, to: Value| partner.patch(&format!("/v3/sandbox{}", path(order).trim_start_matches("/v3")), &to);
        set(&order, json!({ "status": "1024" })).await.expect(200).contains(&json!({ "status": "1024" }));
        set(&order, json!({ "status": "1000" })).await.expect(400).contains(&json!({ "code": "2116" }));
        let order = placed(&partner, &ada, &marketplace::order("b", 1)).await;
        set(&order, json!({ "status": "1000", "creationDate": "2029-06-01T10:00:00Z" })).await.expect(200).contains(&json!({ "status": "1000", "creationDate": "2029-06-01T10:00:00Z" }));
        // The history finds it where it is now, by its product too.
        let history = |query: &str| partner.get(&format!("/v3/customers/{ada}/orders?start-date=2029-05-01&end-date=2029-07-01{query}"));
        for query in ["", "&offer-id=80004567CA01A12", "&status=1000"] {
            assert_eq!(history(query).await.expect(200).json()["totalCount"], 1, "{query}");
        }
        let earlier = partner.get(&format!("/v3/customers/{ada}/orders?start-date=2020-01-01&end-date=2029-05-01&offer-id=80004567CA01A12"));
        assert_eq!(earlier.await.expect(200).json()["totalCount"], 1);
        set(&order, json!({ "creationDate": "2020-06-01T10:00:00Z" })).await.expect(200);
        partner.post(&format!("/v3/customers/{ada}/orders"), &marketplace::return_of(&order)).await.expect(400).contains(&json!({ "code": "2134" }));
        set(&order, json!({ "status": "1008" })).await.expect(200).contains(&json!({ "status": "1008" }));
        partner.patch("/v3/sandbox/customers/7/orders/7", &json!({})).await.expect(404).contains(&json!({ "code": "2115" }));

        // An inactive customer's orders fail.
        partner.patch(&portal, &json!({ "status": "1012" })).await.expect(200).contains(&json!({ "status": "1012" }));
        server.stop();
        let server = stage.start(&Options::default().configuration("[marketplace]\ncomplete_after_milliseconds = 0\n"));
        let partner = server.known_merchant(&partner.merchant.name).marketplace_with(partner.credential.clone()).await;
        let order = placed(&partner, &ada, &marketplace::order("c", 1)).await;
        assert_eq!(completed(&partner, &order).await["status"], "1024");
        partner.patch(&portal, &json!({})).await.expect(404).contains(&json!({ "code": "1120" }));
    }
}
