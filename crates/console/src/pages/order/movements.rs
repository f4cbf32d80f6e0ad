//! Captures with what was sent of them, refunds, and cancellations.

use super::lines::told;
use crate::parts::{digits, moment};
use maud::{Markup, html};
use order::{Cause, Order, Shipment, ShipmentKind};

pub(super) fn section(order: &Order) -> Markup {
    let nothing = order.captures.is_empty() && order.refunds.is_empty() && order.cancellations.is_empty();
    html! {
        @if !nothing {
            section.panel aria-labelledby="movements-title" {
                h2 #movements-title { "Money moved" }
                div.table-scroll tabindex="0" role="region" aria-label="Table of money moved" {
                    table.stack {
                        thead { tr {
                            th scope="col" { "What" } th scope="col" { "Number" } th scope="col" { "When" }
                            th.number scope="col" { (order.currency.code()) }
                        } }
                        tbody {
                            (captures(order))
                            (refunds(order))
                            (cancellations(order))
                        }
                    }
                }
            }
        }
    }
}

fn captures(order: &Order) -> Markup {
    html! {
        @for capture in &order.captures {
            tr {
                th scope="row" {
                    span.dot.captured {} "Capture"
                    @if !capture.items.is_empty() { span.sub { (told(&capture.items)) } }
                    @for shipment in &capture.shipments { span.sub { (sent(shipment)) } }
                }
                td.mono data-label="Number" { (capture.number) }
                td data-label="When" { (moment(capture.at)) }
                td.number data-label=(order.currency.code()) {
                    (digits(capture.amount, order.currency))
                    @if capture.refunded.is_positive() {
                        span.sub { (digits(capture.refunded, order.currency)) " refunded" }
                    }
                }
            }
        }
    }
}

fn refunds(order: &Order) -> Markup {
    html! {
        @for refund in &order.refunds {
            tr {
                th scope="row" {
                    span.dot.refunded {} "Refund" span.sub { "of capture " (refund.capture) }
                    @if !refund.items.is_empty() { span.sub { (told(&refund.items)) } }
                }
                td.mono data-label="Number" { (refund.number) }
                td data-label="When" { (moment(refund.at)) }
                td.number data-label=(order.currency.code()) { (digits(refund.amount, order.currency)) }
            }
        }
    }
}

fn cancellations(order: &Order) -> Markup {
    html! {
        @for cancellation in &order.cancellations {
            tr {
                th scope="row" {
                    span.dot.cancelled {}
                    @match cancellation.cause { Cause::Merchant => "Cancellation", Cause::Expiry => "Lapsed" }
                    @if !cancellation.items.is_empty() { span.sub { (told(&cancellation.items)) } }
                }
                td.mono data-label="Number" { (cancellation.number) }
                td data-label="When" { (moment(cancellation.at)) }
                td.number data-label=(order.currency.code()) { (digits(cancellation.amount, order.currency)) }
            }
        }
    }
}

/// A shipment in a few words, with a link to follow it where it is a web address.
pub(super) fn sent(shipment: &Shipment) -> Markup {
    let way = match shipment.kind {
        ShipmentKind::Shipment => "Sent with ",
        ShipmentKind::Return => "Sent back with ",
    };
    let link = shipment
        .tracking_url
        .as_deref()
        .filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    let id = shipment.tracking_id.as_deref().unwrap_or("track it");
    html! {
        (way) (shipment.carrier)
        @match (link, &shipment.tracking_id) {
            (Some(link), _) => { ", " a href=(link) rel="noreferrer" { (id) } }
            (None, Some(id)) => { ", " (id) }
            (None, None) => {}
        }
    }
}
