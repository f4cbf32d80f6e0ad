//! Handing orders back.

use super::{completed, customer, days_ago, error, import, path, placed};
use serde_json::{Value, json};
use stories::{Server, marketplace, story};

fn two_lines() -> Value {
    let mut order = marketplace::order("two lines", 3);
    order["lineItems"].as_array_mut().unwrap().push(
        json!({ "extLineItemNumber": 2, "offerId": "65304479CA01A12", "quantity": 5, "currencyCode": "USD", "deploymentId": "12345" }),
    );
    order
}

fn only_line(back: &Value, place: usize) -> Value {
    let mut back = back.clone();
    back["lineItems"] = json!([back["lineItems"][place]]);
    back
}

story! {
    /// A returned line is 1008, and the order with the last of them. The return is an order of its own.
    async fn lines_are_returned_separately_and_the_order_with_the_last_of_them(server: Server) {
        let partner = server.marketplace_partner().await;
        let customer = customer(&partner, "Ada").await;
        let bought = completed(&partner, &placed(&partner, &customer, &two_lines()).await).await;
        let back = marketplace::return_of(&bought);

        let first = placed(&partner, &customer, &only_line(&back, 0)).await;
        stories::json::assert_contains("the return", &first, &json!({
            "orderType": "RETURN", "status": "1002", "referenceOrderId": bought["orderId"], "currencyCode": "USD",
            "lineItems": [{ "extLineItemNumber": 1, "quantity": 3, "status": "1002", "subscriptionId": bought["lineItems"][0]["subscriptionId"] }]
        }));
        let part = partner.get(&path(&bought)).await.expect(200).json();
        assert_eq!((&part["status"], &part["lineItems"][0]["status"], &part["lineItems"][1]["status"]), (&json!("1000"), &json!("1008"), &json!("1000")));
        assert_eq!(completed(&partner, &first).await["status"], "1000");

        let again = partner.post(&format!("/v3/customers/{customer}/orders"), &back).await.expect(400);
        again.contains(&json!({ "code": "2133" }));
        let second = placed(&partner, &customer, &only_line(&back, 1)).await;
        assert_eq!(second["lineItems"][0]["deploymentId"], "12345");
        let whole = partner.get(&path(&bought)).await.expect(200).json();
        assert_eq!((&whole["status"], &whole["lineItems"][1]["status"]), (&json!("1008"), &json!("1008")));
        let history = partner.get(&format!("/v3/customers/{customer}/orders?order-type=RETURN")).await.expect(200).json();
        assert_eq!(history["totalCount"], 2);
        let referring = partner.get(&format!("/v3/customers/{customer}/orders?reference-order-id={}", bought["orderId"].as_str().unwrap()));
        assert_eq!(referring.await.expect(200).json()["totalCount"], 2);
    }

    /// Errors of a return, by descending precedence: the order, then each line in its turn (number, offer, returned
    /// already, quantity), then when and whether the order can be returned at all.
    async fn errors_of_a_return_by_descending_precedence(server: Server) {
        let partner = server.marketplace_partner().await;
        let customer = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{customer}/orders");
        let order = placed(&partner, &customer, &two_lines()).await;
        let open = partner.post(&orders, &marketplace::return_of(&order)).await.expect(400);
        open.contains(&json!({ "code": "2127" }));
        let bought = completed(&partner, &order).await;
        let back = marketplace::return_of(&bought);
        let with = |change: fn(&mut Value)| {
            let mut back = back.clone();
            change(&mut back);
            partner.post(&orders, &back)
        };
        let refused = with(|back| back["referenceOrderId"] = json!("7")).await.expect(404);
        refused.matches(&error("2115", &json!([])));
        let refused = with(|back| { back["lineItems"][0]["extLineItemNumber"] = json!(9); back["lineItems"][0]["offerId"] = json!("x"); }).await.expect(400);
        refused.matches(&error("2131", &json!(["[text]"])));
        let refused = with(|back| { back["lineItems"][0]["offerId"] = json!("65304479CA01A12"); back["lineItems"][0]["quantity"] = json!(1); }).await.expect(400);
        refused.matches(&error("2130", &json!(["[text]"])));
        let refused = with(|back| back["lineItems"][1]["quantity"] = json!(4)).await.expect(400);
        refused.matches(&error("2132", &json!(["Line Item: 2, Reason: QUANTITY"])));
        let refused = with(|back| { back.as_object_mut().unwrap().remove("referenceOrderId"); }).await.expect(400);
        refused.matches(&error("1122", &json!(["referenceOrderId"])));
        let returned = placed(&partner, &customer, &back).await;
        let refused = partner.post(&orders, &marketplace::return_of(&returned)).await.expect(400);
        refused.contains(&json!({ "code": "2127" }));
        partner.get(&path(&bought)).await.expect(200).contains(&json!({ "status": "1008" }));
    }

    /// "Within 14 days of placement": a day late is too late.
    async fn an_order_is_returned_within_14_days(server: Server) {
        let partner = server.marketplace_partner().await;
        let day = |days: i64| days_ago(days);
        let old = |id: &str, days: i64| json!({
            "orderId": id, "customerId": "C1", "orderType": "NEW", "currencyCode": "USD", "status": "1000", "creationDate": day(days),
            "lineItems": [{ "extLineItemNumber": 1, "offerId": "80004567CA01A12", "quantity": 1, "status": "1000", "subscriptionId": "S1" }]
        });
        import(&partner, &server, &json!([old("late", 15), old("early", 13)]));
        let refused = partner.post("/v3/customers/C1/orders", &marketplace::return_of(&old("late", 15))).await.expect(400);
        refused.matches(&error("2134", &json!([])));
        let returned = placed(&partner, "C1", &marketplace::return_of(&old("early", 13))).await;
        assert_eq!(returned["lineItems"][0]["subscriptionId"], "S1");
        partner.get("/v3/customers/C1/orders/early").await.expect(200).contains(&json!({ "status": "1008" }));
    }

    /// 64 clients that return the same order at once: one succeeds, each other is told that it was returned.
    async fn one_of_many_who_return_an_order_succeeds(server: Server) {
        let partner = server.marketplace_partner().await;
        let customer = customer(&partner, "Ada").await;
        let bought = completed(&partner, &placed(&partner, &customer, &marketplace::order("a", 7)).await).await;
        let orders = format!("/v3/customers/{customer}/orders");
        let mut racers = tokio::task::JoinSet::new();
        for _ in 0..64 {
            racers.spawn(partner.post(&orders, &marketplace::return_of(&bought)).into_future());
        }
        let mut won = 0;
        while let Some(reply) = racers.join_next().await {
            let reply = reply.unwrap();
            if reply.status() == 201 {
                won += 1;
            } else {
                reply.expect(400).contains(&json!({ "code": "2133" }));
            }
        }
        assert_eq!(won, 1);
        let history = partner.get(&format!("{orders}?order-type=RETURN")).await.expect(200).json();
        assert_eq!(history["totalCount"], 1);
    }
}
