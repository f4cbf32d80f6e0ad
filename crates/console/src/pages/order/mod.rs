//! One order: its money, lines, timeline, calls, and what each API shows of it.

pub(super) mod actions;
mod lines;
mod movements;
mod shown;
mod timeline;

use super::deliveries::Call;
use crate::State;
use crate::forms::notice;
use crate::page::{Place, page};
use crate::parts::row::{empty, name_of};
use crate::parts::status::{api, delivery, kind, status};
use crate::parts::{Money, amount, bar, moment};
use crate::trouble::Trouble;
use crate::visit::Desk;
use actions::Action;
use axum::extract;
use book::{Reference, Role};
use http_kit::Answer;
use http_kit::query::encode;
use maud::{Markup, html};
use order::{Dialect, Order, OrderId};

/// The order that the path names.
async fn named(state: &State, desk: &Desk) -> Result<Order, Trouble> {
    let id = OrderId(desk.number("order")?);
    let order = state.book().order(desk.merchant.id, &Reference::Id(id)).await?;
    order.ok_or(Trouble::NotFound)
}

/// `GET /console/{merchant}/orders/{order}`.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    let order = named(&state, &desk).await?;
    let events = state.book().events(desk.merchant.id, order.id).await?;
    let calls = super::deliveries::of_order(state.book(), desk.merchant.id, order.id).await?;
    let money = Money::of(&order).ok();
    let done = Action::from_word(desk.parameter("done"));
    let content = html! {
        @if let Some(done) = done { (notice(done.done())) }
        @if desk.parameter("done") == "retry" { (notice("The call is being made again.")) }
        (heading(&desk, &order))
        @if let Some(money) = &money {
            section aria-labelledby="money-title" {
                h2.unseen #money-title { "Money" }
                (bar::bar(money))
            }
        }
        @if desk.may(Role::Act) { (offered(&state, &desk, &order)) }
        div.columns {
            div {
                (lines::section(&order))
                (movements::section(&order))
                (timeline::section(&order, &events))
            }
            div {
                (facts(&desk, &order))
                (deliveries(&desk, &order, &calls))
            }
        }
        (shown::section(&state, &order))
    };
    Ok(page(&desk, Place::Orders, &name_of(&order), &content))
}

/// What the order is called, where it stands, and what it comes to.
fn heading(desk: &Desk, order: &Order) -> Markup {
    html! {
        div.heading {
            div {
                p.crumb { a href=(desk.path("orders")) { "Orders" } }
                h1 { (name_of(order)) }
                p.badges {
                    (status(order))
                    span.sub { (kind(order.kind)) " through " (api(order.origin)) }
                    @if order.imported { span.sub { "\u{b7} imported" } }
                }
            }
            p.total { span.hint { "Total" } (amount(order.gross, order.currency)) }
        }
    }
}

/// The actions, those that would be refused as the order stands now greyed out with the reason.
fn offered(state: &State, desk: &Desk, order: &Order) -> Markup {
    let offers = Action::ALL.map(|action| (action, action.objection(state.book(), order)));
    html! {
        nav.actions aria-label="Actions on this order" {
            ul {
                @for (action, objection) in &offers {
                    li {
                        @match objection {
                            None => a.button href=(desk.path(&format!("orders/{}/{}", order.id, action.word()))) { (action.label()) },
                            Some(why) => span.button.off title=(why) { (action.label()) span.unseen { ": " (why) } },
                        }
                    }
                }
            }
        }
    }
}

fn facts(desk: &Desk, order: &Order) -> Markup {
    let customer = order.customer.as_ref();
    let number = customer.and_then(|customer| customer.number.as_deref());
    html! {
        section.panel aria-labelledby="facts-title" {
            h2 #facts-title { "Facts" }
            dl.facts {
                @if let Some(name) = customer.and_then(|customer| customer.name.as_deref()) { div { dt { "Customer" } dd { (name) } } }
                @if let Some(number) = number {
                    div { dt { "Customer number" } dd { a href=(desk.path(&format!("customers/{}", encode(number)))) { (number) } } }
                }
                @if let Some(email) = customer.and_then(|customer| customer.email.as_deref()) { div { dt { "Mail" } dd { (email) } } }
                div { dt { "Id" } dd.mono { (order.id) } }
                div { dt { "UUID" } dd.mono { (order.uuid) } }
                @if let Some(number) = &order.number { div { dt { "Number" } dd { (number) } } }
                @if let Some(reference) = &order.reference { div { dt { "Reference" } dd { (reference) } } }
                @for (dialect, alias) in &order.aliases { div { dt { "Id in " (api(*dialect)) } dd.mono { (alias) } } }
                @if let Some(other) = &order.refers_to { div { dt { "Refers to" } dd.mono { (other) } } }
                @if let Some(reseller) = &order.reseller { div { dt { "Reseller" } dd.mono { (reseller) } } }
                div { dt { "Payment" } dd { (order.payment.method.word()) @if order.payment.pending { ", waiting for an answer" } } }
                @if let Some(at) = order.reservation.as_ref().and_then(|held| held.expires_at) {
                    div { dt { "Reservation until" } dd { (moment(at)) } }
                }
                @if let Some(at) = order.completes_at { div { dt { "Completes" } dd { (moment(at)) } } }
                div { dt { "Ordered" } dd { (moment(order.ordered_at)) } }
                div { dt { "Placed" } dd { (moment(order.placed_at)) } }
                div { dt { "Changed" } dd { (moment(order.updated_at)) } }
                div { dt { "Version" } dd { (order.version) } }
            }
        }
    }
}

fn deliveries(desk: &Desk, order: &Order, calls: &[Call]) -> Markup {
    html! {
        section.panel aria-labelledby="calls-title" {
            h2 #calls-title { "Deliveries" }
            @if calls.is_empty() {
                (empty("No calls", &html! { "This order owes nobody a call." }))
            }
            ul.calls {
                @for call in calls {
                    li {
                        p { (delivery(&call.state, call.attempts)) " " (call.kind) span.sub { "Owed since " (moment(call.created_at)) } }
                        p.address { (super::deliveries::address(&call.url)) }
                        div.hint { (super::deliveries::attempts(call)) }
                        @if call.state != "done" && desk.may(Role::Act) {
                            (super::deliveries::retry_form(desk, call, &format!("orders/{}", order.id)))
                        }
                    }
                }
            }
        }
    }
}

/// The API that an order came through is the first that is shown.
fn apis(order: &Order) -> Vec<Dialect> {
    let mut apis = vec![order.origin];
    apis.extend(Dialect::ALL.into_iter().filter(|api| *api != order.origin));
    apis
}
