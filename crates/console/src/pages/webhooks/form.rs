//! What a webhook is made of, as a form.

use crate::State;
use crate::forms::{Field, Wrong, key, problem};
use crate::page::token;
use crate::reading::one_line;
use crate::visit::{Desk, field};
use book::{Document, LONGEST_HOOK_TEXT, Webhook, event_type};
use http_kit::query::{self, Query};
use maud::{Markup, html};
use order::Fact;

/// What was filled in.
pub(super) struct Sent {
    pub(super) url: String,
    pub(super) events: Vec<String>,
    pub(super) description: String,
}

impl Sent {
    pub(super) fn read(form: &Query) -> Result<Self, Wrong> {
        let url = field(form, "url").trim().to_owned();
        if !Webhook::is_address(&url) {
            let what = "Write an address that begins with https:// or http://, of at most 2000 characters.";
            return Err(Wrong::new("url", what));
        }
        let mut events = Vec::new();
        for sent in form.all("events") {
            let known = Fact::NAMES.iter().find(|name| **name == sent);
            let known = known.ok_or_else(|| Wrong::new("events", "There is no such event."))?;
            events.push((*known).to_owned());
        }
        events.sort_unstable();
        events.dedup();
        let description = one_line(form, "description", LONGEST_HOOK_TEXT)?.unwrap_or_default();
        Ok(Self {
            url,
            events,
            description,
        })
    }

    /// What is kept, as if it had been sent.
    pub(super) fn of(webhook: &Webhook) -> Query {
        let fields = [
            ("url", webhook.url.as_str()),
            ("description", webhook.description.as_str()),
        ];
        let events = webhook.events.iter().map(|event| ("events", event.as_str()));
        Query::parse(&query::write(fields.into_iter().chain(events))).unwrap_or_default()
    }
}

/// The fields.
fn fields(sent: &Query, wrong: Option<&Wrong>) -> Markup {
    let text = |name: &'static str, label: &'static str| Field::text(name, label, field(sent, name));
    let hint = "Calls are POST requests with a JSON body. Private addresses are never called, unless the operator allows it.";
    html! {
        (text("url", "Address").kind("url").needed().hint(hint).longest(LONGEST_HOOK_TEXT).html(wrong))
        (text("description", "What it is").hint("For people: which program listens there.").longest(LONGEST_HOOK_TEXT).html(wrong))
        fieldset {
            legend { "Events" }
            p.hint { "None ticked: all of them, later ones too." }
            ul.ticks {
                @for name in Fact::NAMES {
                    li { label.choice {
                        input type="checkbox" name="events" value=(name) checked[sent.all("events").any(|sent| sent == name)];
                        code { (event_type(name)) }
                    } }
                }
            }
        }
    }
}

/// The form that adds one.
pub(super) fn adding(state: &State, desk: &Desk, sent: &Query, wrong: Option<&Wrong>) -> Markup {
    html! {
        section.panel aria-labelledby="add-title" {
            h2 #add-title { "Add a webhook" }
            @if let Some(wrong) = wrong { (problem(&wrong.what)) }
            form method="post" action=(desk.path("webhooks")) {
                (token(&desk.visit)) (key(state))
                (fields(sent, wrong))
                button.primary type="submit" { "Add it" }
            }
        }
    }
}

/// The form that changes one, folded away until it is wanted.
pub(super) fn changing(
    desk: &Desk,
    webhook: &Document<Webhook>,
    (sent, wrong): (&Query, Option<&Wrong>),
) -> Markup {
    let kept = Sent::of(&webhook.body);
    let sent = if wrong.is_some() { sent } else { &kept };
    html! {
        section.panel aria-label="Change" {
            details open[wrong.is_some()] {
                summary { "Change address and events" }
                @if let Some(wrong) = wrong { (problem(&wrong.what)) }
                form method="post" action=(super::path_of(desk, &webhook.id)) {
                    (token(&desk.visit))
                    (fields(sent, wrong))
                    button.primary type="submit" { "Save" }
                }
            }
        }
    }
}
