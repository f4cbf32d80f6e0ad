//! Webhooks: addresses of the merchant's that are told of what happens to orders, listed and added. What one of them is
//! told, and what can be done with it, is in the files beside this one.
//!
//! Everybody may look; who acts may call again, send a ping and have a period told again; who administers adds,
//! changes and removes.

mod calls;
mod form;
mod show;
pub(super) mod steps;

pub(super) use show::show;

use crate::State;
use crate::forms::{Wrong, notice, once};
use crate::page::{Place, answer};
use crate::parts::moment;
use crate::parts::row::empty;
use crate::parts::status::badge;
use crate::trouble::Trouble;
use crate::visit::Desk;
use axum::body::Body;
use axum::extract;
use axum::http::StatusCode;
use book::{Document, Executed, MOST_WEBHOOKS, Reply, Role, Standing, Webhook};
use form::Sent;
use http_kit::Answer;
use http_kit::query::Query;
use maud::{Markup, html};

/// The webhook that the path names.
async fn named(state: &State, desk: &Desk) -> Result<Document<Webhook>, Trouble> {
    let found = state
        .book()
        .webhook(desk.merchant.id, desk.segment("webhook")?)
        .await?;
    found.ok_or(Trouble::NotFound)
}

/// The page of one.
fn path_of(desk: &Desk, id: &str) -> String {
    desk.path(&format!("webhooks/{id}"))
}

/// Where it goes to. What an address carries in its query may be a secret: only those see it who may change it.
fn address<'w>(desk: &Desk, webhook: &'w Webhook) -> &'w str {
    if desk.may(Role::Administer) {
        &webhook.url
    } else {
        super::deliveries::address(&webhook.url)
    }
}

/// Whether it is called, in a word.
fn standing(webhook: &Webhook) -> Markup {
    match (webhook.standing, webhook.failing_since) {
        (Standing::Enabled, None) => badge("done", "On"),
        (Standing::Enabled, Some(_)) => badge("waiting", "Failing"),
        (Standing::Disabled, _) => badge("ended", "Off"),
        (Standing::GivenUp { .. }, _) => badge("bad", "Turned off by failures"),
    }
}

/// What it is told of, in few words.
fn heard(webhook: &Webhook) -> String {
    match webhook.events.as_slice() {
        [] => "All events".to_owned(),
        [one] => book::event_type(one),
        many => format!("{} sorts of events", many.len()),
    }
}

/// `GET /console/{merchant}/webhooks`.
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    listed(&state, &desk, StatusCode::OK, (&Query::default(), None)).await
}

async fn listed(
    state: &State,
    desk: &Desk,
    status: StatusCode,
    (sent, wrong): (&Query, Option<&Wrong>),
) -> Result<Answer, Trouble> {
    let webhooks = state.book().webhooks(desk.merchant.id).await?;
    let administers = desk.may(Role::Administer);
    let content = html! {
        @if desk.parameter("done") == "removed" { (notice("The webhook is removed, and what it was owed with it.")) }
        div {
            h1 { "Webhooks" }
            p.lead { "Addresses that are told of what happens to orders, signed after the Standard Webhooks specification." }
        }
        @if webhooks.is_empty() {
            (empty("No webhooks", &html! {
                @if administers { "Add the first one below: every event from then on is sent to its address." }
                @else { "An administrator adds them here." }
            }))
        } @else { (table(desk, &webhooks)) }
        @if administers { (form::adding(state, desk, sent, wrong)) }
    };
    Ok(answer(desk, status, Place::Webhooks, "Webhooks", &content))
}

fn table(desk: &Desk, webhooks: &[Document<Webhook>]) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="region" aria-label="Webhooks" {
            table.stack {
                thead { tr {
                    th scope="col" { "Address" } th scope="col" { "Is told of" } th scope="col" { "State" } th scope="col" { "Added" }
                } }
                tbody {
                    @for webhook in webhooks {
                        tr data-row {
                            th scope="row" {
                                a.address href=(path_of(desk, &webhook.id)) { (address(desk, &webhook.body)) }
                                @if !webhook.body.description.is_empty() { span.sub { (webhook.body.description) } }
                            }
                            td data-label="Is told of" { (heard(&webhook.body)) }
                            td data-label="State" {
                                (standing(&webhook.body))
                                @if let Some(since) = webhook.body.failing_since { span.sub { "since " (moment(since)) } }
                            }
                            td data-label="Added" { (moment(webhook.created_at)) }
                        }
                    }
                }
            }
        }
    }
}

/// `POST /console/{merchant}/webhooks`: adds one, once however often the form is sent, and shows its secret.
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = desk.form(&state, Role::Administer, body).await?;
    let read = match Sent::read(&form) {
        Ok(_) if state.book().webhooks(desk.merchant.id).await?.len() >= MOST_WEBHOOKS => {
            let what = format!("A merchant has at most {MOST_WEBHOOKS} webhooks. Remove one first.");
            Err(Wrong::new("url", what))
        }
        read => read,
    };
    let sent = match read {
        Ok(sent) => sent,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return listed(&state, &desk, status, (&form, Some(&wrong))).await;
        }
    };
    let key = once(&form, "console webhooks".to_owned())?;
    let webhook = Webhook::new(sent.url, sent.events, sent.description);
    let render = |added: &Document<Webhook>| Reply {
        status: StatusCode::CREATED.as_u16(),
        body: added.id.clone(),
    };
    let book = desk.book(&state);
    let reply = match book
        .add_webhook((desk.merchant.id, webhook), Some(key), render)
        .await?
    {
        Executed::Now(reply) | Executed::Before(reply) => reply,
        Executed::KeyReused => return Err(Trouble::SentBefore),
    };
    let added = state.book().webhook(desk.merchant.id, &reply.body).await?;
    let added = added.ok_or(Trouble::NotFound)?;
    let said = show::secret(&state, &desk, &added, "The webhook is added");
    show::shown(
        &state,
        &desk,
        &added,
        (StatusCode::CREATED, Some(said)),
        (&Query::default(), None),
    )
    .await
}
