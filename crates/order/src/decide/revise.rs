//! Replacing what is sold, and with it what is reserved.

use super::must_be_open;
use crate::amounts::check_payable;
use crate::{Context, Fact, Item, Order, Refusal, ReviseRequest, check_totals};

/// Replaces the lines of an order of which something can still be captured. What was captured and released already
/// counts against the new total.
pub(super) fn revise(
    order: &Order,
    request: &ReviseRequest,
    context: &Context,
) -> Result<Vec<Fact>, Refusal> {
    must_be_open(order)?;
    let held = order.reservation.as_ref().ok_or(Refusal::NothingReserved)?;
    if is_so_already(order, request) {
        return Ok(Vec::new());
    }
    if order.remaining()?.is_zero() {
        return Err(Refusal::AlreadyProcessed);
    }
    if held
        .expires_at
        .is_some_and(|expires_at| context.now >= expires_at)
    {
        return Err(Refusal::ReservationExpired);
    }
    check_totals(&request.items, request.gross, request.net, order.currency)?;
    let wanted = check_payable(request.gross, order.currency)?;
    let taken = order.captured()?.plus(order.cancelled()?)?;
    if wanted < taken {
        return Err(Refusal::BelowTaken { wanted, taken });
    }
    if wanted > held.authorised && !request.may_grow {
        return Err(Refusal::MayNotGrow);
    }
    Ok(vec![Fact::Revised {
        gross: request.gross,
        net: request.net,
        items: request.items.clone(),
    }])
}

fn is_so_already(order: &Order, request: &ReviseRequest) -> bool {
    let items: Vec<&Item> = order.lines.iter().map(|line| &line.item).collect();
    order.gross == request.gross
        && order.net == request.net
        && items == request.items.iter().collect::<Vec<_>>()
}
