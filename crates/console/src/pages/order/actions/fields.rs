//! The fields of each action's form.

use super::Action;
use super::reading::FAILURES;
use crate::forms::{Field, Wrong, select};
use crate::parts::status::reason;
use crate::parts::{digits, quantity};
use crate::visit::field;
use http_kit::query::Query;
use maud::{Markup, html};
use order::{Order, Quantity};

pub(super) fn fields(action: Action, order: &Order, sent: &Query, wrong: Option<&Wrong>) -> Markup {
    let text = |name: &'static str, label: &'static str| Field::text(name, label, field(sent, name));
    match action {
        Action::Confirm | Action::Process => html! {},
        Action::Capture => html! {
            (how_much(order, sent, wrong, "All that is left", order.remaining().ok()))
            (text("number", "Invoice number").hint("One is made up when you leave it empty.").html(wrong))
        },
        Action::Refund => html! {
            (captures(order, sent, true))
            (how_much(order, sent, wrong, "All that can be given back", None))
            (text("number", "Credit note number").hint("One is made up when you leave it empty.").html(wrong))
        },
        Action::Cancel => how_much(order, sent, wrong, "All that is left", order.remaining().ok()),
        Action::Ship => html! {
            (captures(order, sent, false))
            (select("direction", "Which way", field(sent, "direction"), &[
                ("outbound".to_owned(), "To the customer".to_owned()),
                ("return".to_owned(), "Back from the customer".to_owned()),
            ]))
            (text("carrier", "Carrier").needed().html(wrong))
            (text("tracking_id", "Tracking number").html(wrong))
            (text("tracking_url", "Address to follow it at").kind("url").html(wrong))
        },
        Action::Return => lines(order, sent, wrong, true),
        Action::Fail => {
            let reasons = FAILURES
                .iter()
                .map(|failure| (failure.word().to_owned(), reason(failure)));
            let other = ("other".to_owned(), "another reason".to_owned());
            let reasons: Vec<_> = reasons.chain([other]).collect();
            html! {
                (select("reason", "Why", field(sent, "reason"), &reasons))
                (text("words", "The other reason").hint("In a few words; the customer may read them.").html(wrong))
            }
        }
    }
}

/// All of it, an amount, or lines.
fn how_much(
    order: &Order,
    sent: &Query,
    wrong: Option<&Wrong>,
    all: &str,
    left: Option<order::Amount>,
) -> Markup {
    let how = field(sent, "how");
    let label = format!("Amount in {}", order.currency.code());
    let choice = |value: &str, told: &str| {
        let chosen = how == value || (how.is_empty() && value == "all");
        html! {
            label.choice { input type="radio" name="how" value=(value) checked[chosen]; span { (told) } }
        }
    };
    let all = match left {
        Some(left) => format!(
            "{all}: {} {}",
            digits(left, order.currency),
            order.currency.code()
        ),
        None => all.to_owned(),
    };
    html! {
        fieldset.how {
            legend { "How much" }
            (choice("all", &all))
            (choice("amount", "An amount"))
            @if !order.lines.is_empty() { (choice("lines", "What lines come to")) }
            div.with-amount { (Field::text("amount", &label, field(sent, "amount")).html(wrong)) }
            @if !order.lines.is_empty() { div.with-lines { (lines(order, sent, wrong, false)) } }
        }
    }
}

/// A quantity for each line; what is left to hand back where they are handed back.
fn lines(order: &Order, sent: &Query, wrong: Option<&Wrong>, back: bool) -> Markup {
    html! {
        fieldset.lines {
            legend { @if back { "How many come back" } @else { "How many of each line" } }
            @for (place, line) in order.lines.iter().enumerate() {
                @let name = format!("quantity.{place}");
                @let most: Quantity = if back { line.returnable() } else { line.item.quantity };
                @let what = if line.item.description.is_empty() { &line.item.product } else { &line.item.description };
                @let label = format!("{what} (of {})", quantity(most.decimal()));
                (Field::text(&name, &label, field(sent, &name)).html(wrong))
            }
        }
    }
}

/// The captures to choose from; `any` lets the server choose.
fn captures(order: &Order, sent: &Query, any: bool) -> Markup {
    let options = order.captures.iter().map(|capture| {
        let told = format!(
            "{}: {} {}",
            capture.number,
            digits(capture.amount, order.currency),
            order.currency.code()
        );
        (capture.number.clone(), told)
    });
    let first = any.then(|| (String::new(), "whichever can bear it".to_owned()));
    let options: Vec<_> = first.into_iter().chain(options).collect();
    select("capture", "Of which capture", field(sent, "capture"), &options)
}
