//! What the payer has agreed to, and its lapse.

use super::numbers;
use crate::amounts::check_payable;
use crate::{Cancellation, Cause, Context, Fact, Order, Refusal, ReserveRequest, Status};

pub(super) fn reserve(
    order: &Order,
    request: &ReserveRequest,
    context: &mut Context,
) -> Result<Vec<Fact>, Refusal> {
    if let Some(held) = &order.reservation {
        let same = held.authorised == request.amount && held.expires_at == request.expires_at;
        return if same {
            Ok(Vec::new())
        } else {
            Err(Refusal::AlreadyReserved)
        };
    }
    match order.status {
        Status::Failed { .. } => return Err(Refusal::Ended { status: "failed" }),
        Status::Cancelled { .. } => return Err(Refusal::Ended { status: "cancelled" }),
        Status::Preliminary | Status::Confirmed { .. } | Status::Processed { .. } => {}
    }
    let amount = check_payable(request.amount, order.currency)?;
    Ok(vec![Fact::Reserved {
        id: context.ids.uuid(),
        amount,
        expires_at: request.expires_at,
    }])
}

/// Releases what is left of a reservation whose time is up. Nothing left, nothing to do.
pub(super) fn expire(order: &Order, context: &mut Context) -> Result<Vec<Fact>, Refusal> {
    let held = order.reservation.as_ref().ok_or(Refusal::NothingReserved)?;
    let remaining = order.remaining()?;
    if remaining.is_zero() || order.status.is_final() {
        return Ok(Vec::new());
    }
    if held.expires_at.is_none_or(|expires_at| context.now < expires_at) {
        return Err(Refusal::NotDue);
    }
    Ok(vec![Fact::Expired(Box::new(Cancellation {
        number: numbers::cancellation(order, context.numbers),
        amount: remaining,
        items: Vec::new(),
        cause: Cause::Expiry,
        at: context.now,
        annex: None,
    }))])
}
