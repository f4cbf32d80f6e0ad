//! What is sold.

use crate::parts::row::empty;
use crate::parts::{digits, quantity};
use maud::{Markup, html};
use order::{Amount, Currency, Item, Line, Order};

pub(super) fn section(order: &Order) -> Markup {
    let returned = order.lines.iter().any(|line| line.returned.is_positive());
    html! {
        section.panel aria-labelledby="lines-title" {
            h2 #lines-title { "Lines" }
            @if order.lines.is_empty() {
                (empty("No lines", &html! { "This order was placed without telling what is sold." }))
            } @else {
                div.table-scroll tabindex="0" role="region" aria-label="Table of lines" {
                    table.stack {
                        thead { tr {
                            th scope="col" { "Product" }
                            th.number scope="col" { "Quantity" }
                            @if returned { th.number scope="col" { "Returned" } }
                            th.number scope="col" { "Each" }
                            th.number scope="col" { "VAT" }
                            th.number scope="col" { "Comes to" }
                        } }
                        tbody { @for line in &order.lines { (row(line, order.currency, returned)) } }
                    }
                }
            }
        }
    }
}

fn row(line: &Line, currency: Currency, returned: bool) -> Markup {
    let item = &line.item;
    html! {
        tr {
            th scope="row" {
                @if item.description.is_empty() { (item.product) } @else { (item.description) span.sub { (item.product) } }
                @if let Some(subscription) = &line.subscription { span.sub { "Subscription " (subscription) } }
            }
            td.number data-label="Quantity" { (quantity(item.quantity.decimal())) }
            @if returned { td.number data-label="Returned" { (quantity(line.returned.decimal())) } }
            td.number data-label="Each" { @if let Some(price) = price_of(item) { (digits(price, currency)) } @else { span.none { "\u{2013}" } } }
            td.number data-label="VAT" { @if let Some(percent) = item.vat_percent { (quantity(percent)) "\u{a0}%" } @else { span.none { "\u{2013}" } } }
            td.number data-label="Comes to" { @if let Some(sum) = sum_of(item, currency) { (digits(sum, currency)) } @else { span.none { "\u{2013}" } } }
        }
    }
}

fn price_of(item: &Item) -> Option<Amount> {
    item.unit_gross.or(item.unit_net)
}

/// What an item comes to, by the core's own sum; none when it tells no price.
pub(super) fn sum_of(item: &Item, currency: Currency) -> Option<Amount> {
    price_of(item)?;
    let totals = order::sum_of(std::slice::from_ref(item), currency).ok()?;
    Some(totals.gross)
}

/// The items of a movement in a few words: 2 × Lamp, 1 × Bulb.
pub(super) fn told(items: &[Item]) -> String {
    let told = |item: &Item| {
        let name = if item.description.is_empty() {
            &item.product
        } else {
            &item.description
        };
        format!("{} \u{d7} {name}", quantity(item.quantity.decimal()))
    };
    items.iter().map(told).collect::<Vec<_>>().join(", ")
}
