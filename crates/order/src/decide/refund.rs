//! Giving an amount back. There is one door to the money, and this is it.

use super::numbers;
use crate::amounts::{check_payable, check_quantities, complete, rest_of, tolerance};
use crate::{
    Amount, Capture, Context, Fact, Item, Order, Refund, RefundRequest, Refusal, Wanted, check_totals, sum_of,
};

pub(super) fn refund(
    order: &Order,
    request: &RefundRequest,
    context: &mut Context,
) -> Result<Vec<Fact>, Refusal> {
    let captures = captures_named(order, request.capture.as_deref())?;
    check_quantities(&request.items)?;
    let sold = captures
        .iter()
        .flat_map(|capture| &capture.items)
        .chain(order.lines.iter().map(|line| &line.item));
    let items = complete(&request.items, sold);
    if is_repeated(order, request, &items)? {
        return Ok(Vec::new());
    }
    if captures.is_empty() {
        return Err(Refusal::NothingCaptured);
    }
    let refundable = Amount::sum(
        captures
            .iter()
            .map(|c| c.refundable())
            .collect::<Result<Vec<_>, _>>()?,
    )?;
    let wanted = match request.wanted {
        Wanted::Remaining if refundable.is_zero() => return Ok(Vec::new()),
        Wanted::Remaining => refundable,
        Wanted::Items => amount_of_items(order, &captures, &items, refundable)?,
        Wanted::Exactly { gross, net } => {
            check_totals(&items, gross, net, order.currency)?;
            check_payable(gross, order.currency)?
        }
    };
    if wanted > refundable {
        return Err(Refusal::RefundExceedsCapture { wanted, refundable });
    }
    split(order, &spread(&captures, wanted)?, &items, request, context)
}

/// The capture that is named, or all that have something left, oldest first.
fn captures_named<'a>(order: &'a Order, number: Option<&str>) -> Result<Vec<&'a Capture>, Refusal> {
    match number {
        None => Ok(order.captures.iter().collect()),
        Some(number) => match order.capture(number) {
            Some(capture) => Ok(vec![capture]),
            None if order.captures.is_empty() => Err(Refusal::NothingCaptured),
            None => Err(Refusal::UnknownCapture {
                number: number.to_owned(),
            }),
        },
    }
}

/// Whether a refund with this number has given the same amount back already.
fn is_repeated(order: &Order, request: &RefundRequest, items: &[Item]) -> Result<bool, Refusal> {
    let Some(number) = &request.number else {
        return Ok(false);
    };
    let Some(before) = order.refund(number) else {
        return Ok(false);
    };
    let is_same = match request.wanted {
        Wanted::Remaining => true,
        Wanted::Exactly { gross, .. } => gross == before.amount,
        Wanted::Items => sum_of(items, order.currency)?.gross == before.amount,
    };
    if is_same {
        Ok(true)
    } else {
        Err(Refusal::RefundNumberTaken {
            number: number.clone(),
        })
    }
}

/// What the items come to; when they are the last of the captures, what rounding has left over goes with them.
fn amount_of_items(
    order: &Order,
    captures: &[&Capture],
    items: &[Item],
    refundable: Amount,
) -> Result<Amount, Refusal> {
    let sum = check_payable(sum_of(items, order.currency)?.gross, order.currency)?;
    let mut given_back: Vec<&[Item]> = captures
        .iter()
        .flat_map(|capture| refunds_of(order, capture))
        .collect();
    given_back.push(items);
    let is_last = rest_of(captures.iter().flat_map(|capture| &capture.items), &given_back).is_empty();
    let gap = refundable.minus(sum)?.abs();
    Ok(if is_last && gap <= tolerance(items, order.currency)? {
        refundable
    } else {
        sum
    })
}

fn refunds_of<'a>(order: &'a Order, capture: &Capture) -> Vec<&'a [Item]> {
    let refunds = order
        .refunds
        .iter()
        .filter(|refund| refund.capture == capture.number);
    refunds.map(|refund| refund.items.as_slice()).collect()
}

/// Which capture bears how much: one alone where one can, else from the oldest on.
fn spread<'a>(captures: &[&'a Capture], wanted: Amount) -> Result<Vec<(&'a Capture, Amount)>, Refusal> {
    for capture in captures {
        if capture.refundable()? >= wanted {
            return Ok(vec![(capture, wanted)]);
        }
    }
    let mut shares = Vec::new();
    let mut open = wanted;
    for capture in captures {
        let share = capture.refundable()?.min(open);
        if share.is_positive() {
            shares.push((*capture, share));
            open = open.minus(share)?;
        }
    }
    Ok(shares)
}

/// One refund for each share. Items that were named go with the first; a whole capture given back names its own.
fn split(
    order: &Order,
    shares: &[(&Capture, Amount)],
    items: &[Item],
    request: &RefundRequest,
    context: &mut Context,
) -> Result<Vec<Fact>, Refusal> {
    let mut facts = Vec::with_capacity(shares.len());
    for (place, (capture, amount)) in shares.iter().enumerate() {
        let own_number = request.number.clone().filter(|_| place == 0);
        let items = match (items.is_empty(), place) {
            (false, 0) => items.to_vec(),
            (true, _) if *amount == capture.refundable()? => {
                rest_of(capture.items.iter(), &refunds_of(order, capture))
            }
            _ => Vec::new(),
        };
        facts.push(Fact::Refunded(Box::new(Refund {
            id: context.ids.uuid(),
            number: own_number
                .unwrap_or_else(|| numbers::refund(order, &capture.number, context.numbers, place)),
            capture: capture.number.clone(),
            amount: *amount,
            items,
            at: context.now,
            annex: request.annex.clone(),
        })));
    }
    Ok(facts)
}
