//! From a form to a command of the core.

use super::Action;
use crate::forms::Wrong;
use crate::reading::{number, one_line};
use crate::visit::field;
use http_kit::query::Query;
use order::{
    Amount, CancelRequest, CaptureRequest, Command, Failure, Item, Order, Parcel, Quantity, RefundRequest,
    ReturnPolicy, ReturnedLine, ShipRequest, ShipmentKind, Wanted,
};
use rust_decimal::Decimal;

/// Any line, whole or in part, at any time.
pub(super) const POLICY: ReturnPolicy = ReturnPolicy {
    undoes_switch: false,
    within_days: None,
    whole_lines: false,
};

/// The failures that can be chosen; any other is told in words.
pub(super) const FAILURES: [Failure; 4] = [
    Failure::PaymentRefused,
    Failure::RiskRejected,
    Failure::HandoverFailed,
    Failure::CustomerInvalid,
];

/// The longest text of a field, in characters.
const LONGEST: usize = 500;
/// The longest name: of a number, a carrier.
const LONGEST_NAME: usize = 100;

/// What the form asks for.
pub(super) fn command(action: Action, order: &Order, form: &Query) -> Result<Command, Wrong> {
    match action {
        Action::Confirm | Action::Process => Ok(action.usual(order)),
        Action::Fail => failure(form).map(Command::Fail),
        Action::Capture => {
            let (wanted, items) = wanted(order, form)?;
            Ok(Command::Capture(CaptureRequest {
                number: name(form, "number")?,
                wanted,
                items,
                shipments: Vec::new(),
                part_names_items: false,
                annex: None,
            }))
        }
        Action::Refund => {
            let (wanted, items) = wanted(order, form)?;
            Ok(Command::Refund(RefundRequest {
                capture: name(form, "capture")?,
                number: name(form, "number")?,
                wanted,
                items,
                annex: None,
            }))
        }
        Action::Cancel => {
            let (wanted, items) = wanted(order, form)?;
            Ok(Command::Cancel(CancelRequest {
                wanted,
                items,
                annex: None,
            }))
        }
        Action::Ship => ship(form).map(Command::Ship),
        Action::Return => returned(order, form),
    }
}

/// How much, and of what.
fn wanted(order: &Order, form: &Query) -> Result<(Wanted, Vec<Item>), Wrong> {
    match field(form, "how") {
        "amount" => {
            let gross = number(form, "amount")?
                .ok_or_else(|| Wrong::new("amount", "Say how much."))
                .and_then(|value| {
                    Amount::new(value).map_err(|_range| Wrong::new("amount", "This is out of range."))
                })?;
            Ok((Wanted::Exactly { gross, net: None }, Vec::new()))
        }
        "lines" => {
            let chosen = quantities(order, form)?;
            let items: Vec<Item> = chosen
                .into_iter()
                .filter_map(|(place, quantity)| {
                    let mut item = order.lines.get(place)?.item.clone();
                    item.quantity = quantity;
                    Some(item)
                })
                .collect();
            if items.is_empty() {
                return Err(Wrong::new("quantity.0", "Say how many of at least one line."));
            }
            Ok((Wanted::Items, items))
        }
        _ => Ok((Wanted::Remaining, Vec::new())),
    }
}

/// The lines of which some are wanted, by their place.
fn quantities(order: &Order, form: &Query) -> Result<Vec<(usize, Quantity)>, Wrong> {
    let mut chosen = Vec::new();
    for place in 0..order.lines.len() {
        let name = format!("quantity.{place}");
        let Some(value) = number(form, &name)? else {
            continue;
        };
        let quantity = Quantity::new(value).map_err(|_range| Wrong::new(&name, "This is out of range."))?;
        if value != Decimal::ZERO {
            chosen.push((place, quantity));
        }
    }
    Ok(chosen)
}

/// The lines of which something is left to hand back, with all that is left.
pub(super) fn all_lines(order: &Order) -> Vec<ReturnedLine> {
    let left = order.lines.iter().filter(|line| line.returnable().is_positive());
    left.filter_map(|line| {
        Some(ReturnedLine {
            number: line.item.number?,
            product: line.item.product.clone(),
            quantity: line.returnable(),
        })
    })
    .collect()
}

fn returned(order: &Order, form: &Query) -> Result<Command, Wrong> {
    let chosen = quantities(order, form)?;
    let mut lines = Vec::new();
    for (place, quantity) in chosen {
        let Some(line) = order.lines.get(place) else {
            continue;
        };
        let Some(number) = line.item.number else {
            let what = "This line has no number, so it can\u{2019}t be handed back by itself.";
            return Err(Wrong::new(format!("quantity.{place}"), what));
        };
        lines.push(ReturnedLine {
            number,
            product: line.item.product.clone(),
            quantity,
        });
    }
    if lines.is_empty() {
        return Err(Wrong::new("quantity.0", "Say how many of at least one line."));
    }
    Ok(Command::Return {
        lines,
        policy: POLICY,
    })
}

fn ship(form: &Query) -> Result<ShipRequest, Wrong> {
    let needed = |name_of: &str, what: &str| name(form, name_of)?.ok_or_else(|| Wrong::new(name_of, what));
    let url = one_line(form, "tracking_url", LONGEST)?;
    if let Some(url) = &url
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(Wrong::new(
            "tracking_url",
            "An address begins with https:// or http://.",
        ));
    }
    Ok(ShipRequest {
        capture: needed("capture", "Say of which capture.")?,
        parcel: Parcel {
            kind: match field(form, "direction") {
                "return" => ShipmentKind::Return,
                _ => ShipmentKind::Shipment,
            },
            carrier: needed("carrier", "Say who carries it.")?,
            tracking_id: name(form, "tracking_id")?,
            tracking_url: url,
        },
    })
}

fn failure(form: &Query) -> Result<Failure, Wrong> {
    let word = field(form, "reason");
    if let Some(failure) = FAILURES.into_iter().find(|failure| failure.word() == word) {
        return Ok(failure);
    }
    let words = one_line(form, "words", LONGEST)?;
    words
        .map(Failure::Other)
        .ok_or_else(|| Wrong::new("words", "Say why, in a few words."))
}

fn name(form: &Query, name: &str) -> Result<Option<String>, Wrong> {
    one_line(form, name, LONGEST_NAME)
}
