//! Giving an amount back. There is one door to the money, and this is it.

use super::numbers;
use crate::amounts::{check_payable, check_quantities, complete, rest_of, tolerance};
use crate::{
    Amount, Capture, Context, Fact, Item, MoneyError, Order, Refund, RefundRequest, Refusal, Wanted,
    check_totals, sum_of,
};

pub(super) fn refund(
    order: &Order,
    request: &RefundRequest,
    context: &mut Context,
) -> Result<Vec<Fact>, Refusal> {
    let captures = captures_named(order, request.capture.as_deref())?;
    let sold = captures
        .iter()
        .flat_map(|capture| &capture.items)
        .chain(order.lines.iter().map(|line| &line.item));
    let items = complete(&request.items, sold);
    if is_repeated(order, request, &items)? {
        return Ok(Vec::new());
    }
    check_quantities(&request.items)?;
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
    let shares = spread(order, &captures, &items, wanted)?;
    Ok(split(order, &shares, &items, request, context))
}

/// The capture that is named, or all of them, oldest first.
fn captures_named<'a>(order: &'a Order, number: Option<&str>) -> Result<Vec<&'a Capture>, Refusal> {
    if order.captures.is_empty() {
        return Err(Refusal::NothingCaptured);
    }
    match number {
        None => Ok(order.captures.iter().collect()),
        Some(number) => match order.capture(number) {
            Some(capture) => Ok(vec![capture]),
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
    let is_same_capture = request
        .capture
        .as_ref()
        .is_none_or(|capture| *capture == before.capture);
    let is_same = match request.wanted {
        // What was given back whole stays so; of a capture that has some left, only a part was given back.
        Wanted::Remaining => match order.capture(&before.capture) {
            Some(capture) => capture.refundable()?.is_zero(),
            None => false,
        },
        Wanted::Exactly { gross, .. } => has_come_to(order, before, gross)?,
        Wanted::Items => {
            before.items == items || has_come_to(order, before, sum_of(items, order.currency)?.gross)?
        }
    };
    if is_same_capture && is_same {
        Ok(true)
    } else {
        Err(Refusal::RefundNumberTaken {
            number: number.clone(),
        })
    }
}

/// Whether a refund came to so much, alone or with the shares that other captures bore of it: those follow it and
/// were given back at the same moment.
fn has_come_to(order: &Order, before: &Refund, wanted: Amount) -> Result<bool, MoneyError> {
    let since = order
        .refunds
        .iter()
        .skip_while(|refund| refund.number != before.number);
    let others = since.skip(1);
    let mut sum = before.amount;
    for share in others.take_while(|share| share.at == before.at && share.capture != before.capture) {
        if sum >= wanted {
            break;
        }
        sum = sum.plus(share.amount)?;
    }
    Ok(sum == wanted)
}

/// What the items come to; when they are the last of the captures, what rounding has left over goes with them.
fn amount_of_items(
    order: &Order,
    captures: &[&Capture],
    items: &[Item],
    refundable: Amount,
) -> Result<Amount, Refusal> {
    let sum = check_payable(sum_of(items, order.currency)?.gross, order.currency)?;
    let before: Vec<&[Item]> = captures
        .iter()
        .flat_map(|capture| refunds_of(order, capture))
        .collect();
    let given_back = [before.as_slice(), &[items]].concat();
    let sold = || captures.iter().flat_map(|capture| &capture.items);
    let is_last = !rest_of(sold(), &before).is_empty() && rest_of(sold(), &given_back).is_empty();
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

/// Which capture bears how much: one alone where one can, the one that the items were captured with before any other;
/// else from the oldest on.
fn spread<'a>(
    order: &Order,
    captures: &[&'a Capture],
    items: &[Item],
    wanted: Amount,
) -> Result<Vec<(&'a Capture, Amount)>, Refusal> {
    let mut able = Vec::new();
    for capture in captures {
        if capture.refundable()? >= wanted {
            able.push(*capture);
        }
    }
    let holds = |capture: &Capture| {
        let left = rest_of(capture.items.iter(), &refunds_of(order, capture));
        rest_of(items.iter(), &[&left]).is_empty()
    };
    let one = able.iter().find(|capture| holds(capture)).or(able.first());
    if let Some(capture) = one {
        return Ok(vec![(capture, wanted)]);
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
) -> Vec<Fact> {
    let mut facts = Vec::with_capacity(shares.len());
    let mut made = Vec::from_iter(request.number.clone());
    for (place, (capture, amount)) in shares.iter().enumerate() {
        let number = match &request.number {
            Some(number) if place == 0 => number.clone(),
            _ => numbers::refund(order, &capture.number, context.numbers, &made),
        };
        made.push(number.clone());
        let items = match (items.is_empty(), place) {
            (false, 0) => items.to_vec(),
            (true, _) if capture.refundable() == Ok(*amount) => {
                rest_of(capture.items.iter(), &refunds_of(order, capture))
            }
            _ => Vec::new(),
        };
        facts.push(Fact::Refunded(Box::new(Refund {
            id: context.ids.uuid(),
            number,
            capture: capture.number.clone(),
            amount: *amount,
            items,
            at: context.now,
            annex: request.annex.clone(),
        })));
    }
    facts
}
