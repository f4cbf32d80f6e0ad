//! Sixty-four clients at once.

use serde_json::{Value, json};
use stories::{Caller, Server, afterpay, story};

/// The order's captured, refunded and voided amounts, which must hold whatever raced.
async fn amounts(shop: &Caller, number: &str) -> (i64, i64, i64) {
    let order = shop
        .get(&format!("/api/v3/orders/{number}"))
        .await
        .expect(200)
        .json();
    let whole = |value: &Value| value.to_string().trim_end_matches(".0").parse::<i64>().unwrap();
    let sum = |list: &str, member: &str| {
        let parts = order[list].as_array().unwrap().iter();
        parts.map(|part| whole(&part[member])).sum::<i64>()
    };
    for capture in order["captures"].as_array().unwrap() {
        assert!(
            whole(&capture["totalRefundedAmount"]) <= whole(&capture["amount"]),
            "{capture}"
        );
    }
    (
        sum("captures", "amount"),
        -sum("refunds", "amount"),
        sum("cancellations", "cancellationAmount"),
    )
}

story! {
    /// 64 clients racing captures, refunds and voids on one order never exceed what is reserved or captured, and each
    /// loser gets a clear list of errors.
    async fn captures_refunds_and_voids_race_on_one_order(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 20)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("FIRST", 2)).await.expect(200);
        let racers = (0..64).map(|place: u32| {
            let shop = shop.clone();
            tokio::spawn(async move {
                let (path, body) = match place % 3 {
                    0 => ("captures", afterpay::capture(&format!("INV{place}"), 1)),
                    1 => ("refunds", afterpay::refund("FIRST", 1)),
                    _ => ("voids", afterpay::void(1)),
                };
                let reply = shop.post(&format!("/api/v3/orders/ORDER1/{path}"), &body).await;
                if reply.status() != 200 {
                    let code = match path {
                        "captures" => "400.117",
                        "refunds" => "400.902",
                        _ => "400.903",
                    };
                    reply.clone().expect(400).contains(&json!([{
                        "type": "BusinessError", "code": code, "message": "[text]", "customerFacingMessage": "[text]"
                    }]));
                }
                (path, reply.status() == 200)
            })
        });
        let racers: Vec<_> = racers.collect();
        let mut won = std::collections::BTreeMap::<&str, i64>::new();
        for racer in racers {
            let (path, is_done) = racer.await.unwrap();
            *won.entry(path).or_default() += i64::from(is_done);
        }
        let (captured, refunded, voided) = amounts(&shop, "ORDER1").await;
        assert_eq!(captured + voided, 200, "all of it was taken or released, and no more");
        assert_eq!(refunded, 20);
        assert_eq!((captured - 20, refunded, voided), (won["captures"] * 10, won["refunds"] * 10, won["voids"] * 10));
    }

    /// Everything at once, from every side: all that remains is taken once.
    async fn only_one_of_64_takes_all_that_remains(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 20)).await.expect(200);
        let racers: Vec<_> = (0..64).map(|place: u32| {
            let shop = shop.clone();
            tokio::spawn(async move {
                let path = ["captures", "voids"][usize::from(place.is_multiple_of(2))];
                shop.post(&format!("/api/v3/orders/ORDER1/{path}"), &json!("")).await.status()
            })
        }).collect();
        for racer in racers {
            let status = racer.await.unwrap();
            assert!(matches!(status, 200 | 400), "{status}");
        }
        let (captured, refunded, voided) = amounts(&shop, "ORDER1").await;
        assert!(matches!((captured, refunded, voided), (200, 0, 0) | (0, 0, 200)), "{captured} {voided}");
    }

    async fn only_one_of_64_authorizes_gets_the_number(server: Server) {
        let shop = server.afterpay_shop().await;
        let racers: Vec<_> = (0..64).map(|place: u32| {
            let shop = shop.clone();
            let number = if place.is_multiple_of(2) { "Order1" } else { "oRDER1" };
            tokio::spawn(async move {
                shop.post("/api/v3/checkout/authorize", &afterpay::authorize(number, 1)).await
            })
        }).collect();
        let mut accepted = 0;
        for racer in racers {
            let reply = racer.await.unwrap();
            if reply.status() == 200 {
                accepted += 1;
            } else {
                reply.expect(400).contains(&json!([{"code": "400.100", "fieldReference": "order.number"}]));
            }
        }
        assert_eq!(accepted, 1);
    }
}
