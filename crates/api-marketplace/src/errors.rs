//! What the API answers when it does not do what it was asked: codes, statuses, and one place for every refusal.

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use book::{AuthError, BookError, Reply, chain};
use http_kit::body::BodyError;
use http_kit::query::NotUtf8;
use http_kit::{Answer, Failure};
use order::{AccountRefusal, CodeRefusal, MembershipRefusal, Refusal};
use schemars::JsonSchema;
use serde::Serialize;

/// An error as the API says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ApiError {
    #[serde(skip)]
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    #[serde(rename = "additionalDetails")]
    details: Vec<String>,
}

/// One documented error: HTTP status, code, message.
pub(crate) type Kind = (StatusCode, &'static str, &'static str);

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:ident $code:literal $message:literal;)+) => {
        $($(#[$doc])* pub(crate) const $name: Kind = (StatusCode::$status, $code, $message);)+
    };
}

kinds! {
    INVALID_RESELLER = NOT_FOUND "1115" "Invalid Reseller";
    INVALID_CUSTOMER = NOT_FOUND "1116" "Invalid Customer";
    INVALID_FIELDS = BAD_REQUEST "1117" "Some Fields are Invalid";
    INVALID_ADDRESS = BAD_REQUEST "1118" "Invalid Address";
    NOT_EDITABLE = BAD_REQUEST "1119" "Some fields are not editable";
    UNEXPECTED_FIELDS = BAD_REQUEST "1121" "Request Contains Additional Unexpected Fields";
    MISSING_FIELDS = BAD_REQUEST "1122" "Request is Missing Required Fields";
    INTERNAL = INTERNAL_SERVER_ERROR "1124" "Internal Server Error. Please try again later";
    BUSY = SERVICE_UNAVAILABLE "1124" "Internal Server Error. Please try again later";
    ACCOUNT_PENDING = BAD_REQUEST "1125" "Account is pending and can not be updated";
    RESELLER_INACTIVE = BAD_REQUEST "1126" "Customer cannot be created because reseller account is inactive";
    INVALID_CHANGE_CODE = NOT_FOUND "1128" "Invalid Reseller Change Code";
    CHANGE_CODE_EXPIRED = NOT_FOUND "1129" "Reseller Change Code is expired";
    CHANGE_DONE = BAD_REQUEST "1131" "Reseller Change is already complete";
    INVALID_SEARCH = BAD_REQUEST "1132" "Invalid value for search parameter";
    OFFSET_RANGE = BAD_REQUEST "1133" "Offset out of range";
    INVALID_OPERATION = BAD_REQUEST "1134" "Invalid operation on path";
    MINIMUM_QUANTITY = BAD_REQUEST "1135" "Minimum quantity out of range";
    PARTNER_NOT_GLOBAL = BAD_REQUEST "1139" "Partner is not enabled for global sales";
    NOT_GLOBAL = BAD_REQUEST "1140" "Customer is not enabled for global sales";
    DEPLOYMENT_COUNTRY = BAD_REQUEST "1141" "Invalid country for deployment";
    SEGMENT_NOT_GLOBAL = BAD_REQUEST "1142" "Market segment is not allowed for global sales";
    GROUP_NOT_FOUND = NOT_FOUND "1143" "Linked Account Group Not Found";
    COMMITTED_NOT_ALLOWED = BAD_REQUEST "1147" "3YC Customer not allowed";
    AGENCY_SEGMENT = BAD_REQUEST "1163" "Market segment not allowed for Large Government Agency";
    AGENCY_NOT_CUSTOMER = BAD_REQUEST "1165" "Large Government Agency is not enabled for customer";
    AGENCY_NOT_GROUP = BAD_REQUEST "1166" "Large Government Agency is not enabled for linked account group";
    AGENCY_COUNTRY = BAD_REQUEST "1167" "Invalid country for Large Government Agency";
    AGENCY_SUBSEGMENT = BAD_REQUEST "1168" "Market subsegment not allowed for Large Government Agency";
    INVALID_ORDER = NOT_FOUND "2115" "Invalid Customer or Order ID";
    INVALID_STATUS = BAD_REQUEST "2116" "Invalid status";
    TOO_MANY_LINES = BAD_REQUEST "2119" "Too many line items";
    QUANTITY_RANGE = BAD_REQUEST "2120" "Line item quantity out of range";
    DUPLICATE_LINES = BAD_REQUEST "2121" "Duplicate line item numbers";
    INVALID_OFFER = BAD_REQUEST "2122" "Line item Offer ID is invalid";
    LINE_NUMBER_RANGE = BAD_REQUEST "2123" "extLineItemNumber out of range";
    REFERENCE_TOO_LONG = BAD_REQUEST "2126" "externalReferenceId exceeds maximum character limit";
    RETURN_NOT_ALLOWED = BAD_REQUEST "2127" "Order cancellation is not allowed";
    RETURN_OFFER_MISMATCH = BAD_REQUEST "2130" "Line item Offer ID does not match the original order";
    RETURN_LINE_MISMATCH = BAD_REQUEST "2131" "Line item number does not match the original order";
    RETURN_QUANTITY_MISMATCH = BAD_REQUEST "2132" "Line item quantity does not match the original order";
    LINE_RETURNED = BAD_REQUEST "2133" "Line item has already been returned";
    RETURN_TOO_LATE = BAD_REQUEST "2134" "The order cannot be returned as the order already expired";
    PROGRAM_NOT_ALLOWED = BAD_REQUEST "2124" "Distributor is not allowed to sell the program";
    REGION_CURRENCY = BAD_REQUEST "2125" "Distributor is not allowed to sell in the currency for the region";
    WRONG_SEGMENT = BAD_REQUEST "2135" "Invalid market segment used for customer";
    CURRENCY_OF_ORDER = BAD_REQUEST "2137" "Currency code is not aligned with the deployment";
    DEPLOYMENT_NOT_ALLOWED = BAD_REQUEST "2139" "Deployment is not allowed for this contract";
    INVALID_DEPLOYMENT = NOT_FOUND "2138" "Invalid Deployment";
    NOTHING_RENEWS = BAD_REQUEST "2136" "Please review the renewal settings. Auto-renewal needs to be turned on for at least 1 quantity";
    INVALID_CURRENCY = BAD_REQUEST "2128" "Currency is not valid for Offer ID";
    NOT_ELIGIBLE = BAD_REQUEST "2129" "Customer is not eligible to purchase Offer ID";
    CURRENCY_TWICE = BAD_REQUEST "2140" "Order contains order level currency and line-item level currency";
    NOT_QUALIFIED = BAD_REQUEST "2141" "Customer is not qualified for the promotion";
    CODE_SPENT = BAD_REQUEST "2142" "This Flexible Discount is for one time use and is no longer available";
    CODE_NOT_COMBINABLE = BAD_REQUEST "2144" "Flexible Discount cannot be applied in combination with other discounts";
    CODE_NOT_BASE = BAD_REQUEST "2145" "Flexible discount codes cannot be applied to non-base products";
    INVALID_CODE = BAD_REQUEST "2146" "Invalid Flexible Discount Code";
    ONE_CODE = BAD_REQUEST "2147" "Only one flexible discount code is allowed per line item";
    MANY_CURRENCIES = BAD_REQUEST "2148" "Invalid pricing request for multiple currencies";
    SWITCH_QUANTITY = BAD_REQUEST "2149" "Switch plan error: Requested quantity and cancel quantity must be equal";
    SWITCH_PATH = BAD_REQUEST "2150" "Switch path validity check failed";
    SWITCH_TOO_MANY = BAD_REQUEST "2151" "Requested quantity must be less than or equal to the active subscription quantity";
    SWITCH_ONE_ITEM = BAD_REQUEST "2152" "Only one item supported for switch";
    SWITCH_MISMATCH = BAD_REQUEST "2153" "Line item and cancelling line item mismatch";
    SWITCH_NOT_SUPPORTED = BAD_REQUEST "2154" "Switch is not supported";
    RENEWED_ALREADY = BAD_REQUEST "2164" "All subscriptions are already renewed";
    CODE_FOR_COMMITTED = BAD_REQUEST "2166" "Flexible Discount is only for customers with a Three-Year Commit";
    INVALID_SUBSCRIPTION = NOT_FOUND "3115" "Invalid Customer or Subscription ID";
    SWITCH_SUBSCRIPTION = BAD_REQUEST "3115" "Invalid Customer or Subscription ID";
    RENEWAL_QUANTITY = BAD_REQUEST "3116" "renewalQuantity out of range";
    CURRENT_QUANTITY = BAD_REQUEST "3117" "currentQuantity out of range";
    ORDER_QUANTITY = BAD_REQUEST "3118" "orderQuantity out of range";
    SUBSCRIPTION_ENDED = BAD_REQUEST "3119" "Inactive Subscription is not Editable";
    INVALID_RENEWAL = BAD_REQUEST "3120" "Update could not be performed because it would create an invalid renewal order";
    SUBSCRIPTION_ACTIVE = BAD_REQUEST "3121" "Subscription is Active (not allowed for renewal)";
    NOT_IN_WINDOW = BAD_REQUEST "3122" "Not within Renewal Window";
    OFFER_EXPIRED = BAD_REQUEST "3123" "Line Item offer id has expired";
    EARLY_RENEWAL_OPEN = BAD_REQUEST "3131" "Early renewal in progress. Invalid order type";
    INELIGIBLE_PRODUCT = BAD_REQUEST "3132" "Ineligible product for orderType";
    FINAL_TERM = BAD_REQUEST "3133" "Early renewal is not allowed for customers in final 3YC term";
    INVALID_MEMBERSHIP = NOT_FOUND "5115" "Invalid Membership ID";
    INVALID_TRANSFER = NOT_FOUND "5116" "Invalid Membership or Transfer ID";
    NOT_TRANSFERABLE = BAD_REQUEST "5117" "Customer is not eligible for transfer";
    TRANSFERRED = BAD_REQUEST "5118" "Customer has already been transferred";
    TRANSFER_RESELLER = BAD_REQUEST "5119" "Customer cannot be transferred because reseller account is inactive";
    TRANSFER_NO_ADMIN = BAD_REQUEST "5120" "Customer cannot be transferred because there are no admin contacts";
    TRANSFER_IN_PROGRESS = BAD_REQUEST "5121" "Transfer currently in progress for this customer";
    NO_ORDERS = BAD_REQUEST "5122" "Order placement is currently unavailable. Please try again later.";
    RENEWAL_CODE = BAD_REQUEST "5123" "Invalid Discount Code";
    RENEWAL_CODE_QUANTITY = BAD_REQUEST "5124" "Invalid Renewal Quantity for Discount Code";
    RENEWAL_CODE_REQUEST = BAD_REQUEST "5125" "Invalid Request for Discount Code";
    RENEWAL_CODE_CURRENT = BAD_REQUEST "5126" "Invalid Current Quantity for Discount Code";
    RENEWAL_CODE_REGULAR = BAD_REQUEST "5128" "Discount code not applicable for regular customer";
    RENEWAL_CODE_COMMITTED = BAD_REQUEST "5129" "Discount Code not applicable for 3yc committed quantity";
    LEAST_ORDER = BAD_REQUEST "5131" "Invalid Order Quantity for Discount Code";
    BELOW_LEAST_ORDER = BAD_REQUEST "5133" "Order cancellation not allowed below MOQ quantity";
    RENEWAL_CODE_BOUND = BAD_REQUEST "5134" "Could not turn off Auto Renewal for MOQ offer";
    DISCOUNT_CODE = BAD_REQUEST "5135" "Invalid Discount Code";
    RECOMMENDATION_COUNTRY = BAD_REQUEST "5136" "Not allowed to fetch Recommendations for Country";
    RECOMMENDATION_LANGUAGE = BAD_REQUEST "5137" "Not allowed to fetch Recommendations for language";
    INVALID_API_KEY = FORBIDDEN "4115" "Api Key is invalid or missing";
    INVALID_TOKEN = UNAUTHORIZED "4116" "Authorization token is invalid";
    MISSING_TOKEN = FORBIDDEN "4117" "Authorization token is missing";
    TOO_MANY_REQUESTS = SERVICE_UNAVAILABLE "4118" "Too many requests";
    INVALID_CORRELATION = BAD_REQUEST "4119" "Correlation ID is Invalid or Missing";
    DUPLICATE_REQUEST = BAD_REQUEST "4120" "Duplicate request id, same requestId has already been processed";
    IN_PROGRESS = BAD_REQUEST "4122" "This request is already being processed. Please wait a moment and try again";
    NOT_ALLOWED = FORBIDDEN "4121" "Not allowed to perform that action on this resource";
}

impl ApiError {
    /// An error without details.
    pub(crate) fn new((status, code, message): Kind) -> Self {
        Self {
            status,
            code,
            message,
            details: Vec::new(),
        }
    }

    /// An error that says what it is about: field paths, line items, reasons.
    pub(crate) fn about(kind: Kind, details: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            details: details.into_iter().map(Into::into).collect(),
            ..Self::new(kind)
        }
    }

    /// An error about one line item.
    pub(crate) fn line(kind: Kind, line: i64, reason: &str) -> Self {
        Self::about(kind, [format!("Line Item: {line}, Reason: {reason}")])
    }

    /// Whether the failure is the server's own: such an answer is not kept, and the same call may be made again.
    pub(crate) fn is_ours(&self) -> bool {
        self.status.is_server_error()
    }

    pub(crate) fn answer(&self) -> Answer {
        Answer::json(self.status, self)
    }

    /// The error as it is kept under a correlation id.
    pub(crate) fn reply(&self) -> Reply {
        Reply {
            status: self.status.as_u16(),
            body: serde_json::to_string(self).unwrap_or_default(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.answer().into_response()
    }
}

/// How the API says what the server itself refuses or fails at.
pub fn refuse(failure: Failure, _method: &Method) -> Answer {
    let (code, message) = match failure {
        Failure::NotFound | Failure::MethodNotAllowed => ("1120", "Invalid API path or method"),
        Failure::BadUrl | Failure::TooLarge { .. } | Failure::TimedOut | Failure::Interrupted => {
            (INVALID_FIELDS.1, "Bad request")
        }
        Failure::TooManyRequests { .. } | Failure::Overloaded { .. } => {
            (TOO_MANY_REQUESTS.1, TOO_MANY_REQUESTS.2)
        }
        Failure::Internal => (INTERNAL.1, INTERNAL.2),
    };
    let answer = ApiError {
        status: failure.status(),
        code,
        message,
        details: vec![failure.sentence()],
    }
    .answer();
    match failure {
        Failure::TooManyRequests { retry_after_seconds } | Failure::Overloaded { retry_after_seconds } => {
            answer.with(axum::http::header::RETRY_AFTER, retry_after_seconds.into())
        }
        Failure::NotFound
        | Failure::MethodNotAllowed
        | Failure::BadUrl
        | Failure::TooLarge { .. }
        | Failure::TimedOut
        | Failure::Interrupted
        | Failure::Internal => answer,
    }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        let failure = Failure::from(error);
        Self {
            status: failure.status(),
            code: INVALID_FIELDS.1,
            message: "Bad request",
            details: vec![failure.sentence()],
        }
    }
}

/// The caller did nothing wrong: the cause goes into the log and nowhere else.
impl From<BookError> for ApiError {
    fn from(error: BookError) -> Self {
        tracing::error!(error = chain(&error), "a request failed");
        if error.is_passing() {
            Self::new(BUSY)
        } else {
            Self::new(INTERNAL)
        }
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Denied => Self::new(INVALID_TOKEN),
            AuthError::Book(error) => error.into(),
        }
    }
}

/// A path or a query that is no text names nothing that exists.
impl From<NotUtf8> for ApiError {
    fn from(_error: NotUtf8) -> Self {
        Self::about(INVALID_FIELDS, [Failure::BadUrl.sentence()])
    }
}

/// Every reason for which the rules of accounts refuse something.
impl From<&AccountRefusal> for ApiError {
    fn from(refusal: &AccountRefusal) -> Self {
        match refusal {
            AccountRefusal::UnknownSubscription { .. } => Self::new(INVALID_SUBSCRIPTION),
            AccountRefusal::Ended { id } => Self::about(SUBSCRIPTION_ENDED, [id.clone()]),
            AccountRefusal::StillRuns { id } => Self::about(SUBSCRIPTION_ACTIVE, [id.clone()]),
            AccountRefusal::RenewedAlready { id } => Self::about(RENEWED_ALREADY, [id.clone()]),
            AccountRefusal::MoreThanBefore { id } => Self::about(ORDER_QUANTITY, [id.clone()]),
            AccountRefusal::NotApproved => Self::new(INVALID_CHANGE_CODE),
            AccountRefusal::NotInWindow => Self::new(NOT_IN_WINDOW),
            AccountRefusal::Busy { id } => Self::about(IN_PROGRESS, [id.clone()]),
            AccountRefusal::MoreThanThereAre { id } => Self::about(SWITCH_TOO_MANY, [id.clone()]),
            AccountRefusal::SubscribedAlready { .. } => Self::about(INVALID_FIELDS, ["offerId"]),
            AccountRefusal::NothingRenews => Self::new(NOTHING_RENEWS),
            AccountRefusal::Pending => Self::new(ACCOUNT_PENDING),
            AccountRefusal::EarlyRenewalOpen => Self::new(EARLY_RENEWAL_OPEN),
            AccountRefusal::FinalTerm => Self::new(FINAL_TERM),
            AccountRefusal::BelowCommitment => Self::about(RETURN_NOT_ALLOWED, ["Reason: THREE_YEAR_COMMIT"]),
            AccountRefusal::BelowLeastOrder { line } => Self::line(BELOW_LEAST_ORDER, *line, "QUANTITY"),
            AccountRefusal::InvalidRenewal => Self::about(INVALID_RENEWAL, ["Reason: THREE_YEAR_COMMIT"]),
            AccountRefusal::NothingRequested => Self::about(INVALID_FIELDS, ["benefits"]),
            AccountRefusal::Spent { line, code } => Self::line(CODE_SPENT, *line, code),
            AccountRefusal::Code(refusal) => Self::new(match refusal {
                CodeRefusal::Unknown => RENEWAL_CODE,
                CodeRefusal::DoesNotRenew => RENEWAL_CODE_REQUEST,
                CodeRefusal::NoCommitment => RENEWAL_CODE_REGULAR,
                CodeRefusal::CommittedToFewer => RENEWAL_CODE_COMMITTED,
                CodeRefusal::TooManyAlready => RENEWAL_CODE_CURRENT,
                CodeRefusal::TooFew => RENEWAL_CODE_QUANTITY,
                CodeRefusal::Bound => RENEWAL_CODE_BOUND,
            }),
            AccountRefusal::Order(refusal) => Self::from(refusal),
        }
    }
}

/// Every reason for which a membership can't be taken over.
impl From<MembershipRefusal> for ApiError {
    fn from(refusal: MembershipRefusal) -> Self {
        Self::new(match refusal {
            MembershipRefusal::Transferred => TRANSFERRED,
            MembershipRefusal::InProgress => TRANSFER_IN_PROGRESS,
        })
    }
}

/// Every reason for which the rules refuse something, in the API's words. What this API can never ask for (captures,
/// refunds, shipments) is a failure of ours and says so.
impl From<&Refusal> for ApiError {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::UnknownOrder => Self::new(INVALID_ORDER),
            Refusal::UnknownLine { line } => Self::line(RETURN_LINE_MISMATCH, *line, "NOT_IN_ORDER"),
            Refusal::LineProductMismatch { line, product } => {
                Self::line(RETURN_OFFER_MISMATCH, *line, &format!("OFFER_ID {product}"))
            }
            Refusal::LineQuantityMismatch { line } => Self::line(RETURN_QUANTITY_MISMATCH, *line, "QUANTITY"),
            Refusal::LineAlreadyReturned { line } => Self::line(LINE_RETURNED, *line, "ALREADY_RETURNED"),
            Refusal::ReturnWindowClosed => Self::new(RETURN_TOO_LATE),
            Refusal::NotReturnable => Self::about(RETURN_NOT_ALLOWED, [refusal.to_string()]),
            Refusal::Ended { .. } | Refusal::NotConfirmed | Refusal::AlreadyProcessed => {
                Self::about(INVALID_STATUS, [refusal.to_string()])
            }
            Refusal::QuantityNotPositive { product } => Self::about(QUANTITY_RANGE, [product.clone()]),
            Refusal::Money(_)
            | Refusal::AmountNotPositive
            | Refusal::AmountTooFine { .. }
            | Refusal::GrossMismatch { .. }
            | Refusal::NetMismatch { .. } => Self::about(INVALID_FIELDS, [refusal.to_string()]),
            Refusal::VersionMismatch { .. }
            | Refusal::NumberTaken { .. }
            | Refusal::AlreadyExists
            | Refusal::MethodNotAllowed { .. }
            | Refusal::OutOfStock { .. }
            | Refusal::NoPaymentPending
            | Refusal::NothingReserved
            | Refusal::ReservationExpired
            | Refusal::NotDue
            | Refusal::MayNotGrow
            | Refusal::BelowTaken { .. }
            | Refusal::AlreadyReserved
            | Refusal::CaptureExceedsReservation { .. }
            | Refusal::PartWithoutItems { .. }
            | Refusal::NothingToCapture
            | Refusal::CancelExceedsReservation { .. }
            | Refusal::RefundExceedsCapture { .. }
            | Refusal::NothingCaptured
            | Refusal::NothingToCancel
            | Refusal::UnknownCapture { .. }
            | Refusal::CaptureNumberTaken { .. }
            | Refusal::RefundNumberTaken { .. }
            | Refusal::UnknownShipment { .. } => {
                tracing::error!(%refusal, "the rules refused what this API can't have asked for");
                Self::new(INTERNAL)
            }
        }
    }
}
