//! The server, whatever the API.

use serde_json::{Value, json};
use stories::{Options, Server, Stage, eventually, story};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

story! {
    /// Load balancers ask without credentials.
    async fn health_is_told_without_credentials(server: Server) {
        server.http().get("/healthz").await.expect(200);
        server.http().get("/readyz").await.expect(200);
    }

    /// A client's own request id comes back; one that can't be used is replaced.
    async fn every_answer_has_a_request_id(server: Server) {
        let own = server.http().get("/healthz").header("x-request-id", "req-ab12cd-1700000000000").await;
        assert_eq!(own.header("x-request-id"), "req-ab12cd-1700000000000");
        let (first, second) = (server.http().get("/nowhere").await, server.http().get("/nowhere").await);
        assert!(first.header("x-request-id").len() >= 16);
        assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
        let unusable = server.http().get("/healthz").header("x-request-id", "two words").await;
        assert_ne!(unusable.header("x-request-id"), "two words");
    }

    /// What belongs to no API is refused as RFC 9457 problem details.
    async fn a_path_of_no_api_gets_problem_details(server: Server) {
        for (reply, status) in [
            (server.http().get("/").await, 404),
            (server.http().get("/nowhere?x=%ff").await, 404),
            (server.http().post("/healthz").await, 405),
        ] {
            let reply = reply.expect(status);
            assert_eq!(reply.header("content-type"), "application/problem+json");
            let problem: Value = serde_json::from_slice(reply.bytes()).unwrap();
            assert_eq!(problem["status"], status);
            assert!(problem["detail"].is_string() && problem["title"].is_string(), "{problem}");
        }
    }

    /// A client that never finishes its request's head doesn't keep its connection.
    async fn a_head_that_is_never_finished_is_cut_off(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[limits]\nheader_seconds = 1\n"));
        let mut slow = TcpStream::connect(server.address()).await.unwrap();
        slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: ordrebok\r\nX-Slow: ").await.unwrap();
        let mut received = Vec::new();
        // Comes to an end only when the server closes the connection.
        let ended = tokio::time::timeout(std::time::Duration::from_secs(30), slow.read_to_end(&mut received)).await;
        assert!(ended.is_ok(), "the server waits for ever");
        server.http().get("/healthz").await.expect(200);
    }

    /// What isn't HTTP gets an HTTP error, and harms nobody else.
    async fn garbage_on_the_line_is_a_bad_request(server: Server) {
        let mut line = TcpStream::connect(server.address()).await.unwrap();
        line.write_all(b"\x16\x03\x01 no HTTP at all\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        line.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        server.http().get("/healthz").await.expect(200);
    }

    /// When more requests run than the operator allows, the next is told to come back, in the form of its API, and
    /// load balancers are still answered.
    async fn a_full_server_asks_to_come_back(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[limits]\nrequests = 1\n"));
        let shop = server.afterpay_shop().await;
        // One that comes while another is being answered is refused itself, and holds nothing.
        let unfinished = std::sync::Mutex::new(Vec::new());
        let afterpay = eventually("a refused request", async || {
            let holding = unfinished_authorize(&server, &shop.credential.secret).await;
            unfinished.lock().unwrap().push(holding);
            let reply = shop.get("/api/v3/orders/ORDER1").await;
            (reply.status() == 503).then_some(reply)
        })
        .await;
        assert_eq!(afterpay.header("retry-after"), "1");
        assert!(afterpay.json().is_array(), "{}", afterpay.text());
        let connect = server.http().get("/capi/v1/client/order/status/9").await.expect(503);
        assert_eq!(connect.header("retry-after"), "1");
        connect.contains(&json!({ "exceptionType": "[text]", "errorMessage": "[text]" }));
        let marketplace = server.http().get("/v3/customers/1/orders/2").await.expect(503);
        assert_eq!(marketplace.header("retry-after"), "1");
        marketplace.contains(&json!({ "code": "[text]", "message": "[text]" }));
        server.http().get("/nowhere").await.expect(503);
        server.http().get("/healthz").await.expect(200);

        drop(unfinished);
        eventually("room for a request", async || {
            (shop.get("/api/v3/orders/ORDER1").await.status() != 503).then_some(())
        })
        .await;
    }

    /// A body that never comes ends in the API's own error, not in a connection that hangs.
    async fn a_body_that_never_comes_is_told_so(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[limits]\nbody_seconds = 1\n"));
        let shop = server.afterpay_shop().await;
        let mut unfinished = unfinished_authorize(&server, &shop.credential.secret).await;
        let mut answer = vec![0; 4096];
        let read = tokio::time::timeout(std::time::Duration::from_secs(30), unfinished.read(&mut answer)).await;
        answer.truncate(read.expect("the server answers").unwrap());
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("[{"), "AfterPay's errors are lists: {answer}");
    }

    /// SIGTERM ends it cleanly, and so does every restart on the same data.
    async fn it_stops_cleanly_and_starts_again(server: Server) {
        let mut server = server;
        for _ in 0..2 {
            server.http().get("/readyz").await.expect(200);
            assert!(server.stop().success());
            server.start_again();
        }
    }
}

/// Begins an authorize call whose body never comes.
async fn unfinished_authorize(server: &Server, key: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = format!(
        "POST /api/v3/checkout/authorize HTTP/1.1\r\nHost: ordrebok\r\nX-Auth-Key: {key}\r\nContent-Type: \
         application/json\r\nContent-Length: 500\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}
