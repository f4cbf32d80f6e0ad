//! Taking an amount of the reservation.

use super::{must_be_open, numbers};
use crate::amounts::{check_payable, check_quantities, complete, rest_of, tolerance};
use crate::{
    Amount, Capture, CaptureRequest, Context, Fact, Item, Order, Refusal, Wanted, check_totals, sum_of,
};

pub(super) fn capture(
    order: &Order,
    request: &CaptureRequest,
    context: &mut Context,
) -> Result<Vec<Fact>, Refusal> {
    if is_repeated(order, request)? {
        return Ok(Vec::new());
    }
    must_be_open(order)?;
    let held = order.reservation.as_ref().ok_or(Refusal::NothingReserved)?;
    let remaining = order.remaining()?;
    if remaining.is_zero() {
        return Err(Refusal::NothingToCapture);
    }
    if held
        .expires_at
        .is_some_and(|expires_at| context.now >= expires_at)
    {
        return Err(Refusal::ReservationExpired);
    }
    check_quantities(&request.items)?;
    let items = complete(&request.items, order.lines.iter().map(|line| &line.item));
    let amount = amount_of(order, request.wanted, &items, remaining)?;
    if amount > remaining {
        return Err(Refusal::CaptureExceedsReservation {
            wanted: amount,
            remaining,
        });
    }
    let items = if items.is_empty() && amount == remaining {
        uncaptured(order, &[])
    } else {
        items
    };
    let shipments: Vec<_> = (1..)
        .zip(&request.shipments)
        .map(|(number, parcel)| parcel.numbered(number))
        .collect();
    Ok(vec![Fact::Captured(Box::new(Capture {
        id: context.ids.uuid(),
        number: request.number.clone().unwrap_or_else(|| numbers::capture(order)),
        amount,
        refunded: Amount::ZERO,
        items,
        last_shipment: shipments.last().map_or(0, |shipment| shipment.number),
        shipments,
        at: context.now,
        updated_at: None,
        annex: request.annex.clone(),
    }))])
}

/// Whether the step was done already: the same number for the same amount, or everything asked for when everything
/// has been captured.
fn is_repeated(order: &Order, request: &CaptureRequest) -> Result<bool, Refusal> {
    let Some(number) = &request.number else {
        let all_captured = !order.captures.is_empty() && order.captured()? == order.reserved()?;
        return Ok(request.wanted == Wanted::Remaining && request.items.is_empty() && all_captured);
    };
    let Some(before) = order.capture(number) else {
        return Ok(false);
    };
    let is_same = match request.wanted {
        Wanted::Remaining => true,
        Wanted::Exactly { gross, .. } => gross == before.amount,
        Wanted::Items => sum_of(&request.items, order.currency)?.gross == before.amount,
    };
    if is_same {
        Ok(true)
    } else {
        Err(Refusal::CaptureNumberTaken {
            number: number.clone(),
        })
    }
}

fn amount_of(order: &Order, wanted: Wanted, items: &[Item], remaining: Amount) -> Result<Amount, Refusal> {
    match wanted {
        Wanted::Remaining => Ok(remaining),
        Wanted::Exactly { gross, net } => {
            check_totals(items, gross, net, order.currency)?;
            check_payable(gross, order.currency)
        }
        Wanted::Items => {
            let sum = check_payable(sum_of(items, order.currency)?.gross, order.currency)?;
            let is_last = uncaptured(order, items).is_empty();
            let gap = remaining.minus(sum)?.abs();
            // The last lines take what rounding has left over.
            Ok(if is_last && gap <= tolerance(items, order.currency)? {
                remaining
            } else {
                sum
            })
        }
    }
}

/// What of the order's lines has been neither captured nor cancelled, nor is captured now.
fn uncaptured(order: &Order, now: &[Item]) -> Vec<Item> {
    let mut taken: Vec<&[Item]> = order
        .captures
        .iter()
        .map(|capture| capture.items.as_slice())
        .collect();
    taken.extend(
        order
            .cancellations
            .iter()
            .map(|cancellation| cancellation.items.as_slice()),
    );
    taken.push(now);
    rest_of(order.lines.iter().map(|line| &line.item), &taken)
}
