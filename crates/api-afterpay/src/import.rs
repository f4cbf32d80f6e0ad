//! Taking orders over: reads the answers of AfterPay's own GetOrder.
//!
//! What the book understands becomes the order; what it does not, and whatever the foreign system writes differently,
//! is kept as the difference between our answer and the original, so that the original is what GetOrder answers until
//! something here changes it.

use crate::annex::{OrderAnnex, keep};
use crate::message::Flaw;
use crate::reading::{Flaws, Object};
use crate::render::plain_value;
use crate::wire::{
    CancellationAnnex, CaptureAnnex, Customer, Payment, References, RefundAnnex, Risk, read_import_items,
    unsigned,
};
use book::{Idempotency, Told};
use http_kit::overlay;
use http_kit::wire::time;
use order::{
    Amount, Cancellation, Capture, Cause, Command, Context, Currency, Dialect, Failure, Ids, Line,
    NumberStyle, Opaque, Order, Refund, Reservation, Shipment, ShipmentKind, Status, Timestamp, decide,
    replay,
};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Why a document can't be taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// It is not an answer of GetOrder's.
    #[error("the document is not an AfterPay order: it has no orderDetails")]
    NotAnOrder,
    /// A member can't be read.
    #[error("{member}: {problem}")]
    Member {
        /// Which, such as `orderDetails.totalGrossAmount`.
        member: String,
        /// What is wrong with it.
        problem: String,
    },
    /// What was read could not be kept.
    #[error("the order can't be kept: {0}")]
    Unkept(String),
}

/// Reads one JSON document: the answer of GetOrder.
///
/// # Errors
/// [`ImportError`], naming the member.
#[expect(
    clippy::needless_pass_by_value,
    reason = "all dialects' import functions take the document over"
)]
pub fn read(document: Value) -> Result<Vec<Told>, ImportError> {
    let Value::Object(members) = &document else {
        return Err(ImportError::NotAnOrder);
    };
    let flaws = Flaws::forgiving();
    let body = Object::root(members, &flaws);
    let Some(details) = body.object("orderDetails") else {
        return Err(ImportError::NotAnOrder);
    };
    let order = read_order(&body, &details);
    let mut order = flaws.unless_any(order).map_err(|flaws| {
        let first = flaws.into_iter().next();
        let first = first.unwrap_or_else(|| Flaw::required("orderDetails".to_owned()));
        ImportError::Member {
            member: first.field.clone(),
            problem: first.message(crate::language::Language::En).message,
        }
    })?;
    // The date is given back as it came even where the reservation is not to lapse by it: see the rules of importing.
    let expires_at = order.reservation.as_mut().and_then(|held| held.expires_at.take());
    let patch = overlay::difference(&plain_value(&as_imported(&order)), &document);
    if let Some(held) = &mut order.reservation {
        held.expires_at = expires_at;
    }
    if !patch.is_empty() {
        let patch = Opaque::of(&patch).map_err(|error| ImportError::Unkept(error.to_string()))?;
        order.overlay.insert(Dialect::AfterPay, patch);
    }
    Ok(vec![Told {
        dialect: Dialect::AfterPay,
        order: Box::new(order),
    }])
}

/// The order as the rules of importing will have it: they set its books. What they refuse is told when it is imported.
fn as_imported(order: &Order) -> Order {
    let mut context = Context {
        now: order.placed_at,
        ids: ids_of(&order.shown_number()),
        numbers: NumberStyle::Suffixed,
    };
    let decided = decide(None, &Command::Import(Box::new(order.clone())), &mut context);
    let imported = decided.ok().and_then(|events| replay(&events).ok());
    imported.unwrap_or_else(|| order.clone())
}

/// Ids for what the foreign system gave none, the same ones each time that the same order is read.
fn ids_of(number: &str) -> Ids {
    let mut seed = [0; 16];
    let hash = Idempotency::fingerprint(format!("afterpay order {}", number.to_lowercase()).as_bytes());
    for (byte, digit) in seed.iter_mut().zip(hash.bytes()) {
        *byte = digit;
    }
    Ids::from_seed(seed)
}

fn at(object: &Object<'_>, name: &str) -> Option<Timestamp> {
    let text = object.time(name)?;
    time::parse(&text).ok().map(Timestamp)
}

/// Who the order is, and what it comes to.
struct Head {
    number: String,
    gross: Amount,
    currency: Currency,
    uuid: Option<Uuid>,
    placed_at: Timestamp,
    updated_at: Timestamp,
}

impl Head {
    fn read(details: &Object<'_>) -> Option<Self> {
        let number = details.required("orderNumber", details.text("orderNumber", 200));
        let gross = details.required("totalGrossAmount", details.amount("totalGrossAmount"));
        let code = details.text("currency", 3);
        let currency = details.required("currency", code.as_deref().and_then(Currency::from_code));
        let placed_at = at(details, "insertedAt").unwrap_or(Timestamp(0));
        Some(Self {
            number: number?,
            gross: gross?,
            currency: currency?,
            uuid: details.uuid("orderId"),
            placed_at,
            updated_at: at(details, "updatedAt").unwrap_or(placed_at),
        })
    }
}

/// What has happened to the order.
struct Parts {
    captures: Vec<Capture>,
    refunds: Vec<Refund>,
    cancellations: Vec<Cancellation>,
    ordered_at: Option<Timestamp>,
}

impl Parts {
    fn read(body: &Object<'_>, head: &Head, ids: &mut Ids) -> Self {
        let captures = body.list("captures", MOST);
        let refunds = body.list("refunds", MOST);
        let cancellations = body.list("cancellations", MOST);
        Self {
            ordered_at: captures.first().and_then(|capture| at(capture, "orderDate")),
            captures: captures
                .iter()
                .filter_map(|capture| read_capture(capture, ids, head.placed_at))
                .collect(),
            refunds: refunds
                .iter()
                .filter_map(|refund| read_refund(refund, ids, head.placed_at))
                .collect(),
            cancellations: cancellations
                .iter()
                .filter_map(|cancellation| read_cancellation(cancellation, head.updated_at))
                .collect(),
        }
    }
}

fn read_order(body: &Object<'_>, details: &Object<'_>) -> Option<Order> {
    let head = Head::read(details)?;
    let mut ids = ids_of(&head.number);
    let uuid = head.uuid.unwrap_or_else(|| ids.uuid());
    let parts = Parts::read(body, &head, &mut ids);
    let annex = annex_of(body, details);
    let customer = annex.customer.clone().unwrap_or_default();
    let mut order = Order {
        uuid,
        status: status_of(details, head.updated_at),
        reservation: reservation_of(body, details, head.gross, &mut ids),
        number: Some(head.number),
        customer: Some(order::Customer {
            number: customer.customer_number.clone(),
            name: customer.full_name(),
            contacts: customer.contacts(),
            email: customer.email,
        }),
        gross: head.gross,
        net: details.amount("totalNetAmount"),
        lines: lines_of(details),
        payment: order::Payment {
            method: annex.payment.clone().unwrap_or_default().method(),
            prepaid: false,
            pending: false,
        },
        captures: parts.captures,
        refunds: parts.refunds,
        cancellations: parts.cancellations,
        ordered_at: parts.ordered_at.unwrap_or(head.placed_at),
        updated_at: head.updated_at,
        annex: keep(&annex)
            .map(|annex| BTreeMap::from([(Dialect::AfterPay, annex)]))
            .unwrap_or_default(),
        ..Order::imported(Dialect::AfterPay, head.currency, head.placed_at)
    };
    settle(&mut order);
    Some(order)
}

fn lines_of(details: &Object<'_>) -> Vec<Line> {
    let items = read_import_items(details, "orderItems");
    items.into_iter().map(Line::new).collect()
}

/// The most captures, refunds or cancellations of one order.
const MOST: usize = 10_000;

/// An order of which everything was taken or released is done, whatever its status says.
fn settle(order: &mut Order) {
    let all = |order: &Order| Some(order.captured().ok()?.plus(order.cancelled().ok()?).ok()? >= order.gross);
    if matches!(order.status, Status::Confirmed { .. }) && all(order) == Some(true) {
        let at = order.updated_at;
        order.status = if order.captures.is_empty() {
            Status::Cancelled { at }
        } else {
            Status::Processed { at }
        };
    }
}

fn status_of(details: &Object<'_>, at: Timestamp) -> Status {
    let word = details
        .text("status", 100)
        .unwrap_or_default()
        .to_ascii_lowercase();
    match word.as_str() {
        "pending" => Status::Preliminary,
        "cancelled" => Status::Cancelled { at },
        "expired" => Status::Failed {
            at,
            failure: Failure::Expired,
        },
        "rejected" => Status::Failed {
            at,
            failure: Failure::RiskRejected,
        },
        _ => Status::Confirmed { at },
    }
}

/// What was reserved. The order's captures and refunds name the reservation; a pending order has none, unless something
/// was taken of it all the same.
fn reservation_of(
    body: &Object<'_>,
    details: &Object<'_>,
    gross: Amount,
    ids: &mut Ids,
) -> Option<Reservation> {
    let is_pending = matches!(status_of(details, Timestamp(0)), Status::Preliminary);
    let is_touched = body.has("captures") || body.has("cancellations");
    if (is_pending || !gross.is_positive()) && !is_touched {
        return None;
    }
    let parts = ["captures", "refunds"];
    let named = parts.iter().find_map(|list| {
        let parts = body.list(list, MOST);
        parts.iter().find_map(|part| part.uuid("reservationId"))
    });
    let expires_at = details.text("expirationDate", 64);
    let expires_at = expires_at.and_then(|text| time::parse(&text).ok());
    Some(Reservation {
        id: named.unwrap_or_else(|| ids.uuid()),
        authorised: gross.max(Amount::ZERO),
        excess: Amount::ZERO,
        // The day that it names is still one on which something can be captured.
        expires_at: expires_at.map(|at| Timestamp(at).plus_days(1).plus_millis(-1000)),
    })
}

fn annex_of(body: &Object<'_>, details: &Object<'_>) -> OrderAnnex {
    let risk = Risk {
        channel_type: details.text("orderChannelType", 100),
        delivery_type: details.text("orderDeliveryType", 100),
    };
    OrderAnnex {
        customer: details.object("customer").as_ref().map(Customer::read_profile),
        delivery_customer: details
            .object("deliveryCustomer")
            .as_ref()
            .map(Customer::read_profile),
        payment: body.object("payment").as_ref().map(Payment::read_any),
        risk: (risk != Risk::default()).then_some(risk),
        image_url: details.text("imageUrl", 2048),
        merchant_image_url: details.text("merchantImageUrl", 2048),
        google_analytics_user_id: details.text("googleAnalyticsUserId", 50),
        ..OrderAnnex::default()
    }
}

fn read_capture(capture: &Object<'_>, ids: &mut Ids, placed_at: Timestamp) -> Option<Capture> {
    let number = capture.required("captureNumber", capture.text("captureNumber", 200));
    let amount = capture.required("amount", capture.amount("amount"));
    let annex = CaptureAnnex {
        references: Some(References::read(capture)).filter(|notes| *notes != References::default()),
        parent_transaction_reference: capture.text("parentTransactionReference", 128),
        transaction_reference: capture.text("transactionReference", 100),
        ..CaptureAnnex::default()
    };
    let shipments: Vec<_> = capture
        .list("shippingDetails", MOST)
        .iter()
        .filter_map(read_shipment)
        .collect();
    Some(Capture {
        id: capture.uuid("captureId").unwrap_or_else(|| ids.uuid()),
        number: number?,
        amount: amount?,
        refunded: capture.amount("totalRefundedAmount").unwrap_or(Amount::ZERO),
        items: read_import_items(capture, "captureItems"),
        last_shipment: shipments
            .iter()
            .map(|shipment| shipment.number)
            .max()
            .unwrap_or(0),
        shipments,
        at: at(capture, "insertedAt").unwrap_or(placed_at),
        updated_at: at(capture, "updatedAt"),
        annex: keep(&annex),
    })
}

/// A shipment; without its number it is none that anything can be done to.
fn read_shipment(shipment: &Object<'_>) -> Option<Shipment> {
    let is_return = shipment
        .text("type", 100)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("return"));
    Some(Shipment {
        number: shipment.whole("shippingNumber")?,
        kind: if is_return {
            ShipmentKind::Return
        } else {
            ShipmentKind::Shipment
        },
        carrier: shipment.text("shippingCompany", 200).unwrap_or_default(),
        tracking_id: shipment.text("trackingId", 100),
        tracking_url: shipment.text("trackingUrl", 2083),
    })
}

fn read_refund(refund: &Object<'_>, ids: &mut Ids, placed_at: Timestamp) -> Option<Refund> {
    let number = refund.required("refundNumber", refund.text("refundNumber", 200));
    let amount = refund.required("amount", refund.amount("amount"));
    let annex = RefundAnnex {
        parent_transaction_reference: refund.text("parentTransactionReference", 128),
        transaction_reference: refund.text("transactionReference", 100),
        ..RefundAnnex::default()
    };
    Some(Refund {
        id: refund.uuid("refundId").unwrap_or_else(|| ids.uuid()),
        number: number?,
        capture: refund.text("captureNumber", 200).unwrap_or_default(),
        amount: amount?.abs(),
        items: read_import_items(refund, "refundItems")
            .into_iter()
            .map(unsigned)
            .collect(),
        at: at(refund, "insertedAt").unwrap_or(placed_at),
        annex: keep(&annex),
    })
}

fn read_cancellation(cancellation: &Object<'_>, updated_at: Timestamp) -> Option<Cancellation> {
    let number = cancellation.required("cancellationNo", cancellation.text("cancellationNo", 200));
    let amount = cancellation.required("cancellationAmount", cancellation.amount("cancellationAmount"));
    let annex = CancellationAnnex {
        parent_transaction_reference: cancellation.text("parentTransactionReference", 128),
    };
    Some(Cancellation {
        number: number?,
        amount: amount?,
        items: read_import_items(cancellation, "cancellationItems"),
        cause: Cause::Merchant,
        at: updated_at,
        annex: keep(&annex),
    })
}

#[cfg(test)]
mod tests;
