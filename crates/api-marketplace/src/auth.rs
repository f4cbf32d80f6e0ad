//! Who calls, and under which correlation id.

use crate::State;
use crate::errors::{
    ApiError, DUPLICATE_REQUEST, INVALID_API_KEY, INVALID_CORRELATION, MISSING_TOKEN, NOT_ALLOWED,
};
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use book::{Access, Api, Executed, Idempotency, KeyReuse, Reply, RequestOnce, Scope};
use bytes::Bytes;
use http_kit::query::Query;
use http_kit::{Answer, body, headers};
use std::sync::Arc;

const CORRELATION: &str = "x-correlation-id";
const API_KEY: &str = "x-api-key";
const REQUEST: &str = "x-request-id";

/// The longest correlation id, in characters. Real ones have up to 64.
const LONGEST_CORRELATION: usize = 255;

/// The longest request id that is looked at; longer ones are not taken for ids.
const LONGEST_REQUEST: usize = 200;

/// Who calls. The token is looked at first, then the API key, which must be the client's that got the token.
pub(crate) async fn caller(state: &State, headers: &HeaderMap) -> Result<Arc<Access>, ApiError> {
    let Some(token) = headers::bearer(headers) else {
        let is_other = headers.contains_key(axum::http::header::AUTHORIZATION);
        return Err(ApiError::new(if is_other {
            crate::errors::INVALID_TOKEN
        } else {
            MISSING_TOKEN
        }));
    };
    let access = state.book.authenticate_token(Api::Marketplace, token).await?;
    let key = headers::text(headers, API_KEY).ok().flatten();
    if key != Some(access.client.as_str()) {
        return Err(ApiError::new(INVALID_API_KEY));
    }
    Ok(access)
}

/// The correlation id, which the order calls and all writes need.
pub(crate) fn correlation(headers: &HeaderMap) -> Result<&str, ApiError> {
    let sent = headers::text(headers, CORRELATION).ok().flatten();
    sent.filter(|id| id.len() <= LONGEST_CORRELATION)
        .ok_or_else(|| ApiError::new(INVALID_CORRELATION))
}

/// Who reads an order: the caller, with a correlation id. It is never replayed under: clients page through a history
/// with one id.
pub(crate) async fn reader(state: &State, headers: &HeaderMap) -> Result<Arc<Access>, ApiError> {
    let access = caller(state, headers).await?;
    correlation(headers)?;
    Ok(access)
}

/// A write that was let in: who, its body, and the key that its answer is kept under.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) access: Arc<Access>,
    pub(crate) idempotency: Idempotency,
    pub(crate) body: Bytes,
    /// Whether prices are asked for.
    pub(crate) wants_prices: bool,
    /// The query, as it was sent.
    query: Query,
}

/// Whether a query has `fetch-price=true`.
pub(crate) fn wants_prices(query: Option<&str>) -> bool {
    let query = Query::parse(query.unwrap_or_default()).unwrap_or_default();
    says_true(&query, "fetch-price")
}

/// Whether a parameter of a query is `true`.
pub(crate) fn says_true(query: &Query, name: &str) -> bool {
    query.all(name).any(|value| value.eq_ignore_ascii_case("true"))
}

/// Lets a write in.
pub(crate) async fn writer(state: &State, request: Request<Body>) -> Result<Write, ApiError> {
    let (parts, content) = request.into_parts();
    let access = caller(state, &parts.headers).await?;
    if access.scope < Scope::Write {
        return Err(ApiError::new(NOT_ALLOWED));
    }
    let key = correlation(&parts.headers)?.to_owned();
    let body = body::read(content, state.limits).await?;
    // "The same API": the same method and path, whatever the query, and whether a slash ends the path or not.
    let path = parts.uri.path().trim_end_matches('/');
    let scope = format!("marketplace {} {} {path}", access.credential, parts.method);
    let idempotency = Idempotency {
        request: request_once(&access, &parts.headers),
        scope,
        key,
        fingerprint: Idempotency::fingerprint(&body),
        reuse: KeyReuse::Replay,
    };
    Ok(Write {
        wants_prices: wants_prices(parts.uri.query()),
        query: Query::parse(parts.uri.query().unwrap_or_default()).unwrap_or_default(),
        access,
        idempotency,
        body,
    })
}

/// The request's own id, which must be new unless its correlation id is old.
fn request_once(access: &Access, headers: &HeaderMap) -> Option<RequestOnce> {
    let id = headers::text(headers, REQUEST).ok().flatten();
    let id = id.filter(|id| !id.is_empty() && id.len() <= LONGEST_REQUEST)?;
    Some(RequestOnce {
        scope: format!("marketplace {} request", access.credential),
        id: id.to_owned(),
        taken: ApiError::new(DUPLICATE_REQUEST).reply(),
    })
}

impl Write {
    /// Whether a parameter of the query is `true`.
    pub(crate) fn says(&self, name: &str) -> bool {
        says_true(&self.query, name)
    }

    /// The query.
    pub(crate) fn query(&self) -> &Query {
        &self.query
    }

    /// Answers with what came of the write, or keeps the error that was found before anything was tried.
    pub(crate) async fn finish(
        self,
        state: &State,
        done: Result<Executed, ApiError>,
    ) -> Result<Answer, ApiError> {
        match done {
            Ok(executed) => Ok(told(executed)),
            Err(error) if error.is_ours() => Err(error),
            Err(error) => self.refuse(state, &error).await,
        }
    }

    /// Keeps an error that was found before anything was tried. When the correlation id was used before, that answer
    /// is given.
    pub(crate) async fn refuse(self, state: &State, error: &ApiError) -> Result<Answer, ApiError> {
        let merchant = self.access.merchant;
        let kept = state.book.remember(merchant, self.idempotency, error.reply());
        let executed = Box::pin(kept).await?;
        Ok(told(executed))
    }
}

/// The answer of a write, fresh or replayed.
pub(crate) fn told(executed: Executed) -> Answer {
    match executed {
        Executed::Now(reply) | Executed::Before(reply) => answer(reply),
        Executed::KeyReused => ApiError::new(INVALID_CORRELATION).answer(),
    }
}

pub(crate) fn answer(Reply { status, body }: Reply) -> Answer {
    let status =
        axum::http::StatusCode::from_u16(status).unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
    Answer::json_text(status, body)
}
