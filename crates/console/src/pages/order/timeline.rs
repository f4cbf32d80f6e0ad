//! What has happened to an order, the latest first.

use super::lines::told;
use super::movements::sent;
use crate::parts::status::{api, reason};
use crate::parts::{amount, moment, quantity};
use maud::{Markup, html};
use order::{Cause, Currency, Event, Fact, Order, ReturnedLine, Taking};

pub(super) fn section(order: &Order, events: &[Event]) -> Markup {
    let numbered: Vec<(u64, &Event)> = (1..).zip(events).collect();
    html! {
        section.panel aria-labelledby="timeline-title" {
            h2 #timeline-title { "Timeline" }
            ol.timeline reversed {
                @for (sequence, event) in numbered.iter().rev() {
                    li value=(sequence) class=(class_of(&event.fact)) {
                        p.what { (entry(&event.fact, order.currency)) }
                        p.hint { "#" (sequence) " \u{b7} " (moment(event.at)) }
                    }
                }
            }
        }
    }
}

/// The colour of an event: that of the money that it moves.
fn class_of(fact: &Fact) -> &'static str {
    match fact {
        Fact::Reserved { .. } | Fact::Revised { .. } => "remaining",
        Fact::Captured(_) => "captured",
        Fact::Refunded(_) => "refunded",
        Fact::Cancelled(_) | Fact::Expired(_) => "cancelled",
        Fact::Failed(_) => "bad",
        Fact::Registered(_)
        | Fact::Imported(_)
        | Fact::Confirmed
        | Fact::Processed { .. }
        | Fact::FulfilmentAsked { .. }
        | Fact::Settled { .. }
        | Fact::Shipped { .. }
        | Fact::ShipmentChanged { .. }
        | Fact::ShipmentRemoved { .. }
        | Fact::Returned(_)
        | Fact::Subscribed { .. }
        | Fact::RunsEnded { .. }
        | Fact::RenewalStopped
        | Fact::StockTaken(_)
        | Fact::StockGivenBack
        | Fact::Redated { .. }
        | Fact::Referred { .. }
        | Fact::Assigned { .. }
        | Fact::Annotated { .. } => "plain",
    }
}

/// What happened, in words.
pub(super) fn entry(fact: &Fact, currency: Currency) -> Markup {
    match fact {
        Fact::Registered(registration) => {
            html! { strong { "Registered" } " through " (api(registration.origin)) ", " (amount(registration.gross, currency)) }
        }
        Fact::Imported(order) => {
            html! { strong { "Imported" } " from " (api(order.origin)) ", " (amount(order.gross, currency)) }
        }
        Fact::Reserved {
            amount: reserved,
            expires_at,
            ..
        } => html! {
            strong { "Reserved " (amount(*reserved, currency)) }
            @if let Some(at) = expires_at { " until " (moment(*at)) }
        },
        Fact::Revised { gross, items, .. } => {
            html! { strong { "Revised" } " to " (amount(*gross, currency)) (items_of(&told(items))) }
        }
        Fact::Captured(capture) => html! {
            strong { "Captured " (amount(capture.amount, currency)) } ", number " (capture.number) (items_of(&told(&capture.items)))
        },
        Fact::Refunded(refund) => html! {
            strong { "Refunded " (amount(refund.amount, currency)) } " of capture " (refund.capture) (items_of(&told(&refund.items)))
        },
        Fact::Expired(cancellation) | Fact::Cancelled(cancellation) => html! {
            strong {
                @match cancellation.cause { Cause::Merchant => "Cancelled ", Cause::Expiry => "Lapsed " }
                (amount(cancellation.amount, currency))
            }
            (items_of(&told(&cancellation.items)))
        },
        Fact::Shipped { capture, shipment } => html! { strong { (sent(shipment)) } " of capture " (capture) },
        Fact::ShipmentChanged { capture, shipment } => {
            html! { strong { "Shipment corrected: " } (sent(shipment)) " of capture " (capture) }
        }
        Fact::ShipmentRemoved { capture, shipment } => {
            html! { strong { "Shipment " (shipment) " taken back" } " of capture " (capture) }
        }
        Fact::Returned(lines) => html! { strong { "Returned" } (items_of(&returned(lines))) },
        Fact::Confirmed
        | Fact::Processed { .. }
        | Fact::Failed(_)
        | Fact::FulfilmentAsked { .. }
        | Fact::Settled { .. }
        | Fact::Subscribed { .. }
        | Fact::RunsEnded { .. }
        | Fact::RenewalStopped
        | Fact::StockTaken(_)
        | Fact::StockGivenBack
        | Fact::Redated { .. }
        | Fact::Referred { .. }
        | Fact::Assigned { .. }
        | Fact::Annotated { .. } => step(fact),
    }
}

/// What happened without money or goods.
fn step(fact: &Fact) -> Markup {
    match fact {
        Fact::Confirmed => html! { strong { "Confirmed" } },
        Fact::Processed { .. } => html! { strong { "Processed" } },
        Fact::Failed(failure) => html! { strong { "Failed" } ": " (reason(failure)) },
        Fact::FulfilmentAsked { pending: true, .. } => {
            html! { strong { "Completion asked for" } ", the payment is awaited" }
        }
        Fact::FulfilmentAsked { pending: false, .. } => html! { strong { "Completion asked for" } },
        Fact::Settled { paid: true } => html! { strong { "Paid" } },
        Fact::Settled { paid: false } => html! { strong { "Payment refused" } },
        Fact::Subscribed { subscriptions } => {
            let known: Vec<&str> = subscriptions.iter().flatten().map(String::as_str).collect();
            html! { strong { "Subscriptions found" } ": " (known.join(", ")) }
        }
        Fact::RunsEnded {
            renewed_by: Some(order),
            ..
        } => html! { strong { "Renewed" } " by order " (order) },
        Fact::RunsEnded { renewed_by: None, .. } => html! { strong { "Period ended" } },
        Fact::RenewalStopped => html! { strong { "Goes on by itself no more" } },
        Fact::StockTaken(taken) => html! { strong { "Taken of stock" } ": " (counted(taken)) },
        Fact::StockGivenBack => html! { strong { "Given back to stock" } },
        Fact::Redated { at } => html! { strong { "Placing time moved" } " to " (moment(*at)) },
        Fact::Referred {
            reference: Some(reference),
        } => html! { strong { "Reference changed" } " to " (reference) },
        Fact::Referred { reference: None } => html! { strong { "Reference removed" } },
        Fact::Assigned { customer } => html! { strong { "Customer known" } ": " (customer) },
        Fact::Annotated { dialect, .. } => html! { strong { "Noted" } " by " (api(*dialect)) },
        Fact::Registered(_)
        | Fact::Imported(_)
        | Fact::Reserved { .. }
        | Fact::Revised { .. }
        | Fact::Expired(_)
        | Fact::Captured(_)
        | Fact::Refunded(_)
        | Fact::Cancelled(_)
        | Fact::Shipped { .. }
        | Fact::ShipmentChanged { .. }
        | Fact::ShipmentRemoved { .. }
        | Fact::Returned(_) => html! { strong { (fact.name()) } },
    }
}

fn items_of(told: &str) -> Markup {
    html! { @if !told.is_empty() { span.sub { (told) } } }
}

fn counted(taken: &[Taking]) -> String {
    let told = |taken: &Taking| format!("{} \u{d7} {}", taken.quantity, taken.product);
    taken.iter().map(told).collect::<Vec<_>>().join(", ")
}

fn returned(lines: &[ReturnedLine]) -> String {
    let told = |line: &ReturnedLine| format!("{} \u{d7} {}", quantity(line.quantity.decimal()), line.product);
    lines.iter().map(told).collect::<Vec<_>>().join(", ")
}
