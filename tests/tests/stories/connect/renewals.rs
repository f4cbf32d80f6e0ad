//! Subscriptions that go on by themselves, and those that end.

use serde_json::{Value, json};
use stories::{Caller, Merchant, Options, Receiver, Server, Stage, connect, eventually, story};

use super::catalogue::load;
use super::connectors::{connect_to, impatient, signed};
use super::{FULFILLMENT, register, register_body, status_of};

const CLOCK: &str = "/ordrebok/v1/sandbox/clock";
const SUBSCRIPTIONS: &str = "/capi/v1/client/subscription/563457";
const DAY: i64 = 86_400_000;

fn coupon(number: u32, renewal: &Value) -> Value {
    json!({
        "product": "TOTT", "couponCode": "TOTT", "couponNumber": number, "couponPrice": "236", "vatPercent": 25,
        "periodLength": "30", "periodType": "days", "renewal": renewal
    })
}

/// A publisher whose coupon 60 goes on, for 199 and VAT a fortnight, and whose coupon 61 does not.
async fn publisher(server: &Server) -> Merchant {
    let merchant = server.merchant("Fjellforlaget").await;
    let renewal = json!({ "renewalPrice": "199", "periodLength": "2", "periodType": "weeks" });
    let catalogue = json!({ "coupons": [coupon(60, &renewal), coupon(61, &Value::Null)] });
    load(server, &merchant, &catalogue, 0);
    merchant
}

/// Registers and completes a subscription.
async fn subscribe(client: &Caller, method: &str, coupon: u32, recurring: bool) -> Value {
    let mut body = connect::register("2342", method);
    body["recurring"] = json!(recurring);
    body["orderLines"][0]["productSpecNo"] = json!(coupon);
    body["orderLines"][0]["voucherCode"] = json!("");
    let id = register_body(client, &body).await;
    client
        .post(FULFILLMENT, &json!({ "orderId": id }))
        .await
        .expect(200)
        .contains(&json!({ "fulfillmentStatus": "OK" }));
    id
}

async fn days_pass(native: &Caller, days: u32) {
    native.post(CLOCK, &json!({ "days": days })).await.expect(200);
}

/// The events of subscriptions that came in: status, and when the period ends.
fn told(events: &Receiver, secret: &str) -> Vec<(String, Value)> {
    let all = events.received().into_iter().map(|call| signed(&call, secret));
    let mut told: Vec<_> = all.filter(|event| event["type"] == "subscription").collect();
    told.sort_by_key(|event| event["time"].as_i64());
    told.iter()
        .map(|event| {
            assert_eq!(
                (&event["data"]["customerNumber"], &event["data"]["productCode"]),
                (&json!(563_457), &json!("TOTT"))
            );
            (
                event["status"].as_str().unwrap().to_owned(),
                event["data"]["periodEnd"].clone(),
            )
        })
        .collect()
}

async fn until_told(events: &Receiver, secret: &str, statuses: &[&str]) -> Vec<(String, Value)> {
    eventually(&format!("{statuses:?} are told"), async || {
        let told = told(events, secret);
        let words: Vec<_> = told.iter().map(|(status, _)| status.as_str()).collect();
        (words == statuses).then_some(told.clone())
    })
    .await
}

async fn orders_of(native: &Caller) -> Vec<Value> {
    let listed = native
        .get("/ordrebok/v1/orders?customer=563457")
        .await
        .expect(200)
        .json();
    listed["orders"].as_array().cloned().unwrap_or_default()
}

story! {
    /// At the end of its period a new order is registered, paid for through the payment connector, and handed over as the
    /// first was; so it goes on until a payment is refused.
    async fn a_recurring_subscription_is_renewed_until_its_payment_is_refused(stage: Stage) {
        let server = stage.start(&impatient());
        let merchant = publisher(&server).await;
        let (client, native) = (merchant.connect().await, merchant.native().await);
        let [events, payments, backend] = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
        let secret = connect_to(&server, &client, "event", &events.url("/events"));
        let pays = connect_to(&server, &client, "payment", &payments.url("/pay"));
        let hands = connect_to(&server, &client, "handover", &backend.url("/orders"));
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await; // a listener is heard a second after it was set
        payments.answer_next(&json!({ "status": "paid" }));
        let first = subscribe(&client, "vippsEcommerce", 60, true).await;
        let started = until_told(&events, &secret, &["start"]).await;
        let end = started[0].1.as_i64().unwrap();
        let listed = client.get(SUBSCRIPTIONS).await.expect(200).json();
        assert_eq!(listed["subscriptions"][0]["endTime"], json!(end));

        payments.answer_next(&json!({ "status": "paid" }));
        days_pass(&native, 31).await;
        let renewed = until_told(&events, &secret, &["start", "renew"]).await;
        assert_eq!(renewed[1].1, json!(end + 14 * DAY), "a fortnight follows on the last second of the first period");
        let asked = signed(&payments.received()[1], &pays);
        let second = asked["data"]["orderId"].clone();
        assert_ne!(second, first);
        stories::json::assert_contains("the question", &asked, &json!({ "data": {
            "renewalOf": first, "orderAmount": 248.75, "paymentMethod": "vippsEcommerce", "externalOrderId": "2342", "customerNumber": 563_457
        } }));
        let handed = signed(backend.received().last().unwrap(), &hands);
        stories::json::assert_contains("the handover", &handed, &json!({ "data": { "orderId": second, "registration": {
            "orderAmount": 248.75, "recurring": true, "orderLines": [{ "unitPrice": 248.75, "startInfo": { "startDate": end + 1000 } }]
        } } }));
        let client = merchant.connect().await; // the first token has run out
        assert_eq!(status_of(&client, &second).await, "processed");
        let listed = client.get(SUBSCRIPTIONS).await.expect(200).json();
        assert_eq!((&listed["subscriptions"][0]["startTime"], &listed["subscriptions"][0]["stopped"]), (&json!(end + 1000), &json!(false)));
        assert_eq!(listed["subscriptions"][1]["stopped"], true, "{listed}");

        payments.answer_next(&json!({ "status": "refused" }));
        days_pass(&native, 14).await;
        let stopped = until_told(&events, &secret, &["start", "renew", "stop"]).await;
        assert_eq!(stopped[2].1, renewed[1].1, "it ends with what was paid for");
        days_pass(&native, 60).await;
        assert_eq!(orders_of(&native).await.len(), 3, "nothing goes on after that");
        // A call whose time was up while the clock leapt is made again, under the same id.
        let asked: std::collections::BTreeSet<_> = payments.received().iter().map(|call| call.headers["webhook-id"].clone()).collect();
        assert_eq!(asked.len(), 3);
    }

    /// Where nobody is to be asked it goes on at once; one that is not recurring ends, and so does one that has no
    /// renewal, and one whose end somebody has asked for.
    async fn what_is_not_recurring_ends_with_its_period(stage: Stage) {
        let server = stage.start(&impatient());
        let merchant = publisher(&server).await;
        let (client, native) = (merchant.connect().await, merchant.native().await);
        subscribe(&client, "invoice", 60, false).await;
        subscribe(&client, "invoice", 61, true).await;
        let stopped = subscribe(&client, "invoice", 60, true).await;
        let run = |id: &Value| server.run(&["subscription", "stop", "--merchant", &merchant.name, &id.to_string()]);
        assert!(run(&stopped).expecting(0).stdout.contains("ends with its period"));
        assert!(run(&stopped).expecting(0).stdout.contains("has nothing that goes on"));
        run(&json!(9)).expect(1);
        days_pass(&native, 31).await;
        assert_eq!(orders_of(&native).await.len(), 3);
        let goes_on = subscribe(&merchant.connect().await, "free", 60, true).await.to_string();
        // An sms order is settled by the sandbox's trigger: this payer's number pays.
        subscribe(&merchant.connect().await, "sms", 60, true).await;
        days_pass(&native, 31).await;
        let orders = orders_of(&native).await;
        assert_eq!(orders.len(), 7, "two go on: {orders:?}");
        let client = merchant.connect().await;
        let renewal = orders.iter().find(|order| order["refersTo"] == goes_on).expect("the renewal of the free one");
        assert_eq!(renewal["kind"], "renewal");
        let access = client.post("/capi/v1/client/access", &json!({ "customerNumber": 563_457, "product": "TOTT" })).await.expect(200);
        access.contains(&json!({ "access": true }));
        server.run(&["verify"]).expect(0);
    }

    /// A payment that can't be made ends it: nobody to be asked for what a page would have paid.
    async fn a_renewal_that_cannot_be_paid_for_fails(stage: Stage) {
        let server = stage.start(&impatient());
        let merchant = publisher(&server).await;
        let (client, native) = (merchant.connect().await, merchant.native().await);
        let mut body = connect::register("2342", "nexi");
        (body["recurring"], body["prepaid"]) = (json!(true), json!(true));
        let id = register_body(&client, &body).await;
        client.post(FULFILLMENT, &json!({ "orderId": id })).await.expect(200).contains(&json!({ "fulfillmentStatus": "OK" }));
        days_pass(&native, 31).await;
        let orders = orders_of(&native).await;
        assert_eq!(orders.len(), 2, "what was paid beforehand was the first period");
        assert_eq!(orders[0]["status"], "failed", "{}", orders[0]);
    }

    /// However many servers find it due, it is renewed once.
    async fn two_servers_renew_once(stage: Stage) {
        let (here, there) = (stage.start(&impatient()), stage.start(&impatient()));
        let merchant = publisher(&here).await;
        let (client, native) = (merchant.connect().await, merchant.native().await);
        for _ in 0..5 {
            subscribe(&client, "invoice", 60, true).await;
        }
        let same = there.known_merchant(&merchant.name).native_with(native.credential.clone());
        tokio::join!(days_pass(&native, 31), days_pass(&same, 31));
        eventually("all are renewed", async || (orders_of(&native).await.len() >= 10).then_some(())).await;
        tokio::join!(days_pass(&native, 1), days_pass(&same, 1));
        assert_eq!(orders_of(&native).await.len(), 10);
        here.run(&["verify"]).expect(0);
    }

    /// Products, coupons and customers tell of themselves as well; so does a subscription that was started without an order.
    async fn products_coupons_and_customers_are_told_to_the_event_connector(stage: Stage) {
        let server = stage.start(&Options::default().sandbox());
        let merchant = server.merchant("Fjellforlaget").await;
        let client = merchant.connect().await;
        let events = Receiver::start().await;
        let secret = connect_to(&server, &client, "event", &events.url("/events"));
        let product = |name: &str| json!({ "products": [{ "product": "TOTT", "companyCode": "FTOTT", "description": name }] });
        load(&server, &merchant, &product("Tott"), 0);
        load(&server, &merchant, &product("Tott"), 0); // the same again is no change
        load(&server, &merchant, &product("Tott!"), 0);
        load(&server, &merchant, &json!({ "coupons": [coupon(60, &Value::Null)] }), 0);
        events.wait_for(3).await;
        register(&client, "invoice").await;
        client.post("/capi/v1/client/customer/info/563457", &json!({ "name": { "lastName": "Nordmann" } })).await.expect(200);
        let all = eventually("all are told", async || {
            let all: Vec<Value> = events.received().iter().map(|call| signed(call, &secret)).filter(|event| event["type"] != "order").collect();
            (all.len() == 4).then_some(all)
        })
        .await;
        let mut said: Vec<_> = all.iter().map(|event| format!("{} {} {}", event["type"], event["status"], event["data"])).collect();
        said.sort();
        assert_eq!(said, [
            r#""coupon" "new" {"companyCode":null,"couponCode":"TOTT","couponNumber":60,"productCode":"TOTT"}"#,
            r#""customer" "update" {"customerNumber":563457}"#,
            r#""product" "new" {"companyCode":"FTOTT","productCode":"TOTT"}"#,
            r#""product" "update" {"companyCode":"FTOTT","productCode":"TOTT"}"#,
        ]);
        assert!(all.iter().all(|event| event["source"] == "ORDREBOK" && event["time"].is_i64()), "{all:?}");
    }
}
