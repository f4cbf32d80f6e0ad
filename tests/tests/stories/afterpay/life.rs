//! An order's life: authorized, captured, refunded, voided, shipped, expired.

use serde_json::json;
use stories::{Options, Server, Stage, afterpay, eventually, story};

story! {
    async fn an_authorize_reserves_what_the_order_comes_to(server: Server) {
        let shop = server.afterpay_shop().await;
        let accepted = shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 12)).await.expect(200);
        accepted.matches(&json!({
            "outcome": "Accepted",
            "customer": {
                "customerNumber": "CUSTOMER1000", "firstName": "Kari", "lastName": "Nordmann",
                "addressList": [{
                    "street": "Storgata", "streetNumber": "55", "postalCode": "0155", "postalPlace": "Oslo", "countryCode": "NO"
                }]
            },
            "reservationId": "[uuid]", "checkoutId": "[uuid]", "expirationDate": "[date]"
        }));
        shop.get("/api/v3/orders/ORDER1").await.expect(200).matches(&json!({
            "orderDetails": {
                "orderId": "[uuid]", "orderNumber": "ORDER1", "totalNetAmount": 96, "totalGrossAmount": 120, "currency": "NOK",
                "hasSeparateDeliveryAddress": false, "status": "Accepted",
                "customer": {
                    "customerNumber": "CUSTOMER1000", "identificationNumber": "08128411091", "firstName": "Kari",
                    "lastName": "Nordmann", "email": "kari@example.no", "customerCategory": "Person",
                    "address": {
                        "street": "Storgata", "streetNumber": "55", "postalCode": "0155", "postalPlace": "Oslo", "countryCode": "NO"
                    }
                },
                "insertedAt": "[time]", "updatedAt": "[time]", "expirationDate": "[date]",
                "orderItems": [{
                    "orderId": "[uuid]", "productId": "ITEM1", "description": "A box of paper clips", "netUnitPrice": 8,
                    "grossUnitPrice": 10, "quantity": 12, "vatCategory": "HighCategory", "vatPercent": 25, "vatAmount": 2,
                    "lineNumber": 1, "insertedAt": "[time]", "updatedAt": "[time]"
                }]
            },
            "captures": [], "refunds": [], "cancellations": [], "payment": {"type": "Invoice"}
        }));
    }

    async fn an_order_is_captured_in_parts_refunded_in_parts_and_the_rest_is_voided(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("INV1", 3)).await.expect(200).matches(&json!({
            "capturedAmount": 30, "authorizedAmount": 100, "remainingAuthorizedAmount": 70, "captureNumber": "INV1",
            "totalCapturedAmount": 30, "totalRefundedAmount": 0
        }));
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("INV2", 2)).await.expect(200).contains(&json!({
            "capturedAmount": 20, "remainingAuthorizedAmount": 50, "totalCapturedAmount": 50
        }));
        shop.post("/api/v3/orders/ORDER1/refunds", &afterpay::refund("INV1", 1)).await.expect(200).matches(&json!({
            "totalCapturedAmount": 50, "totalAuthorizedAmount": 100, "refundNumbers": ["INV1R00"], "totalRefundedAmount": 10,
            "remainingAuthorizedAmount": 50
        }));
        shop.post("/api/v3/orders/ORDER1/voids", &afterpay::void(1)).await.expect(200).matches(&json!({
            "totalCapturedAmount": 50, "totalAuthorizedAmount": 100, "remainingAuthorizedAmount": 40, "totalRefundedAmount": 10,
            "voidedAmount": 10
        }));
        shop.post("/api/v3/orders/ORDER1/voids", &json!({})).await.expect(200).contains(&json!({
            "remainingAuthorizedAmount": 0, "voidedAmount": 40
        }));
        // A refund of all that is left, over both captures.
        shop.post("/api/v3/orders/ORDER1/refunds", &json!("")).await.expect(200).contains(&json!({
            "refundNumbers": ["INV1R01", "INV2R00"], "totalRefundedAmount": 50
        }));
        shop.get("/api/v3/orders/ORDER1").await.expect(200).contains(&json!({
            "orderDetails": {"totalGrossAmount": 100, "status": "Accepted"},
            "captures": [
                {"captureNumber": "INV1", "amount": 30, "balance": 0, "totalRefundedAmount": 30, "updatedAt": "[time]",
                 "orderNumber": "ORDER1", "customerNumber": "CUSTOMER1000", "captureItems": [{"quantity": 3}]},
                {"captureNumber": "INV2", "amount": 20, "totalRefundedAmount": 20}
            ],
            "refunds": [
                {"refundNumber": "INV1R00", "amount": -10, "balance": -10, "captureNumber": "INV1", "refundItems": [
                    {"grossUnitPrice": -10, "netUnitPrice": -8, "vatAmount": -2, "vatPercent": 25, "quantity": 1}
                ]},
                {"refundNumber": "INV1R01", "amount": -20},
                {"refundNumber": "INV2R00", "amount": -20}
            ],
            "cancellations": [
                {"cancellationNo": "ORDER1C00", "cancellationAmount": 10, "cancellationItems": [
                    {"quantity": 1, "grossUnitPrice": 10, "cancellationNumber": "ORDER1C00"}
                ]},
                {"cancellationNo": "ORDER1C01", "cancellationAmount": 40}
            ]
        }));
    }

    async fn each_part_is_shown_alone_and_in_its_list(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("INV1", 3)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("INV/2", 3)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/refunds", &afterpay::refund("INV1", 1)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/voids", &json!(null)).await.expect(200);
        let whole = shop.get("/api/v3/orders/ORDER1").await.expect(200).json();
        for (list, member) in [("captures", "captures"), ("refunds", "refunds"), ("voids", "cancellations")] {
            shop.get(&format!("/api/v3/orders/ORDER1/{list}")).await.expect(200)
                .matches(&json!({ member: whole[member] }));
        }
        shop.get("/api/v3/orders/ORDER1/captures/INV%2F2").await.expect(200)
            .matches(&json!({ "captures": [whole["captures"][1]] }));
        shop.get("/api/v3/orders/ORDER1/refunds/INV1R00").await.expect(200)
            .matches(&json!({ "refunds": [whole["refunds"][0]] }));
        shop.get("/api/v3/orders/ORDER1/voids/ORDER1C00").await.expect(200)
            .matches(&json!({ "cancellations": [whole["cancellations"][0]] }));
        for (path, code) in [
            ("/api/v3/orders/ORDER1/captures/NONE", "400.132"),
            ("/api/v3/orders/ORDER1/refunds/NONE", "400.901"),
            ("/api/v3/orders/ORDER1/voids/NONE", "400.901"),
            ("/api/v3/orders/NONE/voids/NONE", "400.115"),
        ] {
            shop.get(path).await.expect(400).contains(&json!([{ "code": code }]));
        }
    }

    async fn what_is_sent_of_a_capture_is_added_corrected_and_taken_back(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/captures", &json!({
            "invoiceNumber": "INV1", "shippingDetails": [{"type": "shipment", "shippingCompany": "Posten", "trackingId": "1"}]
        })).await.expect(200);
        let path = "/api/v3/orders/ORDER1/captures/INV1/shipping-details";
        let parcel = json!({"type": "Return", "shippingCompany": "UPS", "trackingUrl": "https://example.com/2"});
        shop.post(path, &parcel).await.expect(200).matches(&json!({"shippingNumber": 2}));
        shop.patch(&format!("{path}/1"), &json!({"type": "Shipment", "shippingCompany": "Bring"})).await.expect(200)
            .matches(&json!({}));
        let shown = async || shop.get("/api/v3/orders/ORDER1").await.expect(200).json()["captures"][0]["shippingDetails"].clone();
        assert_eq!(shown().await, json!([
            {"shippingNumber": 1, "type": "Shipment", "shippingCompany": "Bring"},
            {"shippingNumber": 2, "type": "Return", "shippingCompany": "UPS", "trackingUrl": "https://example.com/2"}
        ]));
        for _again in 0..2 {
            shop.delete(&format!("{path}/2")).await.expect(200).matches(&json!({}));
        }
        assert_eq!(shown().await.as_array().unwrap().len(), 1);
        // A number is never given twice.
        shop.post(path, &parcel).await.expect(200).matches(&json!({"shippingNumber": 3}));
        shop.post(path, &json!({"type": "Shipment"})).await.expect(400)
            .contains(&json!([{"code": "400.002", "fieldReference": "shippingCompany"}]));
        for refused in [
            shop.patch(&format!("{path}/9"), &parcel),
            shop.patch(&format!("{path}/nine"), &parcel),
            shop.delete(&format!("{path}/9")),
            shop.post("/api/v3/orders/ORDER1/captures/NONE/shipping-details", &parcel),
        ] {
            refused.await.expect(400).contains(&json!([{"code": "400.132"}]));
        }
    }

    /// What clients send for "all that remains".
    async fn no_body_an_empty_one_null_an_empty_text_and_an_empty_object_mean_all_that_remains(server: Server) {
        let shop = server.afterpay_shop().await;
        for (place, (media_type, body)) in [
            ("", ""), ("application/json", ""), ("application/json", "null"), ("application/json", "\"\""),
            ("application/json; charset=utf-8", "{}"), ("application/json", " \r\n ")
        ].into_iter().enumerate() {
            let number = format!("ORDER{place}");
            shop.post("/api/v3/checkout/authorize", &afterpay::authorize(&number, 5)).await.expect(200);
            let call = |path: &str| {
                let call = shop.call(axum::http::Method::POST, &format!("/api/v3/orders/{number}/{path}"));
                if media_type.is_empty() { call } else { call.body(media_type, body) }
            };
            call("captures").await.expect(200).contains(&json!({"capturedAmount": 50, "remainingAuthorizedAmount": 0}));
            call("refunds").await.expect(200).contains(&json!({"totalRefundedAmount": 50}));
            let number = format!("VOID{place}");
            shop.post("/api/v3/checkout/authorize", &afterpay::authorize(&number, 5)).await.expect(200);
            let call = shop.call(axum::http::Method::POST, &format!("/api/v3/orders/{number}/voids"));
            let call = if media_type.is_empty() { call } else { call.body(media_type, body) };
            call.await.expect(200).contains(&json!({"voidedAmount": 50, "totalAuthorizedAmount": 50}));
            shop.get(&format!("/api/v3/orders/{number}")).await.expect(200).contains(&json!({
                "orderDetails": {"status": "Cancelled"}, "captures": [], "refunds": [], "cancellations": [{"cancellationAmount": 50}]
            }));
        }
    }

    async fn a_step_that_is_repeated_succeeds_and_does_nothing(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        for (path, body) in [
            ("captures", afterpay::capture("INV1", 4)),
            ("captures", json!({"invoiceNumber": "INV2"})),
            ("captures", json!(null)),
            ("refunds", json!({"captureNumber": "INV1", "creditNoteNumber": "CN1", "orderItems": [
                {"productId": "ITEM1", "quantity": 1}]})),
            ("refunds", json!({"captureNumber": "INV1"})),
            ("refunds", json!(null)),
        ] {
            let path = format!("/api/v3/orders/ORDER1/{path}");
            let first = shop.post(&path, &body).await.expect(200).json();
            let before = shop.get("/api/v3/orders/ORDER1").await.expect(200).json();
            let again = shop.post(&path, &body).await.expect(200).json();
            assert_eq!(before, shop.get("/api/v3/orders/ORDER1").await.expect(200).json(), "{path} {body}");
            assert_eq!(first["captureNumber"], again["captureNumber"], "{path} {body}");
            assert_eq!(first["capturedAmount"], again["capturedAmount"], "{path} {body}");
        }
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER2", 10)).await.expect(200);
        for _again in 0..2 {
            shop.post("/api/v3/orders/ORDER2/voids", &json!(null)).await.expect(200)
                .contains(&json!({"voidedAmount": 100, "remainingAuthorizedAmount": 0}));
        }
    }

    /// Both styles are opaque to every known client.
    async fn numbers_come_in_the_style_that_the_operator_chose(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[afterpay]\nnumber_style = \"numeric\""));
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        let captured = shop.post("/api/v3/orders/ORDER1/captures", &json!({"orderDetails": {
            "totalGrossAmount": 10, "items": [{"productId": "ITEM1", "description": "x", "quantity": 1, "grossUnitPrice": 10}]
        }})).await.expect(200).json();
        let refunded = shop.post("/api/v3/orders/ORDER1/refunds", &json!(null)).await.expect(200).json();
        shop.post("/api/v3/orders/ORDER1/voids", &json!(null)).await.expect(200);
        let voided = shop.get("/api/v3/orders/ORDER1/voids").await.expect(200).json();
        let digits = |text: &serde_json::Value| text.as_str().unwrap().bytes().all(|byte| byte.is_ascii_digit());
        assert!(digits(&captured["captureNumber"]) && digits(&refunded["refundNumbers"][0]));
        assert!(voided["cancellations"][0]["cancellationNo"].as_str().unwrap().starts_with('C'));
    }

    /// What is not captured in time is released by the server itself, once, even with two servers on one database.
    async fn a_reservation_expires_and_says_so(stage: Stage) {
        let options = Options::default().configuration("[afterpay]\nreservation_days = 0");
        let (server, _other) = (stage.start(&options), stage.start(&options));
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        let expired = eventually("the reservation expires", async || {
            let order = shop.get("/api/v3/orders/ORDER1").await.expect(200);
            (order.json()["orderDetails"]["status"] == "Expired").then_some(order)
        }).await;
        expired.contains(&json!({
            "orderDetails": {"status": "Expired", "totalGrossAmount": 100, "expirationDate": "[date]"},
            "captures": [],
            "cancellations": [{"cancellationNo": "ORDER1C00", "cancellationAmount": 100}]
        }));
        for path in ["captures", "voids"] {
            let refused = shop.post(&format!("/api/v3/orders/ORDER1/{path}"), &afterpay::void(1)).await;
            if path == "captures" {
                refused.expect(400).contains(&json!([{"code": "400.905"}]));
            } else {
                refused.expect(400);
            }
        }
    }
}
