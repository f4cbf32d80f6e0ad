//! What is wrong with an order, and what happens when a call is made twice.

use super::{customer, error, path, placed};
use axum::http::Method;
use serde_json::{Value, json};
use stories::{Server, marketplace, story};

fn order(change: impl Fn(&mut Value)) -> Value {
    let mut order = marketplace::order("a", 1);
    change(&mut order);
    order
}

fn lines(count: i64) -> Value {
    let line =
        |number: i64| json!({ "extLineItemNumber": number, "offerId": "80004567CA01A12", "quantity": 1 });
    (0..count).map(line).collect()
}

story! {
    /// Seed: X-Correlation-Id "is to ensure idempotency. In the case of a timeout, the retry call could include the
    /// same value": the same call again gets the same answer, success or failure, and does nothing.
    async fn x_correlation_id_ensures_idempotency_of_success_and_failure(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let sent = marketplace::order("a", 1);
        let once = |body: &Value| partner.post(&orders, body).header("x-correlation-id", "once");
        let first = once(&sent).await.expect(201);
        let again = once(&sent).await.expect(201);
        assert_eq!(first.bytes(), again.bytes());
        // Whatever it carries then, even after the order has moved on.
        assert_eq!(once(&json!("no object")).await.expect(201).bytes(), first.bytes());
        assert_eq!(partner.get(&orders).await.expect(200).json()["totalCount"], 1);

        // After a failure, a corrected request needs a new correlation id.
        let wrong = order(|order| order["lineItems"][0]["quantity"] = json!(0));
        let refused = partner.post(&orders, &wrong).header("x-correlation-id", "twice").await.expect(400);
        let replayed = partner.post(&orders, &sent).header("x-correlation-id", "twice").await.expect(400);
        assert_eq!(refused.bytes(), replayed.bytes());
        partner.post(&orders, &sent).header("x-correlation-id", "thrice").await.expect(201);

        // A key belongs to one API: one path and method, one client.
        let elsewhere = customer(&partner, "Bob").await;
        partner.post(&format!("/v3/customers/{elsewhere}/orders"), &sent).header("x-correlation-id", "once").await.expect(201);
        let other = partner.merchant.marketplace().await;
        let theirs = other.post(&orders, &sent).header("x-correlation-id", "once").await.expect(201);
        assert_ne!(theirs.bytes(), first.bytes());
        let created = partner.post("/v3/customers", &marketplace::customer("Eve")).header("x-correlation-id", "c").await.expect(201);
        let repeated = partner.post("/v3/customers", &marketplace::customer("Eve")).header("x-correlation-id", "c").await.expect(201);
        assert_eq!(created.json()["customerId"], repeated.json()["customerId"]);
    }

    /// Seed: X-Request-Id: "Using a duplicate request ID may return an error." A write with a new correlation id needs a
    /// new request id; a repeated correlation id is answered as before, whatever request id comes with it; reads need
    /// neither to be new.
    async fn a_duplicate_request_id_of_another_write_is_refused(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let sent = marketplace::order("a", 1);
        let call = |request: &str, correlation: &str| {
            partner.post(&orders, &sent).header("x-request-id", request).header("x-correlation-id", correlation)
        };
        let first = call("r1", "c1").await.expect(201);
        assert_eq!(call("r1", "c1").await.expect(201).bytes(), first.bytes());
        assert_eq!(call("r2", "c1").await.expect(201).bytes(), first.bytes());
        let refused = call("r1", "c2").await.expect(400);
        refused.matches(&error("4120", &json!([])));
        assert_eq!(refused.header("x-request-id"), "r1");
        // That is the answer to the new correlation id from now on. Replayed calls took no ids.
        call("r3", "c2").await.expect(400).contains(&json!({ "code": "4120" }));
        call("r2", "c3").await.expect(201);
        // A refused write has had its id, a preview has not, and another path is another call.
        let wrong = order(|order| order["lineItems"][0]["quantity"] = json!(0));
        partner.post(&orders, &wrong).header("x-request-id", "r4").await.expect(400).contains(&json!({ "code": "2120" }));
        call("r4", "c4").await.expect(400).contains(&json!({ "code": "4120" }));
        let preview = order(|order| order["orderType"] = json!("PREVIEW"));
        partner.post(&orders, &preview).header("x-request-id", "r5").await.expect(200);
        call("r5", "c5").await.expect(201);
        partner.patch(&path(&first.json()), &json!({ "externalReferenceId": "7" })).header("x-request-id", "r5").await.expect(400).contains(&json!({ "code": "4120" }));
        for _ in 0..2 {
            partner.get(&orders).header("x-request-id", "r1").await.expect(200);
        }
        // Ids belong to one client.
        let other = partner.merchant.marketplace().await;
        other.post(&orders, &sent).header("x-request-id", "r1").await.expect(201);
        assert_eq!(partner.get(&orders).await.expect(200).json()["totalCount"], 4);
    }

    /// Of many writes at once that share a request id, one is done.
    async fn one_of_many_writes_with_one_request_id_is_done(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let mut racers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            racers.spawn(partner.post(&orders, &marketplace::order("a", 1)).header("x-request-id", "one").into_future());
        }
        let mut placed = 0;
        while let Some(reply) = racers.join_next().await {
            let reply = reply.unwrap();
            assert!(reply.status() == 201 || reply.json()["code"] == "4120", "{}", reply.text());
            placed += i32::from(reply.status() == 201);
        }
        assert_eq!((placed, &partner.get(&orders).await.expect(200).json()["totalCount"]), (1, &json!(1)));
    }

    /// Reads are never replayed: one correlation id pages through a whole history.
    async fn reads_are_not_replayed_by_correlation_id(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let page = async |query: &str| {
            let call = partner.get(&format!("{orders}{query}")).header("x-correlation-id", "1").header("x-request-id", "1");
            call.await.expect(200).json()
        };
        assert_eq!(page("").await["totalCount"], 0);
        partner.post(&orders, &marketplace::order("a", 1)).header("x-correlation-id", "1").await.expect(201);
        partner.post(&orders, &marketplace::order("b", 1)).await.expect(201);
        assert_eq!(page("").await["totalCount"], 2);
        let (first, second) = (page("?limit=1").await, page("?limit=1&offset=1").await);
        assert_ne!(first["items"], second["items"]);
    }

    /// Copies of one call that run at the same time come to one order, and all get its answer.
    async fn copies_of_one_call_in_flight_come_to_one_order(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let mut racers = tokio::task::JoinSet::new();
        for _ in 0..16 {
            racers.spawn(partner.post(&orders, &marketplace::order("a", 1)).header("x-correlation-id", "one").into_future());
        }
        let mut answers = std::collections::BTreeSet::new();
        while let Some(reply) = racers.join_next().await {
            answers.insert(reply.unwrap().expect(201).text());
        }
        assert_eq!(answers.len(), 1);
        assert_eq!(partner.get(&orders).await.expect(200).json()["totalCount"], 1);
    }

    /// A line a rule, by descending precedence: each body is wrong in all the ways of the lines below it as well, as
    /// far as one body can be.
    async fn errors_of_an_order_by_descending_precedence(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        partner.post("/v3/customers/7/orders", &json!("no object")).await.expect(404).matches(&error("1116", &json!([])));
        let table = [
            (json!("text"), "1117", json!(["the body is not a JSON object"])),
            (order(|order| { order["colour"] = json!(1); order["lineItems"][0]["size"] = json!(1); order["orderType"] = json!(null); }), "1121", json!(["colour", "lineItems[0].size"])),
            (order(|order| { order["orderType"] = json!(null); order["lineItems"][0] = json!({ "quantity": "1" }); }), "1122", json!(["orderType", "lineItems[0].extLineItemNumber", "lineItems[0].offerId"])),
            (order(|order| { order["lineItems"] = json!([]); order["orderType"] = json!("OLD"); }), "1122", json!(["lineItems"])),
            (json!({ "orderType": "NEW", "lineItems": [{ "extLineItemNumber": 1, "offerId": "80004567CA01A12", "quantity": 1 }] }), "1122", json!(["currencyCode"])),
            (order(|order| { order["orderType"] = json!("OLD"); order["currencyCode"] = json!("usd"); order["lineItems"][0]["quantity"] = json!(1.5); order["externalReferenceId"] = json!("x".repeat(36)); }), "1117", json!(["orderType", "currencyCode", "lineItems[0].quantity"])),
            (order(|order| { order["externalReferenceId"] = json!("x".repeat(36)); order["lineItems"] = lines(500); }), "2126", json!([])),
            (order(|order| order["lineItems"] = lines(500)), "2119", json!([])),
            (order(|order| { order["lineItems"][0]["extLineItemNumber"] = json!(1_000_000); order["lineItems"][0]["quantity"] = json!(0); }), "2123", json!(["[text]"])),
            (order(|order| { order["lineItems"] = json!([lines(1)[0], lines(1)[0]]); order["lineItems"][1]["quantity"] = json!(0); }), "2121", json!(["[text]"])),
            (order(|order| { order["lineItems"][0]["quantity"] = json!(1_000_000); order["lineItems"][0]["offerId"] = json!("x"); }), "2120", json!(["[text]"])),
            (order(|order| { order["lineItems"][0]["offerId"] = json!("80004567CA01A1-"); order["lineItems"][0]["currencyCode"] = json!("EUR"); }), "2122", json!(["[text]"])),
            (order(|order| order["lineItems"][0]["currencyCode"] = json!("EUR")), "2140", json!(["[text]"])),
        ];
        for (body, code, details) in table {
            let refused = partner.post(&orders, &body).await.expect(400);
            refused.matches(&error(code, &details));
        }
        // What a client was answered can be sent back: members that the server sets are ignored, and the largest
        // order that is allowed is taken.
        let mut most = order(|order| order["lineItems"] = lines(499));
        for (name, value) in [("customerId", json!("7")), ("status", json!("1000")), ("links", json!({})), ("cancellingItems", json!([]))] {
            most[name] = value;
        }
        most["lineItems"][0]["flexDiscounts"] = json!([]);
        most["lineItems"][0]["pricing"] = json!({ "partnerPrice": 1.5 });
        partner.post(&orders, &most).await.expect(201);
        assert_eq!(partner.get(&orders).await.expect(200).json()["totalCount"], 1);
    }

    /// Only the external reference can be changed.
    async fn an_orders_external_reference_can_be_changed(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let order = placed(&partner, &ada, &marketplace::order("a", 1)).await;
        let uri = path(&order);
        let changed = partner.patch(&uri, &json!({ "externalReferenceId": "34567" })).await.expect(200);
        changed.contains(&json!({ "externalReferenceId": "34567", "orderId": order["orderId"] }));
        partner.get(&uri).await.expect(200).contains(&json!({ "externalReferenceId": "34567" }));
        let refused = partner.patch(&uri, &json!({ "externalReferenceId": "1", "status": "1008" })).await.expect(400);
        refused.matches(&error("1121", &json!(["status"])));
        partner.patch(&uri, &json!({})).await.expect(400).matches(&error("1122", &json!(["externalReferenceId"])));
        partner.call(Method::PATCH, "/v3/customers/7/orders/7").json(&json!({ "externalReferenceId": "1" })).await.expect(404).matches(&error("2115", &json!([])));
    }
}
