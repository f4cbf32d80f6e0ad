//! Taking over an order that another system kept.
//!
//! Such an order's amounts are what that system says, and they need not add up. The import keeps them, and sets the
//! books so that our own rules hold from here on: whatever was captured and released was reserved, and no more can be
//! given back of a capture than it was.

use crate::{Amount, Context, Fact, Line, Order, Quantity, Refusal, Reservation, Violation, check};

pub(super) fn import(told: &Order, context: &mut Context) -> Result<Vec<Fact>, Refusal> {
    check_lines(told)?;
    let mut order = told.clone();
    for capture in &mut order.captures {
        let listed = order
            .refunds
            .iter()
            .filter(|refund| refund.capture == capture.number);
        let listed = Amount::sum(listed.map(|refund| refund.amount))?;
        capture.refunded = capture.refunded.max(listed).min(capture.amount);
        let sent = capture.shipments.iter().map(|shipment| shipment.number);
        capture.last_shipment = sent.fold(capture.last_shipment, i64::max);
    }
    let taken = order.captured()?.plus(order.cancelled()?)?;
    if order.reservation.is_none() && taken.is_positive() {
        order.reservation = Some(Reservation {
            id: context.ids.uuid(),
            authorised: Amount::ZERO,
            excess: Amount::ZERO,
            expires_at: None,
        });
    }
    if let Some(held) = &mut order.reservation {
        held.excess = taken.minus(held.authorised)?.max(Amount::ZERO);
        // What has not lapsed there by its time does not lapse here for it.
        held.expires_at = held.expires_at.filter(|expires_at| *expires_at > context.now);
    }
    for line in &mut order.lines {
        line.returned = line.returned.min(line.item.quantity);
    }
    order.imported = true;
    order.version = 1;
    check(&order).map_err(|violation| match violation {
        Violation::Money(error) => Refusal::Money(error),
        // The books are set: what can still be wrong is an amount below zero.
        Violation::Negative { .. }
        | Violation::Overdrawn { .. }
        | Violation::Overrefunded { .. }
        | Violation::RefundsDiffer { .. }
        | Violation::Overreturned { .. }
        | Violation::NumberTwice { .. } => Refusal::AmountNotPositive,
    })?;
    Ok(vec![Fact::Imported(Box::new(order))])
}

/// Another system may list lines of which there are none, but not fewer than none.
fn check_lines(told: &Order) -> Result<(), Refusal> {
    let below_zero = |quantity: Quantity| quantity < Quantity::ZERO;
    let wrong = |line: &&Line| below_zero(line.item.quantity) || below_zero(line.returned);
    match told.lines.iter().find(wrong) {
        Some(line) => Err(Refusal::QuantityNotPositive {
            product: line.item.product.clone(),
        }),
        None => Ok(()),
    }
}
