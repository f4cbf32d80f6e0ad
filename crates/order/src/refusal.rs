//! Why a command does not happen.
//!
//! A refusal says what stands in the way in the domain's own words. Each dialect turns every one of them into its own
//! error with one exhaustive `match`.

use crate::{Amount, MoneyError};

/// Why a command does not happen. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such order.
    #[error("there is no such order")]
    UnknownOrder,
    /// The order is not in a version that whoever asks has seen.
    #[error("the order is in version {version} by now")]
    VersionMismatch {
        /// The version that it is in.
        version: u64,
    },
    /// The merchant already has an order with this number.
    #[error("the order number {number} is already used")]
    NumberTaken {
        /// The number.
        number: String,
    },
    /// The order has ended: it failed, lapsed or was cancelled.
    #[error("the order is {status} and takes no more of this")]
    Ended {
        /// What it is.
        status: &'static str,
    },
    /// The order has not got as far as this step needs.
    #[error("the order is not confirmed yet")]
    NotConfirmed,
    /// The order has got too far for this step.
    #[error("the order has already been processed")]
    AlreadyProcessed,
    /// The order's payment method does not allow the step.
    #[error("the payment method {method} can't be completed without the payer")]
    MethodNotAllowed {
        /// The method, as its dialect calls it.
        method: String,
    },
    /// There is less in stock than the order takes.
    #[error("there are only {left} of {product} in stock")]
    OutOfStock {
        /// The product.
        product: String,
        /// How many there are.
        left: i64,
    },
    /// No outside payment is waiting for an answer.
    #[error("no payment is waiting for an answer")]
    NoPaymentPending,
    /// Nothing was reserved, so nothing can be taken or released.
    #[error("nothing is reserved on the order")]
    NothingReserved,
    /// The reservation's time is up.
    #[error("the reservation has expired")]
    ReservationExpired,
    /// The reservation's time is not up yet.
    #[error("the reservation has not expired yet")]
    NotDue,
    /// Whoever judges the risk does not agree to a higher total.
    #[error("the order's total may not grow")]
    MayNotGrow,
    /// A new total would be less than what was captured and released already.
    #[error("the new total {wanted} is less than the {taken} that is captured or cancelled already")]
    BelowTaken {
        /// The new total.
        wanted: Amount,
        /// What was captured and released.
        taken: Amount,
    },
    /// The order already has a reservation.
    #[error("the order already has a reservation")]
    AlreadyReserved,
    /// More is to be captured than is left of the reservation.
    #[error("{wanted} is more than the {remaining} that is left to capture")]
    CaptureExceedsReservation {
        /// What was asked for.
        wanted: Amount,
        /// What there is.
        remaining: Amount,
    },
    /// Everything has been captured or released, so nothing is left to capture.
    #[error("nothing is left to capture on the order")]
    NothingToCapture,
    /// A part of what is left is to be captured, and of what was not said.
    #[error("{wanted} is only a part of the {remaining} that is left to capture, so it must name its items")]
    PartWithoutItems {
        /// What was asked for.
        wanted: Amount,
        /// What there is.
        remaining: Amount,
    },
    /// More is to be released than is left of the reservation.
    #[error("{wanted} is more than the {remaining} that is left to cancel")]
    CancelExceedsReservation {
        /// What was asked for.
        wanted: Amount,
        /// What there is.
        remaining: Amount,
    },
    /// More is to be given back than was captured and not given back yet.
    #[error("{wanted} is more than the {refundable} that is left to refund")]
    RefundExceedsCapture {
        /// What was asked for.
        wanted: Amount,
        /// What there is.
        refundable: Amount,
    },
    /// Nothing has been captured, so nothing can be given back.
    #[error("nothing has been captured on the order")]
    NothingCaptured,
    /// Everything has been captured or released, so nothing is left to release.
    #[error("nothing is left to cancel on the order")]
    NothingToCancel,
    /// There is no capture with this number.
    #[error("the order has no capture {number}")]
    UnknownCapture {
        /// The number.
        number: String,
    },
    /// Another capture of the order has this number.
    #[error("the capture number {number} is already used")]
    CaptureNumberTaken {
        /// The number.
        number: String,
    },
    /// Another refund of the order has this number.
    #[error("the refund number {number} is already used")]
    RefundNumberTaken {
        /// The number.
        number: String,
    },
    /// There is no shipment with this number.
    #[error("the capture has no shipment {number}")]
    UnknownShipment {
        /// The number.
        number: i64,
    },
    /// An amount must be above zero.
    #[error("the amount must be above zero")]
    AmountNotPositive,
    /// An amount is finer than the currency's smallest coin.
    #[error("{amount} has more decimals than the currency")]
    AmountTooFine {
        /// The amount.
        amount: Amount,
    },
    /// A quantity must be above zero.
    #[error("the quantity of {product} must be above zero")]
    QuantityNotPositive {
        /// The product.
        product: String,
    },
    /// The gross total is not what the items come to.
    #[error("the gross total {told} is not the {summed} that the items come to")]
    GrossMismatch {
        /// What was said.
        told: Amount,
        /// What it is.
        summed: Amount,
    },
    /// The net total is not what the items come to.
    #[error("the net total {told} is not the {summed} that the items come to")]
    NetMismatch {
        /// What was said.
        told: Amount,
        /// What it is.
        summed: Amount,
    },
    /// An amount leaves the range of what can be counted.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// There is no line with this number.
    #[error("the order has no line {line}")]
    UnknownLine {
        /// The line's number.
        line: i64,
    },
    /// The line sells another product.
    #[error("line {line} is not of {product}")]
    LineProductMismatch {
        /// The line's number.
        line: i64,
        /// What was said.
        product: String,
    },
    /// The line's quantity is another.
    #[error("line {line} can't be returned in this quantity")]
    LineQuantityMismatch {
        /// The line's number.
        line: i64,
    },
    /// The line has been handed back already.
    #[error("line {line} has already been returned")]
    LineAlreadyReturned {
        /// The line's number.
        line: i64,
    },
    /// The time for handing back is over.
    #[error("the time for returning the order is over")]
    ReturnWindowClosed,
    /// Orders of this kind can't be handed back, or not in this state.
    #[error("the order can't be returned")]
    NotReturnable,
    /// The order exists already.
    #[error("the order exists already")]
    AlreadyExists,
}
