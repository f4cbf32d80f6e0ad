//! The catalogue that the command line loads: coupons, vouchers, products, stock.

use std::io::Write;

use serde_json::{Value, json};
use stories::{Merchant, Server, story};

pub(super) fn load(server: &Server, merchant: &Merchant, catalogue: &Value, code: i32) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(catalogue.to_string().as_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let run = server
        .run(&[
            "catalogue",
            "--merchant",
            &merchant.name,
            "--api",
            "connect",
            path,
        ])
        .expecting(code);
    format!("{}{}", run.stdout, run.stderr)
}

fn coupon(number: u32) -> Value {
    json!({
        "companyCode": "FTOTT", "product": "TOTT", "couponCode": "TOTT", "couponNumber": number, "startTime": 1_559_372_400_000_u64,
        "endTime": null, "description": "Tre måneder", "couponPrice": "100", "periodLength": "3", "periodType": "months",
        "extraProducts": [], "vatPercent": 25, "currency": "NOK"
    })
}

fn catalogue() -> Value {
    json!({
        "products": [
            { "companyCode": "FTOTT", "product": "TOTT", "description": "Tott", "productType": "subscription", "retailPrice": 49.90 },
            { "companyCode": "FTOTT", "product": "OLD", "productType": "book", "startTime": 1, "endTime": 2 }
        ],
        "coupons": [coupon(61), coupon(60)],
        "vouchers": [{ "voucherCode": "V-1", "coupons": [{ "couponCode": "TOTT", "couponNumber": 60 }] }],
        "stock": [{ "productId": "BOOK1", "inStock": 7, "warehouse": "A" }]
    })
}

story! {
    /// Coupons of a product, the price of one, and those of a voucher.
    async fn coupons_prices_and_vouchers_are_read(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        load(&server, &merchant, &catalogue(), 0);
        let client = merchant.connect().await;
        client.get("/capi/v1/client/coupon/TOTT?marketing=false").await.expect(200).matches(&json!({ "coupons": [coupon(60), coupon(61)] }));
        client.get("/capi/v1/client/coupon/NONE").await.expect(200).matches(&json!({ "coupons": [] }));
        let price = "/capi/v1/client/coupon/price";
        let asked = json!({ "couponCode": "TOTT", "couponNumber": 60, "customerNumber": 10, "countryCode": "NO", "postalCode": "1273" });
        client.post(price, &asked).await.expect(200).matches(&json!({
            "companyCode": "FTOTT", "product": "TOTT", "price": 100, "vatAmount": 25, "vatpercent": 25, "vatInclude": false,
            "currency": "NOK", "distAmount": 0, "distAmountvat": 0, "customerNumber": 10
        }));
        for bad in [json!({}), json!({ "couponCode": "TOTT" }), json!({ "couponCode": "TOTT", "couponNumber": 7 }), json!({ "couponCode": "x".repeat(13), "couponNumber": 1 })] {
            client.post(price, &bad).await.expect(400).contains(&json!({ "exceptionType": "ValidationException" }));
        }
        client.get("/capi/v1/client/voucher/coupons/V-1").await.expect(200).matches(&json!({
            "coupons": [{ "couponCode": "TOTT", "couponNumber": 60, "description": "Tre måneder" }]
        }));
        client.get("/capi/v1/client/voucher/coupons/NONE").await.expect(400).contains(&json!({ "exceptionType": "ValidationException" }));
    }

    /// All products, one, those of a type, those that changed, those that are sold now.
    async fn products_are_read(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        load(&server, &merchant, &catalogue(), 0);
        let client = merchant.connect().await;
        let path = "/capi/v1/client/product";
        let (tott, old) = (catalogue()["products"][0].clone(), catalogue()["products"][1].clone());
        client.get(path).await.expect(200).matches(&json!({ "products": [old, tott] }));
        client.get(&format!("{path}?productId=TOTT&shop=false")).await.expect(200).matches(&json!({ "products": [tott] }));
        client.get(&format!("{path}/subscription")).await.expect(200).matches(&json!({ "products": [tott] }));
        client.post(path, &json!({ "onlyActive": true })).await.expect(200).matches(&json!({ "products": [tott] }));
        client.post(path, &json!({ "changedAfter": 1, "onlyActive": false })).await.expect(200).matches(&json!({ "products": [old, tott] }));
        client.post(path, &json!({ "changedAfter": 9_999_999_999_999_u64 })).await.expect(200).matches(&json!({ "products": [] }));
        client.post(path, &json!({ "changedAfter": [] })).await.expect(400);
    }

    /// A bare array; a change replaces the members that it names, all changes of a call or none.
    async fn stock_is_read_and_changed(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        load(&server, &merchant, &catalogue(), 0);
        let client = merchant.connect().await;
        let (list, update) = ("/capi/v1/client/stock", "/capi/v1/client/stock/update");
        client.get(list).await.expect(200).matches(&json!([{ "productId": "BOOK1", "inStock": 7, "warehouse": "A" }]));
        let changes = json!({ "updates": [{ "productId": "BOOK1", "inStock": 6 }, { "productId": "BOOK2", "inStock": 1 }] });
        client.post(update, &changes).await.expect(200).matches(&json!({ "status": "ok" }));
        client.get(&format!("{list}/BOOK1")).await.expect(200).matches(&json!([{ "productId": "BOOK1", "inStock": 6, "warehouse": "A" }]));
        client.get(&format!("{list}/BOOK2")).await.expect(200).matches(&json!([{ "productId": "BOOK2", "inStock": 1 }]));
        client.get(&format!("{list}/NONE")).await.expect(200).matches(&json!([]));
        for (bad, told) in [
            (json!({}), "updates is missing"),
            (json!({ "updates": [{ "productId": "BOOK1", "inStock": 0 }, {}] }), "updates[1].productId: missing, or not a text"),
            (json!({ "updates": [{ "productId": "A" }, { "productId": "A" }] }), "updates: A is there twice"),
        ] {
            client.post(update, &bad).await.expect(400).matches(&json!({ "exceptionType": "ValidationException", "errorMessage": told }));
        }
        client.get(&format!("{list}/BOOK1")).await.expect(200).matches(&json!([{ "productId": "BOOK1", "inStock": 6, "warehouse": "A" }]));
        let reader = merchant.connect_with(merchant.credential("connect", &["--scope", "read"]).await).await;
        reader.post(update, &changes).await.expect(403);
    }

    /// Loaded again, entries are replaced; another merchant has its own; a mistake is told, and nothing goes in.
    async fn a_catalogue_is_loaded_again_and_is_the_merchants_own(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        load(&server, &merchant, &catalogue(), 0);
        let mut changed = catalogue();
        changed["products"][1]["endTime"] = json!(9_999_999_999_999_u64);
        load(&server, &merchant, &changed, 0);
        let told = load(&server, &merchant, &json!({ "products": [{ "product": "NEW" }, {}] }), 1);
        assert!(told.contains("products[1].product: missing"), "{told}");
        let client = merchant.connect().await;
        client.post("/capi/v1/client/product", &json!({ "onlyActive": true })).await.expect(200).matches(&json!({
            "products": [changed["products"][1], changed["products"][0]]
        }));
        let other = server.connect_client().await;
        other.get("/capi/v1/client/product").await.expect(200).matches(&json!({ "products": [] }));
        other.get("/capi/v1/client/stock").await.expect(200).matches(&json!([]));
    }
}
