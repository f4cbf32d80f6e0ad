//! What must hold of every order, whatever has happened to it.

use crate::{Amount, MoneyError, Order};

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A sum leaves the range of an amount.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// More was captured and released than was ever reserved.
    #[error("reserved {reserved} is less than captured {captured} and cancelled {cancelled}")]
    Overdrawn {
        /// All that was reserved.
        reserved: Amount,
        /// All that was captured.
        captured: Amount,
        /// All that was released.
        cancelled: Amount,
    },
    /// More was given back of a capture than was taken.
    #[error("capture {capture} of {amount} has {refunded} refunded")]
    Overrefunded {
        /// The capture's number.
        capture: String,
        /// How much was captured.
        amount: Amount,
        /// How much was given back.
        refunded: Amount,
    },
    /// The refunds do not add up to what the captures say was given back.
    #[error("the refunds come to {refunds}, the captures say {refunded}")]
    RefundsDiffer {
        /// What the refunds come to.
        refunds: Amount,
        /// What the captures say.
        refunded: Amount,
    },
    /// An amount is below zero.
    #[error("the {what} is below zero: {amount}")]
    Negative {
        /// Which amount.
        what: &'static str,
        /// How much.
        amount: Amount,
    },
    /// More of a line was handed back than was sold.
    #[error("more of {product} was returned than was sold")]
    Overreturned {
        /// The product.
        product: String,
    },
    /// Two captures, refunds or cancellations have the same number.
    #[error("the number {number} is given twice")]
    NumberTwice {
        /// The number.
        number: String,
    },
}

/// Checks everything that must hold of an order.
///
/// # Errors
/// The first thing that does not hold.
pub fn check(order: &Order) -> Result<(), Violation> {
    check_sums(order)?;
    check_captures(order)?;
    check_numbers(order)?;
    match order.lines.iter().find(|line| line.returned > line.item.quantity) {
        Some(line) => Err(Violation::Overreturned {
            product: line.item.product.clone(),
        }),
        None => Ok(()),
    }
}

fn check_sums(order: &Order) -> Result<(), Violation> {
    let (reserved, captured, cancelled) = (order.reserved()?, order.captured()?, order.cancelled()?);
    let authorised = order.reservation.as_ref().map(|held| held.authorised);
    for (what, amount) in [
        ("authorised amount", authorised.unwrap_or_default()),
        ("reservation", reserved),
        ("captured sum", captured),
        ("cancelled sum", cancelled),
        (
            "cancellation",
            least(order.cancellations.iter().map(|released| released.amount)),
        ),
        ("refund", least(order.refunds.iter().map(|refund| refund.amount))),
    ] {
        if amount.is_negative() {
            return Err(Violation::Negative { what, amount });
        }
    }
    if order.remaining()?.is_negative() {
        return Err(Violation::Overdrawn {
            reserved,
            captured,
            cancelled,
        });
    }
    Ok(())
}

/// The least of amounts; zero when there are none.
fn least(amounts: impl Iterator<Item = Amount>) -> Amount {
    amounts.min().unwrap_or_default()
}

fn check_captures(order: &Order) -> Result<(), Violation> {
    for capture in &order.captures {
        if capture.amount.is_negative() || capture.refunded.is_negative() {
            let amount = capture.amount.min(capture.refunded);
            return Err(Violation::Negative {
                what: "capture",
                amount,
            });
        }
        if capture.refunded > capture.amount {
            return Err(Violation::Overrefunded {
                capture: capture.number.clone(),
                amount: capture.amount,
                refunded: capture.refunded,
            });
        }
    }
    // What another system says was refunded need not be the sum of the refunds that it lists.
    let (refunds, refunded) = (
        Amount::sum(order.refunds.iter().map(|refund| refund.amount))?,
        order.refunded()?,
    );
    if !order.imported && refunds != refunded {
        return Err(Violation::RefundsDiffer { refunds, refunded });
    }
    Ok(())
}

fn check_numbers(order: &Order) -> Result<(), Violation> {
    let captures = order.captures.iter().map(|capture| capture.number.as_str());
    let refunds = order.refunds.iter().map(|refund| refund.number.as_str());
    let cancellations = order
        .cancellations
        .iter()
        .map(|cancellation| cancellation.number.as_str());
    // Another system may count its captures and refunds as it likes.
    if order.imported {
        return Ok(());
    }
    for mut numbers in [
        captures.collect::<Vec<_>>(),
        refunds.collect(),
        cancellations.collect(),
    ] {
        numbers.sort_unstable();
        if let Some(pair) = numbers.windows(2).find(|pair| pair.first() == pair.last()) {
            return Err(Violation::NumberTwice {
                number: pair.first().copied().unwrap_or_default().to_owned(),
            });
        }
    }
    Ok(())
}
