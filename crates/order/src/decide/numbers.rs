//! The numbers of captures, refunds and cancellations that bring none of their own.
//!
//! A number that is made up is taken by no other movement of the order, of whatever sort: a merchant's own numbers
//! may look like ours, and in the numeric style all sorts share one sequence.

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

fn is_taken(order: &Order, number: &str) -> bool {
    order.capture(number).is_some() || order.refund(number).is_some() || order.cancellation(number).is_some()
}

/// A capture's number: digits in both styles, since an invoice has no name of its own.
pub(super) fn capture(order: &Order) -> String {
    first_free(
        movements(order),
        |count| digits(order, count),
        |number| is_taken(order, number),
    )
}

/// A refund's number. `made` are those that the same decision has given already.
pub(super) fn refund(order: &Order, capture: &str, style: NumberStyle, made: &[String]) -> String {
    let is_taken = |number: &str| is_taken(order, number) || made.iter().any(|other| other == number);
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
            let start = movements(order).saturating_add(made.len());
            first_free(start, |count| digits(order, count), is_taken)
        }
    }
}

/// A cancellation's number.
pub(super) fn cancellation(order: &Order, style: NumberStyle) -> String {
    let is_taken = |number: &str| is_taken(order, number);
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

#[cfg(test)]
mod tests {
    use super::first_free;

    #[test]
    fn the_first_number_that_is_free() {
        let free = |start: usize, taken: &[&str]| {
            first_free(
                start,
                |count| format!("A{count:02}"),
                |number| taken.contains(&number),
            )
        };
        assert_eq!(free(0, &[]), "A00");
        assert_eq!(free(3, &["A00"]), "A03");
        assert_eq!(free(1, &["A01", "A02", "A04"]), "A03");
        assert_eq!(free(99, &["A99"]), "A100");
    }
}
