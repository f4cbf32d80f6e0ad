//! What browsers and thrifty clients ask of any server: compressed answers, and calls from pages of other sites.

use std::io::Write;
use std::process::{Command, Stdio};

use axum::http::Method;
use stories::{Options, Reply, Server, Stage, native, story};

const DOCUMENT: &str = "/ordrebok/openapi/ordrebok.json";

/// What gzip makes of it.
fn unzipped(zipped: &[u8]) -> Vec<u8> {
    let mut gzip = Command::new("gzip")
        .arg("-dc")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("gzip is there");
    let (mut stdin, sent) = (gzip.stdin.take().expect("it is piped"), zipped.to_vec());
    let writer = std::thread::spawn(move || stdin.write_all(&sent));
    let output = gzip.wait_with_output().expect("gzip ends");
    writer
        .join()
        .expect("the writer doesn't panic")
        .expect("gzip reads all of it");
    assert!(output.status.success());
    output.stdout
}

fn cors(reply: &Reply) -> [&str; 3] {
    [
        "access-control-allow-origin",
        "access-control-allow-methods",
        "access-control-allow-headers",
    ]
    .map(|name| reply.header(name))
}

story! {
    /// Answers of some size are compressed for those who ask, in what they prefer; what comes out is the same.
    async fn answers_are_compressed_for_those_who_ask(server: Server) {
        let plain = server.http().get(DOCUMENT).await.expect(200);
        assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", ""));
        let ask = |coding: &str| server.http().get(DOCUMENT).header("accept-encoding", coding);
        let zipped = ask("gzip, deflate").await.expect(200);
        assert_eq!((zipped.header("content-encoding"), zipped.header("vary")), ("gzip", "accept-encoding"));
        assert!(zipped.bytes().len() < plain.bytes().len() / 3, "{}", zipped.bytes().len());
        assert_eq!(unzipped(zipped.bytes()), plain.bytes().as_ref());
        let packed = ask("zstd").await.expect(200);
        assert_eq!(packed.header("content-encoding"), "zstd");
        assert!(packed.bytes().starts_with(&[0x28, 0xb5, 0x2f, 0xfd]), "zstd's magic number");
        for nothing in ["identity", "br", "gzip;q=0", "nonsense"] {
            assert_eq!(ask(nothing).await.expect(200).bytes(), plain.bytes(), "{nothing}");
        }
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 1)).header("accept-encoding", "gzip").await.expect(201);
        let small = server.http().get("/healthz").header("accept-encoding", "gzip").await.expect(200);
        assert_eq!(small.header("content-encoding"), "");
    }

    /// Pages of the sites that the operator names may call, and read what a client needs; others may not.
    async fn pages_of_named_sites_may_call(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[web]\ncors_origins = [\"https://shop.example\"]\ncompress_from_bytes = 0\n"));
        let path = "/ordrebok/v1/orders/ORDER1";
        let ask = |origin: &str| {
            let call = server.http().call(Method::OPTIONS, path).header("origin", origin);
            call.header("access-control-request-method", "POST").header("access-control-request-headers", "authorization,content-type")
        };
        let allowed = ask("https://shop.example").await.expect(200);
        assert_eq!(cors(&allowed), ["https://shop.example", "POST", "authorization,content-type"]);
        assert_eq!(cors(&ask("https://evil.example").await)[0], "");
        let client = server.native_client().await;
        let call = |origin: &str| client.get(path).header("origin", origin);
        let answer = call("https://shop.example").await.expect(404);
        assert_eq!(answer.header("access-control-allow-origin"), "https://shop.example");
        assert!(answer.header("access-control-expose-headers").contains("x-request-id"));
        assert_eq!(call("https://evil.example").await.expect(404).header("access-control-allow-origin"), "");
        assert_eq!(client.get(path).await.expect(404).header("access-control-allow-origin"), "");
        let zipped = server.http().get(DOCUMENT).header("accept-encoding", "gzip").await.expect(200);
        assert_eq!(zipped.header("content-encoding"), "", "the operator has switched it off");
    }

    /// Unless the operator names a site, none may.
    async fn no_other_site_may_call_unless_it_is_named(server: Server) {
        let ask = server.http().call(Method::OPTIONS, "/ordrebok/v1/orders").header("origin", "https://shop.example");
        let refused = ask.header("access-control-request-method", "GET").await.expect(405);
        assert_eq!(cors(&refused), ["", "", ""]);
    }
}
