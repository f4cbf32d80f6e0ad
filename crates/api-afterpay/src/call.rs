//! A call from its head to its answer, in the order in which errors win: the key, the media type, the body's size, the
//! idempotency key, the answer that key was given before, the body's JSON, its members, and then the rules.

use crate::annex::OrderAnnex;
use crate::errors::{Refused, bad_reply, bad_request, code, flaw_of, refuse, wrong_media_type};
use crate::language::{Language, Phrase};
use crate::message::Flaw;
use crate::reading::{Flaws, Object};
use crate::{State, auth};
use axum::body::{Body, HttpBody};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use book::{Access, Edit, Executed, Idempotency, KeyReuse, Outcome, Reference, Reply, Scope};
use bytes::Bytes;
use http_kit::body::{self, JsonError};
use http_kit::path::PathIds;
use http_kit::{Answer, Failure, headers};
use order::{Order, Refusal};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The longest idempotency key, in characters.
const LONGEST_KEY: usize = 50;

/// The order that the path names, if there is one. A path that is not UTF-8 names none.
async fn find_order(state: &State, access: &Access, ids: &PathIds) -> Result<Option<Order>, Refused> {
    let Ok(number) = ids.get("order") else {
        return Ok(None);
    };
    let reference = Reference::Number(number.to_owned());
    Ok(state.book.order(access.merchant, &reference).await?)
}

/// The order that the path names.
pub(crate) async fn order_of(state: &State, access: &Access, ids: &PathIds) -> Result<Order, Refused> {
    let order = find_order(state, access, ids).await?;
    order.ok_or_else(|| Refused::new(unknown_order(Language::default())))
}

/// There is no such order.
pub(crate) fn unknown_order(language: Language) -> Answer {
    bad_request(&[flaw_of(&Refusal::UnknownOrder, "")], language)
}

/// A call that changes something: proved, read, and not yet understood.
pub(crate) struct WriteCall {
    pub(crate) access: Arc<Access>,
    pub(crate) language: Language,
    body: Bytes,
    idempotency: Option<Idempotency>,
}

/// What a body says.
pub(crate) enum Sent {
    /// Nothing: no body, `null`, `""` or `{}`.
    Nothing,
    /// These members.
    Members(Map<String, Value>),
}

impl WriteCall {
    /// Reads a call: its key, its media type, its body, its idempotency key.
    pub(crate) async fn read(state: &State, request: Request<Body>) -> Result<Self, Refused> {
        Self::read_as(state, request, Scope::Write).await
    }

    /// The same for a call that only looks, though it has a body.
    pub(crate) async fn read_only(state: &State, request: Request<Body>) -> Result<Self, Refused> {
        Self::read_as(state, request, Scope::Read).await
    }

    async fn read_as(state: &State, request: Request<Body>, scope: Scope) -> Result<Self, Refused> {
        let (head, body) = request.into_parts();
        let checked = match auth::caller(state, &head.headers, scope).await {
            Ok(_) if !body.is_end_stream() && !is_json(&head.headers) => {
                Err(Refused::new(wrong_media_type()))
            }
            checked => checked,
        };
        let read = body::read(body, state.limits).await;
        // Only now that the body is off the wire: a client that still sends would lose the answer.
        let access = checked?;
        let body = read.map_err(|error| Refused::new(refuse(Failure::from(error), &head.method)))?;
        let key = idempotency_key(&head.headers)?;
        let idempotency = key.map(|key| Idempotency {
            scope: scope_of(&access, &head.method, head.uri.path()),
            key,
            fingerprint: Idempotency::fingerprint(&body),
            reuse: KeyReuse::Refuse,
            request: None,
        });
        Ok(Self {
            access,
            language: Language::default(),
            body,
            idempotency,
        })
    }

    /// Answers the call with what its idempotency key was answered before, if it was.
    pub(crate) async fn replay(&self, state: &State) -> Result<(), Refused> {
        let Some(idempotency) = &self.idempotency else {
            return Ok(());
        };
        match state.book.remembered(self.access.merchant, idempotency).await? {
            Some(executed) => Err(Refused::new(self.answer_of(executed))),
            None => Ok(()),
        }
    }

    /// The order that the path names, in whose customer's language the call is answered from here on.
    pub(crate) async fn order(&mut self, state: &State, ids: &PathIds) -> Result<Order, Refused> {
        self.replay(state).await?;
        if let Some(order) = find_order(state, &self.access, ids).await? {
            self.language = OrderAnnex::of(&order).language();
            return Ok(order);
        }
        Err(self.refuse(state, &[flaw_of(&Refusal::UnknownOrder, "")]).await?)
    }

    /// A call about the order that the path names, with what `read` makes of its body.
    pub(crate) async fn on_order<T>(
        state: &State,
        ids: &PathIds,
        request: Request<Body>,
        read: impl FnOnce(&Self) -> Result<T, Vec<Flaw>>,
    ) -> Result<(Self, Order, T), Refused> {
        let mut call = Self::read(state, request).await?;
        let order = call.order(state, ids).await?;
        match read(&call) {
            Ok(sent) => Ok((call, order, sent)),
            Err(flaws) => Err(call.refuse(state, &flaws).await?),
        }
    }

    /// What the body says.
    pub(crate) fn sent(&self) -> Result<Sent, Vec<Flaw>> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Sent::Nothing);
        }
        match body::parse_json(&self.body) {
            Ok(Value::Null) => Ok(Sent::Nothing),
            Ok(Value::String(text)) if text.is_empty() => Ok(Sent::Nothing),
            Ok(Value::Object(members)) if members.is_empty() => Ok(Sent::Nothing),
            Ok(Value::Object(members)) => Ok(Sent::Members(members)),
            Ok(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                Err(vec![Flaw::body(Some(
                    "The body must be a JSON object.".to_owned(),
                ))])
            }
            Err(JsonError::WrongShape { path, .. }) if !path.is_empty() => Err(vec![Flaw::malformed(path)]),
            Err(error) => Err(vec![Flaw::body(Some(format!("{error}.")))]),
        }
    }

    /// Reads a body that must be there.
    pub(crate) fn parse<T>(&self, read: impl FnOnce(&Object<'_>) -> Option<T>) -> Result<T, Vec<Flaw>> {
        match self.sent()? {
            Sent::Nothing => Err(vec![Flaw::body(None)]),
            Sent::Members(members) => parse_members(&members, read),
        }
    }

    /// Reads a body that may be left out, which means what `T` is by default.
    pub(crate) fn parse_or_nothing<T: Default>(
        &self,
        read: impl FnOnce(&Object<'_>) -> Option<T>,
    ) -> Result<T, Vec<Flaw>> {
        match self.sent()? {
            Sent::Nothing => Ok(T::default()),
            Sent::Members(members) => parse_members(&members, read),
        }
    }

    /// Refuses the call for its flaws, and keeps that answer under its key.
    pub(crate) async fn refuse(&self, state: &State, flaws: &[Flaw]) -> Result<Refused, Refused> {
        self.keep(state, bad_reply(flaws, self.language))
            .await
            .map(Refused::new)
    }

    /// Gives an answer that needed no order, and keeps it under the call's key.
    pub(crate) async fn keep(&self, state: &State, reply: Reply) -> Result<Answer, Refused> {
        let Some(idempotency) = &self.idempotency else {
            return Ok(self.answer_of(Executed::Now(reply)));
        };
        let kept = state
            .book
            .remember(self.access.merchant, idempotency.clone(), reply)
            .await?;
        Ok(self.answer_of(kept))
    }

    /// Writes what needs no order, and keeps the answer under the call's key in the same transaction.
    pub(crate) async fn write(
        &self,
        state: &State,
        edits: Vec<Edit>,
        reply: Reply,
    ) -> Result<Answer, Refused> {
        let merchant = self.access.merchant;
        let Some(idempotency) = &self.idempotency else {
            state.book.write_documents(merchant, edits).await?;
            return Ok(self.answer_of(Executed::Now(reply)));
        };
        let kept = (idempotency.clone(), reply);
        let written = state.book.write_documents_once(merchant, edits, kept).await?;
        Ok(self.answer_of(written))
    }

    /// Runs a request on the book, and keeps its answer under the call's key in the same transaction. `totals` as for
    /// [`flaw_of`].
    pub(crate) async fn run<R>(
        &self,
        state: &State,
        request: book::Request,
        totals: &'static str,
        render: R,
    ) -> Result<Answer, Refused>
    where
        R: Fn(&Outcome) -> String + Send + Sync + 'static,
    {
        self.run_judged(state, request, (totals, None), render).await
    }

    /// The same, with the answer for a total that may not grow: a rejection, which is a success of HTTP's.
    pub(crate) async fn run_judged<R>(
        &self,
        state: &State,
        request: book::Request,
        (totals, rejection): (&'static str, Option<String>),
        render: R,
    ) -> Result<Answer, Refused>
    where
        R: Fn(&Outcome) -> String + Send + Sync + 'static,
    {
        let language = self.language;
        let good = |body: String| Reply { status: 200, body };
        let said = move |outcome: Result<&[Outcome], &Refusal>| {
            let refusal = match outcome.map(<[Outcome]>::first) {
                Ok(Some(outcome)) => return good(render(outcome)),
                Ok(None) => &Refusal::UnknownOrder,
                Err(refusal) => refusal,
            };
            match (refusal, &rejection) {
                (Refusal::MayNotGrow, Some(rejection)) => good(rejection.clone()),
                _refused => bad_reply(&[flaw_of(refusal, totals)], language),
            }
        };
        let answering = state.book.answer(request, self.idempotency.clone(), said);
        let executed = answering.await?;
        Ok(self.answer_of(executed))
    }

    fn answer_of(&self, executed: Executed) -> Answer {
        match executed {
            Executed::Now(reply) | Executed::Before(reply) => {
                let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Answer::json_text(status, reply.body)
            }
            Executed::KeyReused => {
                let flaw = Flaw::business(code::KEY_REUSED, Phrase::KeyReused, "X-Idempotency-Key")
                    .saying("The idempotency key was used before, with another body.");
                bad_request(&[flaw], self.language)
            }
        }
    }
}

/// Reads an object's members with their flaws.
pub(crate) fn parse_members<T>(
    members: &Map<String, Value>,
    read: impl FnOnce(&Object<'_>) -> Option<T>,
) -> Result<T, Vec<Flaw>> {
    let flaws = Flaws::default();
    let value = read(&Object::root(members, &flaws));
    flaws.unless_any(value)
}

/// Keys are their client's, and each method and path has its own: a client of AfterPay's uses the order number itself
/// as the key of a capture, a refund and a void of one order.
fn scope_of(access: &Access, method: &Method, path: &str) -> String {
    format!("afterpay {} {method} {}", access.credential, path.to_lowercase())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refused> {
    const NAME: &str = "X-Idempotency-Key";
    let refused = |flaw: Flaw| Refused::new(bad_request(&[flaw], Language::default()));
    let Ok(key) = headers::text(headers, "x-idempotency-key") else {
        return Err(refused(Flaw::malformed(NAME.to_owned())));
    };
    let Some(key) = key else {
        return Ok(None);
    };
    if key.len() > LONGEST_KEY {
        return Err(refused(Flaw::too_long(NAME.to_owned(), LONGEST_KEY)));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !key.bytes().all(is_plain) {
        return Err(refused(Flaw::malformed(NAME.to_owned())));
    }
    Ok(Some(key.to_owned()))
}

/// Whether the body says that it is JSON, or says nothing of what it is.
fn is_json(headers: &HeaderMap) -> bool {
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
    matches!(essence.as_str(), "application/json" | "text/json") || essence.ends_with("+json")
}
