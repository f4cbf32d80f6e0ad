//! `ordrebok verify` finds what is wrong, and says where.

use stories::{Options, Stage, afterpay, marketplace, story};

story! {
    /// Each way in which the database can be at odds with itself is found, and nothing is once it is put right.
    async fn every_kind_of_damage_is_found(stage: Stage) {
        let mut server = stage.start(&Options::default());
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 100)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("CAPTURE1", 40)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/refunds", &afterpay::refund("CAPTURE1", 10)).await.expect(200);
        let partner = server.marketplace_partner().await;
        let customer = partner.post("/v3/customers", &marketplace::customer("Ada")).await.expect(201).json();
        let orders = format!("{}/orders", customer["links"]["self"]["uri"].as_str().unwrap());
        partner.post(&orders, &marketplace::order("a", 1)).await.expect(201);
        assert!(server.stop().success());
        stage.run(&["verify"]).expect(0);
        for (what, damage, repair) in DAMAGES {
            stage.database.tamper(damage).await;
            let verified = stage.run(&["verify"]);
            assert_eq!(verified.code, Some(1), "{what}: {}{}", verified.stdout, verified.stderr);
            assert!(!verified.stdout.is_empty() || !verified.stderr.is_empty(), "{what} is found without a word");
            stage.database.tamper(repair).await;
            stage.run(&["verify"]).expect(0);
        }
    }
}

/// What is wrong, how it came to be, and how it is put right.
const DAMAGES: [(&str, &str, &str); 8] = [
    (
        "a version that isn't the number of events",
        "UPDATE orders SET version = version + 1",
        "UPDATE orders SET version = version - 1",
    ),
    (
        "a snapshot that isn't what its events come to",
        "UPDATE orders SET snapshot = replace(snapshot, 'CAPTURE1', 'CAPTURE2')",
        "UPDATE orders SET snapshot = replace(snapshot, 'CAPTURE2', 'CAPTURE1')",
    ),
    (
        "an event that is missing",
        "UPDATE events SET order_id = -order_id WHERE sequence = 2",
        "UPDATE events SET order_id = -order_id WHERE sequence = 2",
    ),
    (
        "an event that was changed",
        "UPDATE events SET body = replace(body, 'CAPTURE1', 'CAPTURE2') WHERE kind = 'captured'",
        "UPDATE events SET body = replace(body, 'CAPTURE2', 'CAPTURE1') WHERE kind = 'captured'",
    ),
    (
        "a promoted column that isn't the order's",
        "UPDATE orders SET gross = '1' || gross",
        "UPDATE orders SET gross = substr(gross, 2)",
    ),
    (
        "a count that is off",
        "UPDATE history_counts SET n = n + 1",
        "UPDATE history_counts SET n = n - 1",
    ),
    (
        "a count of a basket that is off",
        "UPDATE basket_counts SET n = n + 1",
        "UPDATE basket_counts SET n = n - 1",
    ),
    (
        "a name that leads nowhere",
        "UPDATE order_names SET order_id = order_id + 7",
        "UPDATE order_names SET order_id = order_id - 7",
    ),
];
