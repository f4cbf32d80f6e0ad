//! Which calls come to be owed by what happens to an order: written in the same transaction as the events, each once.

use crate::happening::of_subscriptions;
use crate::{Book, BookError, ConnectorKind, Work};
use order::{Event, Fact, Handover, Ids, MerchantId, Order, OrderId, Status, Timestamp};
use store::rows::{DeliveryRow, Load};

/// The kind of the calls to addresses that clients name when they complete an order.
pub(crate) const CALLBACK: &str = "callback";

/// A call that is owed from now on.
pub(crate) fn delivery(ids: &mut Ids, now: Timestamp, order: OrderId, kind: &str) -> DeliveryRow {
    DeliveryRow {
        id: delivery_id(ids.uuid()),
        order: order.0,
        kind: kind.to_owned(),
        url: format!("connector:{kind}"),
        payload: String::new(),
        state: "due".to_owned(),
        attempts: 0,
        next_at: now.0,
        outcome: String::new(),
        created_at: now.0,
        log: String::new(),
    }
}

/// The calls that are owed after these events. What a connector is told is looked up when it is called.
pub(crate) fn calls(
    before: Option<&Order>,
    order: &Order,
    events: &[Event],
    (ids, now): (&mut Ids, Timestamp),
) -> Vec<DeliveryRow> {
    let mut owed = Vec::new();
    let is_asked = |event: &Event| matches!(event.fact, Fact::FulfilmentAsked { connector: true, .. });
    if order.payment.pending && events.iter().any(is_asked) {
        owed.push(delivery(ids, now, order.id, ConnectorKind::Payment.word()));
    }
    let is_new = before.and_then(outcome_of).is_none();
    if is_new && order.awaits_handover() && order.handover == Some(Handover::Connector) {
        owed.push(delivery(ids, now, order.id, ConnectorKind::Handover.word()));
    }
    // It is known once whether the order was paid for, so this is owed once.
    if let (Some(url), Some(outcome), true) = (&order.callback, outcome_of(order), is_new) {
        owed.push(DeliveryRow {
            url: url.clone(),
            payload: outcome.to_owned(),
            ..delivery(ids, now, order.id, CALLBACK)
        });
    }
    owed
}

/// The calls that tell of an order's new status, when it has one, and of what happened to its subscriptions. The payload
/// is the status, or what happened.
pub(crate) fn told(
    before: Option<&Order>,
    order: &Order,
    (ids, now): (&mut Ids, Timestamp),
) -> Vec<DeliveryRow> {
    let status = order.status.word();
    let mut owed = Vec::new();
    if before.is_none_or(|before| before.status.word() != status) {
        owed.push(DeliveryRow {
            payload: status,
            ..delivery(ids, now, order.id, ConnectorKind::Event.word())
        });
    }
    for happened in of_subscriptions(before, order) {
        owed.push(happened.owed(order.id, (&mut *ids, now)));
    }
    owed
}

impl Book {
    /// Owes the merchant's message connector a message that is about an order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn owe_message(
        &self,
        merchant: MerchantId,
        order: &Order,
        payload: String,
    ) -> Result<(), BookError> {
        let load = Load {
            merchant: merchant.0,
            ..Load::default()
        };
        let order = order.id;
        let owe = move |work: &mut Work<'_>| {
            let now = work.now();
            let owed = delivery(work.ids(), now, order, ConnectorKind::Message.word());
            work.owe(DeliveryRow {
                payload: payload.clone(),
                ..owed
            });
            Ok(())
        };
        // Nothing here refuses.
        let _done = Box::pin(self.transact(load, owe)).await?;
        Ok(())
    }
}

/// What an order's fulfilment came to, once it is known.
fn outcome_of(order: &Order) -> Option<&'static str> {
    match &order.status {
        Status::Processed { .. } => Some("success"),
        Status::Failed { .. } | Status::Cancelled { .. } => Some("failed"),
        Status::Confirmed { .. } if order.awaits_handover() => Some("success"),
        Status::Preliminary | Status::Confirmed { .. } => None,
    }
}

/// A random id of 62 bits: unique enough that two within one merchant never meet.
fn delivery_id(uuid: uuid::Uuid) -> i64 {
    let (_, low) = uuid.as_u64_pair();
    i64::try_from(low >> 2).unwrap_or(i64::MAX)
}
