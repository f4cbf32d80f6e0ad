//! The rules: what follows from a command, or why nothing does.
//!
//! Each rule is a straight list of guards in a fixed order: whether the step was done already comes first (a repeated
//! step succeeds and does nothing), then what the order's state forbids, then what is wrong with the amounts. Which
//! refusal wins is part of the contract.

mod cancel;
mod capture;
mod import;
mod lifecycle;
mod numbers;
mod refund;
mod reserve;
mod returns;
mod revise;
mod shipment;

use crate::amounts::{check_payable, rest_of, tolerance};
use crate::{Amount, Command, Context, Event, Fact, Item, Order, Refusal, Status, sum_of};

/// What follows from a command: the events, in order; none when the step was done already.
///
/// `order` is the order as it stands, or none when there is no such order: then only [`Command::Register`] and
/// [`Command::Import`] can be done.
///
/// # Errors
/// The [`Refusal`] that says what stands in the way. Nothing has changed then.
pub fn decide(
    order: Option<&Order>,
    command: &Command,
    context: &mut Context,
) -> Result<Vec<Event>, Refusal> {
    let facts = match (command, order) {
        (Command::Register(_) | Command::Import(_), Some(_)) => Err(Refusal::AlreadyExists),
        (Command::Register(registration), None) => lifecycle::register(registration),
        (Command::Import(order), None) => import::import(order, context),
        (_, None) => Err(Refusal::UnknownOrder),
        (command, Some(order)) => decide_existing(order, command, context),
    }?;
    let at = context.now;
    Ok(facts.into_iter().map(|fact| Event { at, fact }).collect())
}

fn decide_existing(order: &Order, command: &Command, context: &mut Context) -> Result<Vec<Fact>, Refusal> {
    match command {
        Command::Register(_) | Command::Import(_) => Err(Refusal::AlreadyExists),
        Command::Expect { versions } if versions.contains(&order.version) => Ok(Vec::new()),
        Command::Expect { .. } => Err(Refusal::VersionMismatch {
            version: order.version,
        }),
        Command::Confirm => lifecycle::confirm(order),
        Command::Process { subscriptions } => lifecycle::process(order, subscriptions),
        Command::Fail(failure) => lifecycle::fail(order, failure),
        Command::Fulfil(request) => lifecycle::fulfil(order, request),
        Command::Settle { paid } => lifecycle::settle(order, *paid),
        Command::Reserve(request) => reserve::reserve(order, request, context),
        Command::Revise(request) => revise::revise(order, request, context),
        Command::Expire => reserve::expire(order, context),
        Command::Capture(request) => capture::capture(order, request, context),
        Command::Refund(request) => refund::refund(order, request, context),
        Command::Cancel(request) => cancel::cancel(order, request, context),
        Command::Ship(request) => shipment::ship(order, request),
        Command::ChangeShipment { capture, shipment } => shipment::change(order, capture, shipment),
        Command::RemoveShipment { capture, shipment } => shipment::remove(order, capture, *shipment),
        Command::Return { lines, policy } => returns::hand_back(order, lines, *policy, context),
        Command::Subscribe { subscriptions } => Ok(lifecycle::subscribe(order, subscriptions)),
        Command::EndRuns { lines, renewed_by } => Ok(lifecycle::end_runs(order, lines, *renewed_by, context)),
        Command::StopRenewing => Ok(when(
            order.runs.iter().any(|run| run.renews && !run.ended),
            || Fact::RenewalStopped,
        )),
        Command::TakeStock(taking) => Ok(when(order.taken.is_empty() && !taking.is_empty(), || {
            Fact::StockTaken(taking.clone())
        })),
        Command::GiveStockBack => Ok(when(!order.taken.is_empty(), || Fact::StockGivenBack)),
        Command::Redate { at } => Ok(when(order.placed_at != *at, || Fact::Redated { at: *at })),
        Command::Refer { reference } => Ok(when(order.reference != *reference, || Fact::Referred {
            reference: reference.clone(),
        })),
        Command::Assign { customer } => {
            let known = order.customer.as_ref().and_then(|known| known.number.as_ref());
            Ok(when(known.is_none(), || Fact::Assigned {
                customer: customer.clone(),
            }))
        }
        Command::Annotate { dialect, annex } => Ok(when(order.annex.get(dialect) != Some(annex), || {
            Fact::Annotated {
                dialect: *dialect,
                annex: annex.clone(),
            }
        })),
    }
}

/// One fact when something changes by it, none when it is so already.
fn when(changes: bool, fact: impl FnOnce() -> Fact) -> Vec<Fact> {
    if changes { vec![fact()] } else { Vec::new() }
}

/// Refuses what can only be done to an order that the payer has agreed to and that nobody has ended.
fn must_be_open(order: &Order) -> Result<(), Refusal> {
    match &order.status {
        Status::Preliminary => Err(Refusal::NotConfirmed),
        Status::Confirmed { .. } | Status::Processed { .. } => Ok(()),
        Status::Failed {
            failure: crate::Failure::Expired,
            ..
        } => Err(Refusal::ReservationExpired),
        Status::Failed { .. } => Err(Refusal::Ended { status: "failed" }),
        Status::Cancelled { .. } => Err(Refusal::Ended { status: "cancelled" }),
    }
}

/// What items come to; when they are the last of the order's, all that is left of the reservation, so that what
/// rounding has left over goes with them.
fn sum_or_rest(order: &Order, items: &[Item], remaining: Amount) -> Result<Amount, Refusal> {
    let sum = check_payable(sum_of(items, order.currency)?.gross, order.currency)?;
    let is_last = !items_left(order, &[]).is_empty() && items_left(order, items).is_empty();
    let gap = remaining.minus(sum)?.abs();
    Ok(if is_last && gap <= tolerance(items, order.currency)? {
        remaining
    } else {
        sum
    })
}

/// What of the order's lines has been neither captured nor cancelled, nor is now.
fn items_left(order: &Order, now: &[Item]) -> Vec<Item> {
    let captured = order.captures.iter().map(|capture| capture.items.as_slice());
    let cancelled = order
        .cancellations
        .iter()
        .map(|cancellation| cancellation.items.as_slice());
    let taken: Vec<&[Item]> = captured.chain(cancelled).chain([now]).collect();
    rest_of(order.lines.iter().map(|line| &line.item), &taken)
}
