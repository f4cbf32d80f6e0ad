//! What can be asked and checked beside orders.

use serde_json::{Value, json};
use stories::{Server, afterpay, story};

story! {
    async fn installment_plans_are_the_documented_ones_to_the_cent(server: Server) {
        let shop = server.afterpay_shop().await;
        let plans = async |body: Value| shop.post("/api/v3/lookup/installment-plans", &body).await;
        plans(json!({"amount": 750.0, "currency": "NOK", "countryCode": "NO"})).await.expect(200).matches(&json!({
            "availableInstallmentPlans": [{
                "basketAmount": 750, "numberOfInstallments": 3, "installmentAmount": 287.17, "firstInstallmentAmount": 287.17,
                "lastInstallmentAmount": 287.17, "interestRate": 19.5, "effectiveInterestRate": "[number]",
                "effectiveAnnualPercentageRate": "[number]", "totalInterestAmount": 24.51, "startupFee": 95, "monthlyFee": 29,
                "totalAmount": 956.51, "installmentProfileNumber": 3
            }]
        }));
        plans(json!({"amount": "185", "countryCode": "DE"})).await.expect(200).contains(&json!({
            "availableInstallmentPlans": [
                {"installmentProfileNumber": 1, "numberOfInstallments": 3, "installmentAmount": 61.67, "lastInstallmentAmount": 61.66, "totalAmount": 185},
                {"installmentProfileNumber": 2, "numberOfInstallments": 6, "installmentAmount": 30.84, "lastInstallmentAmount": 30.8, "totalAmount": 185},
                {"installmentProfileNumber": 3, "numberOfInstallments": 9, "installmentAmount": 20.56, "lastInstallmentAmount": 20.52, "totalAmount": 185}
            ]
        }));
        // A client that names neither country nor currency is shown all profiles.
        let all = plans(json!({"amount": "1000"})).await.expect(200).json();
        assert_eq!(all["availableInstallmentPlans"].as_array().unwrap().len(), 4);
        plans(json!({"amount": 100, "countryCode": "FI"})).await.expect(200).matches(&json!({"availableInstallmentPlans": []}));
        for (body, code, field) in [
            (json!({"amount": 0}), "400.003", Some("amount")),
            (json!({"amount": "-5"}), "400.003", Some("amount")),
            (json!({"countryCode": "NO"}), "400.002", Some("amount")),
            (json!({"amount": 1, "currency": "XXQ"}), "400.004", Some("currency")),
            (json!(null), "400.001", None),
        ] {
            let told = plans(body).await.expect(400).json();
            assert_eq!((told[0]["code"].as_str(), told[0]["fieldReference"].as_str()), (Some(code), field));
        }
    }

    async fn a_bank_account_is_checked_for_its_form_and_its_country(server: Server) {
        let shop = server.afterpay_shop().await;
        let path = "/api/v3/validate/bank-account";
        let check = async |account: &str| shop.post(path, &json!({"bankAccount": account})).await;
        for valid in ["DE89370400440532013000", "NO93 8601 1117 947", "gb09haoe91311808002317"] {
            check(valid).await.expect(200).matches(&json!({"isValid": true}));
        }
        check("EE382200221020145685").await.expect(200).matches(&json!({"isValid": false, "riskCheckMessages": [{
            "type": "BusinessError", "code": "200.909", "actionCode": "AskConsumerToReEnterData", "fieldReference": "bankAccount",
            "message": "Account number from this country is not supported for this AfterPay merchant.",
            "customerFacingMessage": "Account number from this country is not supported for this client."
        }]}));
        check("DE89370400440532013001").await.expect(200).contains(&json!({"isValid": false, "riskCheckMessages": [
            {"message": "Value format is incorrect.", "actionCode": "AskConsumerToReEnterData", "fieldReference": "bankAccount"}
        ]}));
        check("").await.expect(400).contains(&json!([{"code": "400.002", "fieldReference": "bankAccount"}]));
        check("123456").await.expect(400).matches(&json!([{
            "type": "BusinessError", "code": "400.006", "message": "A string value with minimum length 7 is required.",
            "customerFacingMessage": "A string value with minimum length 7 is required.",
            "actionCode": "AskConsumerToReEnterData", "fieldReference": "bankAccount"
        }]));
        check(&"1".repeat(35)).await.expect(400).contains(&json!([{"code": "400.005", "message": "A string value exceeds maximum length of 34."}]));
        shop.call(axum::http::Method::POST, path).await.expect(400).contains(&json!([{"code": "400.001"}]));
        shop.post(path, &json!({})).body("text/html", "<p>").await.expect(415);
        shop.call(axum::http::Method::POST, path).header("x-auth-key", "short").await.expect(401);
    }

    async fn an_address_is_checked_and_written_as_its_country_writes_it(server: Server) {
        let shop = server.afterpay_shop().await;
        let check = async |address: Value| shop.post("/api/v3/validate/address", &json!({"customer": {"address": address}})).await;
        check(json!({"street": " De  Muldijk ", "streetNumber": "157", "postalCode": "9000xv", "postalPlace": "Grou", "countryCode": "nl"})).await
            .expect(200).matches(&json!({"isValid": true, "correctedAddress": {
                "street": "De Muldijk", "streetNumber": "157", "postalCode": "9000 XV", "postalPlace": "Grou", "countryCode": "NL"
            }}));
        for wrong in [
            json!({"street": "Storgata 1", "postalCode": "15", "postalPlace": "Oslo", "countryCode": "NO"}),
            json!({"postalCode": "0155", "postalPlace": "Oslo", "countryCode": "NO"}),
            json!({"street": "Storgata 1", "postalCode": "0155", "postalPlace": "Oslo"}),
        ] {
            check(wrong).await.expect(200).matches(&json!({"isValid": false}));
        }
        check(json!({"countryCode": "US"})).await.expect(400).contains(&json!([{"code": "400.004", "fieldReference": "customer.address.countryCode"}]));
        shop.post("/api/v3/validate/address", &json!({"customer": {}})).await.expect(400)
            .contains(&json!([{"code": "400.002", "fieldReference": "customer.address"}]));
    }

    async fn a_customer_is_found_by_what_they_are_known_by(server: Server) {
        let shop = server.afterpay_shop().await;
        let lookup = async |body: Value| shop.post("/api/v3/lookup/customer", &body).await.expect(200).json()["userProfiles"].clone();
        assert_eq!(lookup(json!({"email": "kari@example.no"})).await, json!([]));
        for number in ["ORDER1", "ORDER2"] {
            let mut body = afterpay::authorize(number, 1);
            body["customer"]["mobilePhone"] = json!("+4790000001");
            body["customer"]["firstName"] = json!("Kåri");
            shop.post("/api/v3/checkout/authorize", &body).await.expect(200);
        }
        let kari = json!([{
            "firstName": "Kåri", "lastName": "Nordmann", "mobileNumber": "+4790000001", "eMail": "kari@example.no",
            "addressList": [{"street": "Storgata", "streetNumber": "55", "city": "Oslo", "postalCode": "0155", "country": "NO", "countryCode": "NO"}]
        }]);
        for asked in [
            json!({"email": "KARI@example.no"}), json!({"identificationNumber": "08128411091"}), json!({"mobilePhone": "+4790000001"}),
            json!({"customerNumber": "CUSTOMER1000"}), json!({"email": "kari@example.no", "postalCode": "0155", "countryCode": "no"}),
        ] {
            assert_eq!(lookup(asked.clone()).await, kari, "{asked}");
        }
        for other in [json!({"email": "kari@example.no", "postalCode": "9999"}), json!({"customerNumber": "NONE"}),
            json!({"email": "kari@example.no", "customerNumber": "OTHER"})] {
            assert_eq!(lookup(other.clone()).await, json!([]), "{other}");
        }
        let stranger = server.afterpay_shop().await;
        stranger.post("/api/v3/lookup/customer", &json!({"email": "kari@example.no"})).await.expect(200).matches(&json!({"userProfiles": []}));
        shop.post("/api/v3/lookup/customer", &json!({"postalCode": "1"})).await.expect(400).contains(&json!([{"code": "400.002"}]));

        // From now on she is reached elsewhere.
        let path = "/api/v3/customers/CUSTOMER1000/updateCustomer";
        shop.patch(path, &json!({"distributionType": "Email", "email": "new@example.no"})).await.expect(200).matches(&json!({}));
        assert_eq!(lookup(json!({"email": "New@example.no"})).await[0]["eMail"], "new@example.no");
        assert_eq!(lookup(json!({"customerNumber": "CUSTOMER1000"})).await[0]["mobileNumber"], "+4790000001");
        assert_eq!(lookup(json!({"email": "kari@example.no"})).await, json!([]), "the old address is hers no more");
        shop.patch("/api/v3/customers/NOBODY/updateCustomer", &json!({"email": "x@example.no"})).await.expect(400)
            .contains(&json!([{"code": "400.909", "fieldReference": "customerNumber"}]));
        shop.patch(path, &json!({"distributionType": "Pigeon"})).await.expect(400).contains(&json!([{"code": "400.004", "fieldReference": "distributionType"}]));
        stranger.patch(path, &json!({"email": "x@example.no"})).await.expect(400).contains(&json!([{"code": "400.909"}]));
    }

    async fn a_return_is_notified_and_moves_no_money(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("INV1", 5)).await.expect(200);
        let before = shop.get("/api/v3/orders/ORDER1").await.expect(200).json();
        let path = "/api/v3/orders/ORDER1/captures/return-notification";
        let notice = json!({"captureNumber": "INV1", "totalGrossAmount": "20", "items": [{"productId": "ITEM1", "quantity": 2}]});
        shop.post(path, &notice).await.expect(200).matches(&json!({}));
        assert_eq!(shop.get("/api/v3/orders/ORDER1").await.expect(200).json(), before);
        shop.post(path, &json!({"captureNumber": "NONE"})).await.expect(400).contains(&json!([{"code": "400.132"}]));
        shop.post(path, &json!({"items": []})).await.expect(400).contains(&json!([{"code": "400.002", "fieldReference": "captureNumber"}]));
        shop.get(path).await.expect(405);
    }

    async fn version_and_status(server: Server) {
        let shop = server.afterpay_shop().await;
        let version = shop.get("/api/v3/version").await.expect(200).json()["version"].as_str().unwrap().to_owned();
        assert_eq!(version.split('.').filter(|part| part.parse::<u32>().is_ok()).count(), 4, "{version}");
        shop.get("/api/v3/version").without("x-auth-key").await.expect(401);
        shop.post("/api/v3/version", &json!(null)).await.expect(405);
        server.http().get("/shop/api/v3/status").await.expect(200).matches(&json!({}));
    }
}
