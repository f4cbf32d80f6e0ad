//! Marketplace: every refusal has a `code` and a `message`, or an OAuth `error`.

use axum::http::Method;
use stories::{Call, Caller, Reply, Server, marketplace, story};

use super::sender::{BROKEN, IDS, nonsense_on_the_wire, refused, spoiled, survives};

story! {
    /// No JSON, half of it, or in another encoding.
    async fn a_broken_body_is_refused(server: Server) {
        let partner = server.marketplace_partner().await;
        for path in ["/v3/customers".to_owned(), orders(&partner).await] {
            for body in BROKEN {
                let call = partner.call(Method::POST, &path).body("application/json", body);
                let what = format!("POST {path} {}", String::from_utf8_lossy(body));
                refused(&what, call, is_coded).await.expect(400);
            }
        }
    }

    /// Any member of a customer or an order in any wrong form.
    async fn a_wrong_member_is_survived(server: Server) {
        let partner = server.marketplace_partner().await;
        let orders = orders(&partner).await;
        let subscriptions = orders.replace("/orders", "/subscriptions");
        let switch = serde_json::json!({
            "orderType": "SWITCH", "currencyCode": "USD", "lineItems": [{ "extLineItemNumber": 1, "offerId": "65304479CA01A12", "quantity": 1 }],
            "cancellingItems": [{ "extLineItemNumber": 1, "referenceLineItemNumber": 1, "subscriptionId": "1", "quantity": 1, "discountCode": "x" }]
        });
        let change = serde_json::json!({ "type": "RESELLER_CHANGE", "action": "COMMIT", "approvalCode": "AB-7000000000", "resellerId": "7", "requestedBy": "x" });
        let prices = serde_json::json!({ "region": "NA", "marketSegment": "COM", "currency": "USD", "priceListMonth": "202611", "priceListType": "STANDARD", "filters": { "offerId": "x" } });
        let next = serde_json::json!({ "offerId": "65304479CA01A12", "autoRenewal": { "enabled": true, "renewalQuantity": 1 }, "currencyCode": "USD", "deploymentId": "7" });
        let recommended = serde_json::json!({ "recommendationContext": "GENERIC", "customerId": "7", "offers": [{ "offerId": "65304479CA01A12", "quantity": 1 }], "country": "US", "language": "EN", "includePropensity": ["churn"] });
        let mut committed = marketplace::customer("Acme");
        committed["benefits"] = serde_json::json!([{ "type": "THREE_YEAR_COMMIT", "commitmentRequest": { "minimumQuantities": [{ "offerType": "LICENSE", "quantity": 10 }] } }]);
        let customer = orders.trim_end_matches("/orders").to_owned();
        let linked = serde_json::json!({ "linkedMembership": { "type": "STANDARD", "name": "Works" } });
        let bodies = [
            ("/v3/recommendations".to_owned(), recommended), ("/v3/customers".to_owned(), committed), ("/v3/memberships/7/transfers".to_owned(), serde_json::json!({ "resellerId": "7" })),
            (format!("{customer}/commitments"), serde_json::json!({ "x": 1 })), (format!("{customer}/linked_membership/enroll/7"), linked),
            ("/v3/customers".to_owned(), marketplace::customer("Acme")), (orders.clone(), marketplace::order("759", 1)), (orders, switch),
            (subscriptions, next), ("/v3/transfers".to_owned(), change), ("/v3/pricelist".to_owned(), prices),
        ];
        for (path, body) in bodies {
            for (what, body) in spoiled(&body) {
                survives(&format!("{path} {what}"), post(&partner, &path, &body), is_coded).await;
            }
        }
    }

    /// Ids that no customer and no order has.
    async fn an_odd_id_is_an_unknown_id(server: Server) {
        let partner = server.marketplace_partner().await;
        let orders = orders(&partner).await;
        for id in IDS {
            for path in [format!("/v3/customers/{id}/orders"), format!("/v3/customers/{id}/orders/1"), format!("{orders}/{id}")] {
                refused(&path, partner.get(&path), is_coded).await;
            }
            let path = format!("/v3/customers/{id}/orders");
            refused(&path, post(&partner, &path, &marketplace::order("759", 1).to_string()), is_coded).await;
        }
    }

    /// Parameters of the order history in every wrong form.
    async fn an_odd_parameter_is_survived(server: Server) {
        let partner = server.marketplace_partner().await;
        let orders = orders(&partner).await;
        let names =
            ["order-type", "reseller-id", "status", "reference-order-id", "offer-id", "start-date", "end-date", "limit", "offset", "x"];
        for name in names {
            for value in IDS.iter().chain(&["", "2016-13-45", "2019-05-02T22:49:54%2B02:00", "-1", "101", "%E2%82"]) {
                let path = format!("{orders}?{name}={value}");
                survives(&path, partner.get(&path), is_coded).await;
            }
        }
        // Above the highest limit the highest one counts, however far above.
        let many = partner.get(&format!("{orders}?limit=9999999999999999999999999999999999999999"));
        many.await.expect(200).contains(&serde_json::json!({ "limit": 100 }));
        refused("offset", partner.get(&format!("{orders}?offset=9999999999999999999999999999999999999999")), is_coded).await;
    }

    /// Paths and methods that there are not.
    async fn an_unknown_path_or_method_is_said_in_this_apis_form(server: Server) {
        let partner = server.marketplace_partner().await;
        for path in ["/v3", "/v3/", "/v3/nothing", "/v3/customers/1/orders/2/3", "/ims/x", "/partnerservice/x"] {
            refused(path, partner.get(path), is_coded).await;
        }
        let orders = orders(&partner).await;
        for method in ["DELETE", "PUT", "TRACE", "BREW"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            refused(method.as_str(), partner.call(method.clone(), &orders), is_coded).await;
        }
    }

    /// A body over the limit, and requests that are broken below the API.
    async fn what_is_too_large_or_no_http_is_refused(server: Server) {
        let partner = server.marketplace_partner().await;
        let orders = orders(&partner).await;
        let body = format!("{{\"externalReferenceId\":\"{}\"}}", "x".repeat(2_000_000));
        refused("2 MB", post(&partner, &orders, &body), is_coded).await;
        refused("100,000 brackets", post(&partner, &orders, &"[".repeat(100_000)), is_coded).await;
        nonsense_on_the_wire(server.address(), &orders, &partner).await;
    }

    /// Headers that are missing or odd.
    async fn an_odd_header_opens_nothing(server: Server) {
        let partner = server.marketplace_partner().await;
        let orders = orders(&partner).await;
        for token in ["", "Bearer", "Bearer x", "Basic eDp5", &format!("Bearer {}", "x".repeat(5_000))] {
            refused(token, partner.get(&orders).header("authorization", token), is_coded).await;
        }
        refused("no token", partner.get(&orders).without("authorization"), is_coded).await;
        refused("another key", partner.get(&orders).header("x-api-key", "another"), is_coded).await.expect(403);
        refused("no key", partner.get(&orders).without("x-api-key"), is_coded).await.expect(403);
        refused("no correlation", partner.get(&orders).without("x-correlation-id"), is_coded).await.expect(400);
        survives("a long one", partner.get(&orders).header("x-correlation-id", &"x".repeat(5_000)), is_coded).await;
        survives("a long one", partner.get(&orders).header("x-request-id", &"x".repeat(5_000)), is_coded).await;
    }
}

/// The orders of a new customer.
async fn orders(partner: &Caller) -> String {
    let customer = partner
        .post("/v3/customers", &marketplace::customer("Acme"))
        .await
        .expect(201)
        .json();
    format!(
        "/v3/customers/{}/orders",
        customer["customerId"].as_str().unwrap()
    )
}

fn post(partner: &Caller, path: &str, body: &str) -> Call {
    partner
        .call(Method::POST, path)
        .body("application/json", body.to_owned())
}

fn is_coded(reply: &Reply) -> bool {
    if !reply.header("content-type").starts_with("application/json") {
        return false;
    }
    let body = reply.json();
    body["code"].is_string() && body["message"].is_string() || body["error"].is_string()
}
