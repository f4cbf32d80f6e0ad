//! Many at once on one order: sums never exceed, and every loser is told so.

use std::sync::Arc;

use serde_json::{Value, json};
use stories::{Caller, Options, Reply, Server, Stage, afterpay, story};
use tokio::sync::Barrier;

const CLIENTS: u32 = 64;

story! {
    /// Captures and voids racing for one reservation take all of it, and not a piece more.
    async fn captures_and_voids_never_exceed_the_reservation(server: Server) {
        let shop = server.afterpay_shop().await;
        let pieces = 100;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("RACE", pieces)).await.expect(200);
        let replies = race(&shop, |client| {
            if client % 2 == 0 {
                ("captures", afterpay::capture(&format!("CAPTURE{client}"), 3))
            } else {
                ("voids", afterpay::void(4))
            }
        })
        .await;
        let won = |parity: u32| count(&replies, |client, status| client % 2 == parity && status == 200);
        let (captures, voids) = (won(0), won(1));
        let taken = captures * 3 + voids * 4;
        assert!(taken <= pieces, "{captures} captures and {voids} voids took {taken} pieces of {pieces}");
        assert!(taken + 3 > pieces, "who asked for what was there was refused: {taken} pieces of {pieces}");
        losers_are_told(&replies);
        let order = shop.get("/api/v3/orders/RACE").await.expect(200).json();
        assert_eq!(amounts(&order["captures"], "amount"), vec!["30"; size(captures)]);
        assert_eq!(amounts(&order["cancellations"], "cancellationAmount"), vec!["40"; size(voids)]);
    }

    /// Refunds racing for one capture give back all of it, and not a piece more.
    async fn refunds_never_exceed_the_capture(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("RACE", 200)).await.expect(200);
        shop.post("/api/v3/orders/RACE/captures", &afterpay::capture("CAPTURE", 100)).await.expect(200);
        shop.post("/api/v3/orders/RACE/captures", &afterpay::capture("OTHER", 100)).await.expect(200);
        let replies = race(&shop, |_| ("refunds", afterpay::refund("CAPTURE", 6))).await;
        assert_eq!(count(&replies, |_, status| status == 200), 100 / 6);
        losers_are_told(&replies);
        let order = shop.get("/api/v3/orders/RACE").await.expect(200).json();
        assert_eq!(amounts(&order["refunds"], "amount"), vec!["-60"; 100 / 6]);
        let refunded = amounts(&order["captures"], "totalRefundedAmount");
        assert_eq!(refunded, ["960", "0"], "{}", order["captures"]);
    }

    /// Captures, refunds of what was captured before, and voids, all at once.
    async fn a_mixed_crowd_keeps_every_sum(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("RACE", 100)).await.expect(200);
        shop.post("/api/v3/orders/RACE/captures", &afterpay::capture("FIRST", 20)).await.expect(200);
        let replies = race(&shop, |client| match client % 3 {
            0 => ("captures", afterpay::capture(&format!("CAPTURE{client}"), 5)),
            1 => ("refunds", afterpay::refund("FIRST", 3)),
            _ => ("voids", afterpay::void(5)),
        })
        .await;
        let won = |kind: u32| count(&replies, |client, status| client % 3 == kind && status == 200);
        let (captures, refunds, voids) = (won(0), won(1), won(2));
        assert_eq!((captures + voids) * 5, 80, "80 pieces were left, in fives: {captures} captures, {voids} voids");
        assert_eq!(refunds, 20 / 3);
        losers_are_told(&replies);
        let order = shop.get("/api/v3/orders/RACE").await.expect(200).json();
        assert_eq!(order["captures"].as_array().map_or(0, Vec::len), size(captures) + 1);
        assert_eq!(order["refunds"].as_array().map_or(0, Vec::len), size(refunds));
        assert_eq!(order["cancellations"].as_array().map_or(0, Vec::len), size(voids));
        // Nothing remains. Voiding the rest is refused when a capture took the last of it, and done already when a void
        // did, as the race had it; it changes nothing either way.
        let again = shop.post("/api/v3/orders/RACE/voids", &Value::Null).await;
        assert!(matches!(again.status(), 200 | 400), "{}", again.text());
        shop.get("/api/v3/orders/RACE").await.expect(200).matches(&order);
    }

    /// Two servers on one database are one server to the money.
    async fn two_servers_keep_every_sum(stage: Stage) {
        let (here, there) = (stage.start(&Options::default()), stage.start(&Options::default()));
        let shop = here.afterpay_shop().await;
        let same = there.known_merchant(&shop.merchant.name).afterpay_with(shop.credential.clone());
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("RACE", 50)).await.expect(200);
        let capture = |client: u32| ("captures", afterpay::capture(&format!("CAPTURE{client}"), 3));
        let void = |_: u32| ("voids", afterpay::void(3));
        let (captured, voided) = tokio::join!(race(&shop, capture), race(&same, void));
        let won = |replies: &[(u32, Reply)]| count(replies, |_, status| status == 200);
        assert_eq!(won(&captured) + won(&voided), 50 / 3);
        losers_are_told(&captured);
        losers_are_told(&voided);
        for caller in [&shop, &same] {
            let order = caller.get("/api/v3/orders/RACE").await.expect(200).json();
            assert_eq!(order["captures"].as_array().map_or(0, Vec::len), size(won(&captured)));
            assert_eq!(order["cancellations"].as_array().map_or(0, Vec::len), size(won(&voided)));
        }
    }

    /// The same order number at once: one order, and 63 are told that the number is taken.
    async fn one_order_number_makes_one_order(server: Server) {
        let shop = server.afterpay_shop().await;
        let body = afterpay::authorize("RACE", 1);
        let replies = at_once(&shop, move |_| ("/api/v3/checkout/authorize".to_owned(), body.clone(), None)).await;
        assert_eq!(count(&replies, |_, status| status == 200), 1);
        losers_are_told(&replies);
        for (_, reply) in replies.iter().filter(|(_, reply)| reply.status() == 400) {
            reply.contains(&json!([{ "code": "400.100" }]));
        }
    }

    /// The same idempotency key at once: done once, and whoever is answered has the same answer.
    async fn one_idempotency_key_is_done_once(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("RACE", 100)).await.expect(200);
        let replies = at_once(&shop, |_| {
            let body = json!({ "orderDetails": afterpay::capture("", 1)["orderDetails"] });
            ("/api/v3/orders/RACE/captures".to_owned(), body, Some("one-key".to_owned()))
        })
        .await;
        let answers: Vec<_> = replies.iter().filter(|(_, reply)| reply.status() == 200).map(|(_, reply)| reply.text()).collect();
        assert!(!answers.is_empty() && answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert!(replies.iter().all(|(_, reply)| reply.status() < 500), "{replies:?}");
        let order = shop.get("/api/v3/orders/RACE").await.expect(200).json();
        assert_eq!(amounts(&order["captures"], "amount"), ["10"]);
    }
}

/// 64 clients call something of the order `RACE` at once.
async fn race(shop: &Caller, what: impl Fn(u32) -> (&'static str, Value)) -> Vec<(u32, Reply)> {
    at_once(shop, |client| {
        let (part, body) = what(client);
        (format!("/api/v3/orders/RACE/{part}"), body, None)
    })
    .await
}

/// 64 clients call at once: the path, the body and the idempotency key of each.
async fn at_once(shop: &Caller, what: impl Fn(u32) -> (String, Value, Option<String>)) -> Vec<(u32, Reply)> {
    let barrier = Arc::new(Barrier::new(size(CLIENTS)));
    let mut racing = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let (path, body, key) = what(client);
        let mut call = shop.post(&path, &body);
        if let Some(key) = key {
            call = call.header("x-idempotency-key", &key);
        }
        let barrier = Arc::clone(&barrier);
        racing.spawn(async move {
            barrier.wait().await;
            (client, call.await)
        });
    }
    racing.join_all().await
}

#[track_caller]
fn losers_are_told(replies: &[(u32, Reply)]) {
    for (_, reply) in replies.iter().filter(|(_, reply)| reply.status() != 200) {
        reply.clone().expect(400).contains(&json!([{
            "type": "BusinessError", "code": "[text]", "message": "[text]", "actionCode": "[text]"
        }]));
    }
}

fn count(replies: &[(u32, Reply)], which: impl Fn(u32, u16) -> bool) -> u32 {
    let found = replies
        .iter()
        .filter(|(client, reply)| which(*client, reply.status()))
        .count();
    u32::try_from(found).unwrap()
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap()
}

/// One member of each element, as whole numbers in words.
fn amounts(list: &Value, member: &str) -> Vec<String> {
    let elements = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let whole = |value: &Value| value.to_string().split('.').next().unwrap_or_default().to_owned();
    elements.iter().map(|element| whole(&element[member])).collect()
}
