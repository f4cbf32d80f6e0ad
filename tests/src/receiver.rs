//! A web server of the test's own: what Ordrebok's callbacks reach.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::eventually;

/// One call that came in.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its method.
    pub method: Method,
    /// Its path, with the query.
    pub target: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

#[derive(Debug)]
enum Mood {
    Refuse(StatusCode),
    Answer(String),
    Redirect(String),
    Hang,
}

#[derive(Debug, Default)]
struct Book {
    received: Vec<Received>,
    moods: VecDeque<Mood>,
}

/// Listens on the loopback address, writes down what comes in, and answers 200 unless told otherwise.
#[derive(Debug)]
pub struct Receiver {
    address: String,
    book: Arc<Mutex<Book>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Starts one on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        let book = Arc::new(Mutex::new(Book::default()));
        let router = Router::new().fallback(receive).with_state(Arc::clone(&book));
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the receiver serves");
        });
        Self { address, book, task }
    }

    /// The URL of a path on it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What has come in so far.
    pub fn received(&self) -> Vec<Received> {
        self.book().received.clone()
    }

    /// Waits until so many calls have come in.
    pub async fn wait_for(&self, calls: usize) -> Vec<Received> {
        eventually(&format!("{calls} calls at the receiver"), async || {
            let received = self.received();
            (received.len() >= calls).then_some(received)
        })
        .await
    }

    /// Answers the next calls with this status, one for each time that it is said.
    pub fn refuse_next(&self, status: u16) {
        self.book()
            .moods
            .push_back(Mood::Refuse(StatusCode::from_u16(status).expect("a status")));
    }

    /// Answers the next call that nothing else was said for with 200 and this JSON.
    pub fn answer_next(&self, json: &serde_json::Value) {
        self.book().moods.push_back(Mood::Answer(json.to_string()));
    }

    /// Sends the next call elsewhere.
    pub fn redirect_next(&self, location: &str) {
        self.book().moods.push_back(Mood::Redirect(location.to_owned()));
    }

    /// Never answers the next call.
    pub fn hang_next(&self) {
        self.book().moods.push_back(Mood::Hang);
    }

    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().expect("nobody panics with the book in hand")
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn receive(
    State(book): State<Arc<Mutex<Book>>>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mood = {
        let mut book = book.lock().expect("nobody panics with the book in hand");
        book.received.push(Received {
            method,
            target: target.to_string(),
            headers,
            body,
        });
        book.moods.pop_front()
    };
    match mood {
        None => StatusCode::OK.into_response(),
        Some(Mood::Refuse(status)) => status.into_response(),
        Some(Mood::Answer(json)) => json.into_response(),
        Some(Mood::Redirect(location)) => (StatusCode::FOUND, [("location", location)]).into_response(),
        Some(Mood::Hang) => std::future::pending().await,
    }
}
