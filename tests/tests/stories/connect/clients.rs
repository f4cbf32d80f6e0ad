//! What existing clients survive: the rows of the fact sheet's section 10.1.

use axum::http::Method;
use serde_json::{Value, json};
use stories::{Caller, Server, connect, story};

use super::{FULFILLMENT, ORDER, import, register_body, status_path};

/// The answer's only order, as a client takes it: the list has one element, and the members have these types.
async fn only_order(client: &Caller, id: &Value) -> Value {
    let reply = client.get(&status_path(id)).await.expect(200).json();
    let orders = reply["orders"].as_array().expect("a list");
    assert_eq!(orders.len(), 1, "an empty list is not survivable");
    orders[0].clone()
}

story! {
    /// Whole-second milliseconds only.
    async fn order_time_has_no_sub_second_part(server: Server) {
        let client = server.connect_client().await;
        for date in [json!(1_559_372_400_999_u64), json!("2019-06-01T09:00:00.999+02:00"), json!(null), json!("2019-06-01")] {
            let mut body = connect::register("2342", "invoice");
            body["orderDate"] = date.clone();
            let order = only_order(&client, &register_body(&client, &body).await).await;
            let time = order["orderTime"].as_i64().expect("an integer");
            assert_eq!(time % 1000, 0, "{date}");
        }
    }

    /// An empty list crashes a client, an error status doesn't.
    async fn orders_is_never_empty(server: Server) {
        let client = server.connect_client().await;
        client.get(&status_path(&json!(9))).await.expect(400);
    }

    /// Null crashes a client; leaving the key out is fine.
    async fn order_id_and_order_status_are_never_null(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        import(&merchant, &server, &json!({ "orders": [{ "orderId": 9, "orderStatus": null }, { "orderId": 10 }] }));
        let client = merchant.connect().await;
        let mut ids = vec![json!(9), json!(10)];
        ids.push(register_body(&client, &connect::register("2342", "invoice")).await);
        for id in ids {
            let order = only_order(&client, &id).await;
            assert_eq!(order["orderId"], id);
            assert!(order.get("orderStatus").is_none_or(Value::is_string), "{order}");
        }
    }

    /// What an imported order says with null or with text, it goes on saying: clients don't mind.
    async fn external_order_id_order_amount_and_order_time_may_be_null_or_absent(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        let orders = json!([
            { "orderId": 1, "externalOrderId": null, "orderTime": null, "orderStatus": "processed", "orderAmount": null },
            { "orderId": 2, "orderStatus": "processed", "orderAmount": "295.00" }
        ]);
        import(&merchant, &server, &json!({ "orders": orders }));
        let client = merchant.connect().await;
        for order in orders.as_array().unwrap() {
            assert_eq!(&only_order(&client, &order["orderId"]).await, order);
        }
    }

    /// Parsed into a proper exception.
    async fn an_error_has_exception_type_and_error_message(server: Server) {
        let client = server.connect_client().await;
        for reply in [
            client.get(&status_path(&json!(9))).await.expect(400),
            client.post(ORDER, &json!({})).await.expect(400),
            client.post(FULFILLMENT, &json!([])).await.expect(400),
            client.get("/capi/v1/nothing").await.expect(404),
            client.delete(ORDER).await.expect(405),
        ] {
            reply.matches(&json!({ "exceptionType": "[text]", "errorMessage": "[text]" }));
        }
    }

    /// An empty body, or HTML, would be reported as a broken server.
    async fn every_error_body_is_valid_json_neither_empty_nor_html(server: Server) {
        let client = server.connect_client().await;
        let merchant = &client.merchant;
        let reader = merchant.connect_with(merchant.credential("connect", &["--scope", "read"]).await).await;
        let form = "grant_type=client_credentials&client_id=x&client_secret=y";
        let answers = [
            client.get(&status_path(&json!(9))).await.expect(400),
            client.post(ORDER, &json!({})).await.expect(400),
            client.call(Method::POST, ORDER).body("application/json", "{").await.expect(400),
            client.get(&status_path(&json!(9))).header("authorization", "Bearer old").await.expect(401),
            server.http().post("/user/oauth/token").body("application/x-www-form-urlencoded", form).await.expect(401),
            reader.post(ORDER, &connect::register("2342", "invoice")).await.expect(403),
            client.get("/capi/v1/nothing").header("accept", "text/html").await.expect(404),
            client.delete(ORDER).await.expect(405),
            client.call(Method::POST, ORDER).body("application/json", " ".repeat(2_000_000)).await.expect(413),
        ];
        for answer in answers {
            assert!(answer.json().is_object(), "{}", answer.text());
            assert!(answer.header("content-type").starts_with("application/json"), "{}", answer.text());
        }
    }

    /// Parsed: 401 with `invalid_token`, and 401 with `invalid_client` of the token endpoint.
    async fn an_error_about_the_token_has_error_and_error_description(server: Server) {
        let client = server.connect_client().await;
        let expired = client.get(&status_path(&json!(9))).header("authorization", "Bearer old").await.expect(401);
        expired.matches(&json!({ "error": "invalid_token", "error_description": "[text]" }));
        let form = "grant_type=client_credentials&client_id=x&client_secret=y";
        let nobody = server.http().post("/user/oauth/token").body("application/x-www-form-urlencoded", form).await.expect(401);
        nobody.matches(&json!({ "error": "invalid_client", "error_description": "[text]" }));
    }

    /// Without an integer orderId in the reply a client crashes.
    async fn register_order_answers_with_an_integer_order_id(server: Server) {
        let client = server.connect_client().await;
        let reply = client.post(ORDER, &connect::register("2342", "invoice")).await.expect(200);
        assert!(reply.json()["orderId"].is_i64() || reply.json()["orderId"].is_u64(), "{}", reply.text());
    }
}
