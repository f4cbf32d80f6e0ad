//! Get details of a specific order, and what has to be there before: customers and orders.

use super::{completed, customer, error, import, path, placed};
use serde_json::{Value, json};
use stories::{Server, afterpay, marketplace, story};

fn seed() -> Value {
    stories::seed("marketplace-get-order.json")
}

story! {
    /// Seed: "Get details of a specific order": the example request gives the example answer, before and after the
    /// same file comes again, and under no other customer's id.
    async fn get_details_of_a_specific_order_gives_the_seeds_example(server: Server) {
        let partner = server.marketplace_partner().await;
        import(&partner, &server, &seed());
        let order = partner.get("/v3/customers/9876543210/orders/0123456789").await.expect(200);
        order.matches(&seed());
        import(&partner, &server, &seed());
        partner.get("/v3/customers/9876543210/orders/0123456789").await.expect(200).matches(&seed());
        for wrong in ["/v3/customers/987654321/orders/0123456789", "/v3/customers/9876543210/orders/123456789"] {
            partner.get(wrong).await.expect(404).matches(&error("2115", &json!([])));
        }
        let customer = partner.get("/v3/customers/9876543210").await.expect(200);
        customer.contains(&json!({ "customerId": "9876543210", "creationDate": "2019-05-02T22:49:54Z", "cotermDate": "" }));
    }

    /// An order is open (1002) at first. The server completes it by itself: 1000, with a subscription for each line,
    /// which never changes afterwards.
    async fn a_new_order_is_open_first_and_completed_by_the_server(server: Server) {
        let partner = server.marketplace_partner().await;
        let customer = customer(&partner, "Ada").await;
        let order = placed(&partner, &customer, &marketplace::order("first", 3)).await;
        let open = json!({
            "externalReferenceId": "first", "orderId": order["orderId"], "customerId": customer, "orderType": "NEW",
            "referenceOrderId": "", "referencedOrderId": "", "currencyCode": "USD", "creationDate": "[time]", "status": "1002",
            "lineItems": [{
                "extLineItemNumber": 1, "offerId": "80004567CA01A12", "quantity": 3, "subscriptionId": "",
                "status": "1002", "currencyCode": "USD"
            }],
            "links": { "self": { "uri": format!("/v3/customers/{customer}/orders/{}", order["orderId"].as_str().unwrap()), "method": "GET", "headers": [] } }
        });
        stories::json::assert_matches("the new order", &order, &open);
        partner.get(&path(&order)).await.expect(200).contains(&json!({ "orderId": order["orderId"], "orderType": "NEW" }));

        let done = completed(&partner, &order).await;
        assert_eq!((&done["status"], &done["lineItems"][0]["status"]), (&json!("1000"), &json!("1000")));
        let subscription = done["lineItems"][0]["subscriptionId"].as_str().unwrap();
        assert!(subscription.len() == 32 && subscription.ends_with("NA"), "{subscription}");

        // More of the same product goes to the same subscription, whatever its level; another product gets its own.
        let mut more = marketplace::order("more", 2);
        more["lineItems"][0]["offerId"] = json!("80004567CA03A12");
        more["lineItems"].as_array_mut().unwrap().push(json!({ "extLineItemNumber": 2, "offerId": "65304479CA01A12", "quantity": 1 }));
        let more = completed(&partner, &placed(&partner, &customer, &more).await).await;
        assert_eq!(more["lineItems"][0]["subscriptionId"], subscription);
        assert_ne!(more["lineItems"][1]["subscriptionId"], subscription);
        partner.get(&path(&order)).await.expect(200).matches(&done);

        // The first order sets the anniversary, a year on.
        let account = partner.get(&format!("/v3/customers/{customer}")).await.expect(200);
        account.contains(&json!({ "status": "1000", "cotermDate": "[date]", "resellerId": "1000396138" }));
    }

    /// A customer is given back as it was sent, pending (1002) at first.
    async fn a_customer_is_created_pending_and_becomes_active(server: Server) {
        let partner = server.marketplace_partner().await;
        let sent = marketplace::customer("Ada");
        let created = partner.post("/v3/customers", &sent).await.expect(201);
        let mut expected = json!({
            "customerId": "[text]", "status": "1002", "cotermDate": "", "creationDate": "[time]", "globalSalesEnabled": false,
            "tags": [], "benefits": [], "discounts": [{ "offerType": "LICENSE", "level": "01" }, { "offerType": "CONSUMABLES", "level": "T1" }],
            "links": { "self": { "uri": "[text]", "method": "GET", "headers": [] } }
        });
        for (name, value) in sent.as_object().unwrap() {
            expected[name] = value.clone();
        }
        created.matches(&expected);
        let uri = created.json()["links"]["self"]["uri"].as_str().unwrap().to_owned();
        stories::eventually("the customer is active", async || {
            let customer = partner.get(&uri).await.expect(200).json();
            (customer["status"] == "1000").then_some(())
        })
        .await;

        let mut wrong = sent.clone();
        wrong["companyProfile"]["companyName"] = json!("AB");
        wrong["companyProfile"]["contacts"][0]["email"] = json!("nobody");
        let refused = partner.post("/v3/customers", &wrong).await.expect(400);
        refused.matches(&error("1117", &json!(["companyProfile.companyName", "companyProfile.contacts[0].email"])));
        wrong.as_object_mut().unwrap().remove("resellerId");
        partner.post("/v3/customers", &wrong).await.expect(400).matches(&error("1122", &json!(["resellerId"])));
        wrong["colour"] = json!("red");
        partner.post("/v3/customers", &wrong).await.expect(400).matches(&error("1121", &json!(["colour"])));
    }

    /// An order placed through another API is found under its customer's number, with its own number of lines.
    async fn an_order_of_another_dialect_is_readable(server: Server) {
        let merchant = server.merchant("Both").await;
        let (shop, partner) = (merchant.afterpay().await, merchant.marketplace().await);
        let mut order = afterpay::authorize("ORDER1", 100);
        order["customer"]["customerNumber"] = json!("C 1/2");
        shop.post("/api/v3/checkout/authorize", &order).await.expect(200);
        let history = partner.get("/v3/customers/C%201%2F2/orders").await.expect(200).json();
        assert_eq!(history["totalCount"], 1);
        let found = &history["items"][0];
        let read = partner.get(&path(found)).await.expect(200);
        read.matches(found);
        read.contains(&json!({ "customerId": "C 1/2", "orderType": "NEW", "status": "1002", "currencyCode": "NOK" }));
    }
}
