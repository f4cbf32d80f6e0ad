//! The numbers of captures, refunds and cancellations that bring none of their own.

use crate::{NumberStyle, Order};

/// The first number of a row of candidates that is not taken yet. Removed numbers don't exist, so counting up from
/// how many there are finds one soon; a merchant's own numbers may lie in the way.
fn first_free(start: usize, candidate: impl Fn(usize) -> String, is_taken: impl Fn(&str) -> bool) -> String {
    let mut count = start;
    loop {
        let number = candidate(count);
        if !is_taken(&number) {
            return number;
        }
        count = count.saturating_add(1);
    }
}

/// How many movements the order has had: the running number of the numeric style.
fn movements(order: &Order) -> usize {
    [
        order.captures.len(),
        order.refunds.len(),
        order.cancellations.len(),
    ]
    .into_iter()
    .fold(1, usize::saturating_add)
}

fn digits(order: &Order, count: usize) -> String {
    format!("{}{count:02}", order.id)
}

/// A capture's number: digits in both styles, since an invoice has no name of its own.
pub(super) fn capture(order: &Order) -> String {
    first_free(
        movements(order),
        |count| digits(order, count),
        |number| order.capture(number).is_some(),
    )
}

/// A refund's number. `ahead` counts the refunds that the same decision has made already.
pub(super) fn refund(order: &Order, capture: &str, style: NumberStyle, ahead: usize) -> String {
    let is_taken = |number: &str| order.refund(number).is_some();
    match style {
        NumberStyle::Suffixed => {
            let before = order
                .refunds
                .iter()
                .filter(|refund| refund.capture == capture)
                .count();
            first_free(before, |count| format!("{capture}R{count:02}"), is_taken)
        }
        NumberStyle::Numeric => {
            let start = movements(order).saturating_add(ahead);
            first_free(start, |count| digits(order, count), is_taken)
        }
    }
}

/// A cancellation's number.
pub(super) fn cancellation(order: &Order, style: NumberStyle) -> String {
    let is_taken = |number: &str| order.cancellation(number).is_some();
    match style {
        NumberStyle::Suffixed => {
            let name = order.shown_number();
            first_free(
                order.cancellations.len(),
                |count| format!("{name}C{count:02}"),
                is_taken,
            )
        }
        NumberStyle::Numeric => first_free(
            movements(order),
            |count| format!("C{}", digits(order, count)),
            is_taken,
        ),
    }
}
