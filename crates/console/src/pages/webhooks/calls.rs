//! What a webhook was and is told: each call with its tries.

use super::path_of;
use crate::State;
use crate::page::token;
use crate::parts::moment;
use crate::parts::row::empty;
use crate::parts::status::delivery;
use crate::parts::tries::{Try, tries};
use crate::trouble::Trouble;
use crate::visit::Desk;
use book::{Document, FeedEvent, HookOwed, HookPage, Role, Webhook, event_type};
use maud::{Markup, html};
use order::Timestamp;

/// How many calls there are on a page.
const PAGE: usize = 25;
/// The states with their names; the one that is shown first at first.
const STATES: [(&str, &str); 4] = [
    ("", "All"),
    ("due", "Owed"),
    ("failed", "Given up"),
    ("done", "Delivered"),
];
/// A call that is due within this time is waited for.
const SOON_MILLIS: i64 = 15_000;

/// A page of calls, as the query asks for it.
pub(super) async fn section(
    state: &State,
    desk: &Desk,
    webhook: &Document<Webhook>,
) -> Result<Markup, Trouble> {
    let chosen = desk.parameter("state");
    let chosen = STATES
        .into_iter()
        .find(|(word, _)| *word == chosen)
        .map_or("", |(word, _)| word);
    let page = HookPage {
        state: Some(chosen.to_owned()).filter(|word| !word.is_empty()),
        after: place_of(desk.parameter("before")),
    };
    let book = state.book();
    let (owed, next) = book
        .hook_deliveries((desk.merchant.id, &webhook.id), page, PAGE)
        .await?;
    let positions: Vec<i64> = owed.iter().map(|call| call.id).filter(|id| *id >= 0).collect();
    let events = book.feed_at(desk.merchant.id, &positions).await?;
    let is_moving = owed.iter().any(|call| is_due_soon(call, book.now()));
    let here = path_of(desk, &webhook.id);
    let at = |word: &str| format!("{here}?state={word}");
    Ok(html! {
        section.panel #progress data-moving[is_moving] aria-labelledby="calls-title" {
            h2 #calls-title { "Calls" }
            nav.tabs aria-label="Calls by state" {
                ul { @for (word, name) in STATES {
                    li { a href=(at(word)) aria-current=[(word == chosen).then_some("page")] { (name) } }
                } }
            }
            @if owed.is_empty() {
                (empty("No calls", &html! {
                    @if chosen.is_empty() { "What happens to orders from now on is told here. Send a ping to try the address." }
                    @else { "None is in this state." }
                }))
            } @else { (table(desk, webhook, &owed, &events)) }
            @if let Some((since, id)) = next {
                p.pager { a.button rel="next" href=(format!("{}&before={since}_{id}", at(chosen))) { "Older ones" } }
            }
        }
    })
}

fn is_due_soon(call: &HookOwed, now: Timestamp) -> bool {
    call.state == "due" && call.next_at.0.saturating_sub(now.0) < SOON_MILLIS
}

/// The place that a page begins after. A ping's id is below zero.
fn place_of(text: &str) -> Option<(i64, i64)> {
    let (since, id) = text.split_once('_')?;
    Some((since.parse().ok()?, id.parse().ok()?))
}

fn table(desk: &Desk, webhook: &Document<Webhook>, owed: &[HookOwed], events: &[FeedEvent]) -> Markup {
    let acts = desk.may(Role::Act);
    html! {
        div.table-scroll tabindex="0" role="region" aria-label="Table of calls" {
            table.stack {
                thead { tr {
                    th scope="col" { "Event" } th scope="col" { "State" } th scope="col" { "Tries" }
                    @if acts { th scope="col" { "Action" } }
                } }
                tbody {
                    @for call in owed {
                        tr {
                            th scope="row" { (told(desk, call, events)) }
                            td data-label="State" { (delivery(&call.state, call.attempts)) }
                            td.tries data-label="Tries" { (attempts(call)) }
                            @if acts { td { (retry(desk, webhook, call)) } }
                        }
                    }
                }
            }
        }
    }
}

/// What the call tells.
fn told(desk: &Desk, call: &HookOwed, events: &[FeedEvent]) -> Markup {
    let event = events.iter().find(|event| event.position == call.id);
    html! {
        @match event {
            Some(event) => {
                code { (event_type(event.event.fact.name())) }
                span.sub { "Order " a href=(desk.path(&format!("orders/{}", event.order))) { (event.order) } }
            }
            None if call.id < 0 => { "Ping" span.sub { "Asks whether calls are taken" } }
            None => { "Position " (call.id) }
        }
        span.sub { (moment(call.owed_since)) }
    }
}

fn attempts(call: &HookOwed) -> Markup {
    let made: Vec<Try> = call
        .tries
        .iter()
        .map(|one| Try {
            at: one.at,
            outcome: format!("{} ({} ms)", one.outcome, one.milliseconds),
        })
        .collect();
    let next = (call.state == "due" && call.attempts > 0).then_some(call.next_at);
    // A call that was asked for again is counted anew; its tries are still known.
    let count = i64::try_from(made.len()).unwrap_or(i64::MAX).max(call.attempts);
    html! { (tries(count, next, &made)) }
}

fn retry(desk: &Desk, webhook: &Document<Webhook>, call: &HookOwed) -> Markup {
    let words = if call.state == "done" {
        "Send again"
    } else {
        "Try again now"
    };
    html! {
        form method="post" action=(format!("{}/deliveries/{}/retry", path_of(desk, &webhook.id), call.id)) {
            (token(&desk.visit))
            button type="submit" { (words) span.unseen { ": owed since " (moment(call.owed_since)) } }
        }
    }
}
