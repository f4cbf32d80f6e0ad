//! One webhook: where it stands, what it was told, and what can be done with it.

use super::{address, calls, form, heard, named, path_of, standing};
use crate::State;
use crate::forms::{Field, Wrong, key, notice, problem};
use crate::page::{Place, answer, token};
use crate::parts::amount::count;
use crate::parts::moment;
use crate::trouble::Trouble;
use crate::visit::{Desk, field};
use axum::extract;
use axum::http::StatusCode;
use book::{Document, Role, Standing, Webhook, event_type};
use http_kit::Answer;
use http_kit::query::Query;
use maud::{Markup, html};

/// `GET /console/{merchant}/webhooks/{webhook}`.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    let webhook = named(&state, &desk).await?;
    let said = done(&desk);
    shown(
        &state,
        &desk,
        &webhook,
        (StatusCode::OK, said),
        (&Query::default(), None),
    )
    .await
}

/// What has just been done, in a sentence.
fn done(desk: &Desk) -> Option<Markup> {
    let events = desk.parameter("events").parse::<u64>().ok();
    let said = match desk.parameter("done") {
        "changed" => "The webhook is changed.".to_owned(),
        "on" => "The webhook is on. What it is owed is sent now.".to_owned(),
        "off" => "The webhook is off. What happens now is not kept for it; a period can be told again later."
            .to_owned(),
        "ping" => "A ping is on its way.".to_owned(),
        "retry" => "The call is being made again.".to_owned(),
        "replay" => match events? {
            0 => "Nothing happened in this time that it is told of.".to_owned(),
            1 => "One event is told again.".to_owned(),
            many => format!("{} events are told again.", count(many)),
        },
        _ => return None,
    };
    Some(notice(&said))
}

/// The page. `wrong` is why a form of it can't be taken as it was sent.
pub(super) async fn shown(
    state: &State,
    desk: &Desk,
    webhook: &Document<Webhook>,
    (status, said): (StatusCode, Option<Markup>),
    (sent, wrong): (&Query, Option<&Wrong>),
) -> Result<Answer, Trouble> {
    let calls = calls::section(state, desk, webhook).await?;
    let of_period = wrong.filter(|wrong| ["from", "until"].contains(&wrong.field.as_str()));
    let of_itself = wrong.filter(|_| of_period.is_none());
    let content = html! {
        @if let Some(said) = said { (said) }
        div.heading {
            div {
                p.crumb { a href=(desk.path("webhooks")) { "Webhooks" } }
                h1 { (address(desk, &webhook.body)) }
                p.badges { (standing(&webhook.body)) span.sub { (webhook.body.description) } }
            }
        }
        (given_up(desk, &webhook.body))
        @if desk.may(Role::Act) { (buttons(state, desk, webhook)) }
        div.columns {
            div { (calls) }
            div {
                (facts(webhook))
                @if desk.may(Role::Act) { (replay(desk, webhook, (sent, of_period))) }
                @if desk.may(Role::Administer) {
                    (form::changing(desk, webhook, (sent, of_itself)))
                    (removal(desk, webhook))
                }
            }
        }
    };
    Ok(answer(desk, status, Place::Webhooks, "Webhook", &content))
}

/// What to do about a webhook that was turned off by the server.
fn given_up(desk: &Desk, webhook: &Webhook) -> Markup {
    html! {
        @if let Standing::GivenUp { at } = webhook.standing {
            div.problem {
                "Every call has failed for so long that the server turned it off, " (moment(at)) ". "
                @if desk.may(Role::Administer) {
                    "Once its address answers, turn it on again: what it is still owed is sent then. What happened since can be told by telling that time again."
                } @else { "An administrator can turn it on again." }
            }
        }
    }
}

fn buttons(state: &State, desk: &Desk, webhook: &Document<Webhook>) -> Markup {
    let base = path_of(desk, &webhook.id);
    let button = |step: &str, to: &str, label: &str| {
        html! {
            li { form method="post" action=(format!("{base}/{step}")) {
                (token(&desk.visit)) (key(state))
                @if !to.is_empty() { input type="hidden" name="to" value=(to); }
                button type="submit" { (label) }
            } }
        }
    };
    let is_on = webhook.body.standing == Standing::Enabled;
    html! {
        nav.actions aria-label="Actions on this webhook" {
            ul {
                @if is_on { (button("ping", "", "Send a ping")) }
                @if desk.may(Role::Administer) {
                    @if is_on { (button("turn", "off", "Turn off")) } @else { (button("turn", "on", "Turn on")) }
                    (button("secret", "", "New secret"))
                }
            }
        }
    }
}

fn facts(webhook: &Document<Webhook>) -> Markup {
    let body = &webhook.body;
    html! {
        section.panel aria-labelledby="facts-title" {
            h2 #facts-title { "Facts" }
            dl.facts {
                div { dt { "Is told of" } dd {
                    @if body.events.len() < 2 { (heard(body)) }
                    @else { ul { @for name in &body.events { li { code { (event_type(name)) } } } } }
                } }
                @if let Some(since) = body.failing_since { div { dt { "Failing since" } dd { (moment(since)) } } }
                div { dt { "Secret" } dd { "Number " (body.secret) } }
                @if let Some(until) = body.former_until { div { dt { "The one before, until" } dd { (moment(until)) } } }
                div { dt { "Id" } dd.mono { (webhook.id) } }
                div { dt { "Added" } dd { (moment(webhook.created_at)) } }
            }
        }
    }
}

fn replay(desk: &Desk, webhook: &Document<Webhook>, (sent, wrong): (&Query, Option<&Wrong>)) -> Markup {
    let time = |name: &'static str, label: &'static str| {
        Field::text(name, label, field(sent, name)).kind("datetime-local")
    };
    html! {
        section.panel aria-labelledby="replay-title" {
            h2 #replay-title { "Tell a time again" }
            p.hint { "All events of this time that it is told of are sent again, those too that it has taken. Times are UTC." }
            @if let Some(wrong) = wrong { (problem(&wrong.what)) }
            form method="post" action=(format!("{}/replay", path_of(desk, &webhook.id))) {
                (token(&desk.visit))
                (time("from", "From").needed().html(wrong))
                (time("until", "Until").hint("Left empty: until now.").html(wrong))
                button type="submit" { "Tell it again" }
            }
        }
    }
}

fn removal(desk: &Desk, webhook: &Document<Webhook>) -> Markup {
    html! {
        section.panel aria-labelledby="remove-title" {
            h2 #remove-title { "Remove" }
            form method="post" action=(format!("{}/remove", path_of(desk, &webhook.id))) {
                (token(&desk.visit))
                label.choice { input type="checkbox" name="sure" value="yes" required; span { "For good, with all that it is owed" } }
                button.danger type="submit" { "Remove it" }
            }
        }
    }
}

/// Its secret, where it is new.
pub(super) fn secret(state: &State, desk: &Desk, webhook: &Document<Webhook>, title: &str) -> Markup {
    let secret = state
        .book()
        .hook_secret(desk.merchant.id, &webhook.id, webhook.body.secret);
    html! {
        section.notice role="status" aria-labelledby="secret-title" {
            h2 #secret-title { (title) }
            p { "Copy the secret now: it is shown this once. Receivers check the signature of each call with it." }
            @if let Some(until) = webhook.body.former_until {
                p { "Calls are signed with the one before as well until " (moment(until)) "." }
            }
            dl.facts { div { dt { "Secret" } dd.mono.secret { (secret.reveal()) } } }
        }
    }
}
