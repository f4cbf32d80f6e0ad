//! Exact decimals and currencies.
//!
//! An order has one currency, so amounts inside it are plain decimals of that currency. Unit prices, quantities and
//! VAT per cent may have more decimals than the currency has; whatever is charged, reserved or given back is rounded
//! to the currency's own, half away from zero, and [`Currency::round`] is the one place where that happens.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a number is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// A trillion or more, either way.
    #[error("the amount is too large")]
    TooLarge,
    /// More than twelve decimals.
    #[error("the amount has too many decimals")]
    TooPrecise,
}

/// The exclusive bound of one amount. With twelve decimals it takes 24 of the 28 digits that a decimal holds, so
/// that the sum of ten thousand amounts is still exact.
const BOUND: i64 = 1_000_000_000_000;
/// The most decimals of one amount.
const DECIMALS: u32 = 12;

/// An exact amount of money in its order's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(#[serde(deserialize_with = "bounded")] Decimal);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Takes a decimal as an amount. Its number of decimals is kept: 550.0 stays 550.0.
    ///
    /// # Errors
    /// When it is a trillion or more, or has more than twelve decimals.
    pub fn new(value: Decimal) -> Result<Self, MoneyError> {
        if value.abs() >= Decimal::from(BOUND) {
            return Err(MoneyError::TooLarge);
        }
        if value.normalize().scale() > DECIMALS {
            return Err(MoneyError::TooPrecise);
        }
        Ok(Self(if value.scale() > DECIMALS {
            value.normalize()
        } else {
            value
        }))
    }

    /// The number itself.
    pub fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.0 < Decimal::ZERO
    }

    /// Whether it is above zero.
    pub fn is_positive(self) -> bool {
        self.0 > Decimal::ZERO
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// With the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        let mut value = self.0;
        value.set_sign_negative(value.is_sign_positive());
        Self(if value.is_zero() { value.abs() } else { value })
    }

    /// So many hundredths of it, to twelve decimals, half away from zero.
    ///
    /// # Errors
    /// When it leaves the range of an amount.
    pub fn percent(self, percent: Decimal) -> Result<Self, MoneyError> {
        // Two decimals fewer now leave room for the hundredths.
        let product = exact_product(
            self.0.normalize(),
            percent.normalize(),
            DECIMALS.saturating_sub(2),
        );
        let mut hundredths = product.ok_or(MoneyError::TooLarge)?;
        let scale = hundredths.scale().saturating_add(2);
        hundredths
            .set_scale(scale)
            .map_err(|_error| MoneyError::TooLarge)?;
        Self::new(hundredths)
    }

    /// The sum.
    ///
    /// # Errors
    /// When it leaves the range of an amount.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.0
            .checked_add(other.0)
            .ok_or(MoneyError::TooLarge)
            .and_then(Self::new)
    }

    /// The difference.
    ///
    /// # Errors
    /// When it leaves the range of an amount.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.0
            .checked_sub(other.0)
            .ok_or(MoneyError::TooLarge)
            .and_then(Self::new)
    }

    /// The sum of many.
    ///
    /// # Errors
    /// When it leaves the range of an amount.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many, of whatever a line sells. May have decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(#[serde(deserialize_with = "bounded")] Decimal);

/// Reads a decimal within the bounds of an amount, so that no text can smuggle in one that arithmetic relies on not
/// meeting.
fn bounded<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let value = <Decimal as Deserialize>::deserialize(deserializer)?;
    Amount::new(value)
        .map(Amount::decimal)
        .map_err(serde::de::Error::custom)
}

impl Quantity {
    /// None.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// One.
    pub const ONE: Self = Self(Decimal::ONE);

    /// Takes a decimal as a quantity.
    ///
    /// # Errors
    /// When it is a trillion or more, or has more than twelve decimals.
    pub fn new(value: Decimal) -> Result<Self, MoneyError> {
        Amount::new(value).map(|amount| Self(amount.0))
    }

    /// The number itself.
    pub fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether it is above zero.
    pub fn is_positive(self) -> bool {
        self.0 > Decimal::ZERO
    }

    /// The sum; at the edge of what fits, the edge.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, but never below zero.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).max(Decimal::ZERO))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A currency of ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The currency that a three-letter code names, in either letter case.
    pub fn from_code(code: &str) -> Option<Self> {
        if code.len() != 3 {
            return None;
        }
        iso_currency::Currency::from_code(&code.to_ascii_uppercase()).map(Self)
    }

    /// Its three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals its amounts have: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }

    /// Its smallest amount: 0.01 EUR, 1 JPY.
    pub fn smallest(self) -> Amount {
        Amount(Decimal::new(1, self.decimals()))
    }

    /// The one place where money is rounded: to the currency's own decimals, half away from zero.
    #[must_use]
    pub fn round(self, amount: Amount) -> Amount {
        Amount(
            amount
                .0
                .round_dp_with_strategy(self.decimals(), RoundingStrategy::MidpointAwayFromZero),
        )
    }

    /// Whether the amount is one that can be paid: no finer than the smallest coin.
    pub fn can_pay(self, amount: Amount) -> bool {
        self.round(amount) == amount
    }

    /// What so many at such a price come to, exact until it is rounded.
    ///
    /// # Errors
    /// When the result leaves the range of an amount.
    pub fn price(self, unit: Amount, quantity: Quantity) -> Result<Amount, MoneyError> {
        let product = exact_product(unit.0.normalize(), quantity.0.normalize(), self.decimals());
        product.ok_or(MoneyError::TooLarge).and_then(Amount::new)
    }
}

impl Currency {
    /// The VAT on a price that does not have it: so many per cent of it.
    ///
    /// # Errors
    /// When the result leaves the range of an amount.
    pub fn vat_on(self, net: Amount, percent: Decimal) -> Result<Amount, MoneyError> {
        let share = percent
            .checked_div(Decimal::ONE_HUNDRED)
            .ok_or(MoneyError::TooLarge)?;
        self.price(net, Quantity::new(share)?)
    }

    /// The VAT within a price that has it.
    ///
    /// # Errors
    /// When the result leaves the range of an amount.
    pub fn vat_in(self, gross: Amount, percent: Decimal) -> Result<Amount, MoneyError> {
        let parts = Decimal::ONE_HUNDRED.checked_add(percent);
        let vat = gross.0.checked_mul(percent).zip(parts);
        let vat = vat.and_then(|(vat, parts)| vat.checked_div(parts));
        let vat = vat.ok_or(MoneyError::TooLarge)?;
        Ok(self.round(Amount(vat)))
    }
}

/// Multiplies on the integers behind the decimals, because a decimal of 28 digits silently drops what does not fit,
/// then rounds once, half away from zero. None when 38 digits do not hold it.
fn exact_product(left: Decimal, right: Decimal, decimals: u32) -> Option<Decimal> {
    let mantissa = left.mantissa().checked_mul(right.mantissa())?;
    let scale = left.scale().checked_add(right.scale())?;
    let Some(surplus) = scale.checked_sub(decimals).filter(|surplus| *surplus > 0) else {
        return Decimal::try_from_i128_with_scale(mantissa, scale).ok();
    };
    let unit = 10_i128.checked_pow(surplus)?;
    let (whole, rest) = (mantissa.checked_div(unit)?, mantissa.checked_rem(unit)?);
    let away = i128::from(rest.checked_abs()? >= unit.checked_div(2)?).checked_mul(mantissa.signum())?;
    Decimal::try_from_i128_with_scale(whole.checked_add(away)?, decimals).ok()
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::from_code(&code)
            .ok_or_else(|| serde::de::Error::custom(format!("{code} is no currency of ISO 4217")))
    }
}

#[cfg(test)]
mod tests {
    use super::exact_product;
    use crate::{Amount, Currency};
    use rust_decimal::Decimal;

    fn product(left: &str, right: &str, decimals: u32) -> Option<String> {
        exact_product(left.parse().unwrap(), right.parse().unwrap(), decimals).map(|value| value.to_string())
    }

    #[test]
    fn vat_is_rounded_once_half_away_from_zero() {
        let nok = Currency::from_code("NOK").unwrap();
        let amount = |text: &str| Amount::new(text.parse().unwrap()).unwrap();
        for (price, percent, on, within) in [
            ("100", "25", "25", "20"),
            ("99.90", "25", "24.98", "19.98"),
            ("0.02", "25", "0.01", "0"),
            ("299", "0", "0", "0"),
            ("100", "11.11", "11.11", "10"),
        ] {
            let percent = percent.parse().unwrap();
            assert_eq!(nok.vat_on(amount(price), percent), Ok(amount(on)), "on {price}");
            assert_eq!(
                nok.vat_in(amount(price), percent),
                Ok(amount(within)),
                "in {price}"
            );
        }
    }

    #[test]
    fn a_product_is_rounded_once_from_all_its_digits() {
        // A decimal of 28 digits would round 0.0049999... up to 0.005 first, and that up again.
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(product("0.070710678118", "0.070710678118", 2), some("0.00"));
        assert_eq!(product("0.999999999999", "0.005", 2), some("0.00"));
        assert_eq!(
            product("999999999999.999999999999", "0.999999999999", 2),
            some("999999999999.00")
        );
        assert_eq!(product("-0.5", "0.01", 2), some("-0.01"));
        assert_eq!(product("1.5", "2", 0), some("3"));
        assert_eq!(product("1.5", "2", 3), some("3.0"), "no noughts are added");
    }

    #[test]
    fn what_38_digits_do_not_hold_is_none() {
        assert_eq!(
            product("999999999999.999999999999", "999999999999.999999999999", 2),
            None
        );
        assert_eq!(
            product(
                "79228162514264337593543950335",
                "79228162514264337593543950335",
                0
            ),
            None
        );
        assert_eq!(product("79228162514264337593543950335", "10", 0), None);
    }

    #[test]
    fn the_halves_are_of_the_smallest_coin() {
        for decimals in 0..=4 {
            let half = Decimal::new(5, decimals + 1);
            let coin = Decimal::new(1, decimals);
            assert_eq!(exact_product(half, Decimal::ONE, decimals), Some(coin));
            assert_eq!(exact_product(-half, Decimal::ONE, decimals), Some(-coin));
            let less = half - Decimal::new(1, 12);
            assert_eq!(exact_product(less, Decimal::ONE, decimals), Some(Decimal::ZERO));
        }
    }
}
