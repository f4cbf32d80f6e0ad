//! What many orders come to: sums that may leave the range of one amount.

use crate::{Amount, MoneyError, Order};
use rust_decimal::Decimal;
use std::fmt;

/// The exact sum of any number of amounts of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum(Decimal);

impl Sum {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// The number itself.
    pub fn decimal(self) -> Decimal {
        self.0
    }

    /// The sum of both.
    ///
    /// # Errors
    /// When it has more than the 28 digits that a decimal holds.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        let sum = self.0.checked_add(other.0).ok_or(MoneyError::TooLarge)?;
        // A sum that would not fit is rounded without a word.
        let is_exact = sum.checked_sub(other.0) == Some(self.0) && sum.checked_sub(self.0) == Some(other.0);
        if is_exact {
            Ok(Self(sum.normalize()))
        } else {
            Err(MoneyError::TooLarge)
        }
    }

    /// The difference.
    ///
    /// # Errors
    /// See [`Sum::plus`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.plus(Self(Decimal::ZERO.saturating_sub(other.0)))
    }
}

impl From<Amount> for Sum {
    fn from(amount: Amount) -> Self {
        Self(amount.decimal())
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.normalize().fmt(f)
    }
}

/// What orders of one currency come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Their totals with VAT.
    pub ordered: Sum,
    /// All that was ever reserved.
    pub reserved: Sum,
    /// What was taken of it.
    pub captured: Sum,
    /// What was given back of that.
    pub refunded: Sum,
    /// What was released.
    pub cancelled: Sum,
}

impl Figures {
    /// What one order comes to.
    ///
    /// # Errors
    /// When one of its sums leaves the range of an amount.
    pub fn of(order: &Order) -> Result<Self, MoneyError> {
        Ok(Self {
            ordered: order.gross.into(),
            reserved: order.reserved()?.into(),
            captured: order.captured()?.into(),
            refunded: order.refunded()?.into(),
            cancelled: order.cancelled()?.into(),
        })
    }

    /// Both together.
    ///
    /// # Errors
    /// See [`Sum::plus`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, Sum::plus)
    }

    /// What is left without the other.
    ///
    /// # Errors
    /// See [`Sum::plus`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, Sum::minus)
    }

    fn with(
        self,
        other: Self,
        joined: impl Fn(Sum, Sum) -> Result<Sum, MoneyError>,
    ) -> Result<Self, MoneyError> {
        Ok(Self {
            ordered: joined(self.ordered, other.ordered)?,
            reserved: joined(self.reserved, other.reserved)?,
            captured: joined(self.captured, other.captured)?,
            refunded: joined(self.refunded, other.refunded)?,
            cancelled: joined(self.cancelled, other.cancelled)?,
        })
    }

    /// As decimal texts: ordered, reserved, captured, refunded, cancelled.
    pub fn texts(&self) -> [String; 5] {
        let sums = [
            self.ordered,
            self.reserved,
            self.captured,
            self.refunded,
            self.cancelled,
        ];
        sums.map(|sum| sum.to_string())
    }

    /// Reads what [`Figures::texts`] writes.
    pub fn parse(texts: &[String; 5]) -> Option<Self> {
        let [ordered, reserved, captured, refunded, cancelled] =
            texts.each_ref().map(|text| Sum::parse(text));
        Some(Self {
            ordered: ordered?,
            reserved: reserved?,
            captured: captured?,
            refunded: refunded?,
            cancelled: cancelled?,
        })
    }
}

impl Amount {
    /// How many whole ten-thousandths it has, rounded down: an integer that sorts as amounts do, for indexes.
    pub fn ten_thousandths(self) -> i64 {
        let scaled = self.decimal().checked_mul(Decimal::from(10_000));
        scaled
            .and_then(|scaled| i64::try_from(scaled.floor()).ok())
            .unwrap_or(if self.is_negative() { i64::MIN } else { i64::MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::{Figures, Sum};
    use crate::{Amount, MoneyError};

    fn sum(text: &str) -> Sum {
        Sum::parse(text).unwrap()
    }

    #[test]
    fn sums_are_exact_or_refused() {
        let both = sum("999999999999.99").plus(sum("0.01")).unwrap();
        assert_eq!(both.to_string(), "1000000000000");
        assert_eq!(both.minus(both).unwrap(), Sum::default());
        assert_eq!(sum("0.10").minus(sum("0.30")).unwrap().to_string(), "-0.2");
        let large = sum("79228162514264337593543950335");
        assert_eq!(large.plus(sum("1")), Err(MoneyError::TooLarge));
        assert_eq!(large.plus(sum("0.1")), Err(MoneyError::TooLarge), "not rounded");
    }

    #[test]
    fn figures_are_written_and_read_back() {
        let one = Figures {
            ordered: sum("10.5"),
            captured: sum("3"),
            ..Figures::default()
        };
        let twice = one.plus(one).unwrap();
        assert_eq!(twice.texts(), ["21", "0", "6", "0", "0"]);
        assert_eq!(Figures::parse(&twice.texts()), Some(twice));
        assert_eq!(twice.minus(one), Ok(one));
        assert_eq!(
            Figures::parse(&["1", "1", "1", "1", "x"].map(str::to_owned)),
            None
        );
    }

    #[test]
    fn ten_thousandths_sort_as_amounts_do() {
        for (amount, whole) in [
            ("0", 0),
            ("1.23456", 12_345),
            ("-0.00001", -1),
            ("999999999999.999999999999", 9_999_999_999_999_999),
        ] {
            let amount = Amount::new(amount.parse().unwrap()).unwrap();
            assert_eq!(amount.ten_thousandths(), whole, "{amount}");
        }
    }
}
