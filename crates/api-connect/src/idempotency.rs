//! `Idempotency-Key`: the same request again under the same key gets the same answer, and does nothing.

use crate::State;
use crate::auth::Caller;
use crate::errors::ApiError;
use axum::http::{HeaderMap, StatusCode};
use book::{Executed, Idempotency, KeyReuse, Reply};
use http_kit::Answer;
use http_kit::headers::{NotText, text};
use order::MerchantId;

/// The longest key.
const LONGEST: usize = 255;

/// The key that a client sent, if it did. A key is the client's own, for one operation.
pub(crate) fn key(
    headers: &HeaderMap,
    caller: &Caller,
    operation: &str,
    body: &[u8],
) -> Result<Option<Idempotency>, ApiError> {
    let bad =
        || ApiError::Invalid("Idempotency-Key: not a text of 1 to 255 visible ASCII characters".to_owned());
    let Some(key) = text(headers, "idempotency-key").map_err(|NotText(_)| bad())? else {
        return Ok(None);
    };
    if key.len() > LONGEST {
        return Err(bad());
    }
    Ok(Some(Idempotency {
        scope: format!("connect {} {operation}", caller.access.client),
        key: key.to_owned(),
        fingerprint: Idempotency::fingerprint(body),
        reuse: KeyReuse::Refuse,
        request: None,
    }))
}

/// The answer that was given under this key before, if one was; else this error: what has come in the way since does not
/// change what was done.
pub(crate) async fn before_or(
    state: &State,
    merchant: MerchantId,
    key: Option<Idempotency>,
    error: ApiError,
) -> Result<Answer, ApiError> {
    let before = match &key {
        Some(key) => state.book.remembered(merchant, key).await?,
        None => None,
    };
    before.map_or(Err(error), answer)
}

/// What the client gets.
pub(crate) fn answer(executed: Executed) -> Result<Answer, ApiError> {
    match executed {
        Executed::Now(reply) | Executed::Before(reply) => Ok(answer_of(reply)),
        Executed::KeyReused => Err(ApiError::KeyReused),
    }
}

/// An answer as it is kept. What it says besides is the same for all answers.
pub(crate) fn reply_of(answer: &Answer) -> Reply {
    Reply {
        status: answer.status.as_u16(),
        body: String::from_utf8_lossy(&answer.body).into_owned(),
    }
}

fn answer_of(reply: Reply) -> Answer {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Answer::json_text(status, reply.body)
}
