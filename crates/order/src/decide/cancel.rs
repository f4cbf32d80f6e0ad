//! Releasing an amount of the reservation.

use super::{must_be_open, numbers};
use crate::amounts::{check_payable, check_quantities, complete};
use crate::{
    CancelRequest, Cancellation, Cause, Context, Fact, Order, Refusal, Wanted, check_totals, sum_of,
};

pub(super) fn cancel(
    order: &Order,
    request: &CancelRequest,
    context: &mut Context,
) -> Result<Vec<Fact>, Refusal> {
    let remaining = order.remaining()?;
    if request.wanted == Wanted::Remaining && remaining.is_zero() && order.cancelled()?.is_positive() {
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
        Wanted::Items => check_payable(sum_of(&items, order.currency)?.gross, order.currency)?,
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
