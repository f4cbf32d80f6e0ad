//! What can go wrong, and how it is said. The codes are a contract: `docs/ordrebok.md` lists them.

use crate::problem::{Problem, Sort};
use axum::http::{Method, StatusCode};
use book::{AuthError, BookError, chain};
use http_kit::body::JsonError;
use http_kit::{Answer, Failure};
use order::Refusal;

macro_rules! sorts {
    ($($name:ident = $code:literal, $status:ident, $title:literal;)+) => {
        $(pub(crate) const $name: Sort = Sort::new($code, StatusCode::$status, $title);)+

        /// All of them.
        pub(crate) const SORTS: &[Sort] = &[$($name),+];
    };
}

sorts! {
    NOT_FOUND = "not_found", NOT_FOUND, "Nothing here";
    METHOD_NOT_ALLOWED = "method_not_allowed", METHOD_NOT_ALLOWED, "Method not allowed";
    UNAUTHENTICATED = "unauthenticated", UNAUTHORIZED, "Not authenticated";
    INSUFFICIENT_SCOPE = "insufficient_scope", FORBIDDEN, "The credential may not do this";
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "Not JSON";
    BODY_TOO_LARGE = "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    TIMED_OUT = "timed_out", REQUEST_TIMEOUT, "The request took too long";
    BODY_INTERRUPTED = "body_interrupted", BAD_REQUEST, "The body is incomplete";
    TOO_MANY_REQUESTS = "too_many_requests", TOO_MANY_REQUESTS, "Too many calls";
    OVERLOADED = "overloaded", SERVICE_UNAVAILABLE, "Busy";
    UNAVAILABLE = "unavailable", SERVICE_UNAVAILABLE, "The database can't be used just now";
    INTERNAL = "internal", INTERNAL_SERVER_ERROR, "The server failed";
    INVALID_HEADER = "invalid_header", BAD_REQUEST, "A header can't be read";
    INVALID_URL = "invalid_url", BAD_REQUEST, "The address can't be read";
    UNKNOWN_PARAMETER = "unknown_parameter", BAD_REQUEST, "Unknown parameter";
    CONTRADICTING_PARAMETERS = "contradicting_parameters", BAD_REQUEST, "Parameters contradict each other";
    INVALID_PARAMETER = "invalid_parameter", BAD_REQUEST, "A parameter can't be read";
    MALFORMED_BODY = "malformed_body", BAD_REQUEST, "The body is not JSON";
    INVALID_BODY = "invalid_body", BAD_REQUEST, "A member can't be read";
    MISSING_MEMBER = "missing_member", BAD_REQUEST, "A member is missing";
    KEY_REUSED = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "The key belongs to another request";
    MERCHANT_NOT_FOUND = "merchant_not_found", NOT_FOUND, "No such merchant";
    MERCHANT_TAKEN = "merchant_name_taken", CONFLICT, "The merchant's name is used already";
    CREDENTIAL_NOT_FOUND = "credential_not_found", NOT_FOUND, "No such credential";
    CREDENTIAL_TAKEN = "credential_taken", CONFLICT, "The id or the key is used already";
    ORDER_NOT_FOUND = "order_not_found", NOT_FOUND, "No such order";
    CUSTOMER_NOT_FOUND = "customer_not_found", NOT_FOUND, "No such customer";
    WEBHOOK_NOT_FOUND = "webhook_not_found", NOT_FOUND, "No such webhook";
    DELIVERY_NOT_FOUND = "delivery_not_found", NOT_FOUND, "No such delivery";
    TOO_MANY_WEBHOOKS = "too_many_webhooks", CONFLICT, "Too many webhooks";
    ORDER_NOT_YET_THERE = "order_not_yet_there", NOT_FOUND, "The order was not there yet";
    VERSION_MISMATCH = "version_mismatch", PRECONDITION_FAILED, "The order has changed";
    SETTINGS_CHANGED = "settings_changed", PRECONDITION_FAILED, "The settings have changed";
    KEPT_BY_ITS_API = "kept_by_its_api", CONFLICT, "Another API does this";
    NUMBER_TAKEN = "number_taken", CONFLICT, "The order number is used already";
    ALREADY_EXISTS = "already_exists", CONFLICT, "The order exists already";
    ORDER_ENDED = "order_ended", CONFLICT, "The order has ended";
    NOT_CONFIRMED = "not_confirmed", CONFLICT, "The order is not confirmed";
    ALREADY_PROCESSED = "already_processed", CONFLICT, "The order is processed already";
    METHOD_NEEDS_PAYER = "method_needs_payer", CONFLICT, "The payment method needs the payer";
    OUT_OF_STOCK = "out_of_stock", CONFLICT, "There is less in stock";
    NO_PAYMENT_PENDING = "no_payment_pending", CONFLICT, "No payment is awaited";
    NOTHING_RESERVED = "nothing_reserved", CONFLICT, "Nothing is reserved";
    ALREADY_RESERVED = "already_reserved", CONFLICT, "Something is reserved already";
    RESERVATION_EXPIRED = "reservation_expired", CONFLICT, "The reservation has expired";
    RESERVATION_NOT_EXPIRED = "reservation_not_expired", CONFLICT, "The reservation has not expired";
    TOTAL_MAY_NOT_GROW = "total_may_not_grow", CONFLICT, "The total may not grow";
    TOTAL_BELOW_TAKEN = "total_below_taken", UNPROCESSABLE_ENTITY, "Less than was taken already";
    CAPTURE_EXCEEDS_RESERVATION = "capture_exceeds_reservation", UNPROCESSABLE_ENTITY, "More than is left";
    NOTHING_TO_CAPTURE = "nothing_to_capture", CONFLICT, "Nothing is left to capture";
    CANCEL_EXCEEDS_RESERVATION = "cancel_exceeds_reservation", UNPROCESSABLE_ENTITY, "More than is left";
    NOTHING_TO_CANCEL = "nothing_to_cancel", CONFLICT, "Nothing is left to cancel";
    REFUND_EXCEEDS_CAPTURE = "refund_exceeds_capture", UNPROCESSABLE_ENTITY, "More than is left";
    NOTHING_CAPTURED = "nothing_captured", CONFLICT, "Nothing is captured";
    UNKNOWN_CAPTURE = "unknown_capture", UNPROCESSABLE_ENTITY, "No such capture";
    CAPTURE_NUMBER_TAKEN = "capture_number_taken", CONFLICT, "The capture number is used already";
    REFUND_NUMBER_TAKEN = "refund_number_taken", CONFLICT, "The refund number is used already";
    UNKNOWN_SHIPMENT = "unknown_shipment", UNPROCESSABLE_ENTITY, "No such shipment";
    AMOUNT_NOT_POSITIVE = "amount_not_positive", UNPROCESSABLE_ENTITY, "The amount is not above zero";
    AMOUNT_TOO_FINE = "amount_too_fine", UNPROCESSABLE_ENTITY, "The amount has too many decimals";
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range", UNPROCESSABLE_ENTITY, "The amount is too large";
    QUANTITY_NOT_POSITIVE = "quantity_not_positive", UNPROCESSABLE_ENTITY, "The quantity is not above zero";
    TOTAL_MISMATCH = "total_mismatch", UNPROCESSABLE_ENTITY, "The lines come to another total";
    ITEMS_MISSING = "items_missing", UNPROCESSABLE_ENTITY, "A part must name its items";
    NET_MISMATCH = "net_mismatch", UNPROCESSABLE_ENTITY, "The lines come to another net total";
    UNKNOWN_LINE = "unknown_line", UNPROCESSABLE_ENTITY, "No such line";
    LINE_PRODUCT_MISMATCH = "line_product_mismatch", UNPROCESSABLE_ENTITY, "The line is of another product";
    LINE_QUANTITY_MISMATCH = "line_quantity_mismatch", UNPROCESSABLE_ENTITY, "The line has another quantity";
    LINE_ALREADY_RETURNED = "line_already_returned", CONFLICT, "The line is returned already";
    RETURN_WINDOW_CLOSED = "return_window_closed", CONFLICT, "The time for returning is over";
    NOT_RETURNABLE = "not_returnable", CONFLICT, "The order can't be returned";
}

/// Where a request says its amount, its net amount and its items: what a refusal about them points at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    pub(crate) amount: &'static str,
    pub(crate) items: &'static str,
}

impl Places {
    /// Those of a capture, a refund and a cancellation.
    pub(crate) const MOVEMENT: Self = Self {
        amount: "amount",
        items: "items",
    };
    /// Those of an order.
    pub(crate) const ORDER: Self = Self {
        amount: "total",
        items: "lines",
    };
    /// Those of a reservation.
    pub(crate) const RESERVE: Self = Self {
        amount: "reserve.amount",
        items: "lines",
    };
}

/// The one table of refusals: 409 where the order as it stands forbids it, 422 where what was asked for does not fit it.
pub(crate) fn refused(refusal: &Refusal, places: Places) -> Problem {
    let (sort, field) = match refusal {
        Refusal::UnknownOrder => return order_not_found(),
        Refusal::VersionMismatch { .. } => (VERSION_MISMATCH, "If-Match"),
        Refusal::NumberTaken { .. } => (NUMBER_TAKEN, "number"),
        Refusal::AlreadyExists => (ALREADY_EXISTS, ""),
        Refusal::Ended { .. } => (ORDER_ENDED, ""),
        Refusal::NotConfirmed => (NOT_CONFIRMED, ""),
        Refusal::AlreadyProcessed => (ALREADY_PROCESSED, ""),
        Refusal::MethodNotAllowed { .. } => (METHOD_NEEDS_PAYER, ""),
        Refusal::OutOfStock { .. } => (OUT_OF_STOCK, ""),
        Refusal::NoPaymentPending => (NO_PAYMENT_PENDING, ""),
        Refusal::NothingReserved => (NOTHING_RESERVED, ""),
        Refusal::AlreadyReserved => (ALREADY_RESERVED, "reserve"),
        Refusal::ReservationExpired => (RESERVATION_EXPIRED, ""),
        Refusal::NotDue => (RESERVATION_NOT_EXPIRED, ""),
        Refusal::MayNotGrow => (TOTAL_MAY_NOT_GROW, places.amount),
        Refusal::BelowTaken { .. } => (TOTAL_BELOW_TAKEN, places.amount),
        Refusal::CaptureExceedsReservation { .. } => (CAPTURE_EXCEEDS_RESERVATION, places.amount),
        Refusal::PartWithoutItems { .. } => (ITEMS_MISSING, places.items),
        Refusal::NothingToCapture => (NOTHING_TO_CAPTURE, ""),
        Refusal::CancelExceedsReservation { .. } => (CANCEL_EXCEEDS_RESERVATION, places.amount),
        Refusal::NothingToCancel => (NOTHING_TO_CANCEL, ""),
        Refusal::RefundExceedsCapture { .. } => (REFUND_EXCEEDS_CAPTURE, places.amount),
        Refusal::NothingCaptured => (NOTHING_CAPTURED, ""),
        Refusal::UnknownCapture { .. } => (UNKNOWN_CAPTURE, "capture"),
        Refusal::CaptureNumberTaken { .. } => (CAPTURE_NUMBER_TAKEN, "number"),
        Refusal::RefundNumberTaken { .. } => (REFUND_NUMBER_TAKEN, "number"),
        Refusal::UnknownShipment { .. } => (UNKNOWN_SHIPMENT, ""),
        Refusal::AmountNotPositive => (AMOUNT_NOT_POSITIVE, places.amount),
        Refusal::AmountTooFine { .. } => (AMOUNT_TOO_FINE, places.amount),
        Refusal::Money(_) => (AMOUNT_OUT_OF_RANGE, places.amount),
        Refusal::QuantityNotPositive { .. } => (QUANTITY_NOT_POSITIVE, places.items),
        Refusal::GrossMismatch { .. } => (TOTAL_MISMATCH, places.amount),
        Refusal::NetMismatch { .. } => (NET_MISMATCH, "net"),
        Refusal::UnknownLine { .. } => (UNKNOWN_LINE, "lines"),
        Refusal::LineProductMismatch { .. } => (LINE_PRODUCT_MISMATCH, "lines"),
        Refusal::LineQuantityMismatch { .. } => (LINE_QUANTITY_MISMATCH, "lines"),
        Refusal::LineAlreadyReturned { .. } => (LINE_ALREADY_RETURNED, "lines"),
        Refusal::ReturnWindowClosed => (RETURN_WINDOW_CLOSED, ""),
        Refusal::NotReturnable => (NOT_RETURNABLE, ""),
    };
    let problem = Problem::new(sort, sentence(&refusal.to_string()));
    if field.is_empty() {
        problem
    } else {
        problem.at(field)
    }
}

/// The same for an order that does not exist, that another merchant has, and for an id that can't be one.
pub(crate) fn order_not_found() -> Problem {
    Problem::new(ORDER_NOT_FOUND, "There is no such order.")
}

/// How the server's own failures are said.
pub fn refuse(failure: Failure, _method: &Method) -> Answer {
    failed(failure).into()
}

pub(crate) fn failed(failure: Failure) -> Problem {
    let sort = match failure {
        Failure::NotFound => NOT_FOUND,
        Failure::MethodNotAllowed => METHOD_NOT_ALLOWED,
        Failure::BadUrl => INVALID_URL,
        Failure::TooLarge { .. } => BODY_TOO_LARGE,
        Failure::TimedOut => TIMED_OUT,
        Failure::Interrupted => BODY_INTERRUPTED,
        Failure::TooManyRequests { .. } => TOO_MANY_REQUESTS,
        Failure::Overloaded { .. } => OVERLOADED,
        Failure::Internal => INTERNAL,
    };
    Problem::new(sort, failure.sentence())
}

impl From<BookError> for Problem {
    fn from(error: BookError) -> Self {
        tracing::error!(error = chain(&error), "a call failed");
        if error.is_passing() {
            Self::new(UNAVAILABLE, "Try again in a moment.")
        } else {
            failed(Failure::Internal)
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Denied => Self::new(
                UNAUTHENTICATED,
                "The request needs `Authorization: Bearer` with the secret of an ordrebok credential.",
            ),
            AuthError::Book(error) => error.into(),
        }
    }
}

impl From<JsonError> for Problem {
    fn from(error: JsonError) -> Self {
        let detail = sentence(&error.to_string());
        match error {
            JsonError::NotUtf8 | JsonError::Malformed { .. } => Self::new(MALFORMED_BODY, detail),
            JsonError::WrongShape { path, .. } if path.is_empty() => Self::new(INVALID_BODY, detail),
            JsonError::WrongShape { path, .. } => Self::new(INVALID_BODY, detail).at(path),
            JsonError::Missing { path } => Self::new(MISSING_MEMBER, detail).at(path),
        }
    }
}

/// The text as a sentence: with a capital letter, unless it begins with a member's name, and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    let starts_with_name = text
        .split(' ')
        .next()
        .is_some_and(|word| word.contains([':', '.', '[']));
    let begun = match first {
        Some(first) if !starts_with_name => first + letters.as_str(),
        _ => text.to_owned(),
    };
    if begun.ends_with('.') { begun } else { begun + "." }
}
