//! The merchant's own programs: asked for payments, given orders that are paid for, by signed webhooks whose answers
//! count.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use stories::json::assert_matches;
use stories::{Caller, Options, Received, Receiver, Server, Stage, connect, eventually, story};

use super::browser::{Browser, SITE, location, parameter, publisher, query, signed_in_user};
use super::{FULFILLMENT, register, status_of};

/// A server that may call loopback addresses, and calls again soon.
pub(super) fn impatient() -> Options {
    Options::default()
        .sandbox()
        .configuration("[callbacks]\nretry_after_seconds = [1]\n")
}

/// Sets a connector through the command line, and gives its secret.
pub(super) fn connect_to(server: &Server, caller: &Caller, kind: &str, url: &str) -> String {
    let arguments = [
        "connector",
        "set",
        "--merchant",
        &caller.merchant.name,
        kind,
        "--url",
        url,
        "--json",
    ];
    let run = server.run(&arguments).expecting(0);
    run.json()["secret"].as_str().expect("a secret").to_owned()
}

/// Checks a call's signature as Standard Webhooks says, with nothing of the program's own, and gives its body.
#[track_caller]
pub(super) fn signed(call: &Received, secret: &str) -> Value {
    let header = |name: &str| call.headers[name].to_str().unwrap();
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(header("webhook-id").as_bytes());
    mac.update(b".");
    mac.update(header("webhook-timestamp").as_bytes());
    mac.update(b".");
    mac.update(&call.body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(header("webhook-signature"), expected);
    assert_eq!(header("content-type"), "application/json");
    serde_json::from_slice(&call.body).expect("a JSON body")
}

async fn complete(client: &Caller, id: &Value, callback: Option<&str>) {
    let mut body = json!({ "orderId": id });
    if let Some(callback) = callback {
        body["callbackUrl"] = json!(callback);
    }
    let done = client.post(FULFILLMENT, &body).await.expect(200);
    done.matches(&json!({ "fulfillmentStatus": "OK", "orderId": id }));
}

async fn becomes(client: &Caller, id: &Value, status: &str) {
    eventually(&format!("order {id} is {status}"), async || {
        (status_of(client, id).await == status).then_some(())
    })
    .await;
}

story! {
    /// Asked by a signed webhook and settled by its answer, confirmed meanwhile, then the callback.
    async fn outside_payments_are_asked_of_the_payment_connector(stage: Stage) {
        let server = stage.start(&impatient());
        let (client, connector, site) = (server.connect_client().await, Receiver::start().await, Receiver::start().await);
        let secret = connect_to(&server, &client, "payment", &connector.url("/pay"));
        for (place, (method, answer, status, told)) in [
            ("sms", "paid", "processed", "success"),
            ("kco", "paid", "processed", "success"),
            ("creditcardPayex", "refused", "failed", "failed"),
        ].into_iter().enumerate() {
            connector.answer_next(&json!({ "status": answer }));
            let id = register(&client, method).await;
            complete(&client, &id, Some(&site.url("/done"))).await;
            let received = connector.wait_for(place + 1).await;
            assert_matches("the question", &signed(&received[place], &secret), &json!({
                "type": "payment", "time": "[integer]",
                "data": {
                    "orderId": id, "externalOrderId": "2342", "orderStatus": "confirmed", "orderAmount": 295,
                    "currency": "NOK", "paymentMethod": method, "customerNumber": 563_457,
                    "payer": connect::register("2342", method)["payer"]
                }
            }));
            becomes(&client, &id, status).await;
            let calls = site.wait_for(place + 1).await;
            assert_eq!(calls[place].target, format!("/done?fulfillmentStatus={told}"));
        }
        // What nobody outside is to pay is done at once, and so is what was paid before.
        for method in ["invoice", "free", "other"] {
            let id = register(&client, method).await;
            complete(&client, &id, None).await;
            assert_eq!(status_of(&client, &id).await, "processed", "{method}");
        }
        assert_eq!(connector.received().len(), 3);
    }

    /// A connector that fails, answers nonsense or does not know yet is asked again, under the same id.
    async fn a_connector_is_asked_until_it_says_how_it_came_out(stage: Stage) {
        let mut server = stage.start(&impatient());
        let (client, connector) = (server.connect_client().await, Receiver::start().await);
        let secret = connect_to(&server, &client, "payment", &connector.url("/pay"));
        connector.refuse_next(503);
        connector.answer_next(&json!({ "status": "maybe" }));
        connector.answer_next(&json!({ "status": "pending" }));
        connector.answer_next(&json!({ "status": "paid" }));
        let id = register(&client, "sms").await;
        complete(&client, &id, None).await;
        connector.wait_for(1).await;
        server.kill();
        server.start_again();
        becomes(&client, &id, "processed").await;
        let received = connector.received();
        assert!(received.len() >= 4, "{received:?}");
        let ids: std::collections::BTreeSet<_> = received.iter().map(|call| call.headers["webhook-id"].clone()).collect();
        assert_eq!(ids.len(), 1, "one id for all tries");
        for call in &received {
            signed(call, &secret);
        }
    }

    /// Each merchant's own; and without one nothing is asked.
    async fn a_connector_is_called_for_its_own_merchant_only(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[callbacks]\nallowed_networks = [\"127.0.0.0/8\"]\n"));
        let (client, other, connector) = (server.connect_client().await, server.connect_client().await, Receiver::start().await);
        connect_to(&server, &client, "payment", &connector.url("/pay"));
        let theirs = register(&other, "sms").await;
        complete(&other, &theirs, None).await;
        connector.answer_next(&json!({ "status": "paid" }));
        let ours = register(&client, "sms").await;
        complete(&client, &ours, None).await;
        becomes(&client, &ours, "processed").await;
        assert_eq!((status_of(&other, &theirs).await.as_str(), connector.received().len()), ("confirmed", 1));
        server.run(&["connector", "list", "--merchant", &client.merchant.name]).expect(0);
        server.run(&["connector", "remove", "--merchant", &client.merchant.name, "payment"]).expect(0);
        server.run(&["connector", "remove", "--merchant", &client.merchant.name, "payment"]).expect(1);
        let later = register(&client, "kco").await;
        complete(&client, &later, None).await;
        assert_eq!(status_of(&client, &later).await, "processed");
    }

    /// The answer counts: taken, refused, or not yet.
    async fn orders_are_handed_over_by_a_signed_webhook_whose_answer_counts(stage: Stage) {
        let server = stage.start(&impatient());
        let (client, backend, site) = (server.connect_client().await, Receiver::start().await, Receiver::start().await);
        let secret = connect_to(&server, &client, "handover", &backend.url("/orders"));
        for (place, (answer, status)) in [(json!({ "status": "processed" }), "processed"), (json!({ "status": "refused" }), "failed")].iter().enumerate() {
            backend.answer_next(&json!({ "status": "pending" }));
            backend.answer_next(answer);
            let id = register(&client, "invoice").await;
            complete(&client, &id, Some(&site.url("/done"))).await;
            assert_eq!(status_of(&client, &id).await, "confirmed");
            // It is paid for, whatever becomes of the handover.
            assert_eq!(site.wait_for(place + 1).await[place].target, "/done?fulfillmentStatus=success");
            becomes(&client, &id, status).await;
            let received = backend.received();
            let told = signed(received.last().unwrap(), &secret);
            assert_matches("the order", &told, &json!({
                "type": "handover", "time": "[integer]",
                "data": {
                    "orderId": id, "externalOrderId": "2342", "orderStatus": "confirmed", "orderAmount": 295,
                    "currency": "NOK", "paymentMethod": "invoice", "customerNumber": 563_457,
                    "registration": connect::register("2342", "invoice")
                }
            }));
            // Completing it again changes nothing.
            if *status == "processed" {
                complete(&client, &id, None).await;
            }
        }
        assert_eq!(backend.received().len(), 4);
    }

    /// Both: paid first, handed over after.
    async fn an_order_is_handed_over_once_it_is_paid_for(stage: Stage) {
        let server = stage.start(&impatient());
        let (client, connector, backend) = (server.connect_client().await, Receiver::start().await, Receiver::start().await);
        connect_to(&server, &client, "payment", &connector.url("/pay"));
        connect_to(&server, &client, "handover", &backend.url("/orders"));
        connector.answer_next(&json!({ "status": "paid" }));
        let id = register(&client, "sms").await;
        complete(&client, &id, None).await;
        // An empty answer takes the order.
        becomes(&client, &id, "processed").await;
        connector.answer_next(&json!({ "status": "refused" }));
        let refused = register(&client, "sms").await;
        complete(&client, &refused, None).await;
        becomes(&client, &refused, "failed").await;
        assert_eq!(backend.received().len(), 1, "what is not paid for is not handed over");
    }

    /// By hand: an order waits until somebody says so.
    async fn a_handover_by_hand_waits_for_whoever_does_it(server: Server) {
        let client = server.connect_client().await;
        let name = client.merchant.name.clone();
        server.run(&["connector", "set", "--merchant", &name, "handover", "--by-hand"]).expect(0);
        server.run(&["connector", "set", "--merchant", &name, "payment", "--by-hand"]).expect(1);
        let (done, failed, untouched) = (register(&client, "invoice").await, register(&client, "free").await, register(&client, "invoice").await);
        for id in [&done, &failed] {
            complete(&client, id, None).await;
            complete(&client, id, None).await;
            assert_eq!(status_of(&client, id).await, "confirmed");
        }
        let handover = |id: &Value, outcome: &str| server.run(&["handover", "--merchant", &name, &id.to_string(), outcome]);
        handover(&done, "done").expect(0);
        handover(&done, "done").expect(0);
        handover(&done, "failed").expect(1);
        handover(&failed, "failed").expect(0);
        handover(&untouched, "done").expect(1);
        handover(&json!(9), "done").expect(1);
        let statuses = [status_of(&client, &done).await, status_of(&client, &failed).await, status_of(&client, &untouched).await];
        assert_eq!(statuses, ["processed", "failed", "preliminary"]);
    }

    /// The payer is sent to the provider's page that the connector names, comes back, and goes on once it is known.
    async fn the_fulfilment_page_sends_the_payer_to_the_provider(stage: Stage) {
        let server = stage.start(&impatient());
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (mut browser, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let site = merchant.connect_with(client.clone()).await;
        let connector = Receiver::start().await;
        let secret = connect_to(&server, &site, "payment", &connector.url("/pay"));
        for (method, answer, status, told) in [("kco", "paid", "processed", "success"), ("vippsRecurring", "refused", "failed", "error")] {
            let before = connector.received().len();
            connector.answer_next(&json!({ "status": "pending", "paymentUrl": "https://pay.example/1?a=b" }));
            let id = kari.post("/capi/v1/order", &connect::register("2342", method)).await.expect(200).json()["orderId"].clone();
            let path = format!("/user/fulfillment?{}", query(&[("orderId", &id.to_string()), ("returnUrl", SITE), ("clientId", &client.id)]));
            let page = browser.get(&path).await.expect(200);
            let sent = browser.fill_in(&page, &[("decision", "confirm")]).await;
            assert_eq!(location(&sent), "https://pay.example/1?a=b");
            assert_eq!(status_of(&site, &id).await, "confirmed");
            let call = signed(&connector.wait_for(before + 1).await[before], &secret);
            let back = call["data"]["returnUrl"].as_str().expect("an address to come back to").to_owned();
            assert_eq!(parameter(&back, "orderId"), Some(id.to_string()));
            let back = back.strip_prefix(&format!("http://{}", server.address())).expect("it is ours").to_owned();
            // Opening the page again leads to the provider again.
            assert_eq!(location(&browser.get(&path).await), "https://pay.example/1?a=b");
            // The provider sends them back; the connector is asked at once, and says how it came out.
            connector.answer_next(&json!({ "status": answer }));
            assert_eq!(location(&browser.get(&back).await), format!("{SITE}?fulfillmentStatus={told}"));
            assert_eq!(status_of(&site, &id).await, status);
        }
        // Another user's browser sees nothing of it.
        let mut other = Browser::new(&server);
        other.create_user(&client, "ola@example.no", "et langt passord").await.expect(303);
        let id = kari.post("/capi/v1/order", &connect::register("2342", "kco")).await.expect(200).json()["orderId"].clone();
        let path = format!("/user/fulfillment?{}", query(&[("orderId", &id.to_string()), ("returnUrl", SITE), ("clientId", &client.id)]));
        assert_eq!(location(&other.get(&path).await), format!("{SITE}?fulfillmentStatus=error"));
    }

    /// Whoever does not want to wait goes back with unknown.
    async fn a_payer_need_not_wait(stage: Stage) {
        let server = stage.start(&impatient());
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (mut browser, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let site = merchant.connect_with(client.clone()).await;
        // Nobody answers there.
        connect_to(&server, &site, "payment", "http://127.0.0.1:9/pay");
        let id = kari.post("/capi/v1/order", &connect::register("2342", "sms")).await.expect(200).json()["orderId"].clone();
        let path = format!("/user/fulfillment?{}", query(&[("orderId", &id.to_string()), ("returnUrl", SITE), ("clientId", &client.id)]));
        let page = browser.get(&path).await.expect(200);
        let waiting = browser.fill_in(&page, &[("decision", "confirm")]).await.expect(200);
        assert!(waiting.text().contains("Waiting for your payment"), "{}", waiting.text());
        let left = browser.get(&format!("{path}&leave=true")).await;
        assert_eq!(location(&left), format!("{SITE}?fulfillmentStatus=unknown"));
        server.run(&["settle", "--merchant", &merchant.name, &id.to_string(), "paid"]).expect(0);
        assert_eq!(location(&browser.get(&path).await), format!("{SITE}?fulfillmentStatus=success"));
    }
}
