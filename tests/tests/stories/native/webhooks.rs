//! Webhooks: told of every event, signed, retried, replayed.

use super::is_problem;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use stories::json::assert_contains;
use stories::{Caller, Options, Received, Receiver, Server, Stage, eventually, native, story};

const HOOKS: &str = "/ordrebok/v1/webhooks";

/// A server that may call this machine, and tries again at once.
fn start(stage: &Stage, more: &str) -> Server {
    let configuration =
        format!("[callbacks]\ntimeout_seconds = 1\nallowed_networks = [\"127.0.0.0/8\"]\n[webhooks]\n{more}");
    stage.start(&Options::default().configuration(&configuration))
}

const SOON: &str = "retry_after_seconds = [0, 0, 0, 0, 0, 0]\n";

/// Whether an independent library takes a call for genuine.
fn is_genuine(secret: &str, call: &Received, body: &str) -> bool {
    let header = |name: &str| call.headers[name].to_str().unwrap().to_owned();
    let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"]
        .map(|name| (name.to_owned(), json!(header(name))));
    let headers: Value = headers.into_iter().collect::<serde_json::Map<_, _>>().into();
    let told = json!({"secret": secret, "headers": headers, "body": body});
    let verify = Path::new(env!("CARGO_MANIFEST_DIR")).join("webhooks/verify");
    let mut child = Command::new(verify)
        .stdin(Stdio::piped())
        .spawn()
        .expect("tests/webhooks/verify runs");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(told.to_string().as_bytes())
        .unwrap();
    match child.wait().unwrap().code() {
        Some(0) => true,
        Some(1) => false,
        other => panic!("tests/webhooks/verify ended with {other:?}"),
    }
}

fn body_of(call: &Received) -> Value {
    serde_json::from_slice(&call.body).unwrap()
}

async fn add(client: &Caller, url: &str, events: &[&str]) -> Value {
    client
        .post(HOOKS, &json!({"url": url, "events": events}))
        .await
        .expect(201)
        .json()
}

async fn deliveries(client: &Caller, hook: &Value) -> Vec<Value> {
    let path = format!("{HOOKS}/{}/deliveries?limit=100", hook["id"].as_str().unwrap());
    client.get(&path).await.expect(200).json()["deliveries"]
        .as_array()
        .unwrap()
        .clone()
}

fn at(hook: &Value, rest: &str) -> String {
    format!("{HOOKS}/{}{rest}", hook["id"].as_str().unwrap())
}

story! {
    /// Checked with the library of the Standard Webhooks project.
    async fn calls_are_signed_as_the_specification_says(stage: Stage) {
        let server = start(&stage, SOON);
        let (client, receiver) = (server.native_client().await, Receiver::start().await);
        let hook = add(&client, &receiver.url("/hook"), &["order.reserved", "order.captured"]).await;
        let first = hook["secret"].as_str().unwrap().to_owned();
        client.post("/ordrebok/v1/orders", &native::order("A", 10)).await.expect(201);
        let calls = receiver.wait_for(1).await;
        let body = String::from_utf8(calls[0].body.to_vec()).unwrap();
        assert_contains("a call", &body_of(&calls[0]), &json!({"type": "order.reserved", "data": {"position": 3}}));
        assert_eq!(calls[0].headers["content-type"], "application/json");
        assert!(is_genuine(&first, &calls[0], &body));
        assert!(!is_genuine(&first, &calls[0], &body.replace("reserved", "captured")));
        // With a new secret both are good for a day.
        let rotated = client.post(&at(&hook, "/rotate"), &json!({})).await.expect(200).json();
        let second = rotated["secret"].as_str().unwrap().to_owned();
        assert_ne!(first, second);
        client.post("/ordrebok/v1/orders/A/capture", &json!({})).await.expect(200);
        let calls = receiver.wait_for(2).await;
        let body = String::from_utf8(calls[1].body.to_vec()).unwrap();
        assert!(is_genuine(&first, &calls[1], &body) && is_genuine(&second, &calls[1], &body));
        let shown = client.get(&at(&hook, "")).await.expect(200).json();
        assert_eq!(shown.get("secret"), None, "it is shown once");
        assert_eq!(shown["secretVersion"], 2);
    }

    /// The other side fails, hangs and leads away, and gets every event in the end.
    async fn a_receiver_that_comes_back_gets_every_event(stage: Stage) {
        let server = start(&stage, SOON);
        let (client, receiver) = (server.native_client().await, Receiver::start().await);
        let hook = add(&client, &receiver.url("/hook"), &[]).await;
        receiver.refuse_next(500);
        receiver.hang_next();
        receiver.redirect_next("/elsewhere");
        receiver.refuse_next(429);
        for number in 1..=5 {
            client.post("/ordrebok/v1/orders", &native::order(&format!("ORDER{number}"), 1)).await.expect(201);
        }
        eventually("all fifteen are delivered", async || {
            let all = deliveries(&client, &hook).await;
            (all.len() == 15 && all.iter().all(|one| one["state"] == "done")).then_some(())
        })
        .await;
        let calls = receiver.received();
        assert!(calls.iter().all(|call| call.target == "/hook"), "a redirection is not followed");
        let ids: BTreeSet<&str> = calls.iter().map(|call| call.headers["webhook-id"].to_str().unwrap()).collect();
        assert_eq!(ids.len(), 15, "a message keeps its id on each try");
        let positions: BTreeSet<i64> = calls.iter().map(|call| body_of(call)["data"]["position"].as_i64().unwrap()).collect();
        assert_eq!(positions, (1..=15).collect());
        let failed: usize = deliveries(&client, &hook).await.iter()
            .map(|one| one["attempts"].as_array().unwrap().iter().filter(|one| one["delivered"] == false).count()).sum();
        assert_eq!(failed, 4, "each failure is told");
        assert_eq!(client.get(&at(&hook, "")).await.expect(200).json().get("failingSince"), None);
    }

    async fn a_call_is_given_up_asked_for_again_and_a_period_replayed(stage: Stage) {
        let server = start(&stage, "retry_after_seconds = [0]\n");
        let (client, receiver) = (server.native_client().await, Receiver::start().await);
        client.post("/ordrebok/v1/orders", &native::order("BEFORE", 1)).await.expect(201);
        let hook = add(&client, &receiver.url("/hook"), &["order.captured", "order.registered"]).await;
        receiver.refuse_next(500);
        receiver.refuse_next(503);
        client.post("/ordrebok/v1/orders/BEFORE/capture", &json!({})).await.expect(200);
        let failed = eventually("the call is given up", async || {
            let all = deliveries(&client, &hook).await;
            all.first().filter(|one| one["state"] == "failed").cloned()
        })
        .await;
        assert_contains("the failed one", &failed, &json!({"attempts": [{"delivered": false}, {"outcome": "answered with status 503"}]}));
        assert!(client.get(&at(&hook, "")).await.expect(200).json()["failingSince"].is_string());
        let id = failed["id"].as_str().unwrap();
        client.post(&at(&hook, &format!("/deliveries/{id}/retry")), &json!({})).await.expect(200)
            .contains(&json!({"state": "due"}));
        receiver.wait_for(3).await;
        // What happened before the webhook was there comes with a replay, and what it was told comes again.
        client.post(&at(&hook, "/replay"), &json!({"from": "2019-01-01"})).await.expect(202).matches(&json!({"events": 2}));
        let calls = receiver.wait_for(5).await;
        let last: BTreeSet<String> = calls[3..].iter().map(|call| body_of(call)["type"].to_string()).collect();
        assert_eq!(last.len(), 2, "{last:?}");
        client.post(&at(&hook, "/replay"), &json!({"from": "2019-01-01", "until": "2019-02-01"})).await.expect(202)
            .matches(&json!({"events": 0}));
        client.post(&at(&hook, "/ping"), &json!({})).await.expect(202).contains(&json!({"state": "due"}));
        let calls = receiver.wait_for(6).await;
        assert_eq!(body_of(&calls[5])["type"], "ping");
        let page = client.get(&at(&hook, "/deliveries?limit=1")).await.expect(200);
        assert!(page.header("link").contains("cursor="));
        let failed = client.get(&at(&hook, "/deliveries?state=failed")).await.expect(200);
        failed.matches(&json!({"deliveries": []}));
    }

    /// A ping, a retry and a replay under a key are answered as they were, and nothing is owed again.
    async fn what_is_owed_by_hand_is_owed_once_under_a_key(stage: Stage) {
        let server = start(&stage, SOON);
        let (client, receiver) = (server.native_client().await, Receiver::start().await);
        let hook = add(&client, &receiver.url("/hook"), &[]).await;
        client.post("/ordrebok/v1/orders", &native::order("A", 1)).await.expect(201);
        // Registered, confirmed, reserved.
        receiver.wait_for(3).await;
        let settled = async |count: usize| {
            eventually("all is delivered", async || {
                let all = deliveries(&client, &hook).await;
                (all.len() == count && all.iter().all(|one| one["state"] == "done")).then_some(all)
            })
            .await
        };
        let all = settled(3).await;
        let retry = format!("/deliveries/{}/retry", all[0]["id"].as_str().unwrap());
        let mut calls = 3;
        for (path, body, status, more) in [
            ("/ping", json!({}), 202, 1), (retry.as_str(), json!({}), 200, 1), ("/replay", json!({"from": "2019-01-01"}), 202, 3),
        ] {
            let call = || client.post(&at(&hook, path), &body).header("idempotency-key", path.trim_start_matches('/'));
            let first = call().await.expect(status);
            assert_eq!(first.header("idempotency-replayed"), "");
            calls += more;
            receiver.wait_for(calls).await;
            settled(4).await;
            let again = call().await.expect(status);
            assert_eq!((again.text(), again.header("idempotency-replayed")), (first.text(), "true"), "{path}");
            let other = call().json(&json!({"from": "2020-01-01"})).await;
            is_problem(other, 422, "idempotency_key_reused", "Idempotency-Key");
        }
        // Without a key it is another one; with nothing left to send, nothing else has come.
        client.post(&at(&hook, "/ping"), &json!({})).await.expect(202);
        let all = settled(5).await;
        assert_eq!((all.len(), receiver.received().len()), (5, calls + 1));
        let gone = || client.post(&at(&hook, "/deliveries/77/retry"), &json!({})).header("idempotency-key", "gone");
        is_problem(gone().await, 404, "delivery_not_found", "");
        let again = gone().await;
        is_problem(again, 404, "delivery_not_found", "");
    }

    async fn one_that_fails_too_long_is_turned_off_until_somebody_turns_it_on(stage: Stage) {
        let server = start(&stage, "retry_after_seconds = [0, 0, 0]\ndisable_after_hours = 0\n");
        let (client, receiver) = (server.native_client().await, Receiver::start().await);
        let hook = add(&client, &receiver.url("/hook"), &["order.registered"]).await;
        receiver.refuse_next(500);
        client.post("/ordrebok/v1/orders", &native::order("A", 1)).await.expect(201);
        eventually("it is turned off", async || {
            let shown = client.get(&at(&hook, "")).await.expect(200).json();
            (shown["enabled"] == false && shown["givenUpAt"].is_string()).then_some(())
        })
        .await;
        // What happens meanwhile is not owed; what was owed waits.
        client.post("/ordrebok/v1/orders", &native::order("B", 1)).await.expect(201);
        client.get("/ordrebok/v1/events").await.expect(200);
        assert_eq!((deliveries(&client, &hook).await.len(), receiver.received().len()), (1, 1));
        let shown = client.patch(&at(&hook, ""), &json!({"enabled": true})).await.expect(200).json();
        assert_eq!((&shown["enabled"], shown.get("givenUpAt")), (&json!(true), None));
        receiver.wait_for(2).await;
        client.patch(&at(&hook, ""), &json!({"enabled": false, "description": "off"})).await.expect(200)
            .contains(&json!({"enabled": false, "description": "off"}));
    }

    /// An address that never answers holds up nobody else.
    async fn a_dead_webhook_holds_up_no_other(stage: Stage) {
        let server = start(&stage, SOON);
        let (client, dead, alive) = (server.native_client().await, Receiver::start().await, Receiver::start().await);
        for _ in 0..40 {
            dead.hang_next();
        }
        add(&client, &dead.url("/dead"), &[]).await;
        add(&client, &alive.url("/alive"), &[]).await;
        for number in 1..=10 {
            client.post("/ordrebok/v1/orders", &native::order(&format!("ORDER{number}"), 1)).await.expect(201);
        }
        alive.wait_for(30).await;
    }

    async fn a_webhook_reaches_no_private_address(server: Server) {
        let (client, receiver) = (server.native_client().await, Receiver::start().await);
        let hook = add(&client, &receiver.url("/hook"), &[]).await;
        client.post(&at(&hook, "/ping"), &json!({})).await.expect(202);
        let refused = eventually("the ping is refused", async || {
            let all = deliveries(&client, &hook).await;
            all[0]["attempts"][0]["outcome"].as_str().map(ToOwned::to_owned)
        })
        .await;
        assert!(refused.contains("not a public address"), "{refused}");
        assert!(receiver.received().is_empty());
    }

    async fn webhooks_are_refused_in_problems_and_kept_apart(server: Server) {
        let client = server.native_client().await;
        for (body, code, field) in [
            (json!({}), "missing_member", "url"),
            (json!({"url": "ftp://x"}), "invalid_body", "url"),
            (json!({"url": "nonsense"}), "invalid_body", "url"),
            (json!({"url": "https://x.example/a\u{0}"}), "invalid_body", "url"),
            (json!({"url": "https://x.example", "events": ["captured"]}), "invalid_body", "events"),
            (json!({"url": "https://x.example", "description": "a\u{0}"}), "invalid_body", "description"),
            (json!({"url": "https://x.example", "secret": "mine"}), "invalid_body", "secret"),
        ] {
            is_problem(client.post(HOOKS, &body).await, 400, code, field);
        }
        let twice = || client.post(HOOKS, &json!({"url": "https://x.example", "events": ["order.captured"]})).header("idempotency-key", "k1");
        let (first, second) = (twice().await.expect(201).json(), twice().await.expect(201));
        assert_eq!((first.clone(), second.header("idempotency-replayed")), (second.json(), "true"));
        client.get(HOOKS).await.expect(200).contains(&json!({"webhooks": [{"url": "https://x.example", "events": ["order.captured"]}]}));
        let other = server.native_client().await;
        other.get(HOOKS).await.expect(200).matches(&json!({"webhooks": []}));
        for (path, call) in [
            (at(&first, ""), other.get(&at(&first, ""))),
            ("rotate".to_owned(), other.post(&at(&first, "/rotate"), &json!({}))),
            ("ping".to_owned(), other.post(&at(&first, "/ping"), &json!({}))),
            ("replay".to_owned(), other.post(&at(&first, "/replay"), &json!({"from": "2019-01-01"}))),
            ("deliveries".to_owned(), other.get(&at(&first, "/deliveries"))),
            ("retry".to_owned(), other.post(&at(&first, "/deliveries/1/retry"), &json!({}))),
            ("change".to_owned(), other.patch(&at(&first, ""), &json!({"enabled": false}))),
            ("remove".to_owned(), other.delete(&at(&first, ""))),
            ("none".to_owned(), client.get(&format!("{HOOKS}/none"))),
        ] {
            assert_eq!(call.await.expect(404).json()["code"], "webhook_not_found", "{path}");
        }
        for id in ["1", "x", "99999999999999999999999999999999999999999"] {
            let refused = client.post(&at(&first, &format!("/deliveries/{id}/retry")), &json!({})).await;
            is_problem(refused, 404, "delivery_not_found", "");
        }
        is_problem(client.post(&at(&first, "/replay"), &json!({})).await, 400, "missing_member", "from");
        client.delete(&at(&first, "")).await.expect(204);
        client.get(HOOKS).await.expect(200).matches(&json!({"webhooks": []}));
    }
}
