//! The customers, and one customer's orders.

use crate::State;
use crate::forms::Field;
use crate::page::{Place, page};
use crate::parts::amount::count;
use crate::parts::moment;
use crate::parts::row::{empty, orders};
use crate::trouble::Trouble;
use crate::visit::Desk;
use axum::extract;
use book::{HistoryQuery, Seen, SeenSort};
use http_kit::Answer;
use http_kit::query::encode;
use maud::{Markup, html};

/// How many orders there are on a page.
const PAGE: u64 = 25;
/// How many customers there are on a page.
const LISTED: usize = 50;

/// `GET /console/{merchant}/customers`.
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    let text = Some(desk.parameter("find")).filter(|text| !text.is_empty());
    let after = (!desk.parameter("after").is_empty()).then(|| {
        (
            desk.parameter("word").to_owned(),
            desk.parameter("after").to_owned(),
        )
    });
    let found = state
        .book()
        .list_seen(desk.merchant.id, (SeenSort::Customers, text), after, LISTED)
        .await?;
    let content = html! {
        h1 { "Customers" }
        form.filters method="get" action=(desk.path("customers")) role="search" aria-label="Customers" {
            (Field::text("find", "Name, number or mail address", desk.parameter("find")).kind("search").html(None))
            button type="submit" { "Find" }
        }
        div #results {
            @if found.seen.is_empty() {
                @if text.is_some() { (empty("No such customer", &html! { "Each word must begin a word of the name, the number or the mail address." })) }
                @else { (empty("No customers yet", &html! { "They appear here with their first order." })) }
            } @else { (table(&desk, &found.seen)) }
            @if let Some((word, id)) = &found.next {
                nav.pager aria-label="Pages" {
                    a.button rel="next" href=(desk.here_with("customers", &[("word", word), ("after", id)])) { "More" }
                }
            }
        }
    };
    Ok(page(&desk, Place::Customers, "Customers", &content))
}

fn table(desk: &Desk, customers: &[Seen]) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="region" aria-label="Customers" {
            table.stack {
                thead { tr {
                    th scope="col" { "Customer" } th scope="col" { "Mail" } th.number scope="col" { "Orders" }
                    th scope="col" { "Last order" }
                } }
                tbody {
                    @for customer in customers {
                        tr data-row {
                            th scope="row" {
                                a href=(desk.path(&format!("customers/{}", encode(&customer.id)))) {
                                    (customer.name.as_deref().unwrap_or(&customer.id))
                                }
                                @if customer.name.is_some() { span.sub { (customer.id) } }
                            }
                            td data-label="Mail" { @match &customer.email { Some(email) => (email), None => span.none { "\u{2013}" } } }
                            td.number data-label="Orders" { (count(customer.orders)) }
                            td data-label="Last order" { (moment(customer.last_at)) }
                        }
                    }
                }
            }
        }
    }
}

/// `GET /console/{merchant}/customers/{customer}`: a customer's orders, newest first.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    let customer = desk.segment("customer")?;
    let offset = desk.parameter("offset").parse::<u32>().map_or(0, u64::from);
    let history = state
        .book()
        .history(desk.merchant.id, HistoryQuery::of(customer), offset, PAGE)
        .await?;
    if history.total == 0 {
        return Err(Trouble::NotFound);
    }
    let newest = history.orders.first().and_then(|order| order.customer.as_ref());
    let name = newest
        .and_then(|customer| customer.name.as_deref())
        .unwrap_or(customer);
    let here = desk.path(&format!("customers/{}", encode(customer)));
    let after = offset.saturating_add(PAGE);
    let content = html! {
        p.crumb { a href=(desk.path("customers")) { "Customers" } }
        h1 { (name) }
        p.lead {
            "Customer number " span.mono { (customer) } ", " (count(history.total))
            @if history.total == 1 { " order." } @else { " orders." }
            @if let Some(email) = newest.and_then(|customer| customer.email.as_deref()) { " " (email) }
        }
        @if history.orders.is_empty() {
            (empty("No more orders", &html! { "The list ends before this." }))
        } @else { (orders(&desk, "Orders of this customer", &history.orders)) }
        nav.pager aria-label="Pages" {
            @if offset > 0 {
                a.button rel="prev" href=(format!("{here}?offset={}", offset.saturating_sub(PAGE))) { "Newer ones" }
            }
            @if after < history.total { a.button rel="next" href=(format!("{here}?offset={after}")) { "Older ones" } }
        }
    };
    Ok(page(&desk, Place::Customers, name, &content))
}
