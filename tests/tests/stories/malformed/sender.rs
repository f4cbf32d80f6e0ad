//! Sending what no decent client would, and looking at every answer.

use stories::{Call, Caller, Reply};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bodies that are no JSON document at all, or none that can be read.
pub(super) const BROKEN: [&[u8]; 14] = [
    b"{",
    b"}",
    b"{\"order\":",
    b"[1,2",
    b"nul",
    b"{'a':1}",
    b"{\"a\":1,}",
    b"{\"a\":01}",
    b"{\"a\":NaN}",
    b"\xff\xfe{\x00}\x00",
    b"{\"a\":\"\xc3\x28\"}",
    b"{\"a\":\"\\ud800\"}",
    b"{\"a\":\"\x00\"}",
    b"<order/>",
];

/// Values that are wrong wherever they stand: another type, too large, too small, too deep, too odd.
pub(super) const WRONG: [&str; 22] = [
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\"text\"",
    "\"\\u0000\"",
    "\"a\\u0000b\"",
    "-1",
    "0.0000000000000000000000000000000000000001",
    "1e400",
    "-1e-400",
    "1e2147483648",
    "99999999999999999999999999999999999999999999999999",
    "18446744073709551616",
    "9223372036854775808",
    "\"9999999999999999999999999999999999999999\"",
    "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]",
    "{\"a\":{\"a\":{\"a\":{\"a\":1}}}}",
    "\"2016-13-45T99:99:99Z\"",
    "\"\\ud83d\\ude00\"",
    "1.5",
];

/// Ids that no order has, as they stand in a path.
pub(super) const IDS: [&str; 14] = [
    "0",
    "-1",
    "1.5",
    "1e3",
    "9999999999999999999999999999999999999999",
    "9223372036854775807",
    "9223372036854775808",
    "%00",
    "a%00b",
    "%ff%fe",
    "%F0%9F%98%80",
    "..%2f..%2fetc%2fpasswd",
    "'%20OR%201=1%20--",
    "%",
];

/// Puts a value, as text, in the place of one member after the other, at every depth, and gives each such document.
pub(super) fn spoiled(document: &serde_json::Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for pointer in places(document, String::new()) {
        for wrong in WRONG {
            let mut spoiled = document.clone();
            let marker = serde_json::Value::String("[spoiled]".to_owned());
            *spoiled.pointer_mut(&pointer).unwrap() = marker;
            // By text: the value need not be one that this side could hold.
            found.push((
                format!("{pointer} = {wrong}"),
                spoiled.to_string().replace("\"[spoiled]\"", wrong),
            ));
        }
        let mut without = document.clone();
        remove(&mut without, &pointer);
        found.push((format!("without {pointer}"), without.to_string()));
    }
    found
}

fn places(value: &serde_json::Value, place: String) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(members) = value.as_object() {
        for (name, value) in members {
            found.extend(places(value, format!("{place}/{name}")));
        }
    }
    if let Some(elements) = value.as_array() {
        for (index, value) in elements.iter().enumerate() {
            found.extend(places(value, format!("{place}/{index}")));
        }
    }
    if !place.is_empty() {
        found.push(place);
    }
    found
}

fn remove(value: &mut serde_json::Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = value.pointer_mut(parent).unwrap();
    if let Some(members) = parent.as_object_mut() {
        members.remove(name);
    } else if let Some(elements) = parent.as_array_mut() {
        elements.remove(name.parse().unwrap());
    }
}

/// Makes the call and fails on any 5xx, on what isn't JSON, and on what isn't said in this API's form.
pub(super) async fn survives(what: &str, call: Call, form: fn(&Reply) -> bool) -> Reply {
    let reply = match call.attempt().await {
        Ok(reply) => reply,
        Err(unanswered) => panic!("{what}: {unanswered}"),
    };
    assert!(
        reply.status() < 500,
        "{what}: {} {}",
        reply.status(),
        reply.text()
    );
    assert!(!reply.text().contains("<html"), "{what}: {}", reply.text());
    if reply.status() >= 400 {
        assert!(
            form(&reply),
            "{what}: {} {:?} {}",
            reply.status(),
            reply.header("content-type"),
            reply.text()
        );
    }
    reply
}

/// Makes the call, which must be refused with a 4xx.
pub(super) async fn refused(what: &str, call: Call, form: fn(&Reply) -> bool) -> Reply {
    let reply = survives(what, call, form).await;
    assert!(
        reply.status() >= 400,
        "{what}: {} {}",
        reply.status(),
        reply.text()
    );
    reply
}

/// Sends bytes as they are, on a connection of their own; what came back until the server closed it.
pub(super) async fn raw(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may answer and close before it has read all of it.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(std::time::Duration::from_mins(1), stream.read_to_end(&mut answer))
        .await
        .expect("the server closes a connection that makes no sense");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Requests that are broken below the level of any API: each is answered with a 4xx, or the connection is closed.
pub(super) async fn nonsense_on_the_wire(address: &str, path: &str, caller: &Caller) {
    let mut headers = String::new();
    for (name, value) in caller.headers() {
        headers.extend([name, ": ", value, "\r\n"]);
    }
    let requests: [Vec<u8>; 7] = [
        b"\r\n\r\n\x00\x01\x02".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        format!("GET {path}\x00 HTTP/1.1\r\nHost: x\r\n{headers}\r\n").into_bytes(),
        format!("POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: -5\r\n\r\n").into_bytes(),
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: 99999999999999999999999\r\n\r\n"
        )
        .into_bytes(),
        format!("POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Transfer-Encoding: chunked\r\n\r\nzz\r\n")
            .into_bytes(),
        format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n",
            "a".repeat(1_000_000)
        )
        .into_bytes(),
    ];
    for request in requests {
        let answer = raw(address, &request).await;
        let status = answer.get(9..12).unwrap_or_default();
        assert!(
            answer.is_empty() || status.starts_with('4'),
            "{} was answered {answer}",
            String::from_utf8_lossy(request.get(..80).unwrap_or(&request))
        );
    }
}
