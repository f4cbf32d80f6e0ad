//! Customers who come from elsewhere, go from one reseller to another, and what is sold to them at which price.

use super::{catalogue, completed, customer, days_ago, error, import, path, placed};
use serde_json::{Value, json};
use stories::{Caller, Server, marketplace, story};

/// A customer as the API answers them, with members that only the original knows.
fn told() -> Value {
    let mut customer = marketplace::customer("Ada");
    let own = json!({
        "customerId": "1005472660", "status": "1000", "creationDate": "2019-05-02T22:49:54Z", "cotermDate": &days_ago(-100)[..10],
        "globalSalesEnabled": true, "tags": ["HVD_MIGRATED_CUSTOMER"], "benefits": [{ "type": "THREE_YEAR_COMMIT", "commitment": null }],
        "discounts": [{ "offerType": "LICENSE", "level": "03" }, { "offerType": "CONSUMABLES", "level": "TB" }],
        "linkedMembership": { "id": "12345", "name": "Group" },
        "links": { "self": { "uri": "/v3/customers/1005472660", "method": "GET", "headers": [] } }
    });
    customer
        .as_object_mut()
        .unwrap()
        .extend(own.as_object().unwrap().clone());
    customer
}

/// A reseller who is active, by id.
async fn reseller(partner: &Caller, name: &str) -> String {
    let mut reseller = marketplace::customer(name);
    reseller["distributorId"] = json!("345434543");
    reseller.as_object_mut().unwrap().remove("resellerId");
    reseller["companyProfile"]
        .as_object_mut()
        .unwrap()
        .remove("marketSegment");
    let created = partner.post("/v3/resellers", &reseller).await.expect(201).json();
    created["resellerId"].as_str().unwrap().to_owned()
}

story! {
    /// A customer is imported as the API answers them, by themselves or on a page of a reseller's, and given back member
    /// for member; what changes here changes, and the rest stays as it came.
    async fn an_imported_customer_is_given_back_member_for_member(server: Server) {
        let partner = server.marketplace_partner().await;
        let uri = "/v3/customers/1005472660";
        import(&partner, &server, &told());
        partner.get(uri).await.expect(200).matches(&told());
        import(&partner, &server, &told());
        partner.get(uri).await.expect(200).matches(&told());
        let list = partner.get("/v3/resellers/1000396138/customers").await.expect(200).json();
        assert_eq!(list["accounts"], json!([told()]));
        let changed = partner.patch(uri, &json!({ "externalReferenceId": "8" })).await.expect(200);
        let mut expected = told();
        expected["externalReferenceId"] = json!("8");
        changed.matches(&expected);
        // It has moved on, and is not taken back.
        import(&partner, &server, &told());
        partner.get(uri).await.expect(200).matches(&expected);

        // The term is the original's: the history counts from a year before its end, orders add to it.
        let old = json!({
            "externalReferenceId": "", "orderId": "1", "customerId": "1005472660", "orderType": "NEW", "referenceOrderId": "", "currencyCode": "USD",
            "creationDate": days_ago(300), "status": "1000", "lineItems": [], "links": {}
        });
        import(&partner, &server, &old);
        let orders = format!("{uri}/orders");
        assert_eq!(partner.get(&orders).await.expect(200).json()["totalCount"], 0);
        completed(&partner, &placed(&partner, "1005472660", &marketplace::order("a", 60)).await).await;
        let shown = partner.get(uri).await.expect(200).json();
        assert_eq!((&shown["cotermDate"], &shown["discounts"][1]), (&expected["cotermDate"], &expected["discounts"][1]));

        // On a page, beside one who is known by orders alone, and one that can't be read.
        let mut second = told();
        (second["customerId"], second["links"]["self"]["uri"]) = (json!("77"), json!("/v3/customers/77"));
        let mut order = old.clone();
        (order["orderId"], order["customerId"]) = (json!("2"), json!("77"));
        import(&partner, &server, &order);
        import(&partner, &server, &json!({ "totalCount": 1, "accounts": [second] }));
        partner.get("/v3/customers/77").await.expect(200).matches(&second);
        let file = tempfile::NamedTempFile::new().unwrap();
        second["status"] = json!("soon");
        std::fs::write(file.path(), json!({ "accounts": [second] }).to_string()).unwrap();
        let arguments = ["import", "--merchant", &partner.merchant.name, "--api", "marketplace", file.path().to_str().unwrap()];
        let run = server.run(&arguments);
        assert!(run.stderr.contains("accounts[0].status: soon is no customer's status"), "{}", run.stderr);
        run.expect(1);
        let other = server.marketplace_partner().await;
        other.get(uri).await.expect(404).contains(&json!({ "code": "1116" }));
    }

    /// A customer goes from one reseller to another by an approval code, which holds once.
    async fn a_customer_goes_to_another_reseller_with_their_approval(server: Server) {
        let partner = server.marketplace_partner().await;
        let (old, new) = (reseller(&partner, "Old").await, reseller(&partner, "New").await);
        let mut ada = marketplace::customer("Ada");
        ada["resellerId"] = json!(old);
        let ada = partner.post("/v3/customers", &ada).await.expect(201).json();
        let id = ada["customerId"].as_str().unwrap();
        let bought = completed(&partner, &placed(&partner, id, &marketplace::order("a", 3)).await).await;
        let approval = partner.post(&format!("{}/approval-codes", path(&ada)), &json!({})).await.expect(201).json();
        let code = approval["approvalCode"].as_str().unwrap().to_owned();
        let change = |action: &str, to: &str| json!({ "type": "RESELLER_CHANGE", "action": action, "approvalCode": code, "resellerId": to, "requestedBy": "ada@example.com" });
        let transfer = |body: &Value| partner.post("/v3/transfers", body);
        transfer(&json!({ "type": "RESELLER_CHANGE" })).await.expect(400).matches(&error("1122", &json!(["action", "approvalCode", "resellerId"])));
        transfer(&change("LOOK", &new)).await.expect(400).matches(&error("1117", &json!(["action"])));
        transfer(&change("COMMIT", &old)).await.expect(400).matches(&error("1134", &json!(["INVALID_RESELLER_ID"])));
        transfer(&change("COMMIT", "7")).await.expect(404).matches(&error("1115", &json!([])));
        let mut wrong = change("COMMIT", &new);
        wrong["approvalCode"] = json!(format!("AAAAAAAAAAAA-{id}"));
        transfer(&wrong).await.expect(404).matches(&error("1128", &json!([])));
        let other = server.marketplace_partner().await;
        other.post("/v3/transfers", &change("COMMIT", "7")).await.expect(404).matches(&error("1128", &json!([])));

        let mut expected = json!({
            "transferId": "", "customerId": id, "resellerId": new, "creationDate": "[time]", "status": "", "totalCount": 1,
            "lineItems": [{ "lineItemNumber": 1, "offerId": "80004567CA01A12", "quantity": 3, "subscriptionId": bought["lineItems"][0]["subscriptionId"], "currencyCode": "USD" }]
        });
        transfer(&change("PREVIEW", &new)).await.expect(201).matches(&expected);
        partner.get(&path(&ada)).await.expect(200).contains(&json!({ "resellerId": old }));
        let committed = transfer(&change("COMMIT", &new)).await.expect(201);
        (expected["transferId"], expected["status"]) = (json!("[text]"), json!("1000"));
        expected["links"] = json!({ "self": { "uri": "[text]", "method": "GET", "headers": [] } });
        committed.matches(&expected);
        partner.get(&path(&committed.json())).await.expect(200).matches(&committed.json());
        other.get(&path(&committed.json())).await.expect(404).matches(&error("5116", &json!([])));
        partner.get(&path(&ada)).await.expect(200).contains(&json!({ "resellerId": new }));
        transfer(&change("COMMIT", &old)).await.expect(400).matches(&error("1131", &json!([])));
        // What is ordered from now on is the new reseller's; what was ordered stays the old one's.
        let next = placed(&partner, id, &marketplace::order("b", 1)).await;
        let of = async |reseller: &str| partner.get(&format!("/v3/customers/{id}/orders?reseller-id={reseller}")).await.expect(200).json()["items"][0]["orderId"].clone();
        assert_eq!((of(&old).await, of(&new).await), (bought["orderId"].clone(), next["orderId"].clone()));
        assert_eq!(partner.get(&format!("/v3/resellers/{old}/customers")).await.expect(200).json()["totalCount"], 0);
    }

    /// Prices of a region hold in its countries, those of no region everywhere else; the price list tells both.
    async fn prices_are_those_of_the_customers_region(server: Server) {
        let partner = server.marketplace_partner().await;
        let offer = |id: &str, currency: &str, price: &str, region: Value| json!({ "offerId": id, "currency": currency, "price": price, "marketSegment": "COM", "name": "Cloud", "region": region });
        let file = json!({
            "regions": { "NA": ["US", "CA"], "WE": ["DE", "NO"] },
            "offers": [
                offer("80004567CA01A12", "USD", "365.00", json!("NA")), offer("80004567CA01A12", "EUR", "300.00", json!("WE")),
                offer("65304479CA01A12", "USD", "73.00", json!(null))
            ]
        });
        catalogue::load(&partner, &server, (".json", &file.to_string())).expect(0);
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders?fetch-price=true");
        let preview = |offer: &str, currency: &str| {
            let mut order = marketplace::order("a", 1);
            (order["orderType"], order["currencyCode"]) = (json!("PREVIEW"), json!(currency));
            (order["lineItems"][0]["offerId"], order["lineItems"][0]["currencyCode"]) = (json!(offer), json!(currency));
            partner.post(&orders, &order)
        };
        for (offer, price) in [("80004567CA01A12", "365.00"), ("65304479CA01A12", "73.00")] {
            let shown = preview(offer, "USD").await.expect(200).json();
            assert_eq!(shown["lineItems"][0]["pricing"]["partnerPrice"].to_string(), price);
        }
        preview("80004567CA01A12", "EUR").await.expect(400).matches(&error("2125", &json!(["Line Item: 1, Reason: CURRENCY_CODE"])));
        preview("65304479CA01A12", "EUR").await.expect(400).matches(&error("2128", &json!(["Line Item: 1, Reason: CURRENCY_CODE"])));

        let list = |region: &str, currency: &str| partner.post("/v3/pricelist?limit=1", &json!({ "region": region, "marketSegment": "COM", "currency": currency, "priceListMonth": "202611", "priceListType": "STANDARD" }));
        let shown = list("NA", "USD").await.expect(200);
        shown.contains(&json!({ "totalCount": 2, "count": 1, "region": "NA", "currency": "USD", "offers": [{ "offerId": "65304479CA01A12", "partnerPrice": "73.00" }] }));
        let second = partner.post("/v3/pricelist?limit=1&offset=1", &json!({ "region": "NA", "marketSegment": "COM", "currency": "USD", "priceListMonth": "202611", "priceListType": "STANDARD" }));
        second.await.expect(200).contains(&json!({ "offers": [{ "offerId": "80004567CA01A12", "partnerPrice": "365.00" }] }));
        list("WE", "EUR").await.expect(200).contains(&json!({ "totalCount": 1, "offers": [{ "offerId": "80004567CA01A12", "partnerPrice": "300.00" }] }));
        assert_eq!(list("JP", "EUR").await.expect(200).json()["totalCount"], 0);
        partner.post("/v3/pricelist", &json!({ "currency": "usd", "priceListMonth": "11/2026" })).await.expect(400).matches(&error("1122", &json!(["region", "marketSegment", "priceListType"])));
        list("NA", "usd").await.expect(400).matches(&error("1117", &json!(["currency"])));
    }

    /// A customer's own discounts are those for their market segment and country.
    async fn a_customers_own_discounts_are_listed(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let promotion = |code: &str, country: &str| json!({
            "code": code, "startDate": "2020-01-01", "endDate": "2090-01-01",
            "outcomes": [{ "type": "PERCENTAGE_DISCOUNT", "discounts": [{ "country": country, "value": 10 }] }]
        });
        let file = json!({ "promotions": [promotion("HERE", "US"), promotion("THERE", "DE")] });
        catalogue::load(&partner, &server, (".json", &file.to_string())).expect(0);
        let list = partner.get(&format!("/v3/customers/{ada}/flex-discounts")).await.expect(200).json();
        assert_eq!((&list["totalCount"], &list["flexDiscounts"][0]["code"]), (&json!(1), &json!("HERE")));
        let named = partner.get(&format!("/v3/customers/{ada}/flex-discounts?flex-discount-code=THERE")).await.expect(200).json();
        assert_eq!(named["totalCount"], 0);
        partner.get("/v3/customers/7/flex-discounts").await.expect(404).matches(&error("1116", &json!([])));
    }
}
