//! Consent events: Register consent event (`POST /v1/client/customer/privacy/consentEvent`, and
//! `POST /v1/customer/privacy/consentEvent` for the user who is signed in) and List consent event history
//! (`GET .../consentEvent/history/{issuer}/{subjectType}/{subject}`, and `GET .../consentEvent/history/{issuer}` for the
//! user), and the user's own consents (`GET /v1/customer/privacy/consents/{issuer}`): the last event of each. An event is
//! kept once and never changed.

use crate::auth::Caller;
use crate::errors::ApiError;
use crate::wire::scalar::{Moment, Text};
use crate::{State, idempotency};
use axum::extract::{Request, State as Held};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use book::{Document, Scope};
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use http_kit::path::PathIds;
use http_kit::query::Query;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;

/// The kind of the documents that events are kept as.
const EVENT: &str = "connect.consentEvent";
/// The first event's number.
const FIRST: i64 = 1;
/// How many events of one subject are told of: the newest.
const MOST: u64 = 1000;
/// The longest data, in characters of base64.
const LONGEST_DATA: usize = 65_536;

/// What a subject is named by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum SubjectType {
    /// By a customer number.
    Connect,
    /// By a user's unique id.
    ConnectId,
    /// By another system's id.
    External,
    /// By an order's id.
    Order,
}

/// What is registered.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(crate) struct RegisterEvent {
    consent_issuer: Option<Text<255>>,
    consent_id: Option<Text<255>>,
    consent_target: Option<Text<255>>,
    consent_scope: Option<Text<255>>,
    subject: Option<Text<255>>,
    subject_type: Option<SubjectType>,
    source: Option<Text<255>>,
    action: Text<255>,
    event_time: Option<Moment>,
    data: Option<String>,
}

/// An event, as it is kept and told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ConsentEvent")]
pub(crate) struct Kept {
    consent_issuer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consent_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consent_target: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consent_scope: Option<String>,
    subject: String,
    subject_type: SubjectType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    action: String,
    event_time: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<String>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ConsentEvents")]
pub(crate) struct History {
    consent_events: Vec<Kept>,
}

/// What is answered of a user's own.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Consents {
    consents: Vec<Kept>,
}

/// What the events of one subject hang on.
fn owner(issuer: &str, kind: SubjectType, subject: &str) -> String {
    json!([issuer, kind, subject]).to_string()
}

/// In client mode.
pub(crate) async fn register(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Write).await {
        Ok(caller) => caller.tell(Box::pin(registered(&state, (&caller, None), request)).await),
        Err(answer) => answer,
    }
}

/// In user mode.
pub(crate) async fn register_user(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit_user(request.headers(), Scope::Write).await {
        Ok((caller, user)) => caller.tell(Box::pin(registered(&state, (&caller, Some(user)), request)).await),
        Err(answer) => answer,
    }
}

async fn registered(
    state: &State,
    (caller, user): (&Caller, Option<String>),
    request: Request,
) -> Result<Answer, ApiError> {
    let (parts, body) = request.into_parts();
    let body = read(body, state.body).await?;
    let asked: RegisterEvent = parse_json(&body)?;
    let operation = user.as_ref().map_or_else(
        || "POST consentEvent".to_owned(),
        |user| format!("POST consentEvent of {user}"),
    );
    let event = asked.checked(&caller.access.client, user, state.book.now().0)?;
    keep(state, caller, (&parts, &operation, &body), event).await
}

async fn keep(
    state: &State,
    caller: &Caller,
    (parts, operation, body): (&Parts, &str, &[u8]),
    event: Kept,
) -> Result<Answer, ApiError> {
    let merchant = caller.access.merchant;
    let key = idempotency::key(&parts.headers, caller, operation, body)?;
    let id = state.book.new_id(merchant, EVENT, FIRST).await?;
    let mut document = Document::new(EVENT, id, state.book.now(), event);
    let kept = &document.body;
    document.owner = owner(&kept.consent_issuer, kept.subject_type, &kept.subject);
    let answer = |event: &Kept| Answer::json(StatusCode::OK, event);
    let Some(key) = key else {
        let told = answer(&document.body);
        let kept = state.book.put_documents(merchant, vec![document]).await?;
        kept.map_err(ApiError::from)?;
        return Ok(told);
    };
    let executed = state
        .book
        .open_document((merchant, document), key, move |opened| match opened {
            Ok(document) => idempotency::reply_of(&answer(&document.body)),
            Err(refusal) => idempotency::reply_of(&ApiError::from(refusal.clone()).answer()),
        })
        .await?;
    idempotency::answer(executed)
}

impl RegisterEvent {
    /// The event, when it says what was consented to and by whom. A user's own is about them.
    fn checked(self, client: &str, user: Option<String>, now: i64) -> Result<Kept, ApiError> {
        fn told<const MOST: usize>(text: Option<Text<MOST>>) -> Option<String> {
            text.map(|text| text.0).filter(|text| !text.is_empty())
        }
        let invalid = |text: &str| Err(ApiError::Invalid(text.to_owned()));
        let (id, target, scope) = (
            told(self.consent_id),
            told(self.consent_target),
            told(self.consent_scope),
        );
        if id.is_none() && (target.is_none() || scope.is_none()) {
            return invalid("consentId, or consentTarget and consentScope, is needed");
        }
        if self.action.0.is_empty() {
            return invalid("action: empty");
        }
        let is_base64 = |data: &String| data.len() <= LONGEST_DATA && STANDARD.decode(data).is_ok();
        if self.data.as_ref().is_some_and(|data| !is_base64(data)) {
            return invalid("data: not base64, or too long");
        }
        let (subject, subject_type) = match (user, told(self.subject), self.subject_type) {
            (Some(user), None, None | Some(SubjectType::ConnectId)) => (user, SubjectType::ConnectId),
            (Some(user), Some(subject), None | Some(SubjectType::ConnectId)) if subject == user => {
                (user, SubjectType::ConnectId)
            }
            (Some(_), _, _) => return invalid("subject: another than the user who is signed in"),
            (None, Some(subject), Some(kind)) => (subject, kind),
            (None, _, _) => return invalid("subject and subjectType are needed"),
        };
        Ok(Kept {
            consent_issuer: told(self.consent_issuer).unwrap_or_else(|| client.to_owned()),
            consent_id: id,
            consent_target: target,
            consent_scope: scope,
            subject,
            subject_type,
            source: told(self.source),
            action: self.action.0,
            event_time: self.event_time.map_or(now, |at| at.0),
            data: self.data,
        })
    }
}

/// In client mode.
pub(crate) async fn history(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    match state.admit(&parts.headers, Scope::Read).await {
        Ok(caller) => {
            let told = async {
                let kind = serde_json::from_value(json!(ids.get("subjectType")?));
                let unknown = "subjectType: none of CONNECT, CONNECTID, EXTERNAL, ORDER";
                let kind = kind.map_err(|_error| ApiError::Invalid(unknown.to_owned()))?;
                let owner = owner(ids.get("issuer")?, kind, ids.get("subject")?);
                told(&state, &caller, &owner, &parts.uri).await
            };
            caller.tell(Box::pin(told).await)
        }
        Err(answer) => answer,
    }
}

/// In user mode.
pub(crate) async fn history_user(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    match state.admit_user(&parts.headers, Scope::Read).await {
        Ok((caller, user)) => {
            let told = async {
                let owner = owner(ids.get("issuer")?, SubjectType::ConnectId, &user);
                told(&state, &caller, &owner, &parts.uri).await
            };
            caller.tell(Box::pin(told).await)
        }
        Err(answer) => answer,
    }
}

/// The last event of each consent of the user.
pub(crate) async fn list_user(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    match state.admit_user(request.headers(), Scope::Read).await {
        Ok((caller, user)) => {
            let told = async {
                let owner = owner(ids.get("issuer")?, SubjectType::ConnectId, &user);
                let consents = events_of(&state, &caller, &owner, true).await?;
                Ok(Answer::json(StatusCode::OK, &Consents { consents }))
            };
            caller.tell(Box::pin(told).await)
        }
        Err(answer) => answer,
    }
}

/// The events of a subject; with `onlyActive=true` the last of each consent.
async fn told(state: &State, caller: &Caller, owner: &str, uri: &Uri) -> Result<Answer, ApiError> {
    let query = Query::parse(uri.query().unwrap_or_default())?;
    let only_active = query
        .one("onlyActive")
        .map_err(|twice| ApiError::Invalid(twice.to_string()))?
        == Some("true");
    let consent_events = events_of(state, caller, owner, only_active).await?;
    Ok(Answer::json(StatusCode::OK, &History { consent_events }))
}

/// The events of a subject, those that happened last first; or the last of each consent alone.
async fn events_of(
    state: &State,
    caller: &Caller,
    owner: &str,
    only_last: bool,
) -> Result<Vec<Kept>, ApiError> {
    let merchant = caller.access.merchant;
    let page = state
        .book
        .documents::<Kept>(merchant, (EVENT, Some(owner)), 0, MOST)
        .await?;
    let mut events: Vec<_> = page.documents.into_iter().map(|kept| kept.body).collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.event_time));
    if only_last {
        let mut seen = HashSet::new();
        events.retain(|event| {
            seen.insert((
                event.consent_id.clone(),
                event.consent_target.clone(),
                event.consent_scope.clone(),
            ))
        });
    }
    Ok(events)
}
