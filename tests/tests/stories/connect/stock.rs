//! Stock that is counted: no line of more than there is, and never less than nothing.

use std::sync::Arc;

use serde_json::{Value, json};
use stories::{Caller, Merchant, Server, connect, story};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::catalogue::load;
use super::{FULFILLMENT, ORDER, register_body, status_of};

const STOCK: &str = "/capi/v1/client/stock";

async fn shop(server: &Server, count: i64) -> (Merchant, Caller) {
    let merchant = server.merchant("Fjellforlaget").await;
    let stock = json!({ "stock": [{ "productId": "BOOK1", "inStock": count, "shelf": "A" }, { "productId": "BOOK2" }, { "productId": "BOOK3", "quantity": 1 }] });
    load(server, &merchant, &stock, 0);
    let client = merchant.connect().await;
    (merchant, client)
}

fn order(method: &str, lines: &[(&str, u32)]) -> Value {
    let mut body = connect::register("2342", method);
    let line = |(product, quantity): &(&str, u32)| json!({ "productSpecType": "product", "product": product, "quantity": quantity, "unitPrice": 10 });
    body["orderLines"] = lines.iter().map(line).collect();
    body["orderAmount"] = Value::Null;
    body
}

async fn left(client: &Caller, product: &str) -> Value {
    client.get(&format!("{STOCK}/{product}")).await.expect(200).json()[0].clone()
}

async fn complete(client: &Caller, id: &Value) -> Value {
    client
        .post(FULFILLMENT, &json!({ "orderId": id }))
        .await
        .expect(200)
        .json()
}

story! {
    /// The first line that goes beyond what there is is refused; what has no known count is not counted.
    async fn register_order_refuses_a_line_of_more_than_there_is(server: Server) {
        let (_, client) = shop(&server, 5).await;
        for (lines, told) in [
            (vec![("BOOK1", 6)], "orderLines[0].quantity: there are only 5 of BOOK1 in stock"),
            (vec![("BOOK1", 3), ("BOOK2", 9), ("BOOK1", 3)], "orderLines[2].quantity: there are only 5 of BOOK1 in stock"),
            (vec![("BOOK3", 2)], "orderLines[0].quantity: there are only 1 of BOOK3 in stock"),
        ] {
            client.post(ORDER, &order("invoice", &lines)).await.expect(400).matches(&json!({ "exceptionType": "ValidationException", "errorMessage": told }));
        }
        register_body(&client, &order("invoice", &[("BOOK1", 5), ("BOOK2", 1000), ("NOBODY", 3)])).await;
        // The same order of a merchant who has no stock is taken as it is.
        register_body(&server.connect_client().await, &order("invoice", &[("BOOK1", 6)])).await;
    }

    /// Counted down when an order is completed, and up again when it fails after all.
    async fn stock_is_counted_when_an_order_is_completed(server: Server) {
        let (merchant, client) = shop(&server, 5).await;
        let first = register_body(&client, &order("invoice", &[("BOOK1", 1), ("BOOK2", 7), ("BOOK1", 1)])).await;
        let too_late = register_body(&client, &order("invoice", &[("BOOK1", 4)])).await;
        assert_eq!(left(&client, "BOOK1").await["inStock"], 5, "registering takes nothing");
        for _ in 0..2 {
            assert_eq!(complete(&client, &first).await["fulfillmentStatus"], "OK");
            assert_eq!(left(&client, "BOOK1").await, json!({ "productId": "BOOK1", "inStock": 3, "shelf": "A" }));
        }
        assert_eq!(left(&client, "BOOK2").await, json!({ "productId": "BOOK2" }));
        assert_eq!(complete(&client, &too_late).await, json!({
            "fulfillmentStatus": "ERROR", "orderId": too_late, "errorMessage": "there are only 3 of BOOK1 in stock"
        }));
        assert_eq!((status_of(&client, &too_late).await.as_str(), &left(&client, "BOOK1").await["inStock"]), ("preliminary", &json!(3)));
        // An order whose payment is open holds its pieces; refused, it gives them back.
        let sms = register_body(&client, &order("sms", &[("BOOK1", 3)])).await;
        complete(&client, &sms).await;
        assert_eq!(left(&client, "BOOK1").await["inStock"], 0);
        server.run(&["settle", "--merchant", &merchant.name, &sms.to_string(), "refused"]).expect(0);
        assert_eq!(left(&client, "BOOK1").await["inStock"], 3);
        server.run(&["settle", "--merchant", &merchant.name, &sms.to_string(), "refused"]).expect(0);
        assert_eq!(left(&client, "BOOK1").await["inStock"], 3, "once");
        // Filled up, the order that came too late goes through.
        client.post(&format!("{STOCK}/update"), &json!({ "updates": [{ "productId": "BOOK1", "inStock": 4 }] })).await.expect(200);
        assert_eq!(complete(&client, &too_late).await["fulfillmentStatus"], "OK");
        assert_eq!(left(&client, "BOOK1").await["inStock"], 0);
        server.run(&["verify"]).expect(0);
    }

    /// Forty orders at once for ten pieces: ten are completed, and thirty are told that nothing is left.
    async fn parallel_completions_never_take_more_than_there_is(server: Server) {
        let (_, client) = shop(&server, 10).await;
        let mut ids = Vec::new();
        for _ in 0..40 {
            ids.push(register_body(&client, &order("invoice", &[("BOOK1", 1)])).await);
        }
        let barrier = Arc::new(Barrier::new(ids.len()));
        let mut racing = JoinSet::new();
        for id in ids {
            let (call, barrier) = (client.post(FULFILLMENT, &json!({ "orderId": id })), Arc::clone(&barrier));
            racing.spawn(async move {
                barrier.wait().await;
                call.await
            });
        }
        let (mut done, mut refused) = (0, 0);
        while let Some(reply) = racing.join_next().await {
            let told = reply.unwrap().expect(200).json();
            if told["fulfillmentStatus"] == "OK" {
                done += 1;
            } else {
                assert_eq!(told["errorMessage"], "there are only 0 of BOOK1 in stock", "{told}");
                refused += 1;
            }
        }
        assert_eq!((done, refused), (10, 30));
        assert_eq!(left(&client, "BOOK1").await["inStock"], 0);
    }
}
