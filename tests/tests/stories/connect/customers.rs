//! Customer info, user profile, and external identities.

use serde_json::{Value, json};
use stories::{Server, connect, story};

use super::browser::{publisher, signed_in_user, text, token};
use super::{FULFILLMENT, register};

const INFO: &str = "/capi/v1/customer/info";

fn exception(kind: &str) -> Value {
    json!({ "exceptionType": kind, "errorMessage": "[text]" })
}

story! {
    /// What the newest order's payer was registered with, until it is changed; a change replaces all of it.
    async fn customer_info_is_listed_and_changed_in_client_mode(server: Server) {
        let (client, other) = (server.connect_client().await, server.connect_client().await);
        let path = "/capi/v1/client/customer/info/563457";
        client.get(path).await.expect(400).matches(&exception("CustomerNotFoundException"));
        client.post(path, &json!({ "name": { "lastName": "X" } })).await.expect(400).matches(&exception("CustomerNotFoundException"));
        register(&client, "invoice").await;
        client.get(path).await.expect(200).matches(&json!({
            "customerNumber": 563_457, "name": { "firstName": "Kari", "lastName": "Nordmann" },
            "phoneNumbers": [{ "phoneNumber": "+4712345678" }], "emails": ["kari@example.no"]
        }));
        let changed = json!({
            "name": { "companyName": "Nordmann AS", "departmentName": "Salg" }, "phoneNumbers": [{ "phoneNumber": "+4799999999", "phoneNumberType": "MOBILE" }],
            "emails": null, "invoiceEmailAddress": "faktura@example.no"
        });
        client.post(path, &changed).await.expect(200).matches(&json!({ "success": true }));
        let told = json!({
            "customerNumber": 563_457, "name": { "companyName": "Nordmann AS", "departmentName": "Salg" },
            "phoneNumbers": [{ "phoneNumber": "+4799999999", "phoneNumberType": "MOBILE" }], "emails": [], "invoiceEmailAddress": "faktura@example.no"
        });
        client.get(path).await.expect(200).matches(&told);
        // A later order does not take it back.
        register(&client, "invoice").await;
        client.get(path).await.expect(200).matches(&told);
        other.get(path).await.expect(400).matches(&exception("CustomerNotFoundException"));
        for bad in [json!({ "emails": "kari" }), json!({ "emails": ["x".repeat(256)] }), json!({ "name": [] }), json!({ "invoiceEmailAddress": "x".repeat(61) }), json!({ "emails": ["a\u{0}"] })] {
            client.post(path, &bad).await.expect(400).matches(&exception("ValidationException"));
        }
        for odd in ["x", &"9".repeat(40)] {
            client.get(&format!("/capi/v1/client/customer/info/{odd}")).await.expect(400).matches(&exception("ValidationException"));
        }
    }

    /// A user's own; missing is gone, and a customer without a name is called "-".
    async fn customer_info_and_profile_of_a_user(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (_, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let profile = kari.get("/capi/v1/customer/profile").await.expect(200);
        profile.matches(&json!({
            "userId": "[text]", "uniqueId": "[text]", "name": {}, "phoneNumbers": [], "emails": ["kari@example.no"],
            "credential": { "credential": "kari@example.no", "credentialType": "A" }
        }));
        kari.get(INFO).await.expect(200).matches(&json!({
            "name": {}, "phoneNumbers": [], "emails": ["kari@example.no"],
            "attachedUsers": {
                "uniqueId": profile.json()["uniqueId"],
                "credentials": [{ "credential": "kari@example.no", "credentialType": "A_EMAIL_ADDRESS" }]
            }
        }));
        kari.post("/capi/v1/order", &connect::register("2342", "invoice")).await.expect(200);
        let number = kari.get("/capi/v1/customer/profile").await.expect(200).json()["customerNumber"].clone();
        assert!(number.is_i64(), "a number comes with the first order: {number}");
        kari.get(INFO).await.expect(200).contains(&json!({ "customerNumber": number, "name": { "firstName": "Kari", "lastName": "Nordmann" } }));
        kari.post(INFO, &json!({ "customerNumber": 7, "name": { "firstName": "Kari" } })).await.expect(200).matches(&json!({ "success": true }));
        kari.get(INFO).await.expect(200).contains(&json!({ "customerNumber": number, "name": { "firstName": "Kari", "lastName": "-" }, "emails": [], "phoneNumbers": [] }));
        let (_, mobile) = signed_in_user(&server, &merchant, &client, "+4712345678").await;
        mobile.get("/capi/v1/customer/profile").await.expect(200).contains(&json!({ "phoneNumbers": ["+4712345678"], "credential": { "credentialType": "B" } }));
    }

    /// A user handle on the first call, the same one after it; a customer once it is said.
    async fn an_external_identity_becomes_a_user(server: Server) {
        let (client, other) = (server.connect_client().await, server.connect_client().await);
        let (path, customer) = ("/capi/v1/client/extid", "/capi/v1/client/extid/customer");
        let identity = json!({ "externalId": "Ab-1", "credentialType": "D" });
        let linked = json!({ "externalId": "Ab-1", "credentialType": "D", "customerNumber": 563_457 });
        client.post(customer, &linked).await.expect(400).matches(&exception("ValidationException"));
        let first = client.post(path, &identity).await.expect(200);
        first.matches(&json!({
            "credential": "AID:Ab-1", "externalId": "Ab-1", "credentialType": "D", "canLogin": false, "uniqueId": "[text]",
            "enabled": true, "newUser": true, "extidCode": "[text]"
        }));
        let unique = first.json()["uniqueId"].clone();
        client.post(path, &identity).await.expect(200).contains(&json!({ "uniqueId": unique, "newUser": false }));
        // Another system's ids differ by their case.
        let lower = client.post(path, &json!({ "externalId": "ab-1", "credentialType": "D" })).await.expect(200);
        assert_ne!(lower.json()["uniqueId"], unique);
        other.post(path, &identity).await.expect(200).contains(&json!({ "newUser": true }));
        client.post(customer, &linked).await.expect(200).contains(&json!({ "customerNumber": 563_457, "uniqueId": unique }));
        client.post(path, &identity).await.expect(200).contains(&json!({ "customerNumber": 563_457 }));
        // What the customer has, the identity has; and an order is assigned to it by its credential.
        let id = register(&client, "invoice").await;
        client.post(FULFILLMENT, &json!({ "orderId": id })).await.expect(200);
        let asked = json!({ "credential": "AID:Ab-1", "product": "TOTT" });
        client.post("/capi/v1/client/access", &asked).await.expect(200).contains(&json!({ "access": true }));
        let assigned = client.post(&format!("/capi/v1/client/order/{id}/user"), &json!({ "credential": "AID:Ab-1" })).await.expect(200);
        assigned.contains(&json!({ "uniqueUserId": unique, "isNewUser": false, "isPasswordSet": false }));
        for bad in [json!({}), json!({ "externalId": " ", "credentialType": "D" }), json!({ "externalId": "x", "credentialType": "A" }), json!({ "externalId": "x".repeat(57), "credentialType": "D" })] {
            client.post(path, &bad).await.expect(400).matches(&exception("ValidationException"));
        }
    }

    /// An identity's code brings its user's tokens: once, and to the client that asked for it.
    async fn an_extid_code_is_turned_into_tokens(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let other = merchant.credential("connect", &[]).await;
        let site = merchant.connect_with(client.clone()).await;
        let registered = async || {
            let told = site.post("/capi/v1/client/extid", &json!({ "externalId": "Ab-1", "credentialType": "D" })).await.expect(200).json();
            (told["extidCode"].as_str().unwrap().to_owned(), told["uniqueId"].clone())
        };
        let (code, unique) = registered().await;
        let asked = [("grant_type", "extid"), ("extidCode", code.as_str())];
        let granted = token(&server, &client, &asked).await.expect(200);
        granted.matches(&json!({ "access_token": "[text]", "refresh_token": "[text]", "token_type": "Bearer", "expires_in": 43_200, "scope": "read" }));
        let user = merchant.connect_bearer(client.clone(), text(&granted.json()["access_token"]));
        user.get("/capi/v1/customer/profile").await.expect(200).contains(&json!({ "uniqueId": unique, "credential": { "credential": "AID:Ab-1", "credentialType": "D" } }));
        token(&server, &client, &asked).await.expect(400).contains(&json!({ "error": "invalid_grant" }));
        let (code, _) = registered().await;
        token(&server, &other, &[("grant_type", "urn:any:extension"), ("extidCode", &code)]).await.expect(400).contains(&json!({ "error": "invalid_grant" }));
        token(&server, &client, &[("grant_type", "extid")]).await.expect(400).contains(&json!({ "error": "unsupported_grant_type" }));
        token(&server, &client, &[("grant_type", "extid"), ("extidCode", "9")]).await.expect(400).contains(&json!({ "error": "invalid_grant" }));
        // It opens nothing by itself, and is no authorization code.
        let (code, _) = registered().await;
        token(&server, &client, &[("grant_type", "authorization_code"), ("code", &code)]).await.expect(400).contains(&json!({ "error": "invalid_grant" }));
        merchant.connect_bearer(client, &code).get("/capi/v1/customer/profile").await.expect(401);
    }

    /// In client mode, the users who see the customer's orders.
    async fn customer_info_names_the_users_of_the_customer(server: Server) {
        let client = server.connect_client().await;
        let path = "/capi/v1/client/customer/info/563457";
        let id = register(&client, "invoice").await;
        client.post(FULFILLMENT, &json!({ "orderId": id })).await.expect(200);
        assert_eq!(client.get(path).await.expect(200).json()["attachedUsers"], Value::Null);
        let assigned = client.post(&format!("/capi/v1/client/order/{id}/user"), &json!({ "credential": "+4712345678" })).await.expect(200).json();
        for _ in 0..2 {
            client.get(path).await.expect(200).contains(&json!({ "attachedUsers": [{
                "uniqueId": assigned["uniqueUserId"], "credentials": [{ "credential": "+4712345678", "credentialType": "B_SMS_PHONE" }]
            }] }));
            client.post(&format!("/capi/v1/client/order/{id}/user"), &json!({ "credential": "+4712345678" })).await.expect(200);
        }
    }
}
