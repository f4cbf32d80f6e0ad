//! What the catalogue has of the backend's own: rewards, deliveries, invoices, tokens, texts of consents; and what a user has.

use serde_json::{Value, json};
use stories::{Caller, Credential, Merchant, Server, connect, story};

use super::browser::{publisher, signed_in_user};
use super::catalogue::load;
use super::{FULFILLMENT, ORDER};

fn refusal() -> Value {
    json!({ "exceptionType": "ValidationException", "errorMessage": "[text]" })
}

/// A publisher with a catalogue, and a user who is a customer, with their number.
async fn with_user(server: &Server) -> (Merchant, Credential, Caller, Value) {
    let (merchant, client) = publisher(server, "Fjellforlaget").await;
    let (_, kari) = signed_in_user(server, &merchant, &client, "kari@example.no").await;
    let id = kari
        .post("/capi/v1/order", &connect::register("2342", "invoice"))
        .await
        .expect(200)
        .json()["orderId"]
        .clone();
    let site = merchant.connect_with(client.clone()).await;
    site.post(FULFILLMENT, &json!({ "orderId": id }))
        .await
        .expect(200);
    let number = kari.get("/capi/v1/customer/profile").await.expect(200).json()["customerNumber"].clone();
    (merchant, client, kari, number)
}

story! {
    /// By partner and id; an unknown one is told, and so are bodies that are no question.
    async fn check_reward_tells_what_a_reward_is_for(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        let rewards = json!({ "rewards": [{ "rewardId": "1", "rewardPartnerId": 2674, "customerNumber": 327_492, "product": "29452", "cost": 1 }] });
        load(&server, &merchant, &rewards, 0);
        let (client, path) = (merchant.connect().await, "/capi/v1/client/reward/check");
        client.post(path, &json!({ "rewardId": "1", "rewardPartnerId": 2674 })).await.expect(200).matches(&json!({
            "customerNumber": 327_492, "product": "29452", "rewardId": "1"
        }));
        for bad in [
            json!({ "rewardId": "2", "rewardPartnerId": 2674 }), json!({ "rewardId": "1", "rewardPartnerId": 7 }), json!({ "rewardId": "1" }), json!([]),
            json!({ "rewardId": "x".repeat(37), "rewardPartnerId": 1 }), json!({ "rewardId": "1", "rewardPartnerId": "9".repeat(40) }), json!({ "rewardId": "a\u{0}", "rewardPartnerId": 1 }),
        ] {
            client.post(path, &bad).await.expect(400).matches(&refusal());
        }
        server.connect_client().await.post(path, &json!({ "rewardId": "1", "rewardPartnerId": 2674 })).await.expect(400).matches(&refusal());
    }

    /// When a product comes next, in both modes.
    async fn next_distributions_are_told_as_they_were_loaded(server: Server) {
        let (merchant, client, kari, _) = with_user(&server).await;
        let next = json!({ "nextDistribution": { "issue": "7" }, "nextDelivery": { "date": 1_559_372_400_000_u64 } });
        let mut loaded = next.clone();
        loaded["product"] = json!("TOTT");
        load(&server, &merchant, &json!({ "deliveries": [loaded] }), 0);
        let site = merchant.connect_with(client).await;
        for (caller, path) in [(&site, "/capi/v1/client/delivery/"), (&kari, "/capi/v1/product/delivery/")] {
            caller.get(&format!("{path}TOTT")).await.expect(200).matches(&next);
            for none in ["NONE", "%00", &"9".repeat(40)] {
                caller.get(&format!("{path}{none}")).await.expect(400).matches(&refusal());
            }
        }
    }

    /// What the user has now: of orders, of what they started, of grants.
    async fn the_users_products_are_listed(server: Server) {
        let (merchant, _, kari, number) = with_user(&server).await;
        let grants = json!({ "grants": [
            { "grantId": "1", "customerNumber": number, "product": "GIFT", "startTime": 1, "endTime": 9_999_999_999_999_u64 },
            { "grantId": "2", "customerNumber": number, "product": "GONE", "endTime": 2 }
        ] });
        load(&server, &merchant, &grants, 0);
        let listed = kari.get("/capi/v1/customer/product").await.expect(200);
        listed.matches(&json!({ "products": [
            { "productId": "TOTT", "accessType": "A", "startTime": "[integer]" },
            { "productId": "GIFT", "accessType": "B", "startTime": 1, "endTime": 9_999_999_999_999_u64 }
        ] }));
    }

    /// The backend's invoices, by customer, product and day; the user's own with their reminders.
    async fn invoices_and_reminders_are_given_back_as_they_were_loaded(server: Server) {
        let (merchant, client, kari, number) = with_user(&server).await;
        let invoice = |id: u32, customer: &Value, day: &str, paid: bool| json!({
            "invoiceNumber": id, "customerNumber": customer, "product": "TOTT", "invoiceDate": day, "invoiceAmount": "295.00", "paymentMethod": "A", "paid": paid
        });
        let (first, second) = (invoice(1, &number, "2026-01-31", true), invoice(2, &number, "2026-02-28", false));
        let reminder = json!({ "invoiceNumber": 2, "reminderNumber": 1, "customerNumber": number, "product": "TOTT", "invoiceDate": "2026-03-15" });
        load(&server, &merchant, &json!({ "invoices": [first, second, invoice(3, &json!(5), "2026-02-01", false)], "reminders": [reminder] }), 0);
        let site = merchant.connect_with(client).await;
        let path = format!("/capi/v1/client/customer/invoice/payment/{number}/TOTT");
        site.get(&path).await.expect(200).matches(&json!({ "clientInvoiceInfoList": [first, second] }));
        site.get(&format!("{path}?from=2026-02-01&to=2026-02-28")).await.expect(200).matches(&json!({ "clientInvoiceInfoList": [second] }));
        site.get(&format!("{path}X")).await.expect(200).matches(&json!({ "clientInvoiceInfoList": [] }));
        let own = "/capi/v1/customer/invoice/payment/TOTT";
        kari.get(own).await.expect(200).matches(&json!({ "invoices": [first, second], "reminders": [reminder] }));
        kari.get(&format!("{own}?unpaid=true&to=2026-03-01")).await.expect(200).matches(&json!({ "invoices": [second], "reminders": [] }));
        for bad in ["?from=yesterday", "?to=2026-02-30", "?from=2026-01-01&from=2026-01-02", "?from=%ff"] {
            kari.get(&format!("{own}{bad}")).await.expect(400).matches(&refusal());
        }
        site.get(&format!("/capi/v1/client/customer/invoice/payment/{}/TOTT", "9".repeat(40))).await.expect(400).matches(&refusal());
        let told = load(&server, &merchant, &json!({ "reminders": [{ "invoiceNumber": 2 }] }), 1);
        assert!(told.contains("reminders[0].reminderNumber: missing"), "{told}");
    }

    /// The user's own tokens, and nobody else's.
    async fn klarna_tokens_of_the_user_are_listed(server: Server) {
        let (merchant, client, kari, number) = with_user(&server).await;
        let token = json!({ "recurringToken": "T-1", "customerNumber": number, "productCode": "TOTT" });
        load(&server, &merchant, &json!({ "klarnaTokens": [token, { "recurringToken": "T-2", "customerNumber": 5 }] }), 0);
        let path = "/capi/v1/customer/payment/klarna/token";
        kari.get(path).await.expect(200).matches(&json!({ "recurringTokens": [token] }));
        let (_, ola) = signed_in_user(&server, &merchant, &client, "ola@example.no").await;
        ola.get(path).await.expect(200).matches(&json!({ "recurringTokens": [] }));
        merchant.connect_with(client).await.get(path).await.expect(403);
    }

    /// The last event of each consent of the user, and the texts that an issuer asks with.
    async fn consents_of_a_user_and_texts_of_an_issuer_are_listed(server: Server) {
        let (merchant, client, kari, _) = with_user(&server).await;
        let event = |action: &str, at: i64| json!({ "consentIssuer": "FTOTT", "consentId": "news", "action": action, "eventTime": at });
        let mut last = Value::Null;
        for (action, at) in [("given", 1), ("withdrawn", 2)] {
            last = kari.post("/capi/v1/customer/privacy/consentEvent", &event(action, at)).await.expect(200).json();
        }
        kari.get("/capi/v1/customer/privacy/consents/FTOTT").await.expect(200).matches(&json!({ "consents": [last] }));
        kari.get("/capi/v1/customer/privacy/consents/OTHER").await.expect(200).matches(&json!({ "consents": [] }));
        let text = |version: u32| json!({ "consentIssuer": "FTOTT", "consentId": "news", "version": version, "text": "May we write to you?" });
        load(&server, &merchant, &json!({ "consentTexts": [text(1), text(2)] }), 0);
        let (site, path) = (merchant.connect_with(client).await, "/capi/v1/client/customer/privacy/consent/text/history");
        site.get(&format!("{path}/FTOTT")).await.expect(200).matches(&json!({ "consentTexts": [text(2), text(1)] }));
        site.get(&format!("{path}/OTHER")).await.expect(200).matches(&json!({ "consentTexts": [] }));
        site.post(ORDER, &json!({})).await.expect(400);
    }
}
