//! Releasing an amount of the reservation.

use super::{must_be_open, numbers, sum_or_rest};
use crate::amounts::{check_payable, check_quantities, complete};
use crate::{CancelRequest, Cancellation, Cause, Context, Fact, Order, Refusal, Wanted, check_totals};

pub(super) fn cancel(
    order: &Order,
    request: &CancelRequest,
    context: &mut Context,
) -> Result<Vec<Fact>, Refusal> {
    let remaining = order.remaining()?;
    if request.wanted == Wanted::Remaining && remaining.is_zero() && was_released_last(order) {
        return Ok(Vec::new());
    }
    must_be_open(order)?;
    if order.reservation.is_none() {
        return Err(Refusal::NothingReserved);
    }
    if remaining.is_zero() {
        return Err(Refusal::NothingToCancel);
    }
    check_quantities(&request.items)?;
    let items = complete(&request.items, order.lines.iter().map(|line| &line.item));
    let amount = match request.wanted {
        Wanted::Remaining => remaining,
        Wanted::Items => sum_or_rest(order, &items, remaining)?,
        Wanted::Exactly { gross, net } => {
            check_totals(&items, gross, net, order.currency)?;
            check_payable(gross, order.currency)?
        }
    };
    if amount > remaining {
        return Err(Refusal::CancelExceedsReservation {
            wanted: amount,
            remaining,
        });
    }
    Ok(vec![Fact::Cancelled(Box::new(Cancellation {
        number: numbers::cancellation(order, context.numbers),
        amount,
        items,
        cause: Cause::Merchant,
        at: context.now,
        annex: request.annex.clone(),
    }))])
}

/// Whether the last of the reservation was released and not captured: to release everything once more succeeds then,
/// but not after a capture, whose caller would take the money for released.
fn was_released_last(order: &Order) -> bool {
    order.cancellations.last().is_some_and(|released| {
        let captured = order.captures.last();
        order.imported || captured.is_none_or(|captured| captured.at <= released.at)
    })
}
