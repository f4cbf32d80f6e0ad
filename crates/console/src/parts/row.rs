//! Orders as rows of a table.

use super::status::{api, status};
use super::{amount, moment};
use crate::visit::Desk;
use maud::{Markup, html};
use order::Order;

/// A table of orders, each of which leads to its page.
pub(crate) fn orders<'o>(desk: &Desk, caption: &str, orders: impl IntoIterator<Item = &'o Order>) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="region" aria-label=(caption) {
            table.orders {
                caption.unseen { (caption) }
                thead { tr {
                    th scope="col" { "Order" }
                    th scope="col" { "Customer" }
                    th scope="col" { "Status" }
                    th scope="col" { "Through" }
                    th scope="col" { "Placed" }
                    th.number scope="col" { "Total" }
                } }
                tbody { @for order in orders { (row(desk, order)) } }
            }
        }
    }
}

fn row(desk: &Desk, order: &Order) -> Markup {
    let customer = order.customer.as_ref();
    let name = customer.and_then(|customer| customer.name.as_deref());
    let number = customer.and_then(|customer| customer.number.as_deref());
    html! {
        tr data-row {
            th scope="row" {
                a href=(desk.path(&format!("orders/{}", order.id))) { (name_of(order)) }
                @if let Some(reference) = &order.reference { span.sub { (reference) } }
            }
            td {
                @match (name, number) {
                    (Some(name), number) => { (name) @if let Some(number) = number { span.sub { (number) } } }
                    (None, Some(number)) => { (number) }
                    (None, None) => { span.none { "\u{2013}" } }
                }
            }
            td { (status(order)) }
            td { (api(order.origin)) }
            td { (moment(order.placed_at)) }
            td.number { (amount(order.gross, order.currency)) }
        }
    }
}

/// What an order is called: the merchant's number for it, else its id with the API that it came through.
pub(crate) fn name_of(order: &Order) -> String {
    match &order.number {
        Some(number) => number.clone(),
        None => order.shown_id(order.origin),
    }
}

/// What stands where there is nothing to show.
pub(crate) fn empty(title: &str, text: &Markup) -> Markup {
    html! {
        div.empty {
            p.empty-title { (title) }
            p { (text) }
        }
    }
}
