//! Before an order is authorized, and how it is judged.

use serde_json::{Value, json};
use stories::{Options, Server, Stage, afterpay, story};

const AUTHORIZE: &str = "/api/v3/checkout/authorize";
const METHODS: &str = "/api/v3/checkout/payment-methods";

/// An authorize call with some members changed.
fn authorize(number: &str, changes: &[(&str, Value)]) -> Value {
    let mut body = afterpay::authorize(number, 10);
    for (pointer, value) in changes {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[member] = value.clone();
    }
    body
}

story! {
    async fn an_order_is_placed_in_two_steps(server: Server) {
        let shop = server.afterpay_shop().await;
        let mut first = authorize("ORDER1", &[("/customer/conversationLanguage", json!("no"))]);
        first.as_object_mut().unwrap().remove("payment");
        let available = shop.post(METHODS, &first).await.expect(200);
        available.contains(&json!({
            "checkoutId": "[uuid]", "outcome": "Accepted",
            "customer": {"customerNumber": "CUSTOMER1000", "firstName": "Kari", "addressList": [{"countryCode": "NO"}]},
            "paymentMethods": [
                {"type": "Invoice", "title": "Faktura", "legalInfo": {"requiresCustomerConsent": false}},
                {"type": "Account", "title": "Konto", "account": {"profileNo": 1}},
                {"type": "Installment", "title": "Delbetaling",
                 "installment": {"installmentProfileNumber": 3, "numberOfInstallments": 3, "basketAmount": 100}},
                {"type": "Consolidatedinvoice"}, {"type": "PayinX"}
            ]
        }));
        assert!(available.json().get("deliveryCustomer").is_none());
        // The number is not reserved by it, and the order is not there yet.
        shop.get("/api/v3/orders/ORDER1").await.expect(400);
        let checkout = available.json()["checkoutId"].clone();
        let second = json!({"payment": {"type": "invoice"}, "checkoutId": checkout});
        shop.post(AUTHORIZE, &second).await.expect(200).contains(&json!({
            "outcome": "Accepted", "checkoutId": checkout, "customer": {"customerNumber": "CUSTOMER1000"}
        }));
        shop.get("/api/v3/orders/ORDER1").await.expect(200).contains(&json!({
            "orderDetails": {"totalGrossAmount": 100, "currency": "NOK", "customer": {"lastName": "Nordmann"},
                "orderItems": [{"productId": "ITEM1", "quantity": 10}]}
        }));
        shop.post(AUTHORIZE, &second).await.expect(400).contains(&json!([{"code": "400.100"}]));
    }

    async fn the_second_step_may_add_to_the_first_but_not_change_the_customer(server: Server) {
        let shop = server.afterpay_shop().await;
        let body = afterpay::authorize("ORDER1", 10);
        let checkout = shop.post(METHODS, &json!({"order": body["order"]})).await.expect(200).json()["checkoutId"].clone();
        let second = json!({"payment": body["payment"], "checkoutId": checkout});
        shop.post(AUTHORIZE, &second).await.expect(400).contains(&json!([{"code": "400.002", "fieldReference": "customer"}]));
        let mut whole = second.clone();
        whole["customer"] = body["customer"].clone();
        shop.post(AUTHORIZE, &whole).await.expect(200);

        let body = afterpay::authorize("ORDER2", 10);
        let checkout = shop.post(METHODS, &body).await.expect(200).json()["checkoutId"].clone();
        let mut other = json!({"payment": body["payment"], "checkoutId": checkout, "customer": body["customer"]});
        other["customer"]["customerNumber"] = json!("SOMEBODY");
        shop.post(AUTHORIZE, &other).await.expect(400).contains(&json!([{"code": "400.103", "fieldReference": "customer.customerNumber"}]));
        // Another merchant's checkout is as unknown as one that never was.
        let stranger = server.afterpay_shop().await;
        let second = json!({"payment": body["payment"], "checkoutId": checkout});
        stranger.post(AUTHORIZE, &second).await.expect(400).contains(&json!([{"code": "400.908", "fieldReference": "checkoutId"}]));
        let unknown = json!({"payment": body["payment"], "checkoutId": "11111111-2222-4333-8444-555555555555"});
        shop.post(AUTHORIZE, &unknown).await.expect(400).contains(&json!([{"code": "400.908"}]));
        let wrong = json!({"payment": body["payment"], "checkoutId": "one"});
        shop.post(AUTHORIZE, &wrong).await.expect(400).contains(&json!([{"code": "400.004", "fieldReference": "checkoutId"}]));
        shop.post(METHODS, &json!({})).await.expect(400).contains(&json!([{"code": "400.001"}]));
        shop.post(METHODS, &json!({"customer": {"customerCategory": "Person"}})).await.expect(400).contains(&json!([{"code": "400.002", "fieldReference": "order"}]));
    }

    async fn old_clients_ask_for_a_contract_in_between(server: Server) {
        let shop = server.afterpay_shop().await;
        let body = afterpay::authorize("ORDER1", 10);
        let checkout = shop.post(METHODS, &body).await.expect(200).json()["checkoutId"].as_str().unwrap().to_owned();
        let path = format!("/api/v3/checkout/{checkout}/contract");
        let info = json!({"paymentInfo": {"type": "Invoice", "directDebit": {"bankAccount": "NO9386011117947"}}});
        let contract = shop.post(&path, &info).await.expect(200);
        contract.matches(&json!({"contractId": "[uuid]", "contractList": [{"contractNumber": "[text]", "contractContent": "[text]"}]}));
        let with = |contract: &Value| json!({"checkoutId": checkout, "payment": {"type": "Invoice", "contractId": contract}});
        shop.post(AUTHORIZE, &with(&json!("11111111-2222-4333-8444-555555555555"))).await.expect(400)
            .contains(&json!([{"code": "400.109", "fieldReference": "payment.contractId"}]));
        shop.post(AUTHORIZE, &with(&contract.json()["contractId"])).await.expect(200);
        shop.post(&path, &json!({"paymentInfo": {}})).await.expect(400)
            .contains(&json!([{"code": "400.002", "fieldReference": "paymentInfo.type"}]));
        shop.post("/api/v3/checkout/nothing/contract", &info).await.expect(400).contains(&json!([{"code": "400.908"}]));
    }

    async fn payments_that_are_not_offered_are_refused(stage: Stage) {
        let server = stage.start(&Options::default().configuration(
            "[afterpay]\npayment_types = [\"Invoice\", \"Installment\", \"Account\"]\ninstallments = [\
             {profile = 7, country = \"NO\", payments = 4, lowest_amount = \"50\", highest_amount = \"100\"}]"));
        let shop = server.afterpay_shop().await;
        for (payment, code, field) in [
            (json!({"type": "PayinX"}), "400.108", "payment.type"),
            (json!({"type": "Account", "account": {"profileNo": 2}}), "400.114", "payment.account.profileNo"),
            (json!({"type": "Installment", "installment": {"profileNo": 3}}), "400.110", "payment.installment.profileNo"),
            (json!({"type": "Installment", "installment": {"profileNo": 7, "numberOfInstallments": "3"}}), "400.113", "payment.installment.numberOfInstallments"),
        ] {
            shop.post(AUTHORIZE, &authorize("ORDER1", &[("/payment", payment)])).await.expect(400)
                .contains(&json!([{"code": code, "fieldReference": field}]));
        }
        let small = json!({"type": "Installment", "installment": {"profileNo": 7}});
        let mut body = afterpay::authorize("ORDER1", 4);
        body["payment"] = small.clone();
        shop.post(AUTHORIZE, &body).await.expect(400).contains(&json!([{"code": "400.111"}]));
        shop.post(AUTHORIZE, &authorize("ORDER1", &[("/payment", small)])).await.expect(200);
    }

    async fn an_operators_policy_judges_each_merchants_customers(stage: Stage) {
        let server = stage.start(&Options::default().configuration(
            "[[afterpay.risk]]\nhighest_total = \"99.99\"\n\
             [[afterpay.risk]]\nmerchant = \"Careful\"\nhighest_total = \"1000\"\nlowest_age = 18\ncountries = [\"NO\", \"SE\"]\n\
             blocked = [\"BAD@example.com\"]"));
        let careful = server.merchant("Careful").await.afterpay().await;
        let person = [("/customer/birthDate", json!("1990-01-01")), ("/customer/conversationLanguage", json!("SV"))];
        let judged = async |number: &str, more: &[(&str, Value)], codes: &[&str]| {
            let changes: Vec<_> = person.iter().chain(more).cloned().collect();
            let reply = careful.post(AUTHORIZE, &authorize(number, &changes)).await.expect(200);
            let told = reply.json();
            let empty = Vec::new();
            let messages = told["riskCheckMessages"].as_array().unwrap_or(&empty);
            let found: Vec<_> = messages.iter().map(|message| message["code"].as_str().unwrap()).collect();
            assert_eq!(found, codes, "{told}");
            assert_eq!(told["outcome"], if codes.is_empty() { "Accepted" } else { "Rejected" });
            told
        };
        judged("A", &[("/customer/birthDate", json!("2024-01-01"))], &["200.001"]).await;
        judged("A", &[("/customer/birthDate", json!(null))], &["200.001"]).await;
        judged("A", &[("/customer/address/countryCode", json!("DE"))], &["200.902"]).await;
        let worst = judged("A", &[("/customer/email", json!("bad@EXAMPLE.com")), ("/customer/address", json!(null))], &["200.901", "200.902"]).await;
        assert_eq!(worst["riskCheckMessages"][0], json!({
            "type": "BusinessError", "code": "200.901", "actionCode": "Unavailable", "fieldReference": "customer",
            "message": "We can't offer you this payment method. Please choose another one.",
            "customerFacingMessage": "Vi kan inte erbjuda dig den här betalningsmetoden. Välj en annan."
        }));
        // A rejection takes no number: the customer may do better.
        careful.get("/api/v3/orders/A").await.expect(400);
        judged("A", &[], &[]).await;
        careful.get("/api/v3/orders/A").await.expect(200);
        // Companies have no age.
        judged("B", &[("/customer/birthDate", json!(null)), ("/customer/customerCategory", json!("Company"))], &[]).await;
        // Everybody else has the common policy.
        let other = server.afterpay_shop().await;
        other.post(AUTHORIZE, &afterpay::authorize("A", 9)).await.expect(200).contains(&json!({"outcome": "Accepted"}));
        other.post(AUTHORIZE, &afterpay::authorize("B", 10)).await.expect(200)
            .contains(&json!({"outcome": "Rejected", "riskCheckMessages": [{"code": "200.903"}]}));
        // Available payment methods are judged alike: none.
        let methods = other.post(METHODS, &afterpay::authorize("B", 10)).await.expect(200);
        methods.contains(&json!({"outcome": "Rejected", "riskCheckMessages": [{"code": "200.903"}], "paymentMethods": []}));
    }

    async fn the_sandboxs_documented_names_decide(stage: Stage) {
        let server = stage.start(&Options::default().sandbox());
        let shop = server.afterpay_shop().await;
        let named = async |name: &str, number: &str| {
            shop.post(AUTHORIZE, &authorize(number, &[("/customer/firstName", json!(name))])).await.expect(200)
        };
        for (name, code) in [("Reject", "200.901"), ("Underage", "200.001"), ("99", "200.903"), ("ChargebackPresent", "200.912")] {
            named(name, "ORDER1").await.contains(&json!({"outcome": "Rejected", "riskCheckMessages": [{"code": code}]}));
        }
        named("100", "ORDER1").await.contains(&json!({"outcome": "Accepted"}));
        named("Accept", "ORDER2").await.contains(&json!({"outcome": "Accepted"}));

        let pending = named("StrongCustomerAuthentication", "ORDER3").await;
        pending.contains(&json!({"outcome": "Pending", "checkoutId": "[uuid]", "secureLoginUrl": "[text]"}));
        let status = async || shop.get("/api/v3/orders/ORDER3").await.expect(200).json()["orderDetails"]["status"].clone();
        assert_eq!(status().await, "Pending");
        shop.post("/api/v3/orders/ORDER3/captures", &json!(null)).await.expect(400).contains(&json!([{"code": "400.904"}]));
        let told = pending.json();
        let login = told["secureLoginUrl"].as_str().unwrap();
        let path = &login[login.find("/api/").unwrap()..];
        assert!(login.starts_with("http://127.0.0.1:"), "{login}");
        let (head, checkout) = path.rsplit_once('/').unwrap();
        server.http().get(&format!("{head}/{}", checkout.replace(checkout.get(..1).unwrap(), "x"))).await.expect(400);
        server.http().get(path).await.expect(200);
        assert_eq!(status().await, "Accepted");
        shop.post("/api/v3/orders/ORDER3/captures", &json!(null)).await.expect(200).contains(&json!({"capturedAmount": 100}));
    }

    /// Without `--sandbox` nobody is judged by their name.
    async fn the_test_names_are_names_elsewhere(server: Server) {
        let shop = server.afterpay_shop().await;
        let body = authorize("ORDER1", &[("/customer/firstName", json!("Reject"))]);
        shop.post(AUTHORIZE, &body).await.expect(200).contains(&json!({"outcome": "Accepted"}));
        server.http().get("/api/v3/sandbox/secure-login/1/1000000000/x").await.expect(404);
    }

    async fn an_order_is_updated_and_an_increase_is_judged_anew(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[[afterpay.risk]]\nhighest_total = \"150\""));
        let shop = server.afterpay_shop().await;
        shop.post(AUTHORIZE, &afterpay::authorize("ORDER1", 10)).await.expect(200);
        let update = |pieces: u32, name: &str| json!({"updateOrderSummary": {
            "totalGrossAmount": pieces * 10, "totalNetAmount": pieces * 8, "items": [{
                "productId": "ITEM2", "description": name, "quantity": pieces, "grossUnitPrice": 10, "netUnitPrice": 8
            }]}, "yourReference": "Y1"});
        let path = "/api/v3/orders/ORDER1/updateOrder";
        let shown = async || shop.get("/api/v3/orders/ORDER1").await.expect(200);
        for (pieces, name) in [(12, "Twelve"), (15, "Fifteen"), (8, "Eight")] {
            let updated = shop.post(path, &update(pieces, name)).await.expect(200);
            updated.matches(&json!({"outcome": "Accepted", "reservationId": "[uuid]", "checkoutId": "[uuid]", "expirationDate": "[date]"}));
            shown().await.contains(&json!({"orderDetails": {"totalGrossAmount": pieces * 10, "yourReference": "Y1",
                "orderItems": [{"productId": "ITEM2", "description": name, "quantity": pieces}]}}));
        }
        let before = shown().await.json();
        shop.post(path, &update(16, "Sixteen")).await.expect(200).contains(&json!({
            "outcome": "Rejected", "riskCheckMessages": [{"code": "200.903"}]
        }));
        assert_eq!(shown().await.json(), before, "a rejection leaves the order as it was");
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("INV1", 5)).await.expect(200)
            .contains(&json!({"authorizedAmount": 80, "remainingAuthorizedAmount": 30}));
        shop.post(path, &update(4, "Four")).await.expect(400).contains(&json!([{"code": "400.117"}]));
        shop.post(path, &update(6, "Six")).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/captures", &json!(null)).await.expect(200).contains(&json!({"capturedAmount": 10}));
        shop.post(path, &update(9, "Nine")).await.expect(400).contains(&json!([{"code": "400.904", "message": "The order has already been processed."}]));
        shop.post(path, &json!({})).await.expect(400).contains(&json!([{"code": "400.001"}]));
        shop.post(path, &json!({"updateOrderSummary": {"totalGrossAmount": 1, "items": [{"productId": "X", "quantity": 1, "grossUnitPrice": 2.5}]}}))
            .await.expect(400);
    }
}
