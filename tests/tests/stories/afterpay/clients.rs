//! What clients of several makers send, in their own bytes: each must succeed, unmodified.

use axum::http::Method;
use serde_json::{Value, json};
use stories::{Caller, Server, afterpay, story};

/// A POST as an SDK makes it: these bytes, this media type.
async fn post(shop: &Caller, path: &str, body: &str) -> stories::Reply {
    shop.call(Method::POST, path)
        .body("application/json", body.to_owned())
        .await
}

story! {
    /// Numbers as text, dates without a zone, names with accents, an empty text for "all".
    async fn the_official_sdk(server: Server) {
        let shop = server.afterpay_shop().await;
        let body = r#"{"customer":{"customerCategory":"Person","address":{"postalPlace":"Grou","streetNumber":"157","countryCode":"NL","postalCode":"9000XV","street":"De Muldijk"},"birthDate":"1946-07-14T00:00:00","email":"aukje@example.nl","salutation":"Mrs","firstName":"Aukje","conversationLanguage":"NL","lastName":"van Nééren","riskData":{"ipAddress":"192.0.2.24"},"mobilePhone":"0031600000000"},"payment":{"type":"Invoice"},"order":{"number":"ORDER1234567-08","currency":"EUR","items":[{"productId":"PRODUCT1","description":"Château … æøå 日本","quantity":"3","grossUnitPrice":"30.00","netUnitPrice":"24.79","vatAmount":"5.21","vatPercent":"21.02"}],"totalGrossAmount":"90.00","totalNetAmount":"74.37"}}"#;
        post(&shop, "/api/v3/checkout/authorize", body).await.expect(200).contains(&json!({"outcome": "Accepted"}));
        let path = "/api/v3/orders/ORDER1234567-08";
        shop.get(path).await.expect(200).contains(&json!({"orderDetails": {
            "totalGrossAmount": 90, "totalNetAmount": 74.37,
            "customer": {"lastName": "van Nééren", "birthDate": "1946-07-14T00:00:00Z", "salutation": "Mrs", "riskData": {"ipAddress": "192.0.2.24"}},
            "orderItems": [{"description": "Château … æøå 日本", "quantity": 3, "vatPercent": 21.02}]
        }}));
        let captured = post(&shop, &format!("{path}/captures"), r#"{"orderDetails":{"totalGrossAmount":"30.00","totalNetAmount":"25.21","items":[{"productId":"PRODUCT1","description":"Product name 1","quantity":"1","grossUnitPrice":"30.00","netUnitPrice":"25.21","vatAmount":"4.79","vatPercent":"19.00"}]},"invoiceNumber":"INVOICE123456-46"}"#).await.expect(200);
        captured.contains(&json!({"capturedAmount": 30, "authorizedAmount": 90, "captureNumber": "INVOICE123456-46"}));
        // Its net price is above the gross price.
        post(&shop, &format!("{path}/refunds"), r#"{"captureNumber":"INVOICE123456-46","orderItems":[{"productId":"PRODUCT1","description":"Product name 1","quantity":"1","grossUnitPrice":"30.00","netUnitPrice":"34.79","vatAmount":"-4.79","vatPercent":"19.00"}],"refundType":"Refund"}"#).await.expect(200)
            .contains(&json!({"refundNumbers": ["INVOICE123456-46R00"], "totalRefundedAmount": 30}));
        post(&shop, &format!("{path}/voids"), "\"\"").await.expect(200).contains(&json!({"voidedAmount": 60}));
        post(&shop, "/api/v3/lookup/customer", r#"{"identificationNumber":"4702192222"}"#).await.expect(200);
        post(&shop, "/api/v3/lookup/installment-plans", r#"{"amount":"1000"}"#).await.expect(200);
        post(&shop, "/api/v3/validate/bank-account", r#"{"bankAccount":"DE89370400440532013000"}"#).await.expect(200).matches(&json!({"isValid": true}));
    }

    /// Old country codes as languages, enum values and names in any letter case, members that nobody documents.
    async fn shop_plugins(server: Server) {
        let shop = server.afterpay_shop().await;
        let body = json!({
            "payment": {"type": "payInX"}, "pageUrl": "https://example.com", "risk": {"x": [1]},
            "customer": {"customerCategory": "PERSON", "salutation": "MR", "conversationLanguage": "de", "firstName": "J".repeat(80),
                "lastName": "Müller", "email": "m@example.de", "address": {"street": "Weg", "streetNumber": "", "countryCode": "de"}},
            "order": {"number": "PLUGIN_1", "TotalNetAmount": 0, "totalGrossAmount": 20.5, "discountAmount": "1.50", "items": [
                {"productId": 4711, "description": "x".repeat(300), "quantity": 1, "grossUnitPrice": 22, "vatRate": 19},
                {"productId": "VOUCHER", "description": "Gutschein", "quantity": "1.0", "grossUnitPrice": "-1.50", "type": "discount"}
            ], "risk": {"channelType": "internet", "deliveryType": "EXPRESS"}}
        });
        shop.call(Method::POST, "/api/v3/checkout/authorize").header("X-AUTH-KEY", &shop.credential.secret)
            .body("application/json; charset=utf-8", body.to_string()).await.expect(200).contains(&json!({"outcome": "Accepted"}));
        let order = shop.get("/api/v3/orders/plugin_1").await.expect(200);
        order.contains(&json!({
            "orderDetails": {
                "currency": "EUR", "totalGrossAmount": 20.5, "orderChannelType": "Internet", "orderDeliveryType": "Express", "discountAmount": 1.5,
                "customer": {"customerCategory": "Person", "salutation": "Mr", "firstName": "J".repeat(50), "lastName": "Müller"},
                "orderItems": [{"productId": "4711", "lineNumber": 0}, {"grossUnitPrice": -1.5, "type": "Discount"}]
            },
            "payment": {"type": "PayinX"}
        }));
        assert!(order.json()["orderDetails"].get("totalNetAmount").is_none(), "nothing is said of a net total of 0");
        assert_eq!(order.json()["orderDetails"]["orderItems"][0]["description"].as_str().unwrap().len(), 255);
        assert!(!order.text().contains("null"));
        // The literal `null` of one plugin, and the capture that it takes for a success.
        post(&shop, "/api/v3/orders/PLUGIN_1/captures", "null").await.expect(200).contains(&json!({"capturedAmount": "[number]", "remainingAuthorizedAmount": "[number]"}));
        // Another's refund: the product, the price and the count.
        let refund = json!({"captureNumber": null, "refundType": "refund", "items": [{"productId": "4711", "description": "x", "quantity": "0.5", "grossUnitPrice": 22}]});
        shop.post("/api/v3/orders/PLUGIN_1/refunds", &refund).await.expect(200).contains(&json!({"totalRefundedAmount": 11}));
    }

    /// Bytes of the answers: whole seconds, a decimal in each amount, no escapes in place of letters.
    async fn answers_are_written_as_parsers_expect_them(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        let captured = shop.post("/api/v3/orders/ORDER1/captures", &json!("")).await.expect(200).text();
        assert!(captured.starts_with(r#"{"capturedAmount":100.0,"authorizedAmount":100.0,"remainingAuthorizedAmount":0.0,"captureNumber":""#), "{captured}");
        let refunded = shop.post("/api/v3/orders/ORDER1/refunds", &json!("")).await.expect(200).text();
        assert!(refunded.starts_with(r#"{"totalCapturedAmount":100.0,"totalAuthorizedAmount":100.0,"refundNumbers":[""#), "{refunded}");
        let order = shop.get("/api/v3/orders/ORDER1").await.expect(200).text();
        assert!(order.contains(r#""quantity":10.0"#) && order.contains(r#""amount":-100.0"#), "{order}");
        let inserted = shop.get("/api/v3/orders/ORDER1").await.json()["orderDetails"]["insertedAt"].as_str().unwrap().to_owned();
        assert_eq!((inserted.len(), inserted.ends_with('Z')), (20, true), "{inserted}");
    }
}

/// Every path that takes a body.
const POSTS: [&str; 14] = [
    "checkout/authorize",
    "checkout/payment-methods",
    "checkout/11111111-2222-4333-8444-555555555555/contract",
    "orders/ORDER1/captures",
    "orders/ORDER1/refunds",
    "orders/ORDER1/voids",
    "orders/ORDER1/updateOrder",
    "orders/ORDER1/captures/INV1/shipping-details",
    "orders/ORDER1/captures/return-notification",
    "lookup/customer",
    "lookup/installment-plans",
    "validate/address",
    "validate/bank-account",
    "orders/%00/captures",
];

/// What no client should send.
fn hostile() -> Vec<String> {
    let digits = "9".repeat(40);
    let mut bodies: Vec<String> = [
        "{",
        "[]",
        "[{}]",
        "7",
        "true",
        "\"x\"",
        "{\"a\":}",
        "\u{feff}[]",
        "{\"a\u{0}\":1}",
        "-",
        "1e999999999",
    ]
    .map(str::to_owned)
    .to_vec();
    bodies.push("[".repeat(50_000));
    bodies.push("{\"a\":".repeat(5_000));
    for value in [
        "7",
        "\"\\u0000\"",
        "[]",
        "{}",
        "true",
        "-1e400",
        &digits,
        "\"\\ud800\"",
        "[[[[1]]]]",
        "{\"items\":7}",
        "\"x\"",
    ] {
        for member in [
            "customer",
            "order",
            "payment",
            "checkoutId",
            "orderDetails",
            "orderItems",
            "items",
            "invoiceNumber",
            "captureNumber",
            "cancellationDetails",
            "updateOrderSummary",
            "type",
            "shippingCompany",
            "amount",
            "bankAccount",
            "email",
            "paymentInfo",
            "references",
            "shippingDetails",
            "creditNoteNumber",
        ] {
            bodies.push(format!("{{\"{member}\":{value}}}"));
        }
    }
    for value in [
        "7",
        "\"\\u0000\"",
        "-5",
        &digits,
        "\"1e30\"",
        "{}",
        "0.0000000000001",
    ] {
        bodies.push(format!("{{\"orderDetails\":{{\"totalGrossAmount\":{value},\"items\":[{{\"productId\":{value},\"quantity\":{value},\"grossUnitPrice\":{value}}}]}}}}"));
    }
    bodies
}

story! {
    /// Whatever is sent, the answer is AfterPay's own: never a failure of the server's.
    async fn nothing_that_is_sent_makes_the_server_fail(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("INV1", 5)).await.expect(200);
        for path in POSTS {
            for body in hostile() {
                let reply = post(&shop, &format!("/api/v3/{path}"), &body).await;
                assert!(matches!(reply.status(), 200 | 400), "{path} {body:.200}: {} {}", reply.status(), reply.text());
                if reply.status() == 400 {
                    let told = reply.json();
                    let messages = told.as_array().unwrap_or_else(|| panic!("{path} {body:.200}: {told}"));
                    assert!(!messages.is_empty() && messages.iter().all(|message| message["code"].is_string()), "{path} {body:.200}: {told}");
                }
            }
        }
    }

    /// Every operation, without a key and with another API's.
    async fn nothing_is_done_without_a_key(server: Server) {
        let merchant = server.merchant("Both").await;
        let (shop, other) = (merchant.afterpay().await, merchant.credential("connect", &[]).await);
        let gets = ["orders/X", "orders/X/captures", "orders/X/captures/1", "orders/X/refunds", "orders/X/refunds/1", "orders/X/voids", "orders/X/voids/1", "version"];
        let mut calls: Vec<(Method, &str)> = gets.into_iter().map(|path| (Method::GET, path)).collect();
        calls.extend(POSTS.into_iter().map(|path| (Method::POST, path)));
        calls.extend([
            (Method::PATCH, "orders/X/captures/1/shipping-details/1"), (Method::DELETE, "orders/X/captures/1/shipping-details/1"),
            (Method::PATCH, "customers/X/updateCustomer"),
        ]);
        let denied: Value = json!({"message": "Authorization has been denied for this request."});
        for (method, path) in calls {
            let call = || shop.call(method.clone(), &format!("/api/v3/{path}"));
            call().without("x-auth-key").await.expect(401).matches(&denied);
            call().header("x-auth-key", &other.secret).await.expect(401).matches(&denied);
        }
    }
}
