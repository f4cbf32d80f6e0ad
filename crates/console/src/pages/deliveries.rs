//! The calls that are owed, made and given up, and making one again.

use crate::State;
use crate::forms::notice;
use crate::page::{Place, page, token};
use crate::parts::moment;
use crate::parts::row::empty;
use crate::parts::status::delivery;
use crate::parts::tries::{Try, tries};
use crate::trouble::{Trouble, redirect};
use crate::visit::{Desk, field, is_path_here};
use axum::body::Body;
use axum::extract;
use book::{Book, Role, Tried};
use http_kit::Answer;
use maud::{Markup, html};
use order::{MerchantId, OrderId, Timestamp};

/// How many calls there are on a page.
const PAGE: usize = 50;
/// The states with their names, and what is said when there is nothing in them; the one that is shown first at first.
const STATES: [(&str, &str, &str); 3] = [
    ("due", "Owed", "No call is owed just now."),
    ("failed", "Given up", "No call was given up."),
    ("done", "Delivered", "No call has been made yet."),
];

/// One call, as a page shows it.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) id: i64,
    pub(super) order: OrderId,
    pub(super) kind: String,
    pub(super) url: String,
    pub(super) state: String,
    pub(super) attempts: i64,
    next_at: Timestamp,
    tries: Vec<Try>,
    pub(super) created_at: Timestamp,
}

macro_rules! calls_of {
    ($rows:expr) => {
        $rows
            .into_iter()
            .map(|row| Call {
                id: row.id,
                order: OrderId(row.order),
                kind: row.kind,
                url: row.url,
                state: row.state,
                attempts: row.attempts,
                next_at: Timestamp(row.next_at),
                tries: Tried::all(&row.log).into_iter().map(Try::from).collect(),
                created_at: Timestamp(row.created_at),
            })
            .collect()
    };
}

/// The calls that an order owes or owed.
pub(super) async fn of_order(
    book: &Book,
    merchant: MerchantId,
    order: OrderId,
) -> Result<Vec<Call>, Trouble> {
    Ok(calls_of!(book.deliveries(merchant, order).await?))
}

/// An address without what it may carry in its query.
pub(crate) fn address(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// How the tries went: in a sentence, and one by one.
pub(super) fn attempts(call: &Call) -> Markup {
    let next = (call.state == "due" && call.attempts > 0).then_some(call.next_at);
    tries(call.attempts, next, &call.tries)
}

/// The button that makes a call again, and comes back to a page of the merchant's.
pub(super) fn retry_form(desk: &Desk, call: &Call, back: &str) -> Markup {
    html! {
        form method="post" action=(desk.path(&format!("deliveries/{}/retry", call.id))) {
            (token(&desk.visit))
            input type="hidden" name="back" value=(desk.path(back));
            button type="submit" { "Try again now" span.unseen { ": " (address(&call.url)) } }
        }
    }
}

/// `GET /console/{merchant}/deliveries`.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    let asked = desk.parameter("state");
    let (chosen, title, nothing) = STATES
        .into_iter()
        .find(|(word, ..)| *word == asked)
        .unwrap_or(STATES[0]);
    let before = place_of(desk.parameter("before"));
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let rows = state
        .book()
        .deliveries_in(desk.merchant.id, chosen, before, limit)
        .await?;
    let mut calls: Vec<Call> = calls_of!(rows);
    let more = calls.len() > PAGE;
    calls.truncate(PAGE);
    let next = calls
        .last()
        .filter(|_| more)
        .map(|last| format!("{}-{}", last.created_at.0, last.id));
    let content = html! {
        @if desk.parameter("done") == "retry" { (notice("The call is being made again.")) }
        h1 { "Deliveries" }
        nav.tabs aria-label="Deliveries by state" {
            ul { @for (word, name, _) in STATES {
                li { a href=(format!("{}?state={word}", desk.path("deliveries"))) aria-current=[(word == chosen).then_some("page")] { (name) } }
            } }
        }
        @if calls.is_empty() {
            (empty("Nothing here", &html! { (nothing) }))
        } @else { (table(&desk, title, chosen, &calls)) }
        @if let Some(next) = next {
            p.pager { a.button href=(format!("{}?state={chosen}&before={next}", desk.path("deliveries"))) rel="next" { "Older ones" } }
        }
    };
    Ok(page(&desk, Place::Deliveries, "Deliveries", &content))
}

fn table(desk: &Desk, title: &str, chosen: &str, calls: &[Call]) -> Markup {
    let acts = desk.may(Role::Act) && chosen != "done";
    html! {
        div.table-scroll tabindex="0" role="region" aria-label=(title) {
            table.stack {
                thead { tr {
                    th scope="col" { "Order" } th scope="col" { "Call" } th scope="col" { "State" } th scope="col" { "Tries" }
                    @if acts { th scope="col" { "Action" } }
                } }
                tbody {
                    @for call in calls {
                        tr data-row {
                            th scope="row" { a href=(desk.path(&format!("orders/{}", call.order))) { (call.order) } span.sub { (moment(call.created_at)) } }
                            td data-label="Call" { (call.kind) span.sub { (address(&call.url)) } }
                            td data-label="State" { (delivery(&call.state, call.attempts)) }
                            td.tries data-label="Tries" { (attempts(call)) }
                            @if acts { td { (retry_form(desk, call, &format!("deliveries?state={chosen}"))) } }
                        }
                    }
                }
            }
        }
    }
}

/// The place that a page begins after.
fn place_of(text: &str) -> Option<(i64, i64)> {
    let (at, id) = text.split_once('-')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

/// `POST /console/{merchant}/deliveries/{delivery}/retry`.
pub(crate) async fn retry(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = desk.form(&state, Role::Act, body).await?;
    let id: i64 = desk
        .segment("delivery")?
        .parse()
        .map_err(|_not_a_number| Trouble::NotFound)?;
    if !state.book().retry_delivery(desk.merchant.id, id).await? {
        return Err(Trouble::NotFound);
    }
    let back = field(&form, "back");
    let back = if is_path_here(back) {
        back.to_owned()
    } else {
        desk.path("deliveries")
    };
    let join = if back.contains('?') { '&' } else { '?' };
    Ok(redirect(&format!("{back}{join}done=retry")))
}
