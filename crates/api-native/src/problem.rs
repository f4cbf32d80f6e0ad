//! Problem details (RFC 9457): how everything that is refused is said.

use crate::errors::SORTS;
use crate::rate;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_kit::{Answer, RequestId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A sort of problem. Its code is stable: clients decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) code: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
}

impl Sort {
    pub(crate) const fn new(code: &'static str, status: StatusCode, title: &'static str) -> Self {
        Self { code, status, title }
    }
}

/// One problem. It knows the request that it is about only once [`with_request_ids`] has seen it, so that an answer
/// that is kept under an idempotency key names each request that it is given to.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Said>);

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Problem")]
struct Said {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    detail: String,
    /// What sort of problem it is: decide by this.
    #[schemars(schema_with = "codes")]
    code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// In how many seconds to come back, where that is said.
    #[serde(skip)]
    retry_after: Option<u32>,
}

fn codes(_generator: &mut SchemaGenerator) -> Schema {
    let codes: Vec<_> = SORTS.iter().map(|sort| sort.code).collect();
    json_schema!({ "type": "string", "enum": codes })
}

impl JsonSchema for Problem {
    fn schema_name() -> Cow<'static, str> {
        Said::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Said::json_schema(generator)
    }
}

impl Problem {
    /// A problem of this sort, and what it is in this case, in a sentence.
    pub(crate) fn new(sort: Sort, detail: impl Into<String>) -> Self {
        Self(Box::new(Said {
            kind: format!("urn:ordrebok:problem:{}", sort.code),
            title: sort.title.to_owned(),
            status: sort.status.as_u16(),
            detail: detail.into(),
            code: sort.code.to_owned(),
            field: None,
            request_id: None,
            retry_after: None,
        }))
    }

    /// The same, with the member, parameter or header that is at fault.
    #[must_use]
    pub(crate) fn at(mut self, field: impl Into<String>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// The same, with the number of seconds after which the client may come back.
    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The text that is kept under an idempotency key.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// The problem that was kept as this text.
    pub(crate) fn kept(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(|said| Self(Box::new(said)))
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, MEDIA_TYPE)]);
        match self.status() {
            StatusCode::UNAUTHORIZED => {
                headers.insert(
                    WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"ordrebok\""),
                );
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(RETRY_AFTER, self.0.retry_after.unwrap_or(1).into());
            }
            _ => {}
        }
        headers
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        Self {
            status: problem.status(),
            headers: problem.headers(),
            body: Bytes::from(problem.text()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes each problem that an operation answers with, and into it the id of its request; and what is left of the
/// caller's allowance into each answer. Headers that are there already stay, such as the methods that a path does take.
pub(crate) async fn with_request_ids(request: Request, next: Next) -> Response {
    let id = RequestId::of(request.extensions()).cloned();
    let (mut response, allowance) = rate::observed(next.run(request)).await;
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>() {
        problem.0.request_id = id.map(|id| id.as_str().to_owned());
        let answer = Answer::from(problem);
        response.headers_mut().remove(CONTENT_LENGTH);
        response.headers_mut().extend(answer.headers);
        *response.body_mut() = Body::from(answer.body);
    }
    rate::tell(response.headers_mut(), allowance);
    response
}
