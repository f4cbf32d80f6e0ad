//! Complete order - client mode: what may be completed, how it is told, and the callback.

use axum::http::Method;
use serde_json::{Value, json};
use stories::{Caller, Options, Receiver, Server, Stage, connect, eventually, story};

use super::{FULFILLMENT, import, register, register_body, status_of};

async fn complete(client: &Caller, id: &Value) -> stories::Reply {
    client
        .post(FULFILLMENT, &json!({ "orderId": id }))
        .await
        .expect(200)
}

fn ok(id: &Value) -> Value {
    json!({ "fulfillmentStatus": "OK", "orderId": id })
}

fn error(id: &Value) -> Value {
    json!({ "fulfillmentStatus": "ERROR", "orderId": id, "errorMessage": "[text]" })
}

/// A registration to be paid by a message to this number.
fn sms(phone: &str) -> Value {
    let mut body = connect::register("2342", "sms");
    body["payer"]["phoneNumbers"] = json!([phone]);
    body
}

/// Calls come back within a second when they failed.
fn impatient() -> Options {
    Options::default()
        .sandbox()
        .configuration("[callbacks]\nretry_after_seconds = [1]\n")
}

story! {
    /// The page's example: order 14 can't be completed, and that is said with status 200.
    async fn complete_order_gives_the_example_answer(server: Server) {
        let client = server.connect_client().await;
        complete(&client, &json!(14)).await.matches(&error(&json!(14)));
    }

    /// The page's list, and the guide's two more.
    async fn you_can_only_use_this_api_if_payment_method_is_sms_invoice_free_kco_creditcard_payex_or_other(server: Server) {
        let client = server.connect_client().await;
        for method in ["sms", "invoice", "free", "kco", "creditcardPayex", "other", "swishPayex", "vippsEcommerce"] {
            let id = register(&client, method).await;
            complete(&client, &id).await.matches(&ok(&id));
            let expected = if method == "sms" { "confirmed" } else { "processed" };
            assert_eq!(status_of(&client, &id).await, expected, "{method}");
        }
        for method in ["smsPay", "vippsRecurring", "nexi", "creditcard", "masterpass"] {
            let id = register(&client, method).await;
            let refused = complete(&client, &id).await;
            refused.matches(&error(&id));
            assert!(refused.text().contains(method), "{}", refused.text());
            assert_eq!(status_of(&client, &id).await, "preliminary", "{method}");
        }
    }

    /// What was paid before is completed whatever it was paid with.
    async fn currently_this_api_is_possible_to_use_on_prepaid_orders(server: Server) {
        let client = server.connect_client().await;
        for method in ["vippsRecurring", "nexi", "sms"] {
            let mut body = connect::register("2342", method);
            body["prepaid"] = json!(true);
            let id = register_body(&client, &body).await;
            complete(&client, &id).await.matches(&ok(&id));
            assert_eq!(status_of(&client, &id).await, "processed", "{method}");
        }
    }

    /// What clients of its former self still send is no error, and does nothing.
    async fn functionality_to_create_and_link_a_user_to_the_order_is_removed_from_this_api(server: Server) {
        let client = server.connect_client().await;
        let id = register(&client, "invoice").await;
        let former = json!({ "orderId": id, "credential": "kari@example.no", "isSendMessage": true });
        client.post(FULFILLMENT, &former).await.expect(200).matches(&ok(&id));
        let assign = format!("/capi/v1/client/order/{id}/user");
        let assigned = client.post(&assign, &json!({ "credential": "kari@example.no" })).await.expect(200);
        assigned.contains(&json!({ "isNewUser": true }));
    }

    /// Only a previously registered order, of this merchant.
    async fn the_api_is_used_only_to_fulfill_a_previously_registered_order(server: Server) {
        let (client, other) = (server.connect_client().await, server.connect_client().await);
        let theirs = register(&other, "invoice").await;
        for id in [theirs.clone(), json!(0), json!(-1), json!(i64::MAX)] {
            complete(&client, &id).await.matches(&error(&id));
        }
        assert_eq!(status_of(&other, &theirs).await, "preliminary");
    }

    /// OK again, and nothing is done twice.
    async fn fulfilling_twice_ok_again_with_nothing_done_twice(stage: Stage) {
        let server = stage.start(&impatient());
        let (client, receiver) = (server.connect_client().await, Receiver::start().await);
        let id = register(&client, "invoice").await;
        let body = json!({ "orderId": id, "callbackUrl": receiver.url("/done?order=14#there") });
        for _ in 0..3 {
            client.post(FULFILLMENT, &body).await.expect(200).matches(&ok(&id));
        }
        receiver.wait_for(1).await;
        // Another order's call comes after any second one of the first.
        let next = register(&client, "invoice").await;
        let body = json!({ "orderId": next, "callbackUrl": receiver.url("/next") });
        client.post(FULFILLMENT, &body).await.expect(200);
        let received = receiver.wait_for(2).await;
        let calls: Vec<_> = received.iter().map(|call| (call.method.clone(), call.target.as_str())).collect();
        assert_eq!(
            calls,
            [
                (Method::GET, "/done?order=14&fulfillmentStatus=success"),
                (Method::GET, "/next?fulfillmentStatus=success"),
            ]
        );
    }

    /// Thirty-two at once: each is told OK, and the callback is done once.
    async fn many_who_fulfil_one_order_at_once_make_one_callback(stage: Stage) {
        let server = stage.start(&impatient());
        let (client, receiver) = (server.connect_client().await, Receiver::start().await);
        let id = register_body(&client, &sms("+4712345678")).await;
        let body = json!({ "orderId": id, "callbackUrl": receiver.url("/once") });
        let mut racers = tokio::task::JoinSet::new();
        for _ in 0..32 {
            let call = client.post(FULFILLMENT, &body);
            racers.spawn(async move { call.await });
        }
        while let Some(reply) = racers.join_next().await {
            reply.unwrap().expect(200).matches(&ok(&id));
        }
        receiver.wait_for(1).await;
        let next = register(&client, "invoice").await;
        let body = json!({ "orderId": next, "callbackUrl": receiver.url("/next") });
        client.post(FULFILLMENT, &body).await.expect(200);
        let targets: Vec<_> = receiver.wait_for(2).await.into_iter().map(|call| call.target).collect();
        assert_eq!(targets, ["/once?fulfillmentStatus=success", "/next?fulfillmentStatus=success"]);
        assert_eq!(status_of(&client, &id).await, "processed");
    }

    /// An order that has failed can't be completed any more.
    async fn fulfilling_an_order_that_has_failed_is_an_error(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        import(&merchant, &server, &json!({ "orders": [{ "orderId": 14, "orderStatus": "failed" }] }));
        let client = merchant.connect().await;
        complete(&client, &json!(14)).await.matches(&error(&json!(14)));
    }

    /// One that another system registered is completed here, under the id that it has there.
    async fn an_imported_preliminary_order_is_completed(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        import(&merchant, &server, &stories::seed("connect-order-status.json"));
        let client = merchant.connect().await;
        complete(&client, &json!(9)).await.matches(&ok(&json!(9)));
        assert_eq!(status_of(&client, &json!(9)).await, "processed");
    }

    /// A callback is done when payment is done, and says success; the order is confirmed until then.
    async fn a_callback_is_done_when_payment_is_done(stage: Stage) {
        let server = stage.start(&impatient());
        let (client, receiver) = (server.connect_client().await, Receiver::start().await);
        let id = register_body(&client, &sms("+4790001111")).await;
        let body = json!({ "orderId": id, "callbackUrl": receiver.url("/paid") });
        client.post(FULFILLMENT, &body).await.expect(200).matches(&ok(&id));
        assert_eq!(status_of(&client, &id).await, "confirmed");
        assert!(receiver.received().is_empty(), "nobody knows yet whether it was paid");
        let settle = |outcome: &str| {
            server.run(&["settle", "--merchant", &client.merchant.name, &id.to_string(), outcome])
        };
        assert_eq!(settle("paid").expecting(0).stdout, format!("Order {id} is now processed.\n"));
        assert_eq!(settle("paid").expecting(0).stdout, format!("Order {id} was already processed.\n"));
        settle("refused").expect(1);
        let received = receiver.wait_for(1).await;
        assert_eq!(received[0].target, "/paid?fulfillmentStatus=success");
        assert_eq!(status_of(&client, &id).await, "processed");
    }

    /// Parameter fulfillmentStatus has one of the values success and failed. In the sandbox the payer's number decides.
    async fn parameter_fulfillment_status_is_success_or_failed(stage: Stage) {
        let server = stage.start(&impatient());
        let (client, receiver) = (server.connect_client().await, Receiver::start().await);
        for (phone, said, status) in [("+4712345678", "success", "processed"), ("+4790000000", "failed", "failed")] {
            let id = register_body(&client, &sms(phone)).await;
            let path = format!("/order?id={id}");
            let body = json!({ "orderId": id, "callbackUrl": receiver.url(&path) });
            client.post(FULFILLMENT, &body).await.expect(200).matches(&ok(&id));
            let target = format!("{path}&fulfillmentStatus={said}");
            eventually("the callback", async || {
                receiver.received().iter().any(|call| call.target == target).then_some(())
            })
            .await;
            assert_eq!(status_of(&client, &id).await, status);
        }
        assert_eq!(receiver.received().len(), 2);
    }

    /// Without the sandbox nobody settles by themselves, and a number that ends in 0000 is one like any other.
    async fn without_the_sandbox_nothing_settles_by_itself(server: Server) {
        let client = server.connect_client().await;
        let id = register_body(&client, &sms("+4790000000")).await;
        complete(&client, &id).await.matches(&ok(&id));
        assert_eq!(status_of(&client, &id).await, "confirmed");
        server.run(&["settle", "--merchant", &client.merchant.name, &id.to_string(), "refused"]).expect(0);
        assert_eq!(status_of(&client, &id).await, "failed");
        complete(&client, &id).await.matches(&error(&id));
        server.run(&["settle", "--merchant", &client.merchant.name, "9", "paid"]).expect(1);
    }

    /// Something went wrong, e.g. mobile phone number not accepted.
    async fn something_went_wrong_mobile_phone_number_not_accepted(server: Server) {
        let client = server.connect_client().await;
        let id = register_body(&client, &sms("12 34 56 78")).await;
        let refused = complete(&client, &id).await;
        refused.matches(&error(&id));
        assert!(refused.text().contains("mobile phone number not accepted"), "{}", refused.text());
        assert_eq!(status_of(&client, &id).await, "preliminary");
    }

    /// No orderId, or a callbackUrl that is not absolute: malformed, and nothing is done.
    async fn order_id_is_required_and_callback_url_is_absolute(server: Server) {
        let client = server.connect_client().await;
        let id = register(&client, "invoice").await;
        for (body, told) in [
            (json!({}), "orderId is missing"),
            (json!({ "orderId": null }), "orderId: invalid type: null, expected a whole number"),
            (json!({ "orderId": "14" }), "orderId: invalid type: string \"14\", expected a whole number"),
            (json!({ "orderId": 14.5 }), "orderId: not a whole number"),
            (json!({ "orderId": id, "callbackUrl": "/done" }), "callbackUrl: not an absolute address"),
            (json!({ "orderId": id, "callbackUrl": "" }), "callbackUrl: not an absolute address"),
            (json!({ "orderId": id, "callbackUrl": "ftp://a.no/" }), "callbackUrl: not an http or https address"),
            (json!({ "orderId": id, "callbackUrl": 7 }), "callbackUrl: invalid type: integer `7`, expected a string"),
        ] {
            let refused = client.post(FULFILLMENT, &body).await.expect(400);
            refused.matches(&json!({ "exceptionType": "ValidationException", "errorMessage": told }));
        }
        assert_eq!(status_of(&client, &id).await, "preliminary");
    }

    /// A callback that fails is made again, after a restart too; one that succeeded is not.
    async fn the_callback_outlives_failures_and_a_killed_server(stage: Stage) {
        let mut server = stage.start(&impatient());
        let (client, receiver) = (server.connect_client().await, Receiver::start().await);
        receiver.refuse_next(503);
        receiver.redirect_next(&receiver.url("/elsewhere"));
        let id = register(&client, "free").await;
        let body = json!({ "orderId": id, "callbackUrl": receiver.url("/done") });
        client.post(FULFILLMENT, &body).await.expect(200);
        receiver.wait_for(1).await;
        server.kill();
        server.start_again();
        let received = receiver.wait_for(3).await;
        assert!(
            received.iter().all(|call| call.target == "/done?fulfillmentStatus=success"),
            "a redirect is not followed: {received:?}"
        );
        assert_eq!(client.post(FULFILLMENT, &body).await.expect(200).json(), ok(&id));
    }

    /// Without the sandbox an address inside the operator's network is not called.
    async fn no_private_address_is_called_unless_allowed(stage: Stage) {
        let server = stage.start(&Options::default());
        let (client, receiver) = (server.connect_client().await, Receiver::start().await);
        let id = register(&client, "invoice").await;
        let body = json!({ "orderId": id, "callbackUrl": receiver.url("/inside") });
        client.post(FULFILLMENT, &body).await.expect(200).matches(&ok(&id));
        eventually("the call is refused", async || server.log().contains("is not a public address").then_some(())).await;
        assert!(receiver.received().is_empty());
    }
}
