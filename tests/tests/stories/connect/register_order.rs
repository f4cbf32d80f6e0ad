//! Register order - client mode.

use serde_json::{Value, json};
use stories::{Server, connect, story};

use super::{ORDER, register_body, status_path};

/// Every member that the model names.
fn whole_body() -> Value {
    let person = json!({
        "customerNumber": 563_457, "companyRegistrationNumber": "987654321", "companyName": "Fjell AS", "department": "A",
        "departmentName": "Innkjøp", "personsSocialSecurityNumber": "01018012345", "firstName": "Kari", "middleName": "Anne",
        "lastName": "Nordmann", "coAddress": "c/o Ola", "careOfAddress": "Ola", "street": "Storgata", "streetNumber": 55,
        "entrance": "B", "floorType": "E", "floor": 2, "suite": "201", "postalCode": "0155", "postalPlace": "Oslo",
        "postalAddress": "Postboks 1", "postalAddressPostalCode": "0101", "postalAddressPostalPlace": "Oslo",
        "countryCode": "NO", "birthDate": 315_529_200_000_u64, "sex": "male", "emails": ["kari@example.no"],
        "phoneNumbers": ["+4712345678"], "invoiceEmailAddress": "faktura@example.no",
        "categories": [{ "addressCategory": "A", "freeValue": "x" }],
        "permissions": [{ "enterpriseCode": "E", "orderTypeCode": "O", "channels": ["EMAIL"], "channelCode": "C", "permissionType": "permission" }],
        "privacy": [{ "enterpriseCode": "E", "orderTypeCode": "O", "purpose": "P" }]
    });
    json!({
        "externalOrderId": "2342", "orderDate": 1_559_372_400_000_u64, "paymentMethod": "invoice", "merchantId": "M1",
        "orderAmount": 295, "currency": "NOK", "marketingCouponCode": "SUMMER", "marketingCouponNumber": 7,
        "campaignParameters": "utm_source=x", "companyCode": "FTOTT", "customerReference": "ref", "uniqueUserId": "f2194",
        "seller": "S", "salesMethod": "W", "payer": person.clone(), "prepaid": false, "recurring": true,
        "paymentInfoPayex": { "ticket": "t", "cardNumberMasked": "4581 **** 1234", "expMonth": "12", "secure3d": true },
        "orderLines": [{
            "productSpecType": "coupon", "productSpecCode": "TOTT", "productSpecNo": 60, "product": "TOTT", "quantity": 1,
            "unitPrice": 295, "promotionCode": "P", "categoryCode": "C", "voucherCode": "V-1", "allowAccessProduct": "TOTTDIGI",
            "allowAccessCategoryType": "T", "allowAccessSeconds": 86400,
            "startInfo": { "startDate": 1_559_372_400_000_u64, "startIssue": "2019-23" }, "rewardPartnerId": 2674,
            "rewardId": "1", "receiver": person.clone(), "recruiter": person
        }, {
            "productSpecType": "issue", "productSpecCode": "TOTT", "productSpecNo": 60, "product": "TOTT201923"
        }, {
            "productSpecType": "product", "product": "BOOK1", "quantity": 2, "unitPrice": "99.50"
        }, {
            "productSpecType": "article",
            "articleDetail": { "companyCode": "FTOTT", "product": "TOTT", "articleRef": "a-1", "articleDesc": "Om fjell", "articleCategory": "N" }
        }]
    })
}

story! {
    /// The whole body of the model.
    async fn an_order_with_every_member_is_registered(server: Server) {
        let client = server.connect_client().await;
        let id = register_body(&client, &whole_body()).await;
        client.get(&status_path(&id)).await.expect(200).contains(&json!({ "orders": [{ "orderAmount": 295, "customerNumber": 563_457 }] }));
    }

    /// The least that an order is.
    async fn an_order_with_only_what_is_needed_is_registered(server: Server) {
        let client = server.connect_client().await;
        let body = json!({
            "paymentMethod": "invoice", "payer": { "lastName": "Nordmann" },
            "orderLines": [{ "productSpecType": "product", "product": "BOOK1", "unitPrice": 99.5, "quantity": 2 }]
        });
        let id = register_body(&client, &body).await;
        client.get(&status_path(&id)).await.expect(200).matches(&json!({
            "orders": [{ "orderId": id, "orderTime": "[integer]", "orderStatus": "preliminary", "orderAmount": 199 }]
        }));
    }

    /// Two orders may have one external id.
    async fn external_order_id_is_not_unique(server: Server) {
        let client = server.connect_client().await;
        let first = register_body(&client, &connect::register("2342", "invoice")).await;
        let second = register_body(&client, &connect::register("2342", "invoice")).await;
        assert_ne!(first, second);
    }

    /// Forty characters, not forty bytes.
    async fn external_order_id_has_at_most_40_characters(server: Server) {
        let client = server.connect_client().await;
        let name = "å".repeat(40);
        let id = register_body(&client, &connect::register(&name, "invoice")).await;
        client.get(&status_path(&id)).await.expect(200).contains(&json!({ "orders": [{ "externalOrderId": name }] }));
        let refused = client.post(ORDER, &connect::register(&"å".repeat(41), "invoice")).await.expect(400);
        refused.matches(&json!({ "exceptionType": "ValidationException", "errorMessage": "externalOrderId: longer than 40 characters" }));
    }

    /// The same key again gives the same answer, and registers nothing.
    async fn registration_sent_again_with_the_same_idempotency_key_replays(server: Server) {
        let client = server.connect_client().await;
        let send = |external: &str| client.post(ORDER, &connect::register(external, "invoice")).header("idempotency-key", "k1");
        let first = send("2342").await.expect(200).json();
        assert_eq!(send("2342").await.expect(200).json(), first);
        let refused = send("2343").await.expect(400);
        refused.matches(&json!({ "exceptionType": "IdempotencyException", "errorMessage": "[text]" }));
        let exported = server.run(&["export", "--merchant", &client.merchant.name, "--format", "jsonl"]);
        assert_eq!(exported.stdout.lines().count(), 1, "{}", exported.stdout);
        // A key is one client's own.
        let other = client.merchant.connect().await;
        let theirs = other.post(ORDER, &connect::register("2342", "invoice")).header("idempotency-key", "k1").await.expect(200);
        assert_ne!(theirs.json(), first);
        let long = client.post(ORDER, &connect::register("1", "invoice")).header("idempotency-key", &"k".repeat(256)).await.expect(400);
        long.contains(&json!({ "exceptionType": "ValidationException" }));
    }

    /// No character that no database keeps, anywhere in the body.
    async fn a_nul_character_is_refused_wherever_it_stands(server: Server) {
        let client = server.connect_client().await;
        let mut body = connect::register("2342", "invoice");
        body["payer"]["lastName"] = json!("Nord\0mann");
        let refused = client.post(ORDER, &body).await.expect(400);
        refused.contains(&json!({ "exceptionType": "ValidationException" }));
        assert!(refused.text().contains("payer.lastName"), "{}", refused.text());
    }
}
