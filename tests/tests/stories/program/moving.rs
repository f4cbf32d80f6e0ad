//! From one file to PostgreSQL, with everything.

use std::sync::Arc;

use serde_json::json;
use stories::{Backend, Database, Options, Server, afterpay, connect, tell};

/// A merchant grows: what was on SQLite is on PostgreSQL, to the letter, and its clients go on with their keys.
#[test]
fn a_book_moves_to_postgresql_with_everything() {
    tell(Backend::Sqlite, async |mut server: Server| {
        let shop = server.afterpay_shop().await;
        let site = server.known_merchant(&shop.merchant.name).connect().await;
        let mut odd = afterpay::authorize("ODD", 3);
        odd["customer"]["lastName"] = json!("Tab\tback\\slash\nline\\N Ærlig 😀");
        shop.post("/api/v3/checkout/authorize", &odd).await.expect(200);
        shop.post("/api/v3/orders/ODD/captures", &afterpay::capture("C-1", 3))
            .await
            .expect(200);
        let registered = site
            .post("/capi/v1/client/order", &connect::register("EXT-1", "invoice"))
            .await
            .expect(200);
        let id = registered.json()["orderId"].clone();
        let before = shop.get("/api/v3/orders/ODD").await.expect(200).text();
        let status = format!("/capi/v1/client/order/status/{id}");
        let stands = site.get(&status).await.expect(200).text();

        let target = Arc::new(Database::create(Backend::Postgres).await);
        let url = target.location();
        let busy = server.run(&["move-to", &url]).expecting(1);
        assert!(busy.stderr.contains("must be stopped first"), "{}", busy.stderr);
        assert!(server.stop().success());
        let moved = server.run(&["move-to", &url]).expecting(0);
        assert!(moved.stdout.contains("has all"), "{}", moved.stdout);
        let again = server.run(&["move-to", &url]).expecting(1);
        assert!(again.stderr.contains("in it already"), "{}", again.stderr);

        let verified = target.run(&["verify"]).expecting(0);
        assert!(verified.stdout.contains("2 orders"), "{}", verified.stdout);
        let grown = Server::start(&target, &Options::default());
        let merchant = grown.known_merchant(&shop.merchant.name);
        let shop = merchant.afterpay_with(shop.credential.clone());
        assert_eq!(shop.get("/api/v3/orders/ODD").await.expect(200).text(), before);
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("LATER", 1))
            .await
            .expect(200);
        let site = merchant.connect_with(site.credential.clone()).await;
        assert_eq!(site.get(&status).await.expect(200).text(), stands);
        let next = site
            .post("/capi/v1/client/order", &connect::register("EXT-2", "invoice"))
            .await
            .expect(200);
        assert_ne!(next.json()["orderId"], id);
        target.run(&["verify"]).expect(0);
    });
}

/// A database that is not there, or is no PostgreSQL, gets a sentence; the folder stays as it is.
#[test]
fn only_an_embedded_book_moves_and_only_to_postgresql() {
    tell(Backend::Sqlite, async |mut server: Server| {
        server.afterpay_shop().await;
        assert!(server.stop().success());
        for (target, told) in [
            ("mysql://localhost/none", "not a postgres:// URL"),
            ("postgres://127.0.0.1:1/none", "can't be reached"),
        ] {
            let refused = server.run(&["move-to", target]).expecting(1);
            assert!(refused.stderr.contains(told), "{target}: {}", refused.stderr);
        }
        server.run(&["verify"]).expect(0);
    });
}
