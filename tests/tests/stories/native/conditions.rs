//! `Idempotency-Key` and `If-Match`: nothing is done twice, and nothing on top of what the caller has not seen.

use super::{is_problem, money};
use serde_json::json;
use stories::{Call, Server, native, story};

const ORDER: &str = "/ordrebok/v1/orders/ORDER1";

fn keyed(call: Call, key: &str) -> Call {
    call.header("idempotency-key", key)
}

story! {
    async fn the_same_key_with_the_same_body_replays_the_answer(server: Server) {
        let client = server.native_client().await;
        let register = || keyed(client.post("/ordrebok/v1/orders", &native::order("ORDER1", 10)), "key-1");
        let first = register().await.expect(201);
        assert_eq!(first.header("idempotency-replayed"), "");
        let capture = || keyed(client.post(&format!("{ORDER}/capture"), &json!({"amount": 10})), "key-1");
        let captured = capture().await.expect(200);
        for _again in 0..2 {
            let again = register().await.expect(201);
            assert_eq!((again.text(), again.header("etag"), again.header("location")),
                (first.text(), first.header("etag"), first.header("location")));
            assert_eq!(again.header("idempotency-replayed"), "true");
            let again = capture().await.expect(200);
            assert_eq!(again.text(), captured.text());
        }
        // Without the key the same capture is another one.
        let order = client.post(&format!("{ORDER}/capture"), &json!({"amount": 10})).await.expect(200).json();
        assert_eq!(money(&order), ["100.00", "100.00", "20.00", "0.00", "0.00", "80.00"]);
    }

    async fn the_same_key_with_another_body_is_refused(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 10)).await.expect(201);
        let capture = |amount: u32| keyed(client.post(&format!("{ORDER}/capture"), &json!({"amount": amount})), "key-1");
        capture(10).await.expect(200);
        is_problem(capture(20).await, 422, "idempotency_key_reused", "Idempotency-Key");
        assert_eq!(money(&client.get(ORDER).await.json())[2], "10.00");
    }

    /// A refusal is an answer too; what is malformed does not use up its key.
    async fn refusals_are_replayed_and_malformed_requests_are_not(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::preliminary("ORDER1", 10)).await.expect(201);
        let capture = || keyed(client.post(&format!("{ORDER}/capture"), &json!({})), "key-1").header("x-request-id", "first");
        is_problem(capture().await, 409, "not_confirmed", "");
        client.post(&format!("{ORDER}/confirm"), &json!({"reserve": {}})).await.expect(200);
        // The problem is that of before, and names the request that it answers now.
        is_problem(capture().header("x-request-id", "second").await, 409, "not_confirmed", "");
        let key = |body: &serde_json::Value| keyed(client.post(&format!("{ORDER}/capture"), body), "key-2");
        is_problem(key(&json!({"amount": "much"})).await, 400, "invalid_body", "amount");
        key(&json!({"amount": 10})).await.expect(200);
    }

    async fn a_key_is_one_credentials_own(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let (one, other) = (merchant.native().await, merchant.native().await);
        keyed(one.post("/ordrebok/v1/orders", &native::order("ORDER1", 1)), "key-1").await.expect(201);
        keyed(other.post("/ordrebok/v1/orders", &native::order("ORDER2", 1)), "key-1").await.expect(201);
        for key in ["", " ", "two words", &"x".repeat(256)] {
            let refused = keyed(one.post("/ordrebok/v1/orders", &native::order("ORDER3", 1)), key).await;
            is_problem(refused, 400, "invalid_header", "Idempotency-Key");
        }
        keyed(one.post("/ordrebok/v1/orders", &native::order("ORDER3", 1)), &"x".repeat(255)).await.expect(201);
    }

    async fn if_match_lets_a_step_happen_only_to_the_version_that_was_seen(server: Server) {
        let client = server.native_client().await;
        let tag = client.post("/ordrebok/v1/orders", &native::order("ORDER1", 10)).await.expect(201).header("etag").to_owned();
        let capture = |tags: &str| client.post(&format!("{ORDER}/capture"), &json!({"amount": 10})).header("if-match", tags);
        for stale in ["\"1\"", "\"2\", \"77\"", &format!("W/{tag}"), "\"x\""] {
            is_problem(capture(stale).await, 412, "version_mismatch", "If-Match");
        }
        let next = capture(&tag).await.expect(200).header("etag").to_owned();
        is_problem(capture(&tag).await, 412, "version_mismatch", "If-Match");
        capture(&format!("\"1\", {next}")).await.expect(200);
        capture("*").await.expect(200);
        for unreadable in ["3", "", "\"3", "*, \"3\""] {
            is_problem(capture(unreadable).await, 400, "invalid_header", "If-Match");
        }
        assert_eq!(money(&client.get(ORDER).await.json())[2], "30.00");
        for (step, body) in [
            ("confirm", json!({})), ("process", json!({})), ("fail", json!({"reason": "expired"})), ("refund", json!({})),
            ("cancel", json!({})), ("ship", json!({"capture": "X", "shipment": {"carrier": "Y"}})), ("return", json!({})),
        ] {
            let refused = client.post(&format!("{ORDER}/{step}"), &body).header("if-match", "\"1\"").await;
            is_problem(refused, 412, "version_mismatch", "If-Match");
        }
        let new = client.post("/ordrebok/v1/orders", &native::order("ORDER2", 1)).header("if-match", "\"1\"");
        is_problem(new.await, 412, "version_mismatch", "If-Match");
    }

    /// Of many who saw the same version, one goes on.
    async fn of_a_race_by_if_match_one_wins(server: Server) {
        let client = server.native_client().await;
        let tag = client.post("/ordrebok/v1/orders", &native::order("ORDER1", 100)).await.expect(201).header("etag").to_owned();
        let racers = (0..16).map(|_| {
            let call = client.post(&format!("{ORDER}/capture"), &json!({"amount": 10})).header("if-match", &tag);
            tokio::spawn(async move { call.await })
        });
        let mut won = 0;
        for racer in racers.collect::<Vec<_>>() {
            let reply = racer.await.unwrap();
            if reply.status() == 200 {
                won += 1;
            } else {
                is_problem(reply, 412, "version_mismatch", "If-Match");
            }
        }
        let order = client.get(ORDER).await.expect(200).json();
        assert_eq!((won, money(&order)[2].as_str()), (1, "10.00"));
    }

    /// Of many with the same key, one does it and all get its answer.
    async fn of_a_race_by_one_key_all_get_the_same_answer(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 100)).await.expect(201);
        let racers = (0..16).map(|_| {
            let call = keyed(client.post(&format!("{ORDER}/capture"), &json!({"amount": 10})), "key-1");
            tokio::spawn(async move { call.await })
        });
        let mut answers = std::collections::BTreeSet::new();
        for racer in racers.collect::<Vec<_>>() {
            answers.insert(racer.await.unwrap().expect(200).text());
        }
        assert_eq!(answers.len(), 1);
        assert_eq!(money(&client.get(ORDER).await.json())[2], "10.00");
    }
}
