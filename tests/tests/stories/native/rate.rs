//! How often a credential may call, and how it is told.

use super::is_problem;
use serde_json::json;
use stories::{Caller, Options, Reply, Server, Stage, native, story};

const ORDER: &str = "/ordrebok/v1/orders/ORDER1";

fn limited(stage: &Stage, second: u32, minute: u32) -> Server {
    let limits = format!("[ordrebok]\ncalls_a_second = {second}\ncalls_a_minute = {minute}\n");
    stage.start(&Options::default().sandbox().configuration(&limits))
}

/// Calls so often that the limit of a minute is met: ten calls do not lie in two fresh minutes of four calls each.
async fn until_refused(client: &Caller) -> Reply {
    for _ in 0..10 {
        let reply = client.get(ORDER).await;
        assert_eq!(reply.header("ratelimit-policy"), "\"minute\";q=4;w=60");
        let (left, reset) = reply
            .header("ratelimit")
            .strip_prefix("\"minute\";r=")
            .unwrap()
            .split_once(";t=")
            .unwrap();
        let (left, reset): (u32, u32) = (left.parse().unwrap(), reset.parse().unwrap());
        assert!(
            left < 4 && (1..=60).contains(&reset),
            "{}",
            reply.header("ratelimit")
        );
        if reply.status() == 429 {
            assert_eq!(
                (left, reply.header("retry-after")),
                (0, reset.to_string().as_str())
            );
            return reply;
        }
        reply.expect(404);
    }
    panic!("ten calls are let in, and the limit is four a minute");
}

story! {
    /// Over the limit it is 429 in the API's own form, for this credential and no other, until the next minute.
    async fn over_the_limit_a_credential_waits_for_the_next_minute(stage: Stage) {
        let server = limited(&stage, 0, 4);
        let merchant = server.merchant("Fjord Forlag").await;
        let (one, other) = (merchant.native().await, merchant.native().await);
        is_problem(until_refused(&one).await, 429, "too_many_requests", "");
        other.get(ORDER).await.expect(404);
        // The credential comes before the limit, the limit before everything else.
        let unknown = one.get(ORDER).without("authorization").await;
        assert_eq!(unknown.expect(401).header("ratelimit"), "");
        server.http().get("/ordrebok/v1/openapi.json").await.expect(200);
        let clock = "/ordrebok/v1/sandbox/clock";
        one.post(clock, &json!({ "minutes": 1 })).await.expect(200);
        one.get(ORDER).await.expect(404);
    }

    /// Who administers is counted as well, and told before it is told that it may not.
    async fn administration_is_counted(stage: Stage) {
        let server = limited(&stage, 0, 4);
        let writer = server.merchant("Fjord Forlag").await.native().await;
        until_refused(&writer).await;
        is_problem(writer.get("/ordrebok/v1/admin/credentials").await, 429, "too_many_requests", "");
        let operator = server.run(&["credential", "add", "--operator", "--json"]).expecting(0).json();
        let operator = stories::Credential { id: "op".to_owned(), secret: operator["secret"].as_str().unwrap().to_owned() };
        let merchants = writer.merchant.native_with(operator).get("/ordrebok/v1/admin/merchants").await.expect(200);
        assert_eq!(merchants.header("ratelimit-policy"), "\"minute\";q=4;w=60");
    }

    /// Both windows are told; a page that is refused for its members is a call as well.
    async fn every_answer_tells_both_windows(stage: Stage) {
        let server = limited(&stage, 900, 1000);
        let client = server.native_client().await;
        let order = native::order("ORDER1", 1);
        for reply in [
            client.post("/ordrebok/v1/orders", &order).await.expect(201),
            client.get(ORDER).await.expect(200),
            client.get("/ordrebok/v1/orders?nonsense=1").await.expect(400),
            client.post("/ordrebok/v1/orders", &json!({})).await.expect(400),
            client.get("/ordrebok/v1/orders/ORDER2").await.expect(404),
            client.post("/ordrebok/v1/orders", &order).await.expect(409),
        ] {
            assert_eq!(reply.header("ratelimit-policy"), "\"second\";q=900;w=1, \"minute\";q=1000;w=60");
            assert!(reply.header("ratelimit").starts_with("\"second\";r=89"), "{}", reply.header("ratelimit"));
            assert!(reply.header("ratelimit").contains(";t=1, \"minute\";r=99"), "{}", reply.header("ratelimit"));
        }
    }

    /// Nothing is set: as many calls as one likes, and nothing to tell.
    async fn without_a_limit_there_is_nothing_to_tell(server: Server) {
        let client = server.native_client().await;
        let reply = client.get("/ordrebok/v1/orders").await.expect(200);
        assert_eq!((reply.header("ratelimit"), reply.header("ratelimit-policy")), ("", ""));
    }
}
