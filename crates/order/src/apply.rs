//! What an event does to an order.

use crate::{
    Amount, Cancellation, Capture, Event, Fact, Failure, Item, Line, Order, OrderId, Refund, Registration,
    Reservation, ReturnedLine, Status, Timestamp,
};

/// An event that does not fit the order that it was applied to: the journal is not what this program wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event {event} does not fit after version {version}")]
pub struct Misplaced {
    /// The event's name.
    pub event: &'static str,
    /// How many events came before it.
    pub version: u64,
}

/// Folds one event into an order; the first makes it.
///
/// # Errors
/// [`Misplaced`] for an event that can't follow: a second beginning, or one that names a capture, a shipment or a line
/// that the order does not have. Whether the amounts hold is for [`check`](crate::check) to say.
pub fn apply(order: Option<Order>, event: &Event) -> Result<Order, Misplaced> {
    let version = order.as_ref().map_or(0, |order| order.version);
    let misplaced = || Misplaced {
        event: event.fact.name(),
        version,
    };
    let mut order = match (order, &event.fact) {
        (None, Fact::Registered(registration)) => return Ok(registered(registration, event.at)),
        (None, Fact::Imported(order)) => return Ok((**order).clone()),
        (None, _) | (Some(_), Fact::Registered(_) | Fact::Imported(_)) => return Err(misplaced()),
        (Some(order), _) => order,
    };
    change(&mut order, &event.fact, event.at).ok_or_else(misplaced)?;
    order.version = order.version.saturating_add(1);
    order.updated_at = event.at;
    Ok(order)
}

/// Replays a whole history.
///
/// # Errors
/// [`Misplaced`] for the first event that does not fit, or when there is none at all.
pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Order, Misplaced> {
    let folded = events
        .into_iter()
        .try_fold(None, |order, event| apply(order, event).map(Some))?;
    folded.ok_or(Misplaced {
        event: "nothing",
        version: 0,
    })
}

/// The order as it stood after each of its events.
///
/// # Errors
/// [`Misplaced`] for the first event that does not fit.
pub fn stages(events: &[Event]) -> Result<Vec<Order>, Misplaced> {
    let mut stages: Vec<Order> = Vec::with_capacity(events.len());
    for event in events {
        stages.push(apply(stages.last().cloned(), event)?);
    }
    Ok(stages)
}

fn registered(registration: &Registration, at: Timestamp) -> Order {
    let made = registration.clone();
    Order {
        id: made.id,
        uuid: made.uuid,
        version: 1,
        origin: made.origin,
        kind: made.kind,
        status: Status::Preliminary,
        imported: false,
        number: made.number,
        reference: made.reference,
        aliases: std::collections::BTreeMap::new(),
        refers_to: made.refers_to,
        customer: made.customer,
        reseller: made.reseller,
        currency: made.currency,
        gross: made.gross,
        net: made.net,
        lines: made.items.into_iter().map(Line::new).collect(),
        payment: made.payment,
        reservation: None,
        captures: Vec::new(),
        refunds: Vec::new(),
        cancellations: Vec::new(),
        completes_at: made.completes_at,
        runs: made.entails.runs,
        takes: made.entails.takes,
        taken: Vec::new(),
        callback: None,
        handover: None,
        ordered_at: made.ordered_at.unwrap_or(at),
        placed_at: at,
        updated_at: at,
        annex: made.annex,
        overlay: std::collections::BTreeMap::new(),
    }
}

/// Does what a fact says; none when it can't be done.
fn change(order: &mut Order, fact: &Fact, at: Timestamp) -> Option<()> {
    match fact {
        Fact::Registered(_) | Fact::Imported(_) => return None,
        Fact::Confirmed => order.status = Status::Confirmed { at },
        Fact::Processed { subscriptions } => processed(order, subscriptions, at),
        Fact::Failed(failure) => {
            let failure = failure.clone();
            conclude(order, Status::Failed { at, failure });
        }
        Fact::FulfilmentAsked {
            callback,
            pending,
            connector: _,
            handover,
        } => {
            order.callback.clone_from(callback);
            order.payment.pending = *pending;
            order.handover = *handover;
        }
        Fact::Settled { .. } => order.payment.pending = false,
        Fact::Reserved {
            id,
            amount,
            expires_at,
        } => {
            let held = Reservation {
                id: *id,
                authorised: *amount,
                excess: Amount::ZERO,
                expires_at: *expires_at,
            };
            order.reservation = Some(held);
        }
        Fact::Revised { gross, net, items } => revised(order, *gross, *net, items, at)?,
        Fact::Expired(cancellation) => expired(order, cancellation, at),
        Fact::Captured(capture) => captured(order, capture, at),
        Fact::Refunded(refund) => refunded(order, refund, at)?,
        Fact::Cancelled(cancellation) => cancelled(order, cancellation, at),
        Fact::Shipped { capture, shipment } => {
            let capture = capture_of(order, capture, at)?;
            capture.last_shipment = capture.last_shipment.max(shipment.number);
            capture.shipments.push(shipment.clone());
        }
        Fact::ShipmentChanged { capture, shipment } => {
            let shipments = &mut capture_of(order, capture, at)?.shipments;
            *shipments
                .iter_mut()
                .find(|before| before.number == shipment.number)? = shipment.clone();
        }
        Fact::ShipmentRemoved { capture, shipment } => {
            let shipments = &mut capture_of(order, capture, at)?.shipments;
            let place = shipments.iter().position(|before| before.number == *shipment)?;
            shipments.remove(place);
        }
        Fact::Returned(lines) => returned(order, lines, at)?,
        Fact::Subscribed { subscriptions } => subscribed(order, subscriptions),
        Fact::RunsEnded { lines, renewed_by } => runs_ended(order, lines, *renewed_by),
        Fact::RenewalStopped => order.runs.iter_mut().for_each(|run| run.renews = false),
        Fact::StockTaken(taken) => order.taken.clone_from(taken),
        Fact::StockGivenBack => order.taken = Vec::new(),
        Fact::Redated { at } => order.placed_at = *at,
        Fact::Referred { reference } => order.reference.clone_from(reference),
        Fact::Assigned { customer } => {
            order.customer.get_or_insert_default().number = Some(customer.clone());
        }
        Fact::Annotated { dialect, annex } => {
            order.annex.insert(*dialect, annex.clone());
        }
    }
    Some(())
}

/// Sets a status with which nothing is awaited any more: neither the answer about a payment nor the server itself. An
/// order that was processed before stays so since then.
fn conclude(order: &mut Order, status: Status) {
    order.completes_at = None;
    order.payment.pending = false;
    let stays = matches!(
        (&order.status, &status),
        (Status::Processed { .. }, Status::Processed { .. })
    );
    if !stays {
        order.status = status;
    }
}

fn processed(order: &mut Order, subscriptions: &[Option<String>], at: Timestamp) {
    conclude(order, Status::Processed { at });
    subscribed(order, subscriptions);
}

/// A line's subscription is set once and never changed.
fn subscribed(order: &mut Order, subscriptions: &[Option<String>]) {
    for (line, subscription) in order.lines.iter_mut().zip(subscriptions) {
        line.subscription = line.subscription.take().or_else(|| subscription.clone());
    }
}

fn runs_ended(order: &mut Order, lines: &[i64], renewed_by: Option<OrderId>) {
    for run in order.runs.iter_mut().filter(|run| lines.contains(&run.line)) {
        (run.ended, run.renewed_by) = (true, renewed_by);
    }
}

fn capture_of<'a>(order: &'a mut Order, number: &str, at: Timestamp) -> Option<&'a mut Capture> {
    let capture = order
        .captures
        .iter_mut()
        .find(|capture| capture.number == number)?;
    capture.updated_at = Some(at);
    Some(capture)
}

fn is_used_up(order: &Order) -> bool {
    order.remaining().is_ok_and(Amount::is_zero)
}

fn captured(order: &mut Order, capture: &Capture, at: Timestamp) {
    order.captures.push(capture.clone());
    if is_used_up(order) {
        conclude(order, Status::Processed { at });
    }
}

fn refunded(order: &mut Order, refund: &Refund, at: Timestamp) -> Option<()> {
    let capture = capture_of(order, &refund.capture, at)?;
    capture.refunded = capture.refunded.plus(refund.amount).ok()?;
    order.refunds.push(refund.clone());
    Some(())
}

fn cancelled(order: &mut Order, cancellation: &Cancellation, at: Timestamp) {
    order.cancellations.push(cancellation.clone());
    if is_used_up(order) {
        used_up(order, at);
    }
}

/// Nothing of the reservation is left: the order is done, or, when nothing was captured, taken back.
fn used_up(order: &mut Order, at: Timestamp) {
    let nothing_taken = order.captures.is_empty();
    let status = if nothing_taken {
        Status::Cancelled { at }
    } else {
        Status::Processed { at }
    };
    conclude(order, status);
}

fn revised(
    order: &mut Order,
    gross: Amount,
    net: Option<Amount>,
    items: &[Item],
    at: Timestamp,
) -> Option<()> {
    (order.gross, order.net) = (gross, net);
    order.lines = items.iter().cloned().map(Line::new).collect();
    order.reservation.as_mut()?.authorised = gross;
    if is_used_up(order) {
        used_up(order, at);
    }
    Some(())
}

fn expired(order: &mut Order, cancellation: &Cancellation, at: Timestamp) {
    order.cancellations.push(cancellation.clone());
    let nothing_taken = order.captures.is_empty();
    let status = if nothing_taken {
        Status::Failed {
            at,
            failure: Failure::Expired,
        }
    } else {
        Status::Processed { at }
    };
    conclude(order, status);
}

fn returned(order: &mut Order, lines: &[ReturnedLine], at: Timestamp) -> Option<()> {
    for wanted in lines {
        let line = order
            .lines
            .iter_mut()
            .find(|line| line.item.number == Some(wanted.number))?;
        line.returned = line.returned.plus(wanted.quantity);
    }
    if order.lines.iter().all(|line| !line.returnable().is_positive()) {
        conclude(order, Status::Cancelled { at });
    }
    Some(())
}
