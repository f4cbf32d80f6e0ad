//! What a user sees of their orders, and how an order becomes a user's.

use serde_json::json;
use stories::{Server, connect, run, story};

use super::browser::{Browser, authorize_path, location, parameter, publisher, signed_in_user, text, token};
use super::{FULFILLMENT, register, register_body, status_of};

const ORDER: &str = "/capi/v1/order";
const STATUS: &str = "/capi/v1/order/status";

story! {
    /// Registered by a user, an order is theirs; nobody else's list has it.
    async fn list_orders_gives_the_orders_of_the_user(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (_, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let (_, ola) = signed_in_user(&server, &merchant, &client, "ola@example.no").await;
        let mut ids = Vec::new();
        for external in ["A", "B"] {
            // The payer's number is not the user's: the sign-in says whose order it is.
            let body = connect::register(external, "invoice");
            ids.push(kari.post(ORDER, &body).await.expect(200).json()["orderId"].clone());
        }
        kari.get(STATUS).await.expect(200).matches(&json!({ "orders": [
            { "orderId": ids[1], "externalOrderId": "B", "orderTime": 1_559_372_400_000_u64, "orderStatus": "preliminary", "orderAmount": 295, "customerNumber": "[integer]" },
            { "orderId": ids[0], "externalOrderId": "A", "orderTime": 1_559_372_400_000_u64, "orderStatus": "preliminary", "orderAmount": 295, "customerNumber": "[integer]" }
        ] }));
        ola.get(STATUS).await.expect(200).matches(&json!({ "orders": [] }));
        let site = merchant.connect_with(client).await;
        register(&site, "invoice").await;
        assert_eq!(kari.get(STATUS).await.json()["orders"].as_array().map(Vec::len), Some(2));
    }

    /// Exactly one of the two ids may be present, and only the user's own orders are found.
    async fn search_order_details_by_exactly_one_id(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (_, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let (_, ola) = signed_in_user(&server, &merchant, &client, "ola@example.no").await;
        let id = kari.post(ORDER, &connect::register("2342", "invoice")).await.expect(200).json()["orderId"].clone();
        let found = json!({ "orders": [{
            "orderId": id, "externalOrderId": "2342", "orderTime": 1_559_372_400_000_u64, "orderStatus": "preliminary",
            "orderAmount": 295, "customerNumber": "[integer]",
            "orderLines": [{
                "productId": "TOTT", "description": "", "invoiceLineAmount": 295, "invoiceStatus": "notInvoiced", "deliveryStatus": "waiting"
            }]
        }] });
        for asked in [json!({ "orderId": id }), json!({ "externalOrderId": "2342" }), json!({ "orderId": id, "externalOrderId": null })] {
            kari.post(STATUS, &asked).await.expect(200).matches(&found);
            ola.post(STATUS, &asked).await.expect(400).contains(&json!({ "exceptionType": "OrderNotFoundException" }));
        }
        for asked in [json!({}), json!({ "orderId": id, "externalOrderId": "2342" }), json!({ "orderId": "x" })] {
            kari.post(STATUS, &asked).await.expect(400).contains(&json!({ "exceptionType": "ValidationException" }));
        }
        kari.post(ORDER, &connect::register("2342", "invoice")).await.expect(200);
        let both = kari.post(STATUS, &json!({ "externalOrderId": "2342" })).await.expect(200).json();
        assert_eq!(both["orders"].as_array().map(Vec::len), Some(2), "an external id may match several orders");
    }

    /// Single products, and nothing else.
    async fn list_order_product_history_gives_purchases_of_products(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (_, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let mut body = connect::register("2342", "invoice");
        body["orderLines"].as_array_mut().unwrap().push(json!({ "productSpecType": "product", "product": "DRAKT", "quantity": 2, "unitPrice": 250.50 }));
        let id = kari.post(ORDER, &body).await.expect(200).json()["orderId"].clone();
        kari.get("/capi/v1/customer/order/product/history").await.expect(200).matches(&json!({ "orders": [{
            "customerNumber": "[integer]", "orderNumber": id, "orderDate": 1_559_372_400_000_u64, "description": "DRAKT",
            "amount": 501, "companyCode": "FTOTT", "invoiceStatus": "notInvoiced"
        }] }));
    }

    /// A fulfilled order gets its user, who is made when there is none; then it is theirs.
    async fn assign_user_links_a_fulfilled_order_with_a_user(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let site = merchant.connect_with(client.clone()).await;
        let mut without_number = connect::register("2342", "invoice");
        without_number["payer"].as_object_mut().unwrap().remove("customerNumber");
        let ids = [register(&site, "invoice").await, register_body(&site, &without_number).await];
        let path = |id: &serde_json::Value| format!("/capi/v1/client/order/{id}/user");
        let early = site.post(&path(&ids[0]), &json!({ "credential": "kari@example.no" })).await.expect(400);
        early.contains(&json!({ "exceptionType": "OrderStatusException" }));
        for (id, is_new) in ids.iter().zip([true, false]) {
            site.post(FULFILLMENT, &json!({ "orderId": id })).await.expect(200);
            let assigned = site.post(&path(id), &json!({ "credential": "kari@example.no", "isSendMessage": false })).await.expect(200);
            assigned.matches(&json!({ "orderId": id, "uniqueUserId": "[text]", "isNewUser": is_new, "isPasswordSet": false }));
        }
        let command = server.database().command(&["user", "password", "--merchant", &merchant.name, "kari@example.no"]);
        run(&command.input("et langt passord\n")).expect(0);
        let mut browser = Browser::new(&server);
        let page = browser.get(&authorize_path(&client, &[])).await.expect(200);
        browser.fill_in(&page, &[("j_username", "kari@example.no"), ("j_password", "et langt passord")]).await.expect(303);
        let back = location(&browser.get(&authorize_path(&client, &[])).await);
        let code = parameter(&back, "code").unwrap();
        let granted = token(&server, &client, &[("grant_type", "authorization_code"), ("code", &code)]).await.expect(200).json();
        let kari = merchant.connect_bearer(client, text(&granted["access_token"]));
        let mut seen: Vec<_> = kari.get(STATUS).await.expect(200).json()["orders"].as_array().unwrap().iter().map(|order| order["orderId"].clone()).collect();
        seen.reverse();
        assert_eq!(seen, ids);
        assert_eq!(status_of(&site, &ids[1]).await, "processed");
    }

    /// What can't be assigned, and why.
    async fn assign_user_refuses_what_it_must(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let site = merchant.connect_with(client.clone()).await;
        let id = register(&site, "invoice").await;
        site.post(FULFILLMENT, &json!({ "orderId": id })).await.expect(200);
        let path = format!("/capi/v1/client/order/{id}/user");
        for (body, told) in [
            (json!({}), "credential is missing"),
            (json!({ "credential": " " }), "credential: empty"),
            (json!({ "credential": "x".repeat(61) }), "credential: longer than 60 characters"),
            (json!({ "credential": "kari@example.no", "isSendMessage": true }), "overrideClientId is missing, which isSendMessage needs"),
        ] {
            site.post(&path, &body).await.expect(400).matches(&json!({ "exceptionType": "ValidationException", "errorMessage": told }));
        }
        for id in ["9", "x", "999999999999999999999999999999"] {
            let unknown = site.post(&format!("/capi/v1/client/order/{id}/user"), &json!({ "credential": "kari@example.no" })).await.expect(400);
            unknown.contains(&json!({ "exceptionType": "OrderNotFoundException" }));
        }
        // Somebody who has given themselves a name gets nobody's orders by it.
        signed_in_user(&server, &merchant, &client, "ola@example.no").await;
        let refused = site.post(&path, &json!({ "credential": "ola@example.no" })).await.expect(400);
        refused.contains(&json!({ "exceptionType": "ValidationException" }));
    }
}
