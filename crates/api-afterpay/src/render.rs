//! The order as AfterPay shows it.

use crate::annex::{OrderAnnex, read};
use crate::wire::{
    CancellationAnnex, CancellationWire, CaptureAnnex, CaptureWire, Customer, ItemMark, ItemWire,
    OrderDetails, Payment, RefundAnnex, RefundWire, ShippingWire, amount,
};
use bytes::Bytes;
use http_kit::overlay::{self, Patch};
use http_kit::wire::time;
use order::{Amount, Cancellation, Capture, Dialect, Failure, Order, Refund, Status};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// GetOrder's answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GetOrder<'o> {
    order_details: OrderDetails<'o>,
    captures: Vec<CaptureWire<'o>>,
    refunds: Vec<RefundWire<'o>>,
    cancellations: Vec<CancellationWire<'o>>,
    payment: Payment,
}

/// The order as GetOrder answers it. It depends on nothing but the order.
pub fn render(order: &Order) -> Bytes {
    let annex = OrderAnnex::of(order);
    let shown = Shown::of(order);
    let answer = shown.answer(annex);
    let Some(patch) = patch_of(order) else {
        return serde_json::to_vec(&answer).unwrap_or_default().into();
    };
    let mut value = serde_json::to_value(&answer).unwrap_or_default();
    overlay::apply(&patch, &mut value);
    value.to_string().into()
}

/// The same as a JSON value, without what an import has kept of the original.
pub(crate) fn plain_value(order: &Order) -> Value {
    serde_json::to_value(Shown::of(order).answer(OrderAnnex::of(order))).unwrap_or_default()
}

/// The captures, refunds or cancellations of GetOrder's answer that `wanted` names, or all of them.
pub(crate) fn part(order: &Order, list: &'static str, name: &str, wanted: Option<&str>) -> Vec<Value> {
    let mut value = plain_value(order);
    if let Some(patch) = patch_of(order) {
        overlay::apply(&patch, &mut value);
    }
    let Some(Value::Array(parts)) = value.get_mut(list).map(Value::take) else {
        return Vec::new();
    };
    let is_wanted = |part: &Value| {
        let number = part.get(name).and_then(Value::as_str);
        wanted.is_none_or(|wanted| number.is_some_and(|number| number.eq_ignore_ascii_case(wanted)))
    };
    parts.into_iter().filter(is_wanted).collect()
}

fn patch_of(order: &Order) -> Option<Patch> {
    order.overlay.get(&Dialect::AfterPay)?.read().ok()
}

/// The word for where an order stands.
pub(crate) fn status_word(status: &Status) -> &'static str {
    match status {
        Status::Preliminary => "Pending",
        Status::Confirmed { .. } | Status::Processed { .. } => "Accepted",
        Status::Cancelled { .. } => "Cancelled",
        Status::Failed {
            failure: Failure::Expired,
            ..
        } => "Expired",
        Status::Failed { .. } => "Rejected",
    }
}

/// An order with what several of its parts show of it.
struct Shown<'o> {
    order: &'o Order,
    number: String,
    reservation: Option<Uuid>,
}

impl<'o> Shown<'o> {
    fn of(order: &'o Order) -> Self {
        Self {
            order,
            number: order.shown_number(),
            reservation: order.reservation.as_ref().map(|held| held.id),
        }
    }

    fn answer(&'o self, annex: OrderAnnex) -> GetOrder<'o> {
        let payment = annex.payment.clone();
        GetOrder {
            order_details: self.details(annex),
            captures: self
                .order
                .captures
                .iter()
                .map(|part| self.capture(part))
                .collect(),
            refunds: self.order.refunds.iter().map(|part| self.refund(part)).collect(),
            cancellations: self.order.cancellations.iter().map(cancellation).collect(),
            payment: payment.unwrap_or_else(|| Payment::of_method(&self.order.payment.method)),
        }
    }

    fn details(&self, annex: OrderAnnex) -> OrderDetails<'o> {
        let order = self.order;
        let mark = ItemMark::Order {
            id: order.uuid,
            inserted_at: order.placed_at.0,
            updated_at: order.updated_at.0,
        };
        let risk = annex.risk.unwrap_or_default();
        let expires_at = order.reservation.as_ref().and_then(|held| held.expires_at);
        OrderDetails {
            order_id: order.uuid,
            order_number: self.number.clone(),
            total_net_amount: order.net.map(amount),
            total_gross_amount: amount(order.gross),
            currency: order.currency.code(),
            order_channel_type: risk.channel_type,
            order_delivery_type: risk.delivery_type,
            has_separate_delivery_address: annex.delivery_customer.is_some(),
            customer: annex.customer.or_else(|| customer_of(order)),
            delivery_customer: annex.delivery_customer,
            inserted_at: time::seconds_text(order.placed_at.0),
            updated_at: time::seconds_text(order.updated_at.0),
            expiration_date: expires_at.map(|at| time::date_text(at.0)),
            status: status_word(&order.status),
            discount_amount: annex.discount_amount,
            image_url: annex.image_url,
            merchant_image_url: annex.merchant_image_url,
            google_analytics_user_id: annex.google_analytics_user_id,
            google_analytics_client_id: annex.google_analytics_client_id,
            your_reference: annex.your_reference,
            our_reference: annex.our_reference,
            parent_transaction_reference: annex.parent_transaction_reference,
            order_items: order
                .lines
                .iter()
                .map(|line| ItemWire::of(&line.item, mark))
                .collect(),
        }
    }

    fn customer_number(&self) -> Option<&'o str> {
        self.order.customer.as_ref()?.number.as_deref()
    }

    fn capture(&'o self, capture: &'o Capture) -> CaptureWire<'o> {
        let annex: CaptureAnnex = read(capture.annex.as_ref());
        let notes = annex.references.unwrap_or_default();
        CaptureWire {
            capture_id: capture.id,
            reservation_id: self.reservation,
            customer_number: self.customer_number(),
            capture_number: &capture.number,
            order_number: &self.number,
            amount: amount(capture.amount),
            balance: amount(capture.refundable().unwrap_or(Amount::ZERO)),
            total_refunded_amount: amount(capture.refunded),
            currency: self.order.currency.code(),
            inserted_at: time::seconds_text(capture.at.0),
            updated_at: capture.updated_at.map(|at| time::seconds_text(at.0)),
            contract_date: notes.contract_date,
            order_date: notes
                .order_date
                .unwrap_or_else(|| time::seconds_text(self.order.ordered_at.0)),
            due_date: notes.due_date,
            invoice_date: notes.invoice_date,
            your_reference: notes.your_reference,
            our_reference: notes.our_reference,
            parent_transaction_reference: annex.parent_transaction_reference,
            transaction_reference: annex.transaction_reference,
            capture_items: capture
                .items
                .iter()
                .map(|item| ItemWire::of(item, ItemMark::Capture(capture.id)))
                .collect(),
            shipping_details: capture.shipments.iter().map(ShippingWire::from).collect(),
        }
    }

    fn refund(&'o self, refund: &'o Refund) -> RefundWire<'o> {
        let annex: RefundAnnex = read(refund.annex.as_ref());
        RefundWire {
            refund_id: refund.id,
            reservation_id: self.reservation,
            customer_number: self.customer_number(),
            refund_number: &refund.number,
            order_number: &self.number,
            amount: amount(refund.amount.negated()),
            balance: amount(refund.amount.negated()),
            currency: self.order.currency.code(),
            inserted_at: time::seconds_text(refund.at.0),
            capture_number: &refund.capture,
            parent_transaction_reference: annex.parent_transaction_reference,
            transaction_reference: annex.transaction_reference,
            refund_items: refund
                .items
                .iter()
                .map(|item| ItemWire::of(item, ItemMark::Refund(refund.id)))
                .collect(),
        }
    }
}

fn cancellation(cancellation: &Cancellation) -> CancellationWire<'_> {
    let annex: CancellationAnnex = read(cancellation.annex.as_ref());
    CancellationWire {
        cancellation_no: &cancellation.number,
        cancellation_amount: amount(cancellation.amount),
        parent_transaction_reference: annex.parent_transaction_reference,
        cancellation_items: cancellation
            .items
            .iter()
            .map(|item| ItemWire::of(item, ItemMark::Cancellation(&cancellation.number)))
            .collect(),
    }
}

/// What the book itself knows of the customer of an order that came another way.
fn customer_of(order: &Order) -> Option<Customer> {
    let known = order.customer.as_ref()?;
    let (first_name, last_name) = match known.name.as_deref().map(|name| name.rsplit_once(' ')) {
        Some(Some((first, last))) => (Some(first.to_owned()), Some(last.to_owned())),
        Some(None) => (None, known.name.clone()),
        None => (None, None),
    };
    Some(Customer {
        customer_number: known.number.clone(),
        first_name,
        last_name,
        email: known.email.clone(),
        ..Customer::default()
    })
}
