//! Calls over HTTP and what is expected of their answers.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::json;

/// A client of one server, wherever that server is at the moment.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    address: Arc<RwLock<String>>,
}

impl Http {
    pub(crate) fn new(address: String) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self {
            client,
            address: Arc::new(RwLock::new(address)),
        }
    }

    pub(crate) fn move_to(&self, address: String) {
        *self
            .address
            .write()
            .expect("nobody panics with the address in hand") = address;
    }

    pub(crate) fn address(&self) -> String {
        self.address
            .read()
            .expect("nobody panics with the address in hand")
            .clone()
    }

    /// A GET.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// A POST without a body.
    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    /// Any call.
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call {
            http: self.clone(),
            method,
            path: path.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }
}

/// A call that is about to be made. Awaiting it makes it.
#[derive(Debug, Clone)]
#[must_use = "a call is made by awaiting it"]
pub struct Call {
    http: Http,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// No answer came: the connection was refused, broke, or the time was up.
#[derive(Debug)]
pub struct Unanswered(String);

impl fmt::Display for Unanswered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Call {
    /// Sets a header, in place of one of the same name.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header name");
        self.headers.insert(
            name,
            HeaderValue::from_bytes(value.as_bytes()).expect("a header value"),
        );
        self
    }

    /// Leaves out a header that the caller would send.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Sends a JSON document.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sends these bytes as this media type.
    pub fn body(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self = self.header("content-type", media_type);
        self.body = body.into();
        self
    }

    /// Makes the call, for tests in which the server may be gone.
    pub async fn attempt(self) -> Result<Reply, Unanswered> {
        let what = format!("{} {}", self.method, self.path);
        let answered = tokio::time::timeout(Duration::from_mins(1), self.send(what.clone())).await;
        answered.unwrap_or_else(|_| Err(Unanswered(format!("{what}: no answer within 60 seconds"))))
    }

    async fn send(self, what: String) -> Result<Reply, Unanswered> {
        let broken = |error: &dyn std::error::Error| {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            Unanswered(format!("{what}: {error} {cause}"))
        };
        let mut request = Request::builder()
            .method(self.method)
            .uri(format!("http://{}{}", self.http.address(), self.path))
            .body(Full::new(self.body))
            .expect("a path that can be sent");
        *request.headers_mut() = self.headers;
        let answer = self
            .http
            .client
            .request(request)
            .await
            .map_err(|error| broken(&error))?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| broken(&error))?.to_bytes();
        Ok(Reply {
            what,
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }
}

impl IntoFuture for Call {
    type Output = Reply;
    type IntoFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            match self.attempt().await {
                Ok(reply) => reply,
                Err(unanswered) => panic!("{unanswered}"),
            }
        })
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    what: String,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    /// Its status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// Fails unless it has this status.
    #[track_caller]
    #[allow(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "often the status is all that matters"
    )]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status(),
            status,
            "{} answered {} {}",
            self.what,
            self.status,
            self.text()
        );
        self
    }

    /// The value of a header, empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Its body.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// Its body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Its body, which must be JSON and say so.
    #[track_caller]
    pub fn json(&self) -> Value {
        let media_type = self.header("content-type");
        assert!(
            media_type.starts_with("application/json") || media_type == "application/problem+json",
            "{} answered as {media_type:?}: {}",
            self.what,
            self.text()
        );
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!(
                "{} answered what is no JSON ({error}): {}",
                self.what,
                self.text()
            ),
        }
    }

    /// Fails unless its body is this document. See the crate's page for how documents are compared.
    #[track_caller]
    pub fn matches(&self, expected: &Value) {
        json::assert_matches(&self.what, &self.json(), expected);
    }

    /// Fails unless its body has at least these members.
    #[track_caller]
    pub fn contains(&self, expected: &Value) {
        json::assert_contains(&self.what, &self.json(), expected);
    }
}
