//! How refusals and failures are said: `{"exceptionType", "errorMessage"}` by the API, `{"error",
//! "error_description"}` where it is about the token.

use crate::auth::mark_version;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use book::{BookError, chain};
use http_kit::body::{BodyError, JsonError};
use http_kit::query::NotUtf8;
use http_kit::{Answer, Failure};
use order::Refusal;
use schemars::JsonSchema;
use serde::Serialize;

/// Why an operation does not give what was asked for.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// No token was shown.
    NoToken,
    /// The token opens nothing.
    BadToken,
    /// The credential may look and not change.
    ReadOnly,
    /// The operation is the client's own, and the token a user's.
    NotForUsers,
    /// The operation is a user's, and the token the client's own.
    OnlyForUsers,
    /// The client has no calls left.
    TooManyCalls {
        /// In how many seconds it has.
        retry_seconds: u32,
    },
    /// The request is malformed; the text names the member.
    Invalid(String),
    /// The merchant has no such order.
    OrderNotFound {
        /// As the client named it.
        id: String,
    },
    /// The merchant has no such customer.
    CustomerNotFound {
        /// Their number.
        customer: i64,
    },
    /// The idempotency key belongs to another request.
    KeyReused,
    /// The rules say no.
    Refused(Refusal),
    /// The server itself can't.
    Failed(Failure),
    /// The book can't.
    Book(BookError),
}

impl From<JsonError> for ApiError {
    fn from(error: JsonError) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<NotUtf8> for ApiError {
    fn from(_error: NotUtf8) -> Self {
        Self::Failed(Failure::BadUrl)
    }
}

impl From<BookError> for ApiError {
    fn from(error: BookError) -> Self {
        Self::Book(error)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// An error of the API.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Exception<'e> {
    #[serde(rename = "exceptionType")]
    kind: &'e str,
    #[serde(rename = "errorMessage")]
    message: &'e str,
}

/// An error about the token (RFC 6750).
#[derive(Serialize, JsonSchema)]
pub(crate) struct TokenError<'e> {
    error: &'e str,
    error_description: &'e str,
}

const VALIDATION: &str = "ValidationException";

impl ApiError {
    /// The error as clients know it.
    pub(crate) fn answer(&self) -> Answer {
        match self {
            Self::NoToken => no_token("an access token is needed", "Bearer"),
            Self::BadToken => no_token(
                "the access token is unknown or has expired",
                "Bearer error=\"invalid_token\"",
            ),
            Self::ReadOnly => forbidden("this client may read, not write"),
            Self::NotForUsers => forbidden("this takes a token of the client itself (client_credentials)"),
            Self::OnlyForUsers => forbidden("this takes a token of a user (authorization_code)"),
            Self::TooManyCalls { retry_seconds } => exception(
                StatusCode::TOO_MANY_REQUESTS,
                TOO_MANY,
                "too many calls, try again later",
            )
            .with(RETRY_AFTER, (*retry_seconds).into()),
            Self::Invalid(message) => exception(StatusCode::BAD_REQUEST, VALIDATION, message),
            Self::OrderNotFound { id } => exception(
                StatusCode::BAD_REQUEST,
                "OrderNotFoundException",
                &format!("there is no order {}", shortened(id)),
            ),
            Self::CustomerNotFound { customer } => exception(
                StatusCode::BAD_REQUEST,
                "CustomerNotFoundException",
                &format!("there is no customer {customer}"),
            ),
            Self::KeyReused => exception(
                StatusCode::BAD_REQUEST,
                "IdempotencyException",
                "the Idempotency-Key has been used for another request",
            ),
            Self::Refused(refusal) => {
                exception(StatusCode::BAD_REQUEST, kind_of(refusal), &refusal.to_string())
            }
            Self::Failed(failure) => failed(*failure),
            Self::Book(error) => book_failed(error),
        }
    }
}

/// The status that an error has by itself, where it is not said as JSON. What is behind it goes into the log.
pub(crate) fn status_of(error: &ApiError) -> StatusCode {
    error.answer().status
}

/// What sort of error each refusal is. All of them are within 400, the one status that the API documents for what a
/// caller did.
fn kind_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownOrder => "OrderNotFoundException",
        Refusal::NumberTaken { .. }
        | Refusal::AlreadyExists
        | Refusal::CaptureNumberTaken { .. }
        | Refusal::RefundNumberTaken { .. } => "DuplicateException",
        Refusal::Ended { .. }
        | Refusal::VersionMismatch { .. }
        | Refusal::NotConfirmed
        | Refusal::AlreadyProcessed
        | Refusal::NoPaymentPending
        | Refusal::NothingReserved
        | Refusal::ReservationExpired
        | Refusal::NotDue
        | Refusal::MayNotGrow
        | Refusal::BelowTaken { .. }
        | Refusal::AlreadyReserved
        | Refusal::PartWithoutItems { .. }
        | Refusal::NothingToCapture
        | Refusal::NothingCaptured
        | Refusal::NothingToCancel
        | Refusal::LineAlreadyReturned { .. }
        | Refusal::ReturnWindowClosed
        | Refusal::NotReturnable => "OrderStatusException",
        Refusal::MethodNotAllowed { .. } => "PaymentMethodException",
        Refusal::OutOfStock { .. } => "OutOfStockException",
        Refusal::CaptureExceedsReservation { .. }
        | Refusal::CancelExceedsReservation { .. }
        | Refusal::RefundExceedsCapture { .. }
        | Refusal::UnknownCapture { .. }
        | Refusal::UnknownShipment { .. }
        | Refusal::AmountNotPositive
        | Refusal::AmountTooFine { .. }
        | Refusal::QuantityNotPositive { .. }
        | Refusal::GrossMismatch { .. }
        | Refusal::NetMismatch { .. }
        | Refusal::Money(_)
        | Refusal::UnknownLine { .. }
        | Refusal::LineProductMismatch { .. }
        | Refusal::LineQuantityMismatch { .. } => VALIDATION,
    }
}

/// The exception of a client that calls too often.
const TOO_MANY: &str = "TooManyRequestsException";

/// How Connect says what the server itself refuses or fails at.
pub fn refuse(failure: Failure, _method: &Method) -> Answer {
    let mut answer = failed(failure);
    mark_version(&mut answer);
    answer
}

fn failed(failure: Failure) -> Answer {
    let kind = match failure {
        Failure::NotFound => "NotFoundException",
        Failure::MethodNotAllowed => "MethodNotAllowedException",
        Failure::BadUrl | Failure::Interrupted => VALIDATION,
        Failure::TooLarge { .. } => "RequestTooLargeException",
        Failure::TimedOut => "TimeoutException",
        Failure::TooManyRequests { .. } => TOO_MANY,
        Failure::Overloaded { .. } => "ServiceUnavailableException",
        Failure::Internal => "ServerException",
    };
    let mut answer = exception(failure.status(), kind, &failure.sentence());
    if let Failure::TooManyRequests { retry_after_seconds } | Failure::Overloaded { retry_after_seconds } =
        failure
    {
        answer.headers.insert(RETRY_AFTER, retry_after_seconds.into());
    }
    answer
}

/// The reason goes into the log, and never into the answer.
fn book_failed(error: &BookError) -> Answer {
    if error.is_passing() {
        tracing::warn!(error = chain(error), "the database could not be used");
        return failed(Failure::Overloaded {
            retry_after_seconds: 1,
        });
    }
    tracing::error!(error = chain(error), "a request failed");
    failed(Failure::Internal)
}

fn no_token(description: &str, challenge: &'static str) -> Answer {
    let body = TokenError {
        error: "invalid_token",
        error_description: description,
    };
    Answer::json(StatusCode::UNAUTHORIZED, &body).with(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

fn forbidden(description: &str) -> Answer {
    let body = TokenError {
        error: "insufficient_scope",
        error_description: description,
    };
    Answer::json(StatusCode::FORBIDDEN, &body).with(
        WWW_AUTHENTICATE,
        HeaderValue::from_static("Bearer error=\"insufficient_scope\""),
    )
}

fn exception(status: StatusCode, kind: &str, message: &str) -> Answer {
    Answer::json(status, &Exception { kind, message })
}

/// As much of an id as an error repeats: what a client sends may be long.
fn shortened(id: &str) -> &str {
    match id.char_indices().nth(60) {
        Some((end, _)) => id.get(..end).unwrap_or_default(),
        None => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(answer: &Answer) -> String {
        let body = String::from_utf8_lossy(&answer.body);
        format!("{} {body}", answer.status.as_u16())
    }

    /// Every error body is JSON with the two names that clients look for.
    #[test]
    fn exception_type_and_error_message_on_every_api_error() {
        let errors = [
            ApiError::Invalid("payer is missing".to_owned()),
            ApiError::OrderNotFound { id: "7".to_owned() },
            ApiError::CustomerNotFound { customer: 7 },
            ApiError::KeyReused,
            ApiError::TooManyCalls { retry_seconds: 3 },
            ApiError::Refused(Refusal::AmountNotPositive),
            ApiError::Failed(Failure::NotFound),
            ApiError::Failed(Failure::MethodNotAllowed),
            ApiError::Failed(Failure::BadUrl),
            ApiError::Failed(Failure::TooLarge { limit: 10 }),
            ApiError::Failed(Failure::TimedOut),
            ApiError::Failed(Failure::Interrupted),
            ApiError::Failed(Failure::Overloaded {
                retry_after_seconds: 1,
            }),
            ApiError::Failed(Failure::Internal),
        ];
        let all: Vec<_> = errors.iter().map(|error| said(&error.answer())).collect();
        insta::assert_snapshot!(all.join("\n"), @r#"
        400 {"exceptionType":"ValidationException","errorMessage":"payer is missing"}
        400 {"exceptionType":"OrderNotFoundException","errorMessage":"there is no order 7"}
        400 {"exceptionType":"CustomerNotFoundException","errorMessage":"there is no customer 7"}
        400 {"exceptionType":"IdempotencyException","errorMessage":"the Idempotency-Key has been used for another request"}
        429 {"exceptionType":"TooManyRequestsException","errorMessage":"too many calls, try again later"}
        400 {"exceptionType":"ValidationException","errorMessage":"the amount must be above zero"}
        404 {"exceptionType":"NotFoundException","errorMessage":"There is nothing at this path."}
        405 {"exceptionType":"MethodNotAllowedException","errorMessage":"This path does not take this method."}
        400 {"exceptionType":"ValidationException","errorMessage":"The path or the query is not percent-encoded UTF-8."}
        413 {"exceptionType":"RequestTooLargeException","errorMessage":"The body is larger than 10 bytes."}
        408 {"exceptionType":"TimeoutException","errorMessage":"The request took too long."}
        400 {"exceptionType":"ValidationException","errorMessage":"The body ended before it was complete."}
        503 {"exceptionType":"ServiceUnavailableException","errorMessage":"Too many requests are running. Try again in 1 s."}
        500 {"exceptionType":"ServerException","errorMessage":"The server failed to answer. The failure was logged."}
        "#);
    }

    #[test]
    fn error_and_error_description_on_token_errors() {
        let errors = [ApiError::NoToken, ApiError::BadToken, ApiError::ReadOnly];
        let all: Vec<_> = errors
            .iter()
            .map(|error| {
                let answer = error.answer();
                let challenge = answer.headers[WWW_AUTHENTICATE].to_str().unwrap_or_default();
                format!("{} | {challenge}", said(&answer))
            })
            .collect();
        insta::assert_snapshot!(all.join("\n"), @r#"
        401 {"error":"invalid_token","error_description":"an access token is needed"} | Bearer
        401 {"error":"invalid_token","error_description":"the access token is unknown or has expired"} | Bearer error="invalid_token"
        403 {"error":"insufficient_scope","error_description":"this client may read, not write"} | Bearer error="insufficient_scope"
        "#);
    }
}
