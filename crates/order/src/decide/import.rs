//! Taking over an order that another system kept.
//!
//! Such an order's amounts are what that system says, and they need not add up. The import keeps them, and sets the
//! books so that our own rules hold from here on: whatever was captured and released was reserved, and no more can be
//! given back of a capture than it was.

use crate::{Amount, Fact, Order, Refusal, check};

pub(super) fn import(told: &Order) -> Result<Vec<Fact>, Refusal> {
    let mut order = told.clone();
    for capture in &mut order.captures {
        let listed = order
            .refunds
            .iter()
            .filter(|refund| refund.capture == capture.number);
        let listed = Amount::sum(listed.map(|refund| refund.amount))?;
        capture.refunded = capture.refunded.max(listed).min(capture.amount);
    }
    let taken = order.captured()?.plus(order.cancelled()?)?;
    if let Some(held) = &mut order.reservation {
        held.excess = taken.minus(held.authorised)?.max(Amount::ZERO);
    }
    order.imported = true;
    order.version = 1;
    check(&order).map_err(|_violation| Refusal::AmountNotPositive)?;
    Ok(vec![Fact::Imported(Box::new(order))])
}
