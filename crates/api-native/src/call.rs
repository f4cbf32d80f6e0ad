//! A call that changes something, from its head to its answer, in the order in which errors win: the credential, the
//! media type, the body's size, the headers, the answer that its key was given before, the body, and then the rules.

use crate::conditions::{etag, if_match};
use crate::errors::{
    INVALID_BODY, INVALID_HEADER, KEY_REUSED, Places, UNSUPPORTED_MEDIA_TYPE, failed, order_not_found,
    refused,
};
use crate::problem::Problem;
use crate::wire::render;
use crate::{State, auth, operations};
use axum::body::{Body, HttpBody};
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use book::{Access, Book, Executed, Idempotency, KeyReuse, Outcome, Reference, Reply, Step, Target};
use bytes::Bytes;
use http_kit::body::{self, JsonError};
use http_kit::{Answer, Failure, headers};
use order::{Command, Refusal, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The longest idempotency key, in characters.
const LONGEST_KEY: usize = 255;

/// Says of an answer that it was given before and that nothing was done now.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A call that changes something: proved, read, and not yet understood.
pub(crate) struct WriteCall {
    pub(crate) access: Arc<Access>,
    body: Bytes,
    idempotency: Option<Idempotency>,
    versions: Option<Vec<u64>>,
}

impl WriteCall {
    /// Reads a call.
    pub(crate) async fn read(state: &State, request: Request<Body>) -> Result<Self, Problem> {
        let (head, body) = request.into_parts();
        let checked = match auth::writer(state, &head.headers).await {
            Ok(_) if !body.is_end_stream() && !is_json(&head.headers) => Err(unsupported_media_type()),
            checked => checked,
        };
        let read = body::read(body, state.limits).await;
        // Only now that the body is off the wire: a client that still sends would lose the answer.
        let access = checked?;
        let body = read.map_err(|error| failed(Failure::from(error)))?;
        let idempotency = idempotency_key(&head.headers)?.map(|key| Idempotency {
            scope: scope_of(&access, &head.method, head.uri.path()),
            key,
            fingerprint: Idempotency::fingerprint(&body),
            reuse: KeyReuse::Refuse,
            request: None,
        });
        let versions = if_match(&head.headers)?;
        operations::no_parameters(&head.uri)?;
        Ok(Self {
            access,
            body,
            idempotency,
            versions,
        })
    }

    /// The book, for what this credential does: the audit trail has its name.
    pub(crate) fn book(&self, state: &State) -> Book {
        let Access {
            credential, client, ..
        } = &*self.access;
        state
            .book
            .acting_for(&format!("credential {credential} {client}"))
    }

    /// The answer that the call's key was given before, if it was.
    pub(crate) async fn before(&self, state: &State) -> Result<Option<Answer>, Problem> {
        let Some(idempotency) = &self.idempotency else {
            return Ok(None);
        };
        let before = state.book.remembered(self.access.merchant, idempotency).await?;
        before.map(answer_of).transpose()
    }

    /// The same as it was kept, for what is no order.
    pub(crate) async fn remembered(&self, state: &State) -> Result<Option<Executed>, Problem> {
        match &self.idempotency {
            Some(key) => Ok(state.book.remembered(self.access.merchant, key).await?),
            None => Ok(None),
        }
    }

    /// When a reservation lapses that is made now and does not say it; none for never.
    pub(crate) fn lapses_at(&self, state: &State) -> Option<Timestamp> {
        let days = self.access.settings.reservation_days;
        days.map(|days| state.book.now().plus_days(days.into()))
    }

    /// What was done about no order, and is kept under the call's key from now on: what was refused, too, unless the
    /// client may try again. It was done in transactions of its own, so that a crash before this lets the same call do
    /// it again: only for what does no harm twice.
    pub(crate) async fn kept(&self, state: &State, done: Result<Reply, Problem>) -> Result<Answer, Problem> {
        let reply = match done {
            Ok(reply) => reply,
            Err(problem) if problem.status() == StatusCode::NOT_FOUND => reply_of(&problem),
            Err(problem) => return Err(problem),
        };
        let executed = match self.idempotency.clone() {
            Some(key) => state.book.remember(self.access.merchant, key, reply).await?,
            None => Executed::Now(reply),
        };
        self.plain(executed)
    }

    /// The key under which the answer is kept.
    pub(crate) fn idempotency(&self) -> Option<Idempotency> {
        self.idempotency.clone()
    }

    /// The answer to a call that was about no order.
    #[expect(clippy::unused_self, reason = "it reads as the call's own answer")]
    pub(crate) fn plain(&self, executed: Executed) -> Result<Answer, Problem> {
        let (reply, again) = reply_in(executed)?;
        let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Ok(marked(Answer::json_text(status, reply.body), again))
    }

    /// Refuses a body with anything in it.
    pub(crate) fn no_members(&self) -> Result<(), Problem> {
        self.parse_or_default::<Nothing>().map(drop)
    }

    /// Whether the call is only to happen to an order in certain versions.
    pub(crate) fn is_conditional(&self) -> bool {
        self.versions.is_some()
    }

    /// Reads a body that must be there: a JSON object.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        is_object(&self.body)
    }

    /// Reads a body that may be left out, which means what `T` is by default.
    pub(crate) fn parse_or_default<T: DeserializeOwned + Default>(&self) -> Result<T, Problem> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(T::default());
        }
        self.parse()
    }

    /// The request that does this to one order, when it has a version that the client allows.
    pub(crate) fn on(&self, reference: Reference, commands: Vec<Command>) -> book::Request {
        let expected = self.versions.clone().map(|versions| Command::Expect { versions });
        book::Request {
            merchant: self.access.merchant,
            steps: vec![Step {
                target: Target::Existing(reference),
                commands: expected.into_iter().chain(commands).collect(),
            }],
        }
    }

    /// Runs a request on the book, and keeps its answer under the call's key in the same transaction.
    pub(crate) async fn run(
        &self,
        state: &State,
        request: book::Request,
        (done, places): (StatusCode, Places),
    ) -> Result<Answer, Problem> {
        let said = move |outcome: Result<&[Outcome], &Refusal>| match outcome.map(<[Outcome]>::first) {
            Ok(Some(outcome)) => Reply {
                status: done.as_u16(),
                body: String::from_utf8_lossy(&render(&outcome.order)).into_owned(),
            },
            Ok(None) => reply_of(&order_not_found()),
            Err(refusal) => reply_of(&refused(refusal, places)),
        };
        let executed = state.book.answer(request, self.idempotency.clone(), said).await?;
        answer_of(executed)
    }
}

/// The answer with this value, as it is kept.
pub(crate) fn reply(status: StatusCode, value: &impl serde::Serialize) -> Reply {
    let Answer { status, body, .. } = Answer::json(status, value);
    Reply {
        status: status.as_u16(),
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

fn reply_of(problem: &Problem) -> Reply {
    Reply {
        status: problem.status().as_u16(),
        body: problem.text(),
    }
}

/// A body that says nothing.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// What the headers of an answer need of the order in its body.
#[derive(Deserialize)]
struct Head {
    id: String,
    version: u64,
}

fn answer_of(executed: Executed) -> Result<Answer, Problem> {
    let (reply, again) = reply_in(executed)?;
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let head: Head = serde_json::from_str(&reply.body).map_err(|error| unreadable(&error))?;
    let mut answer = Answer::json_text(status, reply.body).with(ETAG, etag(head.version));
    if status == StatusCode::CREATED
        && let Ok(place) = HeaderValue::try_from(format!("{}/ordrebok:{}", operations::ORDERS, head.id))
    {
        answer = answer.with(LOCATION, place);
    }
    Ok(marked(answer, again))
}

fn unreadable(error: &serde_json::Error) -> Problem {
    tracing::error!(%error, "a kept answer can't be read");
    failed(Failure::Internal)
}

/// The reply of a call that was done, and whether it had been given before; else the problem.
pub(crate) fn reply_in(executed: Executed) -> Result<(Reply, bool), Problem> {
    let (reply, again) = match executed {
        Executed::Now(reply) => (reply, false),
        Executed::Before(reply) => (reply, true),
        Executed::KeyReused => {
            let detail = "This Idempotency-Key was used before, with another body.";
            return Err(Problem::new(KEY_REUSED, detail).at("Idempotency-Key"));
        }
    };
    if (200..300).contains(&reply.status) {
        Ok((reply, again))
    } else {
        Err(Problem::kept(&reply.body).map_err(|error| unreadable(&error))?)
    }
}

/// The answer, with a mark when it was given before.
pub(crate) fn marked(answer: Answer, again: bool) -> Answer {
    if again {
        answer.with(REPLAYED, HeaderValue::from_static("true"))
    } else {
        answer
    }
}

/// Keys are their client's, and each method and path has its own.
fn scope_of(access: &Access, method: &Method, path: &str) -> String {
    format!("ordrebok {} {method} {path}", access.credential)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    const NAME: &str = "Idempotency-Key";
    let refused = || {
        let detail = format!("{NAME} must be 1 to {LONGEST_KEY} visible ASCII characters.");
        Problem::new(INVALID_HEADER, detail).at(NAME)
    };
    if !headers.contains_key("idempotency-key") {
        return Ok(None);
    }
    let key = headers::text(headers, "idempotency-key").map_err(|_not_text| refused())?;
    let is_usable = |key: &&str| key.len() <= LONGEST_KEY && key.bytes().all(|byte| byte.is_ascii_graphic());
    key.filter(is_usable)
        .map(|key| Some(key.to_owned()))
        .ok_or_else(refused)
}

/// Reads a body that must be a JSON object.
pub(crate) fn is_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let parsed = body::parse_json::<T>(body);
    match parsed {
        // A list would be taken for the members in their order.
        Ok(_) if first == Some(&b'[') => Err(Problem::new(INVALID_BODY, "The body must be a JSON object.")),
        Ok(parsed) => Ok(parsed),
        Err(JsonError::WrongShape { path, .. }) if path.is_empty() && first != Some(&b'{') => {
            Err(Problem::new(INVALID_BODY, "The body must be a JSON object."))
        }
        Err(error) => Err(error.into()),
    }
}

/// The body says that it is something else than JSON.
pub(crate) fn unsupported_media_type() -> Problem {
    let detail = "The body must be sent as application/json.";
    Problem::new(UNSUPPORTED_MEDIA_TYPE, detail).at("Content-Type")
}

/// Whether the body says that it is JSON, or says nothing of what it is.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return true;
    };
    let essence = value
        .to_str()
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}
