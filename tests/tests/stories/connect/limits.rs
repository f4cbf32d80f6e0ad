//! Rate limits, and the headers that tell of them.

use axum::http::Method;
use serde_json::json;
use stories::{Options, Reply, Server, Stage, story};

use super::{ORDER, register, status_path};

/// The three headers, and how many calls are left.
fn remaining(reply: &Reply) -> u32 {
    assert!(!reply.header("x-mediaconnect-api-version").is_empty());
    let reset: u32 = reply.header("x-ratelimit-reset").parse().expect("seconds");
    assert!((1..=60).contains(&reset), "{reset}");
    reply.header("x-ratelimit-remaining").parse().expect("a number")
}

story! {
    /// On what is done, on what is refused, and where nobody is known.
    async fn the_three_x_headers_are_on_every_answer(server: Server) {
        let client = server.connect_client().await;
        let id = register(&client, "invoice").await;
        for reply in [
            client.get(&status_path(&id)).await.expect(200),
            client.get(&status_path(&json!(9))).await.expect(400),
            client.post(ORDER, &json!({})).await.expect(400),
            client.get(ORDER).await.expect(405),
            client.get("/capi/nothing").await.expect(404),
            client.get(&status_path(&id)).without("authorization").await.expect(401),
            client.post("/capi/v1/order", &json!({})).await.expect(403),
            client.call(Method::POST, ORDER).body("application/json", vec![b' '; 2 * 1024 * 1024]).await.expect(413),
            server.http().post("/user/oauth/token").await.expect(400),
            server.http().post("/user/oauth/token").body("application/x-www-form-urlencoded", "grant_type=client_credentials").await.expect(401),
        ] {
            assert!(remaining(&reply) <= 2000);
        }
    }

    /// Over the limit 429, for this client and no other.
    async fn over_the_limit_calls_are_throttled_with_429(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[connect]\ncalls_a_second = 0\ncalls_a_minute = 5\n"));
        let client = server.connect_client().await;
        let path = status_path(&json!(9));
        // Ten calls cannot lie in two fresh minutes and never meet the fifth of one.
        let mut throttled = None;
        for _ in 0..11 {
            let reply = client.get(&path).await;
            let left = remaining(&reply);
            if reply.status() == 429 {
                assert_eq!(left, 0);
                throttled = Some(reply);
                break;
            }
            reply.expect(400);
        }
        let throttled = throttled.expect("the eleventh call is over a limit of five a minute");
        throttled.matches(&json!({ "exceptionType": "TooManyRequestsException", "errorMessage": "[text]" }));
        let retry: u32 = throttled.header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&retry));
        client.merchant.connect().await.get(&path).await.expect(400);
    }

    /// Zero is as many as one likes, and there is nothing to tell.
    async fn limits_can_be_switched_off(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[connect]\ncalls_a_second = 0\ncalls_a_minute = 0\n"));
        let client = server.connect_client().await;
        for _ in 0..150 {
            let reply = client.get(&status_path(&json!(9))).await.expect(400);
            assert_eq!(reply.header("x-ratelimit-remaining"), "");
            assert!(!reply.header("x-mediaconnect-api-version").is_empty());
        }
    }
}
