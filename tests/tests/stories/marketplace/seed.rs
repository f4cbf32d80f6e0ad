//! The documentation's tables, line by line: request headers, query parameters, HTTP status codes. What it says beside its
//! tables has stories in `order`, `history` and `writes`.

use super::{completed, customer, error, import, path, placed};
use axum::http::Method;
use serde_json::{Value, json};
use stories::{Caller, Server, marketplace, story};

/// A customer, and a complete order of theirs.
async fn bought(partner: &Caller) -> (String, Value) {
    let ada = customer(partner, "Ada").await;
    let order = completed(
        partner,
        &placed(partner, &ada, &marketplace::order("759", 1)).await,
    )
    .await;
    (format!("/v3/customers/{ada}/orders"), order)
}

/// What both calls answer to what the tables of status codes and of headers name.
async fn answers(server: &Server, partner: &Caller, path: &str) {
    let call = || partner.call(Method::GET, path);
    partner.get(path).await.expect(200);
    call()
        .header("authorization", "Bearer wrong")
        .await
        .expect(401)
        .matches(&error("4116", &json!([])));
    call()
        .header("authorization", "Basic YTpi")
        .await
        .expect(401)
        .matches(&error("4116", &json!([])));
    call()
        .header("x-api-key", "wrong")
        .await
        .expect(403)
        .matches(&error("4115", &json!([])));
    call()
        .without("x-api-key")
        .await
        .expect(403)
        .matches(&error("4115", &json!([])));
    call()
        .without("x-correlation-id")
        .await
        .expect(400)
        .matches(&error("4119", &json!([])));
    // The others may be missing, or say something else: clients do.
    for name in ["x-request-id", "accept", "content-type"] {
        call().without(name).await.expect(200);
    }
    let made = call().without("x-request-id").await.expect(200);
    assert!(!made.header("x-request-id").is_empty());
    let one = || {
        call()
            .header("x-request-id", "one")
            .header("x-correlation-id", "one")
    };
    assert_eq!(one().await.expect(200).bytes(), one().await.expect(200).bytes());
    // "Request body: None." What is sent all the same is not looked at.
    call().body("application/json", "{").await.expect(200);
    let other = server.marketplace_partner().await;
    other.get(path).await.expect(404);
}

story! {
    /// "Get details of a specific order": "Request header", "Request body", "HTTP status codes": 200 "Order details
    /// successfully returned", 400, 401 "Invalid Authorization token", 403 "Invalid API Key", 404 "Invalid customer or
    /// order ID".
    async fn get_details_of_a_specific_order_request_header_and_http_status_codes(server: Server) {
        let partner = server.marketplace_partner().await;
        let (orders, order) = bought(&partner).await;
        answers(&server, &partner, &path(&order)).await;
        let id = order["orderId"].as_str().unwrap();
        for unknown in [format!("{orders}/7"), format!("/v3/customers/7/orders/{id}")] {
            partner.get(&unknown).await.expect(404).matches(&error("2115", &json!([])));
        }
    }

    /// "Get the order history of a customer": "Request header", "HTTP status codes": 200 "Order history successfully
    /// returned", 400 "Bad request", 401, 403, 404 "Invalid customer ID".
    async fn get_the_order_history_of_a_customer_request_header_and_http_status_codes(server: Server) {
        let partner = server.marketplace_partner().await;
        let (orders, _) = bought(&partner).await;
        answers(&server, &partner, &orders).await;
        partner.get(&format!("{orders}?status=10002")).await.expect(400).matches(&error("1132", &json!(["status"])));
        partner.get("/v3/customers/7/orders").await.expect(404).matches(&error("1116", &json!([])));
    }

    /// "Query parameters": every parameter of the table with every value that it names.
    async fn query_parameters_take_every_value_of_the_table(server: Server) {
        let partner = server.marketplace_partner().await;
        let (orders, order) = bought(&partner).await;
        let id = order["orderId"].as_str().unwrap();
        let found = async |query: &str| partner.get(&format!("{orders}?{query}")).await.expect(200).json();
        for (query, total) in [
            ("order-type=NEW", 1), ("order-type=TRANSFER", 0), ("order-type=RENEWAL", 0),
            ("reseller-id=1000396138", 1), ("reseller-id=1000000000", 0),
            ("status=1000", 1), ("status=1002", 0), ("status=1004", 0), ("status=1026", 0),
            ("offer-id=80004567CA01A12", 1), ("offer-id=80004567EA01A12", 0),
            ("start-date=2019-05-02", 1), ("start-date=2019-05-02T22:49:54Z", 1), ("end-date=2019-05-02", 0), ("end-date=2019-05-02T22:49:54Z", 0),
        ] {
            assert_eq!(found(query).await["totalCount"], total, "{query}");
        }
        assert_eq!(found(&format!("reference-order-id={id}")).await["totalCount"], 0);
        for limit in [1, 25, 99, 100] {
            assert_eq!(found(&format!("limit={limit}")).await["limit"], limit);
        }
        assert_eq!((&found("offset=0").await["offset"], &found("offset=1").await["offset"]), (&json!(0), &json!(1)));
        let history = found("").await;
        assert_eq!((&history["offset"], &history["limit"], &history["totalCount"]), (&json!(0), &json!(25), &json!(1)));
    }

    /// "Regardless of reseller id, only orders for the partner making the request will be returned."
    async fn regardless_of_reseller_id_only_orders_for_the_partner_making_the_request_will_be_returned(server: Server) {
        let (one, other) = (server.marketplace_partner().await, server.marketplace_partner().await);
        let told = |id: &str| json!({
            "orderId": id, "customerId": "C1", "resellerId": "R1", "orderType": "NEW", "currencyCode": "USD", "status": "1000", "creationDate": "2019-05-02T22:49:54Z",
            "lineItems": [{ "extLineItemNumber": 1, "offerId": "80004567CA01A12", "quantity": 1, "status": "1000", "subscriptionId": "" }]
        });
        import(&one, &server, &told("ours"));
        import(&other, &server, &told("theirs"));
        for query in ["", "?reseller-id=R1"] {
            for (partner, id) in [(&one, "ours"), (&other, "theirs")] {
                let history = partner.get(&format!("/v3/customers/C1/orders{query}")).await.expect(200).json();
                assert_eq!((&history["totalCount"], &history["items"][0]["orderId"]), (&json!(1), &json!(id)));
            }
        }
        one.get("/v3/customers/C1/orders/theirs").await.expect(404).matches(&error("2115", &json!([])));
    }

    /// "The order-type, status, and offer-id parameters can be included multiple times": `?status=1000&status=1002`.
    async fn the_order_type_status_and_offer_id_parameters_can_be_included_multiple_times(server: Server) {
        let partner = server.marketplace_partner().await;
        let (orders, first) = bought(&partner).await;
        let returned = placed(&partner, first["customerId"].as_str().unwrap(), &marketplace::return_of(&first)).await;
        completed(&partner, &returned).await;
        let total = async |query: &str| partner.get(&format!("{orders}?{query}")).await.expect(200).json()["totalCount"].clone();
        assert_eq!(total("status=1000&status=1002").await, 1);
        assert_eq!(total("status=1000&status=1008").await, 2);
        assert_eq!(total("order-type=NEW&order-type=RETURN").await, 2);
        assert_eq!(total("offer-id=80004567CA01A12&offer-id=80004567EA01A12").await, 2);
        // The others are one value each.
        for name in ["reseller-id", "reference-order-id", "start-date", "end-date", "limit", "offset"] {
            let (one, two) = if name.ends_with("date") { ("2019-05-02", "2019-05-03") } else { ("1", "2") };
            let refused = partner.get(&format!("{orders}?{name}={one}&{name}={two}")).await.expect(400);
            refused.matches(&error("1132", &json!([name])));
        }
    }
}
