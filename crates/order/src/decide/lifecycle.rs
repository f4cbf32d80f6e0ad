//! From registered to processed or failed.

use super::when;
use crate::{Context, Fact, Failure, FulfilRequest, Order, OrderId, Refusal, Registration, Status};

pub(super) fn register(registration: &Registration) -> Result<Vec<Fact>, Refusal> {
    crate::amounts::check_quantities(&registration.items)?;
    if registration.gross.is_negative() {
        return Err(Refusal::AmountNotPositive);
    }
    Ok(vec![Fact::Registered(Box::new(registration.clone()))])
}

pub(super) fn confirm(order: &Order) -> Result<Vec<Fact>, Refusal> {
    match order.status {
        Status::Preliminary => Ok(vec![Fact::Confirmed]),
        Status::Confirmed { .. } | Status::Processed { .. } => Ok(Vec::new()),
        Status::Failed { .. } => Err(Refusal::Ended { status: "failed" }),
        Status::Cancelled { .. } => Err(Refusal::Ended { status: "cancelled" }),
    }
}

pub(super) fn process(order: &Order, subscriptions: &[Option<String>]) -> Result<Vec<Fact>, Refusal> {
    match order.status {
        Status::Preliminary | Status::Confirmed { .. } => Ok(vec![Fact::Processed {
            subscriptions: subscriptions.to_vec(),
        }]),
        Status::Processed { .. } => Ok(Vec::new()),
        Status::Failed { .. } => Err(Refusal::Ended { status: "failed" }),
        Status::Cancelled { .. } => Err(Refusal::Ended { status: "cancelled" }),
    }
}

pub(super) fn subscribe(order: &Order, subscriptions: &[Option<String>]) -> Vec<Fact> {
    let pairs = order.lines.iter().zip(subscriptions);
    let says_more = pairs
        .into_iter()
        .any(|(line, subscription)| line.subscription.is_none() && subscription.is_some());
    when(says_more, || Fact::Subscribed {
        subscriptions: subscriptions.to_vec(),
    })
}

/// Ends the periods of those of the lines whose period is over, and that nobody has ended yet.
pub(super) fn end_runs(
    order: &Order,
    lines: &[i64],
    renewed_by: Option<OrderId>,
    context: &Context,
) -> Vec<Fact> {
    let over = order.runs_over(context.now).into_iter().map(|run| run.line);
    let lines: Vec<i64> = over.filter(|line| lines.contains(line)).collect();
    when(!lines.is_empty(), || Fact::RunsEnded { lines, renewed_by })
}

pub(super) fn fail(order: &Order, failure: &Failure) -> Result<Vec<Fact>, Refusal> {
    match order.status {
        // What was captured has to be refunded, not forgotten.
        Status::Preliminary | Status::Confirmed { .. } if order.captures.is_empty() => {
            Ok(vec![Fact::Failed(failure.clone())])
        }
        Status::Failed { .. } => Ok(Vec::new()),
        Status::Cancelled { .. } => Err(Refusal::Ended { status: "cancelled" }),
        Status::Preliminary | Status::Confirmed { .. } | Status::Processed { .. } => {
            Err(Refusal::AlreadyProcessed)
        }
    }
}

/// Completes an order: without an outside payment or a handover to wait for it is confirmed and processed at once. Completing it
/// again does nothing, whatever it came to, except that an order which has failed says so.
pub(super) fn fulfil(order: &Order, request: &FulfilRequest) -> Result<Vec<Fact>, Refusal> {
    match order.status {
        Status::Failed { .. } => return Err(Refusal::Ended { status: "failed" }),
        Status::Cancelled { .. } => return Err(Refusal::Ended { status: "cancelled" }),
        Status::Processed { .. } => return Ok(Vec::new()),
        Status::Confirmed { .. } if order.payment.pending || order.awaits_handover() => return Ok(Vec::new()),
        Status::Preliminary | Status::Confirmed { .. } => {}
    }
    let payment = &order.payment;
    let can_pay_at_provider = request.asks_connector && (request.payer_is_there || request.payer_has_agreed);
    if !payment.prepaid && !can_pay_at_provider && !payment.method.completes_without_payer() {
        return Err(Refusal::MethodNotAllowed {
            method: payment.method.word().to_owned(),
        });
    }
    let is_asked_for =
        payment.method.is_settled_later() || (request.asks_connector && payment.method.is_paid_at_provider());
    let pending = !payment.prepaid && is_asked_for;
    let asked = Fact::FulfilmentAsked {
        callback: request.callback.clone(),
        pending,
        connector: pending && request.asks_connector,
        handover: request.handover,
    };
    let mut facts = vec![asked];
    if order.status == Status::Preliminary {
        facts.push(Fact::Confirmed);
    }
    if !pending && request.handover.is_none() {
        facts.push(Fact::Processed {
            subscriptions: Vec::new(),
        });
    }
    Ok(facts)
}

pub(super) fn settle(order: &Order, paid: bool) -> Result<Vec<Fact>, Refusal> {
    if !order.payment.pending {
        let settled_so = match order.status {
            Status::Processed { .. } => paid,
            Status::Confirmed { .. } => paid && order.awaits_handover(),
            Status::Failed {
                failure: Failure::PaymentRefused,
                ..
            } => !paid,
            Status::Preliminary | Status::Failed { .. } | Status::Cancelled { .. } => false,
        };
        return if settled_so {
            Ok(Vec::new())
        } else {
            Err(Refusal::NoPaymentPending)
        };
    }
    // What was captured has to be refunded, not forgotten.
    if !paid && !order.captures.is_empty() {
        return Err(Refusal::AlreadyProcessed);
    }
    let mut facts = vec![Fact::Settled { paid }];
    if !paid {
        facts.push(Fact::Failed(Failure::PaymentRefused));
    } else if order.handover.is_none() {
        facts.push(Fact::Processed {
            subscriptions: Vec::new(),
        });
    }
    Ok(facts)
}
