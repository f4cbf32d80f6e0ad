//! Taking an amount of the reservation.

use super::{items_left, must_be_open, numbers, sum_or_rest};
use crate::amounts::{check_payable, check_quantities, complete};
use crate::{
    Amount, Capture, CaptureRequest, Context, Fact, Item, MoneyError, Order, Refusal, Wanted, check_totals,
    sum_of,
};

pub(super) fn capture(
    order: &Order,
    request: &CaptureRequest,
    context: &mut Context,
) -> Result<Vec<Fact>, Refusal> {
    let items = complete(&request.items, order.lines.iter().map(|line| &line.item));
    if is_repeated(order, request, &items)? {
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
    let amount = amount_of(order, request.wanted, &items, remaining)?;
    if amount > remaining {
        return Err(Refusal::CaptureExceedsReservation {
            wanted: amount,
            remaining,
        });
    }
    // An order that was placed by its total alone has no items to name.
    if request.part_names_items && items.is_empty() && amount < remaining && !order.lines.is_empty() {
        return Err(Refusal::PartWithoutItems {
            wanted: amount,
            remaining,
        });
    }
    let items = if items.is_empty() && amount == remaining {
        items_left(order, &[])
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

/// Whether the step was done already: the same number for the same amount, or everything asked for when a capture has
/// taken the last of it.
fn is_repeated(order: &Order, request: &CaptureRequest, items: &[Item]) -> Result<bool, Refusal> {
    let Some(number) = &request.number else {
        return Ok(items.is_empty() && asked_for_the_rest(order, request) && has_taken_the_rest(order)?);
    };
    let Some(before) = order.capture(number) else {
        return Ok(false);
    };
    let is_same = match request.wanted {
        // While some of it is left, this number took a part and not the rest.
        Wanted::Remaining => order.remaining()?.is_zero(),
        Wanted::Exactly { gross, .. } => gross == before.amount,
        Wanted::Items => before.items == items || sum_of(items, order.currency)?.gross == before.amount,
    };
    if is_same {
        Ok(true)
    } else {
        Err(Refusal::CaptureNumberTaken {
            number: number.clone(),
        })
    }
}

/// Whether all that was left was asked for before the last capture. Where a part has to name its items, an amount
/// without items was all that was left.
fn asked_for_the_rest(order: &Order, request: &CaptureRequest) -> bool {
    match request.wanted {
        Wanted::Remaining => true,
        Wanted::Items => false,
        Wanted::Exactly { gross, .. } => {
            let last = order.captures.last();
            request.part_names_items && last.is_some_and(|last| last.amount == gross)
        }
    }
}

/// Whether it was a capture that took the last of the reservation. Where some was released too, the times tell; at the
/// same moment, or by another system's times, they don't, and then a caller must not be told that it has the money.
fn has_taken_the_rest(order: &Order) -> Result<bool, MoneyError> {
    let Some(last) = order.captures.last() else {
        return Ok(false);
    };
    if order.captured()? == order.reserved()? {
        return Ok(true);
    }
    let released_before = order
        .cancellations
        .last()
        .is_some_and(|released| released.at < last.at);
    Ok(order.remaining()?.is_zero() && released_before && !order.imported)
}

fn amount_of(order: &Order, wanted: Wanted, items: &[Item], remaining: Amount) -> Result<Amount, Refusal> {
    match wanted {
        Wanted::Remaining => Ok(remaining),
        Wanted::Items => sum_or_rest(order, items, remaining),
        Wanted::Exactly { gross, net } => {
            check_totals(items, gross, net, order.currency)?;
            check_payable(gross, order.currency)
        }
    }
}
