//! Credentials and stops, as somebody with orders sees them.

use serde_json::json;
use stories::{Options, Server, Stage, afterpay, story};

story! {
    /// What was acknowledged before a clean stop is there after the next start.
    async fn a_stopped_server_goes_on_where_it_was(server: Server) {
        let mut server = server;
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3)).await.expect(200);
        assert!(server.stop().success(), "{}", server.log());
        server.start_again();
        let order = shop.get("/api/v3/orders/ORDER1").await.expect(200);
        order.contains(&json!({ "orderDetails": { "orderNumber": "ORDER1", "totalGrossAmount": 30 } }));
    }

    /// A request that is being sent when the stop is asked for still gets its answer.
    async fn a_stopping_server_finishes_what_runs(server: Server) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut server = server;
        let shop = server.afterpay_shop().await;
        let body = afterpay::authorize("ORDER1", 3).to_string();
        let mut stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
        let head = format!(
            "POST /api/v3/checkout/authorize HTTP/1.1\r\nHost: shop\r\nX-Auth-Key: {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            shop.credential.secret,
            body.len()
        );
        let (first, rest) = body.split_at(body.len() / 2);
        stream.write_all(format!("{head}{first}").as_bytes()).await.unwrap();
        // Health answers on another connection only after this one's bytes have had their chance to be read.
        server.http().get("/healthz").await.expect(200);
        server.terminate();
        stream.write_all(rest.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(server.stopped().success());
        server.start_again();
        shop.get("/api/v3/orders/ORDER1").await.expect(200);
    }

    /// Merchants and credentials are added while the server runs, and count at once.
    async fn a_credential_opens_the_api_as_soon_as_it_is_added(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let shop = merchant.afterpay().await;
        shop.get("/api/v3/orders/NONE").await.expect(400);
        shop.get("/api/v3/orders/NONE").header("x-auth-key", "another key").await.expect(401);
    }

    /// A merchant brings the ids and secrets that its systems already use.
    async fn a_merchant_brings_its_own_credentials(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let key = "0123456789abcdef0123456789abcdef";
        let credential = merchant.credential("afterpay", &["--secret", key]).await;
        assert_eq!(credential.secret, key);
        merchant.afterpay_with(credential).get("/api/v3/orders/NONE").await.expect(400);
        let credential =
            merchant.credential("connect", &["--id", "no.fjord.web", "--secret", "an-old-secret,kept"]).await;
        assert_eq!((credential.id.as_str(), credential.secret.as_str()), ("no.fjord.web", "an-old-secret,kept"));
        merchant.connect_with(credential).await;
    }

    /// A credential that may only read changes nothing.
    async fn a_read_credential_can_not_write(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let reader = merchant.afterpay_with(merchant.credential("afterpay", &["--scope", "read"]).await);
        let writer = merchant.afterpay().await;
        let refused = reader.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3)).await;
        assert!((400..500).contains(&refused.status()), "{} {}", refused.status(), refused.text());
        writer.get("/api/v3/orders/ORDER1").await.expect(400);
        writer.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3)).await.expect(200);
        reader.get("/api/v3/orders/ORDER1").await.expect(200);
    }

    /// Secrets are printed once and are nowhere in the database or the log.
    async fn a_secret_is_not_stored_readable(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[log]\nlevel = \"debug\"\n"));
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3)).await.expect(200);
        let client = server.connect_client().await;
        let bearer = client.headers().find(|(name, _)| *name == "authorization").unwrap().1.to_owned();
        let token = bearer.strip_prefix("Bearer ").unwrap();
        let secrets = [shop.credential.secret.as_str(), client.credential.secret.as_str(), token];
        for secret in secrets {
            assert!(!server.log().contains(secret), "the log tells a secret");
        }
        let stored = stage.database.everything();
        assert!(contains(&stored, b"Nordmann"), "an order's text is found where it is stored");
        for secret in secrets {
            assert!(!contains(&stored, secret.as_bytes()), "the database holds a secret as it is");
        }
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
