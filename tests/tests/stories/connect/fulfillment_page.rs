//! The page on which the payer confirms or cancels an order.

use serde_json::{Value, json};
use stories::{Caller, Credential, Options, Server, Stage, connect, story};

use super::browser::{Browser, SITE, location, publisher, query, signed_in_user};
use super::{register, status_of};

fn page_path(client: &Credential, id: &Value) -> String {
    let id = id.to_string();
    let pairs = [
        ("orderId", id.as_str()),
        ("returnUrl", "https://site.example/done?x=1#there"),
        ("clientId", client.id.as_str()),
    ];
    format!("/user/fulfillment?{}", query(&pairs))
}

fn done(status: &str) -> String {
    format!("https://site.example/done?x=1&fulfillmentStatus={status}#there")
}

async fn order(user: &Caller, method: &str, prepaid: bool) -> Value {
    let mut body = connect::register("2342", method);
    body["prepaid"] = json!(prepaid);
    user.post("/capi/v1/order", &body).await.expect(200).json()["orderId"].clone()
}

story! {
    /// success for what is confirmed, cancel for what is not; and an order that was cancelled may be confirmed later.
    async fn fulfillment_status_success_and_cancel(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (mut browser, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let site = merchant.connect_with(client.clone()).await;
        let id = order(&kari, "invoice", false).await;
        let path = page_path(&client, &id);
        let page = browser.get(&path).await.expect(200);
        assert!(page.text().contains("295 NOK") && page.text().contains("TOTT"), "{}", page.text());
        assert_eq!(location(&browser.fill_in(&page, &[("decision", "cancel")]).await), done("cancel"));
        assert_eq!(status_of(&site, &id).await, "preliminary");
        assert_eq!(location(&browser.fill_in(&page, &[("decision", "confirm")]).await), done("success"));
        assert_eq!(status_of(&site, &id).await, "processed");
        assert_eq!(location(&browser.fill_in(&page, &[("decision", "confirm")]).await), done("success"));
        assert_eq!(location(&browser.get(&path).await), done("success"));
    }

    /// If the order is prepaid the user is redirected straight to returnUrl.
    async fn a_prepaid_order_is_redirected_straight_to_return_url(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (mut browser, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let id = order(&kari, "creditcardPayex", true).await;
        assert_eq!(location(&browser.get(&page_path(&client, &id)).await), done("success"));
    }

    /// unknown while the payment is open, error for what can't be paid here, for another's order, and for none.
    async fn fulfillment_status_unknown_and_error(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (mut browser, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let site = merchant.connect_with(client.clone()).await;
        let sms = order(&kari, "sms", false).await;
        let page = browser.get(&page_path(&client, &sms)).await.expect(200);
        assert_eq!(location(&browser.fill_in(&page, &[("decision", "confirm")]).await), done("unknown"));
        assert_eq!(status_of(&site, &sms).await, "confirmed");
        let card = order(&kari, "creditcardPayex", false).await;
        let page = browser.get(&page_path(&client, &card)).await.expect(200);
        assert_eq!(location(&browser.fill_in(&page, &[("decision", "confirm")]).await), done("error"));
        assert_eq!(status_of(&site, &card).await, "preliminary", "nobody has paid for it");
        let others = register(&site, "invoice").await;
        for id in [others, json!(9), json!("x")] {
            assert_eq!(location(&browser.get(&page_path(&client, &id)).await), done("error"));
        }
    }

    /// In the sandbox a card pays without a provider, and the payer's number decides over a message.
    async fn the_sandbox_pays_without_a_provider(stage: Stage) {
        let server = stage.start(&Options::default().sandbox());
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (mut browser, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        for method in ["creditcardPayex", "sms"] {
            let id = order(&kari, method, false).await;
            let page = browser.get(&page_path(&client, &id)).await.expect(200);
            assert_eq!(location(&browser.fill_in(&page, &[("decision", "confirm")]).await), done("success"), "{method}");
        }
    }

    /// Whoever is not signed in signs in first, and comes back to the order. The client may be left out then.
    async fn the_user_signs_in_first(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (mut browser, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let id = order(&kari, "invoice", false).await.to_string();
        let without = format!("/user/fulfillment?{}", query(&[("orderId", &id), ("returnUrl", SITE)]));
        browser.get(&without).await.expect(200);
        let mut anew = Browser::new(&server);
        anew.get(&without).await.expect(400);
        let path = format!("{without}&{}", query(&[("clientId", &client.id)]));
        let form = anew.get(&path).await.expect(200);
        let entered = anew.fill_in(&form, &[("j_username", "kari@example.no"), ("j_password", "et langt passord")]).await;
        assert_eq!(location(&entered), path);
        assert!(anew.get(&path).await.expect(200).text().contains("Confirm your order"));
    }
}
