//! What existing clients send, shape by shape: not all headers that are called required, members that only answers
//! have, one correlation id for many reads, parameters twice.

use super::{completed, customer, path, placed};
use axum::http::Method;
use serde_json::{Value, json};
use stories::{Caller, Server, marketplace, story};

/// A call with the three headers that every client sends, and nothing else.
fn bare(partner: &Caller, method: Method, path: &str, correlation: &str) -> stories::Call {
    let call = partner.call(method, path).header("x-correlation-id", correlation);
    call.without("x-request-id")
        .without("accept")
        .without("content-type")
}

story! {
    /// Pages by following `links.next.uri` and adding the filters to it once more, under one request id and one
    /// correlation id for all pages.
    async fn a_client_that_adds_its_filters_to_every_link_sees_every_order_once(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        for number in 0..7 {
            placed(&partner, &ada, &marketplace::order(&number.to_string(), 1)).await;
        }
        let filters = "start-date=2020-01-01&end-date=2090-01-01T00:00:00Z&order-type=NEW&order-type=RETURN";
        let mut next = format!("/v3/customers/{ada}/orders?{filters}&limit=2&offset=0");
        let mut seen = Vec::new();
        loop {
            let page = bare(&partner, Method::GET, &next, "64-hex-or-whatever").header("x-request-id", "one").await.expect(200).json();
            seen.extend(page["items"].as_array().unwrap().iter().map(|order| order["externalReferenceId"].as_str().unwrap().to_owned()));
            let Some(uri) = page["links"].as_object().unwrap().get("next") else { break };
            next = format!("{}&{filters}", uri["uri"].as_str().unwrap());
        }
        seen.sort_unstable();
        assert_eq!(seen, ["0", "1", "2", "3", "4", "5", "6"]);
    }

    /// Returns by sending the original's whole lines back, prices, statuses and all, under a reference of 39 characters
    /// which is the correlation id as well; and sends the same again when it is not sure.
    async fn a_client_that_returns_the_lines_it_was_answered_returns_them_once(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let bought = completed(&partner, &placed(&partner, &ada, &marketplace::order("a", 3)).await).await;
        let reference = "ORD-7834-0086-1443_ORD-7212-4787-8055_3";
        let mut lines = bought["lineItems"].clone();
        lines[0]["pricing"] = json!({ "partnerPrice": 1.0 });
        lines[0]["proratedDays"] = json!(30);
        let back = json!({
            "externalReferenceId": reference, "orderType": "RETURN", "referenceOrderId": bought["orderId"],
            "currencyCode": "USD", "lineItems": lines
        });
        let orders = format!("/v3/customers/{ada}/orders");
        let send = || bare(&partner, Method::POST, &orders, reference).json(&back);
        let (first, again) = (send().await.expect(201), send().await.expect(201));
        assert_eq!(first.bytes(), again.bytes());
        first.contains(&json!({ "externalReferenceId": reference, "orderType": "RETURN", "status": "1002" }));
        partner.get(&path(&bought)).await.expect(200).contains(&json!({ "status": "1008" }));
        assert_eq!(partner.get(&format!("{orders}?order-type=RETURN")).await.expect(200).json()["totalCount"], 1);
    }

    /// Sends the currency at both levels, empty lists of discounts and of cancelled items, an empty reference to
    /// another order, its customer's id in the body; and reads dates and statuses of whatever comes back.
    async fn a_client_that_sends_every_member_is_understood(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let mut order = json!({
            "customerId": ada, "externalReferenceId": null, "orderType": "PREVIEW", "referenceOrderId": "", "currencyCode": "USD",
            "cancellingItems": [],
            "lineItems": [{ "extLineItemNumber": 1, "offerId": "65304479CA01A12", "quantity": 2, "currencyCode": "USD", "flexDiscounts": [], "flexDiscountCodes": [], "deploymentId": null, "subscriptionId": "" }]
        });
        let orders = format!("/v3/customers/{ada}/orders");
        let mut answers: Vec<Value> = Vec::new();
        for order_type in ["PREVIEW", "NEW"] {
            order["orderType"] = json!(order_type);
            let call = bare(&partner, Method::POST, &format!("{orders}?fetch-price=true&fetch-recommendations=false"), &format!("req-{order_type}"));
            answers.push(call.json(&order).await.json());
        }
        answers.push(completed(&partner, &answers[1]).await);
        for answer in &answers {
            stories::json::assert_contains("the order", answer, &json!({ "creationDate": "[time]", "currencyCode": "USD" }));
        }
        assert_eq!(answers.iter().map(|answer| answer["status"].as_str().unwrap()).collect::<Vec<_>>(), ["", "1002", "1000"]);
    }

    /// Ends its paths with a slash: the same operation, and the same answer under one correlation id, whether it does or
    /// not. Links have none.
    async fn a_client_that_ends_its_paths_with_a_slash_gets_the_same_operation(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let send = |path: &str| bare(&partner, Method::POST, path, "once").json(&marketplace::order("a", 1));
        let (first, again) = (send(&format!("{orders}/")).await.expect(201), send(&orders).await.expect(201));
        assert_eq!(first.bytes(), again.bytes());
        let order = completed(&partner, &first.json()).await;
        let page = partner.get(&format!("{orders}/?limit=5")).await.expect(200).json();
        assert_eq!((&page["items"][0], &page["links"]["self"]["uri"]), (&order, &json!(format!("{orders}?offset=0&limit=5"))));
        for path in [path(&order), format!("/v3/customers/{ada}"), format!("/v3/customers/{ada}/subscriptions"), "/v3/resellers".to_owned(), "/partnerservice/ping".to_owned()] {
            assert_eq!(partner.get(&format!("{path}/")).await.expect(200).bytes(), partner.get(&path).await.expect(200).bytes(), "{path}");
        }
        partner.get(&format!("{orders}///")).await.expect(404).contains(&json!({ "code": "1120" }));
        partner.delete(&format!("{orders}/")).await.expect(405).contains(&json!({ "code": "1120" }));
    }
}
