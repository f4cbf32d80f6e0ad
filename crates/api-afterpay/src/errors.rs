//! Everything that can be refused, in AfterPay's words. Which of several wins stands in `docs/afterpay.md`.

use crate::language::{Language, Phrase};
use crate::message::{self, Flaw};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use book::{AuthError, BookError, Reply, chain};
use http_kit::{Answer, Failure};
use order::{MoneyError, Refusal};
use serde_json::json;

/// What no documentation gives a code for.
pub(crate) mod code {
    /// No refund or void of the order has this number.
    pub(crate) const UNKNOWN_PART: &str = "400.901";
    /// More is to be given back than was captured.
    pub(crate) const REFUND: &str = "400.902";
    /// More is to be voided than is left.
    pub(crate) const VOID: &str = "400.903";
    /// The order's state does not allow it.
    pub(crate) const STATE: &str = "400.904";
    /// The reservation has expired.
    pub(crate) const EXPIRED: &str = "400.905";
    /// Another capture or refund of the order has this number.
    pub(crate) const PART_TAKEN: &str = "400.906";
    /// The idempotency key was used for another request.
    pub(crate) const KEY_REUSED: &str = "400.907";
    /// There is no such checkout.
    pub(crate) const CHECKOUT: &str = "400.908";
    /// There is no such customer.
    pub(crate) const CUSTOMER: &str = "400.909";
    /// There is no such path.
    pub(crate) const PATH: &str = "400.910";
    /// The body is too large.
    pub(crate) const TOO_LARGE: &str = "400.911";
    /// The body is of another media type.
    pub(crate) const MEDIA_TYPE: &str = "400.912";
    /// The server failed, or is too busy.
    pub(crate) const TECHNICAL: &str = "500.900";
}

/// An answer that ends a call before it did what was asked.
#[derive(Debug)]
pub(crate) struct Refused(Box<Answer>);

impl Refused {
    pub(crate) fn new(answer: Answer) -> Self {
        Self(Box::new(answer))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl From<BookError> for Refused {
    /// The cause stands in the log and nowhere else.
    fn from(error: BookError) -> Self {
        tracing::error!(error = chain(&error), "an AfterPay call failed");
        let failure = if error.is_passing() {
            Failure::Overloaded {
                retry_after_seconds: 1,
            }
        } else {
            Failure::Internal
        };
        Self::new(refuse(failure, &Method::POST))
    }
}

impl From<AuthError> for Refused {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Denied => Self::new(denied(None)),
            AuthError::Book(error) => error.into(),
        }
    }
}

/// The 401, which is an object. A key that may not write learns so from a member that clients ignore.
pub(crate) fn denied(detail: Option<&str>) -> Answer {
    let sentence = "Authorization has been denied for this request.";
    let body = match detail {
        None => json!({ "message": sentence }),
        Some(detail) => json!({ "message": sentence, "messageDetail": detail }),
    };
    Answer::json(StatusCode::UNAUTHORIZED, &body)
}

/// A 400 with these flaws.
pub(crate) fn bad_request(flaws: &[Flaw], language: Language) -> Answer {
    Answer::json(StatusCode::BAD_REQUEST, &message::list(flaws, language))
}

/// The same, as it is kept under an idempotency key.
pub(crate) fn bad_reply(flaws: &[Flaw], language: Language) -> Reply {
    Reply {
        status: 400,
        body: serde_json::to_string(&message::list(flaws, language)).unwrap_or_default(),
    }
}

/// How AfterPay says what the server itself refuses or fails at.
pub fn refuse(failure: Failure, method: &Method) -> Answer {
    let alone = |code, phrase, technical| {
        message::alone(failure.status(), code, phrase, technical, failure.sentence())
    };
    match failure {
        Failure::MethodNotAllowed => {
            let sentence = format!("The requested resource does not support http method '{method}'.");
            Answer::json(StatusCode::METHOD_NOT_ALLOWED, &json!({ "message": sentence }))
        }
        Failure::NotFound => alone(code::PATH, Phrase::Malformed, false),
        Failure::BadUrl | Failure::Interrupted => alone("400.001", Phrase::BodyMissing, false),
        Failure::TooLarge { .. } => alone(code::TOO_LARGE, Phrase::OutOfRange, false),
        Failure::TimedOut | Failure::Internal => alone(code::TECHNICAL, Phrase::TryLater, true),
        Failure::TooManyRequests { retry_after_seconds } | Failure::Overloaded { retry_after_seconds } => {
            alone(code::TECHNICAL, Phrase::TryLater, true)
                .with(RETRY_AFTER, HeaderValue::from(retry_after_seconds))
        }
    }
}

/// A body of a media type that is not JSON.
pub(crate) fn wrong_media_type() -> Answer {
    message::alone(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        code::MEDIA_TYPE,
        Phrase::BodyMissing,
        false,
        "The body must be of the media type application/json.".to_owned(),
    )
}

/// What the rules refused. `totals` is the member of the request that carries its totals and items, such as
/// `orderDetails`; empty when they stand at the top.
pub(crate) fn flaw_of(refusal: &Refusal, totals: &str) -> Flaw {
    let within = |member: &str| match totals {
        "" => member.to_owned(),
        totals => format!("{totals}.{member}"),
    };
    let business = |code, phrase, field: &str| Flaw::business(code, phrase, field);
    let state = || business(code::STATE, Phrase::Step, "orderNumber");
    let gross = within("totalGrossAmount");
    let flaw = match refusal {
        Refusal::UnknownOrder => business("400.115", Phrase::UnknownOrder, "orderNumber"),
        Refusal::NumberTaken { .. } | Refusal::AlreadyExists => {
            business("400.100", Phrase::NumberUsed, "order.number")
        }
        Refusal::NetMismatch { .. } => business("400.101", Phrase::NetMismatch, &within("totalNetAmount")),
        Refusal::GrossMismatch { .. } => business("400.102", Phrase::GrossMismatch, &gross),
        Refusal::MethodNotAllowed { .. } => business("400.108", Phrase::PaymentMethod, "payment.type"),
        Refusal::CaptureExceedsReservation { .. } | Refusal::NothingToCapture => {
            business("400.117", Phrase::CaptureTooMuch, &gross)
        }
        Refusal::PartWithoutItems { .. } => Flaw::required(within("items")),
        Refusal::UnknownCapture { .. } => business("400.132", Phrase::UnknownPart, "captureNumber"),
        Refusal::UnknownShipment { .. } => business("400.132", Phrase::UnknownPart, "shippingNumber"),
        Refusal::RefundExceedsCapture { .. } | Refusal::NothingCaptured => {
            business(code::REFUND, Phrase::RefundTooMuch, "captureNumber")
        }
        Refusal::CancelExceedsReservation { .. } | Refusal::NothingToCancel => {
            business(code::VOID, Phrase::VoidTooMuch, &gross)
        }
        Refusal::Ended { .. } => business(code::STATE, Phrase::Ended, "orderNumber"),
        Refusal::ReservationExpired => business(code::EXPIRED, Phrase::Expired, "orderNumber"),
        Refusal::CaptureNumberTaken { .. } => business(code::PART_TAKEN, Phrase::PartTaken, "invoiceNumber"),
        Refusal::RefundNumberTaken { .. } => {
            business(code::PART_TAKEN, Phrase::PartTaken, "creditNoteNumber")
        }
        Refusal::AmountNotPositive | Refusal::Money(MoneyError::TooLarge) => Flaw::out_of_range(gross),
        Refusal::QuantityNotPositive { .. } => Flaw::out_of_range(within("items")),
        Refusal::AmountTooFine { .. } | Refusal::Money(MoneyError::TooPrecise) => Flaw::too_fine(gross),
        Refusal::MayNotGrow => business("200.903", Phrase::Limit, &gross),
        Refusal::BelowTaken { .. } => business("400.117", Phrase::CaptureTooMuch, &gross),
        Refusal::VersionMismatch { .. }
        | Refusal::NotConfirmed
        | Refusal::AlreadyProcessed
        | Refusal::NoPaymentPending
        | Refusal::OutOfStock { .. }
        | Refusal::NothingReserved
        | Refusal::NotDue
        | Refusal::AlreadyReserved
        | Refusal::UnknownLine { .. }
        | Refusal::LineProductMismatch { .. }
        | Refusal::LineQuantityMismatch { .. }
        | Refusal::LineAlreadyReturned { .. }
        | Refusal::ReturnWindowClosed
        | Refusal::NotReturnable => state(),
    };
    flaw.saying(sentence(refusal))
}

/// The refusal as a sentence: what the rules say, with a capital letter and a full stop.
fn sentence(refusal: &Refusal) -> String {
    let text = refusal.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    })
}
