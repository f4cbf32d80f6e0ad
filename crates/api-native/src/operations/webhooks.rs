//! `/webhooks`: addresses that are told of what happens to orders.

use super::list_orders::{link_to, linked};
use crate::call::WriteCall;
use crate::errors::{INVALID_BODY, TOO_MANY_WEBHOOKS, WEBHOOK_NOT_FOUND};
use crate::parameters::Parameters;
use crate::problem::Problem;
use crate::reading::{invalid, missing, must_be_text};
use crate::wire::WebhookWire;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use book::{Document, Executed, LONGEST_HOOK_TEXT, MOST_WEBHOOKS, Reply, Webhook, event_type};
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{Fact, MerchantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) const WEBHOOKS: &str = "/ordrebok/v1/webhooks";

/// What a new webhook is made of.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewWebhook")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Sent {
    url: Option<String>,
    events: Option<Vec<String>>,
    description: Option<String>,
}

/// What is to change of a webhook.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "WebhookChange")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Change {
    url: Option<String>,
    events: Option<Vec<String>>,
    description: Option<String>,
    enabled: Option<bool>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Webhooks {
    webhooks: Vec<WebhookWire>,
}

pub(crate) fn not_found() -> Problem {
    Problem::new(WEBHOOK_NOT_FOUND, "There is no such webhook.")
}

/// The webhook that the path names.
pub(crate) async fn named(
    state: &State,
    merchant: MerchantId,
    ids: &PathIds,
) -> Result<Document<Webhook>, Problem> {
    let id = ids.get("webhook").map_err(|_not_utf8| not_found())?;
    let found = state.book.webhook(merchant, id).await?;
    found.ok_or_else(not_found)
}

fn address(text: Option<String>) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let text = must_be_text("url", text, LONGEST_HOOK_TEXT)?;
    if Webhook::is_address(&text) {
        Ok(Some(text))
    } else {
        Err(invalid("url", "must be an http or https address"))
    }
}

fn events_of(sent: Option<Vec<String>>) -> Result<Option<Vec<String>>, Problem> {
    let Some(sent) = sent else { return Ok(None) };
    let mut events = Vec::new();
    for word in sent {
        let known = Fact::NAMES.iter().find(|name| event_type(name) == word);
        let known = known.ok_or_else(|| {
            let types = Fact::NAMES.map(event_type).join(", ");
            Problem::new(INVALID_BODY, format!("events must be any of {types}.")).at("events")
        })?;
        events.push((*known).to_owned());
    }
    events.sort_unstable();
    events.dedup();
    Ok(Some(events))
}

fn description(text: Option<String>) -> Result<Option<String>, Problem> {
    let length = text.as_ref().map_or(0, |text| text.chars().count());
    if length > LONGEST_HOOK_TEXT || text.as_ref().is_some_and(|text| text.contains('\0')) {
        return Err(invalid(
            "description",
            &format!("is longer than {LONGEST_HOOK_TEXT} characters, or holds a NUL"),
        ));
    }
    Ok(text)
}

fn said(status: StatusCode, document: &Document<Webhook>) -> Reply {
    Reply {
        status: status.as_u16(),
        body: serde_json::to_string(&WebhookWire::of(document)).unwrap_or_default(),
    }
}

fn unknown() -> Reply {
    let problem = not_found();
    Reply {
        status: problem.status().as_u16(),
        body: problem.text(),
    }
}

pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let access = auth::reader(&state, &headers).await?;
    super::no_parameters(&uri)?;
    let webhooks = state.book.webhooks(access.merchant).await?;
    let webhooks = Webhooks {
        webhooks: webhooks.iter().map(WebhookWire::of).collect(),
    };
    Ok(Answer::json(StatusCode::OK, &webhooks))
}

pub(crate) async fn get(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let access = auth::reader(&state, &headers).await?;
    super::no_parameters(&uri)?;
    let webhook = named(&state, access.merchant, &ids).await?;
    Ok(Answer::json(StatusCode::OK, &WebhookWire::of(&webhook)))
}

pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = WriteCall::read(&state, request).await?;
    let merchant = call.access.merchant;
    if let Some(before) = call.remembered(&state).await? {
        return with_secret(&state, merchant, before);
    }
    let sent: Sent = call.parse()?;
    let url = address(sent.url)?.ok_or_else(|| missing("url"))?;
    let events = events_of(sent.events)?.unwrap_or_default();
    let description = description(sent.description)?.unwrap_or_default();
    if state.book.webhooks(merchant).await?.len() >= MOST_WEBHOOKS {
        let detail = format!("A merchant has at most {MOST_WEBHOOKS} webhooks.");
        return Err(Problem::new(TOO_MANY_WEBHOOKS, detail));
    }
    let webhook = Webhook::new(url, events, description);
    let render = |document: &Document<Webhook>| said(StatusCode::CREATED, document);
    let executed = call
        .book(&state)
        .add_webhook((merchant, webhook), call.idempotency(), render)
        .await?;
    with_secret(&state, merchant, executed)
}

pub(crate) async fn change(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = WriteCall::read(&state, request).await?;
    if let Some(before) = call.remembered(&state).await? {
        return call.plain(before);
    }
    let sent: Change = call.parse()?;
    let (url, events) = (address(sent.url)?, events_of(sent.events)?);
    let description = description(sent.description)?;
    let change = move |webhook: &mut Webhook, _now| {
        if let Some(url) = &url {
            webhook.url.clone_from(url);
        }
        if let Some(events) = &events {
            webhook.events.clone_from(events);
        }
        if let Some(description) = &description {
            webhook.description.clone_from(description);
        }
        if let Some(on) = sent.enabled {
            webhook.enable(on);
        }
    };
    let render = |document: Option<&Document<Webhook>>| {
        document.map_or_else(unknown, |document| said(StatusCode::OK, document))
    };
    let id = ids.get("webhook").map_err(|_not_utf8| not_found())?;
    let of = (call.access.merchant, id);
    let executed = call
        .book(&state)
        .change_webhook(of, call.idempotency(), change, render)
        .await?;
    call.plain(executed)
}

pub(crate) async fn rotate(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = WriteCall::read(&state, request).await?;
    call.no_members()?;
    let id = ids.get("webhook").map_err(|_not_utf8| not_found())?;
    let render = |document: Option<&Document<Webhook>>| {
        document.map_or_else(unknown, |document| said(StatusCode::OK, document))
    };
    let merchant = call.access.merchant;
    let executed = call
        .book(&state)
        .change_webhook((merchant, id), call.idempotency(), Webhook::rotate, render)
        .await?;
    with_secret(&state, merchant, executed)
}

pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = WriteCall::read(&state, request).await?;
    let id = ids.get("webhook").map_err(|_not_utf8| not_found())?;
    if call.book(&state).remove_webhook(call.access.merchant, id).await? {
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    } else {
        Err(not_found())
    }
}

/// The answer with the webhook's secret in it: nothing of it is kept, under an idempotency key either.
fn with_secret(state: &State, merchant: MerchantId, executed: Executed) -> Result<Answer, Problem> {
    let (reply, again) = crate::call::reply_in(executed)?;
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kept = serde_json::from_str::<WebhookWire>(&reply.body);
    let mut webhook = kept.map_err(|error| {
        tracing::error!(%error, "a kept answer can't be read");
        crate::errors::failed(http_kit::Failure::Internal)
    })?;
    let secret = state
        .book
        .hook_secret(merchant, webhook.id(), webhook.secret_version());
    webhook.reveal(secret.reveal());
    Ok(crate::call::marked(
        Answer::json(status, &webhook).no_store(),
        again,
    ))
}

/// A page of links that only a list of webhooks' own has.
pub(crate) fn paged(answer: Answer, path: &str, parameters: &Parameters, cursor: Option<String>) -> Answer {
    let next = cursor.map(|cursor| link_to(path, "next", parameters, &[("cursor", cursor)]));
    linked(answer, next.as_slice())
}
