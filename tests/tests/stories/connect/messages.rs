//! What others are told: the message of Assign user, and the events of orders.

use serde_json::{Value, json};
use stories::json::assert_matches;
use stories::{Caller, Receiver, Stage, story};

use super::browser::{Browser, SITE, location, publisher, signed_in_user};
use super::connectors::{connect_to, impatient, signed};
use super::{FULFILLMENT, register, register_body};

fn wish(client: &str, credential: &str) -> Value {
    json!({
        "credential": credential, "isSendMessage": true, "returnUrl": SITE, "errorUrl": SITE, "linkLifetime": 2,
        "overrideClientId": client
    })
}

/// Registers an order without a customer number and completes it; gives the path of Assign user.
async fn bought(site: &Caller) -> (Value, String) {
    let mut body = stories::connect::register("2342", "invoice");
    body["payer"].as_object_mut().unwrap().remove("customerNumber");
    let id = register_body(site, &body).await;
    site.post(FULFILLMENT, &json!({ "orderId": id }))
        .await
        .expect(200);
    let path = format!("/capi/v1/client/order/{id}/user");
    (id, path)
}

story! {
    /// isSendMessage: owed to the message connector, with a link on which the new user chooses a password, once.
    async fn assign_user_sends_a_message_with_a_link(stage: Stage) {
        let server = stage.start(&impatient());
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (site, messenger) = (merchant.connect_with(client.clone()).await, Receiver::start().await);
        let secret = connect_to(&server, &site, "message", &messenger.url("/send"));
        let (id, path) = bought(&site).await;
        let assigned = site.post(&path, &wish(&client.id, "kari@example.no")).await.expect(200);
        assigned.contains(&json!({ "isNewUser": true, "isPasswordSet": false }));
        let told = signed(&messenger.wait_for(1).await[0], &secret);
        assert_matches("the message", &told, &json!({
            "type": "message", "time": "[integer]",
            "data": {
                "orderId": id, "credential": "kari@example.no", "uniqueUserId": assigned.json()["uniqueUserId"], "isNewUser": true,
                "isPasswordSet": false, "link": "[text]"
            }
        }));
        let link = told["data"]["link"].as_str().unwrap().to_owned();
        let link = link.strip_prefix(&format!("http://{}", server.address())).expect("a page of ours").to_owned();
        let mut browser = Browser::new(&server);
        let page = browser.get(&link).await.expect(200);
        assert!(page.text().contains("kari@example.no"), "{}", page.text());
        browser.fill_in(&page, &[("password", "kort")]).await.expect(400);
        assert_eq!(location(&browser.fill_in(&page, &[("password", "et langt passord")]).await), SITE);
        browser.get(&link).await.expect(400);
        browser.fill_in(&page, &[("password", "et annet passord")]).await.expect(400);
        // They are signed in, and may sign in again; the order is theirs.
        assert_eq!(location(&browser.get(&format!("/user/login?clientId={}&returnUrl={SITE}", client.id)).await), SITE);
        // Who has a password is led to the sign-in form.
        let (_, path) = bought(&site).await;
        site.post(&path, &wish(&client.id, "kari@example.no")).await.expect(200).contains(&json!({ "isNewUser": false, "isPasswordSet": true }));
        let told = signed(&messenger.wait_for(2).await[1], &secret);
        assert!(told["data"]["link"].as_str().unwrap().contains("/user/login?clientId="), "{told}");
    }

    /// What a message needs is checked whether or not somebody brings it; without isSendMessage none is owed.
    async fn a_message_needs_a_client_and_its_addresses(stage: Stage) {
        let server = stage.start(&impatient());
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (_, theirs) = publisher(&server, "Annen").await;
        let (site, messenger) = (merchant.connect_with(client.clone()).await, Receiver::start().await);
        let (_, path) = bought(&site).await;
        // Nobody brings messages yet.
        site.post(&path, &wish(&client.id, "kari@example.no")).await.expect(200);
        connect_to(&server, &site, "message", &messenger.url("/send"));
        let with = |member: &str, value: Value| {
            let mut body = wish(&client.id, "kari@example.no");
            body[member] = value;
            body
        };
        for (body, told) in [
            (with("overrideClientId", json!("nobody")), "overrideClientId"),
            (with("overrideClientId", json!(theirs.id)), "overrideClientId"),
            (with("returnUrl", json!("https://evil.example/")), "returnUrl"),
            (with("errorUrl", json!("javascript:alert(1)")), "errorUrl"),
            (with("linkLifetime", json!(0)), "linkLifetime"),
            (with("linkLifetime", json!(31)), "linkLifetime"),
        ] {
            let refused = site.post(&path, &body).await.expect(400);
            refused.contains(&json!({ "exceptionType": "ValidationException" }));
            assert!(refused.text().contains(told), "{}", refused.text());
        }
        site.post(&path, &with("isSendMessage", json!(false))).await.expect(200);
        site.post(&path, &wish(&client.id, "kari@example.no")).await.expect(200);
        messenger.wait_for(1).await;
        assert_eq!(messenger.received().len(), 1);
    }

    /// Every new status of an order, in the documented form of events, whatever API it came through.
    async fn order_events_are_told_in_the_documented_form(stage: Stage) {
        let server = stage.start(&impatient());
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (site, listener) = (merchant.connect_with(client.clone()).await, Receiver::start().await);
        register(&site, "invoice").await; // before anybody listens
        let secret = connect_to(&server, &site, "event", &listener.url("/events"));
        let (_, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        kari.get("/capi/v1/order/status").await.expect(200);
        // It is noticed within a second.
        let id = stories::eventually("events are told", async || {
            let id = register(&site, "sms").await;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            (!listener.received().is_empty()).then_some(id)
        }).await;
        site.post(FULFILLMENT, &json!({ "orderId": id })).await.expect(200);
        // In the sandbox a message is paid for at once: both statuses are one step. The subscription tells of itself.
        let told = stories::eventually("it is processed", async || {
            let all: Vec<_> = listener.received().iter().map(|call| signed(call, &secret)).collect();
            all.into_iter().find(|event| event["type"] == "order" && event["status"] != "preliminary")
        }).await;
        let received = listener.received();
        assert_matches("the event", &told, &json!({
            "time": "[integer]", "type": "order", "source": "ORDREBOK", "status": "processed",
            "data": {
                "orderId": id, "externalOrderId": "2342", "orderStatus": "processed", "orderAmount": 295, "currency": "NOK",
                "paymentMethod": "sms", "customerNumber": 563_457
            }
        }));
        let first = signed(&received[0], &secret);
        assert_eq!((&first["type"], &first["status"]), (&json!("order"), &json!("preliminary")));
    }
}
