//! What a caller can get wrong, and which error wins.

use serde_json::{Value, json};
use stories::{Caller, Server, afterpay, story};

const AUTHORIZE: &str = "/api/v3/checkout/authorize";

/// An authorize call with one member changed; `null` takes it away.
fn authorize_with(pointer: &str, value: Value) -> Value {
    let mut body = afterpay::authorize("ORDER1", 10);
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[member] = value;
    body
}

async fn refused(shop: &Caller, body: &Value, code: &str, field: &str) {
    let reply = shop.post(AUTHORIZE, body).await.expect(400);
    let first = &reply.json()[0];
    let field_told = first
        .get("fieldReference")
        .and_then(Value::as_str)
        .unwrap_or_default();
    assert_eq!(
        (first["code"].as_str().unwrap(), field_told),
        (code, field),
        "{body}"
    );
    reply.contains(&json!(vec![
        json!({"type": "BusinessError", "code": "[text]", "message": "[text]", "customerFacingMessage": "[text]", "actionCode": "[text]"});
        reply.json().as_array().unwrap().len()
    ]));
}

story! {
    async fn every_flaw_of_a_body_is_named_with_its_place(server: Server) {
        let shop = server.afterpay_shop().await;
        let digits: Value = serde_json::from_str(&"9".repeat(40)).unwrap();
        for (pointer, value, code, field) in [
            ("/payment", json!(null), "400.002", "payment"),
            ("/payment/type", json!("Cash"), "400.004", "payment.type"),
            ("/payment/type", json!(null), "400.002", "payment.type"),
            ("/customer", json!([]), "400.004", "customer"),
            ("/customer/customerCategory", json!(""), "400.002", "customer.customerCategory"),
            ("/customer/email", json!("x".repeat(256)), "400.005", "customer.email"),
            ("/customer/birthDate", json!("1984-13-01"), "400.004", "customer.birthDate"),
            ("/customer/address/countryCode", json!("US"), "400.004", "customer.address.countryCode"),
            ("/customer/email", json!("a\u{0}b"), "400.004", "customer.email"),
            ("/order", json!("x"), "400.004", "order"),
            ("/order/number", json!(null), "400.002", "order.number"),
            ("/order/number", json!("a b"), "400.004", "order.number"),
            ("/order/number", json!("x".repeat(51)), "400.005", "order.number"),
            ("/order/currency", json!("XXQ"), "400.004", "order.currency"),
            ("/order/totalGrossAmount", json!(null), "400.002", "order.totalGrossAmount"),
            ("/order/totalGrossAmount", json!("1e12"), "400.003", "order.totalGrossAmount"),
            ("/order/totalGrossAmount", digits, "400.007", "order.totalGrossAmount"),
            ("/order/totalGrossAmount", json!(true), "400.004", "order.totalGrossAmount"),
            ("/order/totalGrossAmount", json!(100.11), "400.102", "order.totalGrossAmount"),
            ("/order/totalNetAmount", json!(79.89), "400.101", "order.totalNetAmount"),
            ("/order/items/0/productId", json!(null), "400.002", "order.items[0].productId"),
            ("/order/items/0/quantity", json!(0), "400.003", "order.items"),
            ("/order/items/0/quantity", json!("many"), "400.004", "order.items[0].quantity"),
            ("/order/items", json!({}), "400.004", "order.items"),
            ("/order/items", json!([1]), "400.004", "order.items[0]"),
        ] {
            refused(&shop, &authorize_with(pointer, value), code, field).await;
        }
        shop.get("/api/v3/orders/ORDER1").await.expect(400);
    }

    /// The tolerance of the totals rule: one cent for each unit of quantity.
    async fn totals_match_the_items_within_one_cent_a_unit(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post(AUTHORIZE, &authorize_with("/order/totalGrossAmount", json!(100.10))).await.expect(200);
        let sdk = json!({
            "payment": {"type": "Invoice"}, "customer": {"customerCategory": "Person", "conversationLanguage": "NL"},
            "order": {"number": "SDK", "currency": "EUR", "totalGrossAmount": "90.00", "totalNetAmount": "74.37", "items": [{
                "productId": "PRODUCT1", "description": "Château", "quantity": "3", "grossUnitPrice": "30.00",
                "netUnitPrice": "24.79", "vatAmount": "5.21", "vatPercent": "21.02"
            }]}
        });
        shop.post(AUTHORIZE, &sdk).await.expect(200);
        // The same client's full capture is a cent off in the net total.
        let capture = json!({"orderDetails": {"totalGrossAmount": "90.00", "totalNetAmount": "74.38"}, "invoiceNumber": "I1"});
        shop.post("/api/v3/orders/SDK/captures", &capture).await.expect(200).contains(&json!({"capturedAmount": 90}));
    }

    async fn all_flaws_are_listed_at_once(server: Server) {
        let shop = server.afterpay_shop().await;
        let reply = shop.post(AUTHORIZE, &json!({"order": {"items": [{}]}, "customer": {}})).await.expect(400);
        let fields: Vec<String> = reply.json().as_array().unwrap().iter()
            .map(|message| message["fieldReference"].as_str().unwrap().to_owned()).collect();
        assert_eq!(fields, [
            "payment", "customer.customerCategory", "order.number", "order.totalGrossAmount", "order.items[0].productId",
            "order.items[0].quantity"
        ]);
    }

    /// The customer reads in their own language what the code means; the technical message stays English.
    async fn the_customer_is_spoken_to_in_their_own_language(server: Server) {
        let shop = server.afterpay_shop().await;
        let said = async |language: &str, number: &str| {
            let mut body = authorize_with("/customer/conversationLanguage", json!(language));
            body["order"]["number"] = json!(number);
            shop.post(AUTHORIZE, &body).await.expect(200);
            let reply = shop.post(AUTHORIZE, &body).await.expect(400);
            reply.contains(&json!([{"code": "400.100", "message": format!("The order number {number} is already used.")}]));
            reply.json()[0]["customerFacingMessage"].as_str().unwrap().to_owned()
        };
        let mut texts = std::collections::BTreeSet::new();
        for (place, language) in ["NO", "SV", "fi", "DA", "EN", "DE", "NL", "FR"].into_iter().enumerate() {
            texts.insert(said(language, &format!("L{place}")).await);
        }
        assert_eq!(texts.len(), 8, "{texts:?}");
        assert_eq!(said("SE", "L9").await, "Den här beställningen är redan registrerad.");
        assert_eq!(said("DK", "L10").await, "Denne ordre er allerede oprettet.");
        // Later calls on the order speak the same language.
        let refused = shop.post("/api/v3/orders/L9/voids", &afterpay::void(99)).await.expect(400);
        refused.contains(&json!([{"code": "400.903", "customerFacingMessage": "Beloppet är högre än det återstående."}]));
    }

    /// One line a rule: of the errors that apply, the one that wins.
    async fn which_error_wins(server: Server) {
        let shop = server.afterpay_shop().await;
        let reader = shop.merchant.credential("afterpay", &["--scope", "read"]).await.secret;
        let path = "/api/v3/orders/NONE/captures";
        let big = "x".repeat(2_000_000);
        let denied = |reply: stories::Reply| reply.expect(401).contains(&json!({"message": "Authorization has been denied for this request."}));
        // The key wins over everything,
        denied(shop.post(path, &json!(null)).header("x-auth-key", "wrong").body("text/html", big.clone()).await);
        denied(shop.post("/api/v3/checkout/authorize", &json!(null)).without("x-auth-key").await);
        // and that it may only read over what was asked;
        denied(shop.post(path, &json!(null)).header("x-auth-key", &reader).body("text/html", "x").await);
        // then the media type,
        shop.post(path, &json!(null)).body("text/html", big.clone()).await.expect(415).contains(&json!([{"code": "400.912"}]));
        // the body's size,
        shop.post(path, &json!(null)).header("x-idempotency-key", "a b").body("application/json", big).await.expect(413)
            .contains(&json!([{"code": "400.911"}]));
        // the idempotency key,
        shop.post(path, &json!(null)).header("x-idempotency-key", "a b").body("application/json", "{").await.expect(400)
            .contains(&json!([{"code": "400.004", "fieldReference": "X-Idempotency-Key"}]));
        // the order in the path,
        shop.post(path, &json!(null)).body("application/json", "{").await.expect(400).contains(&json!([{"code": "400.115"}]));
        shop.post(AUTHORIZE, &afterpay::authorize("ORDER1", 10)).await.expect(200);
        let path = "/api/v3/orders/ORDER1/captures";
        // the body's JSON,
        for body in ["{", "[]", "7", "\"x\"", "{\"a\":1}}", "\u{feff}{", "nul"] {
            shop.post(path, &json!(null)).body("application/json", body).await.expect(400).contains(&json!([{"code": "400.001"}]));
        }
        shop.post(path, &json!(null)).body("application/json", vec![b'"', 0xff, b'"']).await.expect(400);
        shop.post(path, &json!(null)).body("application/json", "[".repeat(100_000)).await.expect(400);
        // its members, all of them,
        shop.post(path, &json!({"invoiceNumber": "a b", "orderDetails": {"items": [{"productId": "X", "quantity": 0}]}})).await.expect(400)
            .contains(&json!([{"code": "400.002", "fieldReference": "orderDetails.totalGrossAmount"}, {"code": "400.004", "fieldReference": "invoiceNumber"}]));
        // the quantities, then the gross total, then the net total,
        let details = |gross: u32, net: u32, quantity: u32| json!({"orderDetails": {"totalGrossAmount": gross, "totalNetAmount": net,
            "items": [{"productId": "ITEM1", "description": "x", "quantity": quantity, "grossUnitPrice": 10, "netUnitPrice": 8}]}});
        shop.post(path, &details(5, 5, 0)).await.expect(400).contains(&json!([{"code": "400.003", "fieldReference": "orderDetails.items"}]));
        shop.post(path, &details(555, 5, 1)).await.expect(400).contains(&json!([{"code": "400.102", "fieldReference": "orderDetails.totalGrossAmount"}]));
        shop.post(path, &details(200, 5, 20)).await.expect(400).contains(&json!([{"code": "400.101", "fieldReference": "orderDetails.totalNetAmount"}]));
        // and last what is left of the reservation.
        shop.post(path, &details(200, 160, 20)).await.expect(400).contains(&json!([{"code": "400.117"}]));
    }

    async fn unknown_paths_and_methods_have_answers_of_their_own(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.get("/api/v3/nothing").await.expect(404).contains(&json!([{"code": "400.910", "type": "BusinessError"}]));
        shop.get("/api/v3/").await.expect(404);
        shop.get("/prefix/api/v3").await.expect(404).contains(&json!([{"code": "400.910"}]));
        shop.delete("/api/v3/orders/X").await.expect(405)
            .matches(&json!({"message": "The requested resource does not support http method 'DELETE'."}));
        shop.get(AUTHORIZE).await.expect(405)
            .matches(&json!({"message": "The requested resource does not support http method 'GET'."}));
    }

    async fn a_key_that_may_read_looks_but_does_not_touch(server: Server) {
        let shop = server.afterpay_shop().await;
        let reader = shop.merchant.afterpay_with(shop.merchant.credential("afterpay", &["--scope", "read"]).await);
        shop.post(AUTHORIZE, &afterpay::authorize("ORDER1", 10)).await.expect(200);
        reader.get("/api/v3/orders/ORDER1").await.expect(200);
        reader.get("/api/v3/orders/ORDER1/captures").await.expect(200);
        for (path, body) in [
            (AUTHORIZE, afterpay::authorize("ORDER2", 1)),
            ("/api/v3/orders/ORDER1/captures", json!(null)),
            ("/api/v3/orders/ORDER1/refunds", json!(null)),
            ("/api/v3/orders/ORDER1/voids", json!(null)),
            ("/api/v3/orders/ORDER1/captures/1/shipping-details", json!({})),
        ] {
            reader.post(path, &body).await.expect(401).matches(&json!({
                "message": "Authorization has been denied for this request.",
                "messageDetail": "This key may read, but not write."
            }));
        }
    }

    /// What the documentation calls an error although a step is repeated, and what can't be done at all.
    async fn what_can_t_be_done_is_refused(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post(AUTHORIZE, &afterpay::authorize("ORDER1", 10)).await.expect(200);
        let post = async |path: &str, body: Value| shop.post(&format!("/api/v3/orders/ORDER1/{path}"), &body).await;
        post("refunds", json!(null)).await.expect(400).contains(&json!([{"code": "400.902", "message": "Nothing has been captured on the order."}]));
        post("captures", afterpay::capture("INV1", 6)).await.expect(200);
        post("captures", afterpay::capture("INV1", 2)).await.expect(400).contains(&json!([{"code": "400.906", "fieldReference": "invoiceNumber"}]));
        post("captures", afterpay::capture("INV2", 5)).await.expect(400)
            .contains(&json!([{"code": "400.117", "message": "50 is more than the 40 that is left to capture."}]));
        post("voids", afterpay::void(5)).await.expect(400).contains(&json!([{"code": "400.903"}]));
        post("refunds", afterpay::refund("INV1", 7)).await.expect(400).contains(&json!([{"code": "400.902"}]));
        post("refunds", json!({"captureNumber": "NONE"})).await.expect(400).contains(&json!([{"code": "400.132", "fieldReference": "captureNumber"}]));
        post("captures", json!(null)).await.expect(200);
        // A void of an order that is captured whole.
        post("voids", json!(null)).await.expect(400).contains(&json!([{"code": "400.903", "message": "Nothing is left to cancel on the order."}]));
        post("voids", afterpay::void(1)).await.expect(400).contains(&json!([{"code": "400.903"}]));
    }
}
