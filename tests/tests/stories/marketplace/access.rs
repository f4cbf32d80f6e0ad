//! Tokens, API keys, correlation ids.

use super::{completed, customer, error, placed};
use axum::http::Method;
use serde_json::json;
use stories::{Caller, Options, Server, Stage, marketplace, story};

/// A call that needs an account and nothing else.
const PROBE: &str = "/partnerservice/ping";

async fn token_works(partner: &Caller, server: &Server, token: &str) {
    let call = server
        .http()
        .get(PROBE)
        .header("authorization", &format!("Bearer {token}"));
    let pong = call.header("x-api-key", &partner.credential.id).await.expect(200);
    assert_eq!(pong.text(), "pong");
}

story! {
    /// The token server's forms: form body on v3, query with an empty body on v2, form body on v2, HTTP Basic, and the
    /// exchange of a signed statement.
    async fn tokens_are_given_in_every_form_that_clients_ask_in(server: Server) {
        let partner = server.marketplace_partner().await;
        let (id, secret) = (&partner.credential.id, &partner.credential.secret);
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&scope=openid");
        let basic = {
            use base64::Engine;
            base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"))
        };
        let media = "application/x-www-form-urlencoded";
        for call in [
            server.http().post("/ims/token/v3").body(media, form.clone()),
            server.http().post(&format!("/ims/token/v2?{form}")),
            server.http().post("/ims/token/v2").body(media, form.clone()),
            server.http().post("/ims/token/v3").header("authorization", &format!("Basic {basic}")).body(media, "grant_type=client_credentials"),
            server.http().post("/ims/exchange/jwt/").body(media, format!("client_id={id}&client_secret={secret}&jwt_token=a.b.c")),
        ] {
            let reply = call.await.expect(200);
            reply.matches(&json!({ "access_token": "[text]", "token_type": "bearer", "expires_in": 86399 }));
            assert_eq!(reply.header("cache-control"), "no-store");
            token_works(&partner, &server, reply.json()["access_token"].as_str().unwrap()).await;
        }
        for (path, body, told) in [
            ("/ims/token/v3", format!("grant_type=client_credentials&client_id={id}&client_secret=wrong"), "invalid_client"),
            ("/ims/token/v3", format!("grant_type=password&client_id={id}&client_secret={secret}"), "unsupported_grant_type"),
            ("/ims/token/v3", String::new(), "invalid_request"),
            ("/ims/exchange/jwt", format!("client_id={id}&client_secret={secret}"), "invalid_request"),
        ] {
            let refused = server.http().post(path).body(media, body).await;
            assert!((400..500).contains(&refused.status()));
            refused.contains(&json!({ "error": told }));
        }
    }

    /// Seed: "401 Invalid Authorization token", "403 Invalid API Key". The token is looked at first, then the key,
    /// then the correlation id, then the scope, then what is asked for.
    async fn errors_of_access_by_descending_precedence(server: Server) {
        let partner = server.marketplace_partner().await;
        let path = "/v3/customers/1/orders/1";
        let get = || partner.get(path);
        let every = |call: stories::Call| call.header("authorization", "Bearer x").header("x-api-key", "x").without("x-correlation-id");
        every(get()).await.expect(401).matches(&error("4116", &json!([])));
        get().header("authorization", "Basic x").await.expect(401).matches(&error("4116", &json!([])));
        get().without("authorization").header("x-api-key", "x").await.expect(403).matches(&error("4117", &json!([])));
        get().header("x-api-key", "x").without("x-correlation-id").await.expect(403).matches(&error("4115", &json!([])));
        get().without("x-api-key").await.expect(403).matches(&error("4115", &json!([])));
        get().without("x-correlation-id").await.expect(400).matches(&error("4119", &json!([])));
        get().header("x-correlation-id", &"x".repeat(256)).await.expect(400).matches(&error("4119", &json!([])));
        get().await.expect(404).matches(&error("2115", &json!([])));

        let reader = partner.merchant.credential("marketplace", &["--scope", "read"]).await;
        let reader = partner.merchant.marketplace_with(reader).await;
        let customer = customer(&partner, "Ada").await;
        reader.get(&format!("/v3/customers/{customer}/orders")).await.expect(200);
        let order = marketplace::order("a", 1);
        let refused = reader.post(&format!("/v3/customers/{customer}/orders"), &order).await.expect(403);
        refused.matches(&error("4121", &json!([])));
        reader.post("/v3/customers", &json!("no object")).await.expect(403).matches(&error("4121", &json!([])));
    }

    /// Seed: "X-Request-Id: if this is not provided, then a request ID will be automatically generated". The answer
    /// has it either way, and a repeated one is no error: clients page with one.
    async fn x_request_id_is_echoed_or_automatically_generated(server: Server) {
        let partner = server.marketplace_partner().await;
        let customer = customer(&partner, "Ada").await;
        let history = format!("/v3/customers/{customer}/orders");
        for _ in 0..2 {
            let page = partner.get(&history).header("x-request-id", "mine").header("x-correlation-id", "mine").await.expect(200);
            assert_eq!(page.header("x-request-id"), "mine");
        }
        let made = partner.get(&history).without("x-request-id").await.expect(200);
        assert!(!made.header("x-request-id").is_empty());
    }

    /// Seed: "Regardless of reseller id, only orders for the partner making the request will be returned". Another
    /// merchant's order, customer and history are as unknown as any that never were.
    async fn another_partners_orders_do_not_exist(server: Server) {
        let (one, other) = (server.marketplace_partner().await, server.marketplace_partner().await);
        let theirs = customer(&one, "Ada").await;
        let order = placed(&one, &theirs, &marketplace::order("a", 1)).await;
        let id = order["orderId"].as_str().unwrap();
        for (known, unknown) in [
            (format!("/v3/customers/{theirs}/orders/{id}"), "/v3/customers/1/orders/1"),
            (format!("/v3/customers/{theirs}/orders"), "/v3/customers/1/orders"),
            (format!("/v3/customers/{theirs}/orders?reseller-id=1000396138"), "/v3/customers/1/orders"),
            (format!("/v3/customers/{theirs}"), "/v3/customers/1"),
        ] {
            let refused = other.get(&known).await.expect(404);
            assert_eq!(refused.text(), other.get(unknown).await.expect(404).text());
        }
        let own = customer(&other, "Ada").await;
        let mut back = marketplace::return_of(&order);
        back["referenceOrderId"] = json!(id);
        other.post(&format!("/v3/customers/{own}/orders"), &back).await.expect(404).contains(&json!({ "code": "2115" }));
    }

    /// Nothing that a caller can send makes a failure of ours out of it.
    async fn whatever_is_sent_gets_an_error_of_the_apis_own(server: Server) {
        let partner = server.marketplace_partner().await;
        let customer = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{customer}/orders");
        let long = "9".repeat(40);
        for body in [
            String::new(), "{".to_owned(), "[]".to_owned(), "null".to_owned(), "\u{0}".to_owned(),
            r#"{"orderType":"NEW\u0000"}"#.to_owned(),
            r#"{"orderType":7,"lineItems":{}}"#.to_owned(),
            format!(r#"{{"orderType":"NEW","currencyCode":"USD","lineItems":[{{"extLineItemNumber":{long},"offerId":"80004567CA01A12","quantity":1}}]}}"#),
            format!(r#"{{"orderType":"NEW","currencyCode":"USD","lineItems":[{{"extLineItemNumber":1,"offerId":"80004567CA01A12","quantity":{long}}}]}}"#),
            format!(r#"{{"orderType":"NEW","currencyCode":"USD","externalReferenceId":"{}","lineItems":[{{"extLineItemNumber":1,"offerId":"80004567CA01A12","quantity":1}}]}}"#, "x".repeat(300)),
            "[".repeat(100_000),
        ] {
            let refused = partner.call(Method::POST, &orders).body("application/json", body).await.expect(400);
            refused.contains(&json!({ "code": "[text]", "additionalDetails": "[any]" }));
        }
        for path in [
            format!("/v3/customers/{customer}/orders/{long}"), format!("/v3/customers/{long}/orders/{long}"),
            format!("/v3/customers/{long}/orders"), format!("/v3/customers/{customer}/orders/%00"),
            format!("/v3/customers/{customer}/orders/%ff"), "/v3/nothing".to_owned(), "/v3/customers//orders/1".to_owned(),
        ] {
            let refused = partner.get(&path).await;
            assert!([400, 404].contains(&refused.status()), "{path}: {}", refused.text());
            refused.contains(&json!({ "code": "[text]", "message": "[text]", "additionalDetails": "[any]" }));
        }
        let refused = partner.delete(&orders).await.expect(405);
        refused.contains(&json!({ "code": "[text]" }));
        let large = format!(r#"{{"orderType":"{}"}}"#, "x".repeat(2 << 20));
        let refused = partner.call(Method::POST, &orders).body("application/json", large).await.expect(413);
        refused.contains(&json!({ "code": "[text]", "additionalDetails": ["[text]"] }));
    }

    /// Health calls answer in bare text.
    async fn ping_answers_pong(server: Server) {
        let partner = server.marketplace_partner().await;
        let pong = server.http().get("/ping").header("x-api-key", &partner.credential.id).await.expect(200);
        assert_eq!(pong.text(), "pong");
        server.http().get("/ping").header("x-api-key", "x").await.expect(403).matches(&error("4115", &json!([])));
        server.http().get("/partnerservice/ping").await.expect(403).matches(&error("4117", &json!([])));
        assert_eq!(partner.get("/partnerservice/ping").await.expect(200).text(), "pong");
    }

    /// Every operation but the token server's wants a token; every write wants the write scope, a correlation id and a
    /// body that it understands, and says so in the API's own form.
    async fn every_operation_wants_a_token_and_every_write_a_body_that_it_understands(stage: Stage) {
        let quick = "[marketplace]\ncomplete_after_milliseconds = 0\n";
        let server = stage.start(&Options::default().sandbox().configuration(quick));
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let order = completed(&partner, &placed(&partner, &ada, &marketplace::order("a", 1)).await).await;
        let (id, subscription) = (order["orderId"].as_str().unwrap(), order["lineItems"][0]["subscriptionId"].as_str().unwrap());
        let address = json!({ "companyProfile": { "address": { "country": "NO" } } });
        let deployment = partner.post(&format!("/v3/customers/{ada}/deployments"), &address).await.expect(201).json();
        let deployment = deployment["links"]["self"]["uri"].as_str().unwrap().to_owned();
        let reads = [
            "/partnerservice/ping".to_owned(), "/v3/resellers".to_owned(), "/v3/resellers/1000396138/customers".to_owned(),
            "/v3/promotions".to_owned(), "/v3/flex-discounts".to_owned(), format!("/v3/customers/{ada}"),
            format!("/v3/customers/{ada}/orders"), format!("/v3/customers/{ada}/orders/{id}"),
            format!("/v3/customers/{ada}/subscriptions"), format!("/v3/customers/{ada}/subscriptions/{subscription}"),
            format!("/v3/customers/{ada}/deployments"), deployment.clone(),
        ];
        for path in reads {
            partner.get(&path).without("authorization").await.expect(403).matches(&error("4117", &json!([])));
            partner.get(&path).header("authorization", "Bearer 1.x").await.expect(401).matches(&error("4116", &json!([])));
            let answer = partner.get(&path).await;
            assert!([200, 400].contains(&answer.status()), "{path}: {}", answer.text());
        }
        let reader = partner.merchant.credential("marketplace", &["--scope", "read"]).await;
        let reader = partner.merchant.marketplace_with(reader).await;
        let writes = [
            (Method::POST, "/v3/resellers".to_owned()), (Method::POST, "/v3/customers".to_owned()),
            (Method::PATCH, format!("/v3/customers/{ada}")), (Method::POST, format!("/v3/customers/{ada}/orders")),
            (Method::PATCH, format!("/v3/customers/{ada}/orders/{id}")), (Method::PATCH, format!("/v3/customers/{ada}/subscriptions/{subscription}")),
            (Method::POST, format!("/v3/customers/{ada}/deployments")), (Method::PATCH, deployment),
            (Method::PATCH, format!("/v3/sandbox/customers/{ada}")), (Method::PATCH, format!("/v3/sandbox/customers/{ada}/orders/{id}")),
        ];
        for (method, path) in writes {
            let call = |caller: &Caller| caller.call(method.clone(), &path).body("application/json", "{}");
            call(&partner).without("authorization").await.expect(403).matches(&error("4117", &json!([])));
            call(&reader).await.expect(403).matches(&error("4121", &json!([])));
            call(&partner).without("x-correlation-id").await.expect(400).matches(&error("4119", &json!([])));
            for body in ["", "[]", "{", "{\"companyProfile\":\"\\u0000\"}", "{\"companyProfile\":[],\"lineItems\":{},\"autoRenewal\":7,\"status\":[],\"externalReferenceId\":{}}"] {
                let refused = partner.call(method.clone(), &path).body("application/json", body).await;
                assert_eq!(refused.status(), 400, "{method} {path} {body}: {}", refused.text());
                refused.contains(&json!({ "code": "[text]", "message": "[text]", "additionalDetails": "[any]" }));
            }
        }
    }
}
