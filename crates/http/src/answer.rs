//! A rendered answer, and the refusals that no operation decides but the server itself.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;

/// The content type of JSON answers unless a dialect says otherwise.
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A rendered answer: what leaves over HTTP, and what is kept under an idempotency key.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// All headers but those of the connection.
    pub headers: HeaderMap,
    /// The body, shared and not copied.
    pub body: Bytes,
}

impl Answer {
    /// An answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// An answer whose body is JSON text already.
    pub fn json_text(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(CONTENT_TYPE, JSON);
        Self {
            status,
            headers,
            body: body.into(),
        }
    }

    /// An answer with `value` as JSON.
    ///
    /// # Panics
    /// When `value` has a map with keys that aren't text: a bug in a wire type, found by its first test.
    #[expect(
        clippy::expect_used,
        reason = "wire types have text keys and no part that can fail"
    )]
    pub fn json(status: StatusCode, value: &impl Serialize) -> Self {
        Self::json_text(
            status,
            serde_json::to_vec(value).expect("a wire type always serialises"),
        )
    }

    /// The same with one header set.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same with another content type, such as `application/problem+json`.
    #[must_use]
    pub fn typed(self, content_type: &'static str) -> Self {
        self.with(CONTENT_TYPE, HeaderValue::from_static(content_type))
    }

    /// The same, never to be kept by a cache: answers with tokens in them.
    #[must_use]
    pub fn no_store(self) -> Self {
        self.with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// What the server itself refuses or fails at, whatever the operation; each dialect says it in its own form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No operation has this path.
    NotFound,
    /// The path exists, but not with this method.
    MethodNotAllowed,
    /// The path or the query isn't percent-encoded UTF-8.
    BadUrl,
    /// The body is larger than the operator allows.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body, or the whole request, took longer than the operator allows.
    TimedOut,
    /// The client went away or broke off within its body.
    Interrupted,
    /// The client has called too often.
    TooManyRequests {
        /// When to come back, in seconds.
        retry_after_seconds: u64,
    },
    /// More requests are running than the operator allows.
    Overloaded {
        /// When to come back, in seconds.
        retry_after_seconds: u64,
    },
    /// A defect or a broken store. The reason is in the log, never in the answer.
    Internal,
}

/// How one dialect says a [`Failure`] of a request with this method. Each has one, as `refuse`.
pub type Refuse = fn(Failure, &Method) -> Answer;

impl Failure {
    /// The status that says it by itself; a dialect may choose another.
    pub fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadUrl | Self::Interrupted => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What happened, in a sentence for the client.
    pub fn sentence(self) -> String {
        match self {
            Self::NotFound => "There is nothing at this path.".to_owned(),
            Self::MethodNotAllowed => "This path does not take this method.".to_owned(),
            Self::BadUrl => "The path or the query is not percent-encoded UTF-8.".to_owned(),
            Self::TooLarge { limit } => format!("The body is larger than {limit} bytes."),
            Self::TimedOut => "The request took too long.".to_owned(),
            Self::Interrupted => "The body ended before it was complete.".to_owned(),
            Self::TooManyRequests { retry_after_seconds } => {
                format!("Too many calls. Try again in {retry_after_seconds} s.")
            }
            Self::Overloaded { retry_after_seconds } => {
                format!("Too many requests are running. Try again in {retry_after_seconds} s.")
            }
            Self::Internal => "The server failed to answer. The failure was logged.".to_owned(),
        }
    }
}
