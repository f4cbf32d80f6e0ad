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
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// GetOrder's answer.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetOrder<'o> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use order::{
        Cause, Command, Context, Currency, Ids, Item, Kind, NumberStyle, OrderId, PaymentMethod, Quantity,
        Registration, ReserveRequest, Timestamp, apply, decide,
    };
    use rust_decimal::Decimal;
    use std::collections::BTreeMap;

    fn amount(text: &str) -> Amount {
        Amount::new(text.parse().unwrap()).unwrap()
    }

    fn registration(origin: Dialect) -> Registration {
        let item = Item {
            number: Some(1),
            product: "TOTT".to_owned(),
            description: "A magazine".to_owned(),
            quantity: Quantity::ONE,
            unit_gross: Some(amount("295")),
            unit_net: None,
            unit_vat: None,
            vat_percent: Some(Decimal::from(25)),
            annex: None,
        };
        Registration {
            id: OrderId(1_000_000_007),
            uuid: Uuid::from_u128(7),
            origin,
            kind: Kind::New,
            number: None,
            reference: Some("E1".to_owned()),
            refers_to: None,
            customer: Some(order::Customer {
                number: Some("563457".to_owned()),
                name: Some("Kari Anne Nordmann".to_owned()),
                ..order::Customer::default()
            }),
            reseller: None,
            currency: Currency::from_code("NOK").unwrap(),
            gross: amount("295"),
            net: None,
            items: vec![item],
            payment: order::Payment {
                method: PaymentMethod::Card,
                prepaid: false,
                pending: false,
            },
            ordered_at: None,
            completes_at: None,
            entails: order::Entailed::default(),
            annex: BTreeMap::new(),
        }
    }

    fn after(registration: Registration, commands: Vec<Command>) -> Order {
        let mut context = Context {
            now: Timestamp(1_700_000_000_999),
            ids: Ids::from_seed([7; 16]),
            numbers: NumberStyle::Suffixed,
        };
        let mut order = None;
        for command in std::iter::once(Command::Register(Box::new(registration))).chain(commands) {
            for event in decide(order.as_ref(), &command, &mut context).unwrap() {
                order = Some(apply(order, &event).unwrap());
            }
        }
        order.unwrap()
    }

    #[test]
    fn an_order_of_any_api_is_shown_with_what_is_known_of_it() {
        for origin in Dialect::ALL {
            let order = after(registration(origin), Vec::new());
            let shown: Value = serde_json::from_slice(&render(&order)).unwrap();
            assert_eq!(
                shown["orderDetails"]["orderNumber"], "1000000007",
                "from {origin}"
            );
        }
        let order = after(registration(Dialect::Connect), Vec::new());
        insta::assert_snapshot!(String::from_utf8_lossy(&render(&order)), @r#"{"orderDetails":{"orderId":"00000000-0000-0000-0000-000000000007","orderNumber":"1000000007","totalGrossAmount":295.0,"currency":"NOK","hasSeparateDeliveryAddress":false,"customer":{"customerNumber":"563457","firstName":"Kari Anne","lastName":"Nordmann"},"insertedAt":"2023-11-14T22:13:20Z","updatedAt":"2023-11-14T22:13:20Z","status":"Pending","orderItems":[{"orderId":"00000000-0000-0000-0000-000000000007","productId":"TOTT","description":"A magazine","grossUnitPrice":295.0,"quantity":1.0,"vatPercent":25.0,"lineNumber":1,"insertedAt":"2023-11-14T22:13:20Z","updatedAt":"2023-11-14T22:13:20Z"}]},"captures":[],"refunds":[],"cancellations":[],"payment":{"type":"Invoice"}}"#);
    }

    #[test]
    fn each_state_has_its_word() {
        let reserve = || {
            Command::Reserve(ReserveRequest {
                amount: amount("295"),
                expires_at: None,
            })
        };
        let word = |commands| {
            let order = after(registration(Dialect::AfterPay), commands);
            status_word(&order.status)
        };
        assert_eq!(word(vec![]), "Pending");
        assert_eq!(word(vec![Command::Confirm, reserve()]), "Accepted");
        assert_eq!(word(vec![Command::Fail(Failure::RiskRejected)]), "Rejected");
        assert_eq!(word(vec![Command::Fail(Failure::Expired)]), "Expired");
        let released = Cancellation {
            number: "C".to_owned(),
            amount: amount("295"),
            items: Vec::new(),
            cause: Cause::Merchant,
            at: Timestamp(0),
            annex: None,
        };
        assert_eq!(
            serde_json::to_string(&cancellation(&released)).unwrap(),
            r#"{"cancellationNo":"C","cancellationAmount":295.0}"#
        );
    }
}
