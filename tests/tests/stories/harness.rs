//! The harness itself: a receiver that can't fail, or a comparison that can't see, would make every story worthless.

use stories::{Receiver, eventually};

#[tokio::test]
async fn the_receiver_writes_down_what_comes_in_and_fails_on_demand() {
    let receiver = Receiver::start().await;
    receiver.refuse_next(503);
    receiver.redirect_next("http://127.0.0.1:1/elsewhere");
    let mut answers = Vec::new();
    for call in 0..3 {
        answers.push(raw_get(&receiver.url(&format!("/callback?call={call}"))).await);
    }
    assert!(answers[0].starts_with("HTTP/1.1 503"), "{answers:?}");
    assert!(
        answers[1].starts_with("HTTP/1.1 302")
            && answers[1].contains("location: http://127.0.0.1:1/elsewhere")
    );
    assert!(answers[2].starts_with("HTTP/1.1 200"), "{answers:?}");
    let received = receiver.wait_for(3).await;
    assert_eq!(received[2].target, "/callback?call=2");
    assert_eq!(received.len(), 3);
}

#[tokio::test]
async fn what_is_awaited_is_asked_until_it_is_there() {
    let asked = std::cell::Cell::new(0);
    let found = eventually("the third answer", async || {
        asked.set(asked.get() + 1);
        (asked.get() == 3).then_some("there")
    })
    .await;
    assert_eq!((found, asked.get()), ("there", 3));
}

async fn raw_get(url: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (address, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
