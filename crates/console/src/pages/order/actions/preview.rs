//! What an action would do.

use super::super::timeline::entry;
use crate::pages::deliveries::address;
use crate::parts::status::words;
use crate::parts::{Money, bar};
use book::Outcome;
use maud::{Markup, html};

/// The events that would happen, and what becomes of the money and the status.
pub(super) fn effect(outcome: &Outcome, calls: &[String]) -> Markup {
    let Some(before) = &outcome.before else {
        return html! {};
    };
    let after = &outcome.order;
    let money = Money::of(before).ok().zip(Money::of(after).ok());
    let (was, is) = (words(&before.status), words(&after.status));
    html! {
        section.panel.preview aria-labelledby="effect-title" {
            h2 #effect-title { "What it would do" }
            ul.effects {
                @for event in &outcome.events { li { (entry(&event.fact, after.currency)) } }
                @if was != is { li { "The order becomes " strong { (is) } ", it is " (was) " now." } }
                @for call in calls { li { strong { "A call" } " to " (address(call)) " comes to be owed." } }
            }
            @if let Some((before, after)) = money { (bar::compared(&before, &after)) }
        }
    }
}
