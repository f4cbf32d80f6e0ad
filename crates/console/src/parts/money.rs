//! What an order's money comes to.

use order::{Amount, Currency, MoneyError, Order};

/// What an order's money comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Money {
    pub(crate) currency: Currency,
    pub(crate) total: Amount,
    pub(crate) reserved: Amount,
    pub(crate) captured: Amount,
    pub(crate) refunded: Amount,
    pub(crate) cancelled: Amount,
    pub(crate) remaining: Amount,
}

impl Money {
    pub(crate) fn of(order: &Order) -> Result<Self, MoneyError> {
        Ok(Self {
            currency: order.currency,
            total: order.gross,
            reserved: order.reserved()?,
            captured: order.captured()?,
            refunded: order.refunded()?,
            cancelled: order.cancelled()?,
            remaining: order.remaining()?,
        })
    }

    /// The sums with their names, in the order in which they are shown.
    pub(crate) fn sums(&self) -> [(&'static str, Amount); 5] {
        [
            ("Reserved", self.reserved),
            ("Captured", self.captured),
            ("Refunded", self.refunded),
            ("Cancelled", self.cancelled),
            ("Remaining", self.remaining),
        ]
    }
}
