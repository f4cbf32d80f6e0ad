//! The feed of all events, as pages and as a stream.

use super::is_problem;
use serde_json::{Value, json};
use std::time::Duration;
use stories::{Caller, Server, afterpay, native, story};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A stream of events, as bytes come in.
struct Stream {
    socket: TcpStream,
    text: String,
}

impl Stream {
    async fn open(server: &Server, client: &Caller, query: &str, more: &str) -> Self {
        let mut socket = TcpStream::connect(server.address()).await.unwrap();
        let headers = client.headers().fold(String::new(), |text, (name, value)| {
            text + name + ": " + value + "\r\n"
        });
        let request = format!(
            "GET /ordrebok/v1/events{query} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n{headers}{more}\r\n"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        let text = String::new();
        Self { socket, text }
    }

    /// Reads until the text is there, or the stream ends; whether it is there.
    async fn read_until(&mut self, wanted: &str) -> bool {
        let mut buffer = [0; 4096];
        while !self.text.contains(wanted) {
            let read = tokio::time::timeout(Duration::from_secs(30), self.socket.read(&mut buffer));
            let n = read
                .await
                .expect("something comes within 30 seconds")
                .unwrap_or(0);
            if n == 0 {
                return false;
            }
            self.text.push_str(&String::from_utf8_lossy(&buffer[..n]));
        }
        true
    }
}

fn told(page: &Value) -> Vec<(i64, String, i64)> {
    let events = page["events"].as_array().unwrap().iter();
    let one = |event: &Value| {
        let kind = event["type"].as_str().unwrap().to_owned();
        (
            event["position"].as_i64().unwrap(),
            kind,
            event["sequence"].as_i64().unwrap(),
        )
    };
    events.map(one).collect()
}

story! {
    async fn every_event_has_one_place_in_the_feed_whichever_api_it_came_through(server: Server) {
        let merchant = server.merchant("Nordlys").await;
        let (client, shop) = (merchant.native().await, merchant.afterpay().await);
        client.get("/ordrebok/v1/events").await.expect(200).matches(&json!({"events": [], "position": 0}));
        client.post("/ordrebok/v1/orders", &native::order("A", 10)).await.expect(201);
        let feed = client.get("/ordrebok/v1/events").await.expect(200).json();
        let kinds = ["order.registered", "order.confirmed", "order.reserved"];
        let expected: Vec<_> = (1..).zip(kinds).map(|(n, kind)| (n, kind.to_owned(), n)).collect();
        assert_eq!(told(&feed), expected);
        // The data are those of the order's own timeline.
        let timeline = client.get("/ordrebok/v1/orders/A/events").await.expect(200).json();
        for at in 0..3 {
            assert_eq!(feed["events"][at]["data"], timeline["events"][at]["data"]);
            assert_eq!(feed["events"][at]["order"], timeline["id"]);
        }
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("SHOP1", 3)).await.expect(200);
        client.post("/ordrebok/v1/orders/A/capture", &json!({"amount": 10})).await.expect(200);
        let mut after = 3;
        let mut kinds = Vec::new();
        loop {
            let path = format!("/ordrebok/v1/events?after={after}&limit=2");
            let page = client.get(&path).await.expect(200);
            let events = told(&page.json());
            assert_eq!(page.json()["position"].as_i64(), Some(after + i64::try_from(events.len()).unwrap()));
            assert_eq!(page.header("link").is_empty(), events.len() < 2);
            if events.is_empty() {
                break;
            }
            for (position, kind, _) in events {
                after += 1;
                assert_eq!(position, after, "no gap");
                kinds.push(kind);
            }
        }
        assert!(kinds.contains(&"order.captured".to_owned()), "{kinds:?}");
        assert_eq!(kinds.iter().filter(|kind| *kind == "order.registered").count(), 1);
        let latest = client.get("/ordrebok/v1/events?after=latest").await.expect(200).json();
        assert_eq!(latest, json!({"events": [], "position": after}));
        let other = server.native_client().await;
        other.get("/ordrebok/v1/events").await.expect(200).matches(&json!({"events": [], "position": 0}));
    }

    async fn a_stream_goes_on_from_where_it_was(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("A", 10)).await.expect(201);
        let mut stream = Stream::open(&server, &client, "", "").await;
        assert!(stream.read_until("id: 3\nevent: order.reserved\ndata: {").await);
        assert!(stream.text.contains("content-type: text/event-stream"), "{}", stream.text);
        // What happens while it is open comes by itself.
        client.post("/ordrebok/v1/orders/A/capture", &json!({"amount": 10})).await.expect(200);
        assert!(stream.read_until("id: 4\nevent: order.captured\n").await);
        drop(stream);
        let mut again = Stream::open(&server, &client, "", "last-event-id: 3\r\n").await;
        assert!(again.read_until("id: 4\n").await);
        assert!(!again.text.contains("id: 3\n"));
        let mut latest = Stream::open(&server, &client, "?after=latest", "").await;
        assert!(latest.read_until("retry: ").await);
        client.post("/ordrebok/v1/orders/A/capture", &json!({"amount": 20})).await.expect(200);
        assert!(latest.read_until("id: 5\n").await);
        assert!(!latest.text.contains("id: 4\n"));
    }

    /// A stopping server does not wait for its streams.
    async fn a_stream_ends_when_the_server_stops(server: Server) {
        let mut server = server;
        let client = server.native_client().await;
        let mut stream = Stream::open(&server, &client, "", "").await;
        assert!(stream.read_until("retry: ").await);
        let before = tokio::time::Instant::now();
        let status = tokio::task::block_in_place(|| server.stop());
        assert!(status.success());
        assert!(before.elapsed() < Duration::from_secs(15), "the server waited for the stream");
        assert!(!stream.read_until("never").await, "the stream has ended");
        server.start_again();
    }

    async fn an_odd_position_is_refused(server: Server) {
        let client = server.native_client().await;
        for (query, field) in [
            ("after=-1", "after"),
            ("after=x", "after"),
            ("after=99999999999999999999999999999999999999999", "after"),
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
        ] {
            is_problem(client.get(&format!("/ordrebok/v1/events?{query}")).await, 400, "invalid_parameter", field);
        }
        let streamed = |path: &str| client.get(path).header("accept", "text/event-stream");
        is_problem(streamed("/ordrebok/v1/events?limit=1").await, 400, "invalid_parameter", "limit");
        let odd = streamed("/ordrebok/v1/events").header("last-event-id", "x");
        is_problem(odd.await, 400, "invalid_header", "Last-Event-ID");
        let stranger = streamed("/ordrebok/v1/events").header("authorization", "Bearer 1.wrong");
        is_problem(stranger.await, 401, "unauthenticated", "");
    }
}
