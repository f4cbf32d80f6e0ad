//! What an amount costs when it is paid in parts.
//!
//! The payments are those of an annuity: equal, at the end of each month, with a twelfth of the nominal yearly interest
//! on what is still owed. Each is rounded up to the currency's smallest coin, and the last one is what is left, so that
//! the sum is right to the cent.

use crate::{Amount, Currency, MoneyError};
use rust_decimal::{Decimal, RoundingStrategy};

/// On what terms an amount can be paid in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalmentTerms {
    /// How many monthly payments; at least one, at most 120.
    pub payments: u32,
    /// The nominal yearly interest in per cent.
    pub interest_percent: Decimal,
    /// What is charged once.
    pub startup_fee: Amount,
    /// What is charged with each payment.
    pub monthly_fee: Amount,
}

/// What it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalmentPlan {
    /// Each payment but the last, with its fee.
    pub payment: Amount,
    /// The last payment, with its fee.
    pub last_payment: Amount,
    /// The interest in all.
    pub interest: Amount,
    /// Everything that is paid, fees included.
    pub total: Amount,
    /// What all of that is as a yearly rate in per cent, two decimals, with the startup fee paid with the first payment.
    pub effective_percent: Decimal,
}

/// The most payments.
const MOST: u32 = 120;

impl InstalmentTerms {
    /// What an amount comes to on these terms.
    ///
    /// # Errors
    /// When a sum leaves the range of an amount, or there are no payments or more than 120.
    pub fn plan(&self, amount: Amount, currency: Currency) -> Result<InstalmentPlan, MoneyError> {
        if self.payments == 0 || self.payments > MOST || !amount.is_positive() {
            return Err(MoneyError::TooLarge);
        }
        let count = Decimal::from(self.payments);
        let exact = self.annuity(amount.decimal()).ok_or(MoneyError::TooLarge)?;
        let up = RoundingStrategy::AwayFromZero;
        // Beyond twelve decimals there is nothing but what the division could not hold.
        let part = exact.round_dp(12).round_dp_with_strategy(currency.decimals(), up);
        let part = Amount::new(part)?;
        let repaid = exact.checked_mul(count).ok_or(MoneyError::TooLarge)?;
        let repaid = currency.round(Amount::new(repaid.round_dp(12))?);
        let before_last = times(part, self.payments.saturating_sub(1))?;
        let last = repaid.minus(before_last)?;
        let fees = times(self.monthly_fee, self.payments)?.plus(self.startup_fee)?;
        let (payment, last_payment) = (part.plus(self.monthly_fee)?, last.plus(self.monthly_fee)?);
        Ok(InstalmentPlan {
            payment,
            last_payment,
            interest: repaid.minus(amount)?,
            total: repaid.plus(fees)?,
            effective_percent: self
                .effective_percent(amount, payment, last_payment)
                .ok_or(MoneyError::TooLarge)?,
        })
    }

    /// One payment of the annuity, exactly.
    fn annuity(&self, amount: Decimal) -> Option<Decimal> {
        let count = Decimal::from(self.payments);
        let monthly = self.interest_percent.checked_div(Decimal::from(1200))?;
        if monthly.is_zero() {
            return amount.checked_div(count);
        }
        let grown = power(Decimal::ONE.checked_add(monthly)?, self.payments)?;
        let interest = amount.checked_mul(monthly)?.checked_mul(grown)?;
        interest.checked_div(grown.checked_sub(Decimal::ONE)?)
    }

    /// The yearly rate at which the payments are worth the amount.
    fn effective_percent(&self, amount: Amount, payment: Amount, last: Amount) -> Option<Decimal> {
        let (mut low, mut high) = (Decimal::ZERO, Decimal::ONE);
        for _halving in 0..60 {
            let middle = low.checked_add(high)?.checked_div(Decimal::TWO)?;
            if self.worth(middle, payment.decimal(), last.decimal())? > amount.decimal() {
                low = middle;
            } else {
                high = middle;
            }
        }
        let yearly = power(Decimal::ONE.checked_add(high)?, 12)?.checked_sub(Decimal::ONE)?;
        let percent = yearly.checked_mul(Decimal::ONE_HUNDRED)?;
        Some(percent.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }

    /// What the payments are worth at the start, at a monthly rate.
    fn worth(&self, monthly: Decimal, payment: Decimal, last: Decimal) -> Option<Decimal> {
        let factor = Decimal::ONE.checked_add(monthly)?;
        let mut worth = Decimal::ZERO;
        // From the last payment back to the first, each a month nearer.
        for place in (1..=self.payments).rev() {
            let paid = if place == self.payments { last } else { payment };
            let fee = if place == 1 {
                self.startup_fee.decimal()
            } else {
                Decimal::ZERO
            };
            worth = worth.checked_add(paid)?.checked_add(fee)?.checked_div(factor)?;
        }
        Some(worth)
    }
}

fn times(amount: Amount, count: u32) -> Result<Amount, MoneyError> {
    let product = amount.decimal().checked_mul(Decimal::from(count));
    product.ok_or(MoneyError::TooLarge).and_then(Amount::new)
}

fn power(base: Decimal, exponent: u32) -> Option<Decimal> {
    (0..exponent).try_fold(Decimal::ONE, |product, _| product.checked_mul(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(terms: &InstalmentTerms, amount: &str, code: &str) -> [String; 5] {
        let currency = Currency::from_code(code).unwrap();
        let plan = terms
            .plan(Amount::new(amount.parse().unwrap()).unwrap(), currency)
            .unwrap();
        [plan.payment, plan.last_payment, plan.interest, plan.total]
            .map(|amount| amount.decimal().normalize().to_string())
            .into_iter()
            .chain([plan.effective_percent.normalize().to_string()])
            .collect::<Vec<_>>()
            .try_into()
            .unwrap()
    }

    fn terms(payments: u32, interest: &str, startup_fee: i64, monthly_fee: i64) -> InstalmentTerms {
        let fee = |fee: i64| Amount::new(Decimal::from(fee)).unwrap();
        InstalmentTerms {
            payments,
            interest_percent: interest.parse().unwrap(),
            startup_fee: fee(startup_fee),
            monthly_fee: fee(monthly_fee),
        }
    }

    /// The examples of AfterPay's documentation.
    #[test]
    fn the_documented_examples_come_out_to_the_cent() {
        assert_eq!(
            told(&terms(3, "19.5", 95, 29), "750.0", "NOK")[..4],
            ["287.17", "287.17", "24.51", "956.51"]
        );
        assert_eq!(
            told(&terms(3, "0", 0, 0), "185", "EUR"),
            ["61.67", "61.66", "0", "185", "0"]
        );
        assert_eq!(
            told(&terms(6, "0", 0, 0), "185", "EUR"),
            ["30.84", "30.8", "0", "185", "0"]
        );
        assert_eq!(
            told(&terms(9, "0", 0, 0), "185", "EUR"),
            ["20.56", "20.52", "0", "185", "0"]
        );
    }

    #[test]
    fn the_effective_rate_counts_interest_and_fees() {
        // One per cent a month is 12.68 per cent a year.
        assert_eq!(told(&terms(12, "12", 0, 0), "1200", "EUR")[4], "12.68");
        // A tenth of it for one month.
        assert_eq!(told(&terms(1, "0", 10, 0), "100", "EUR")[4], "213.84");
        // Other currencies have other smallest coins.
        assert_eq!(told(&terms(3, "0", 0, 0), "100", "JPY")[..2], ["34", "32"]);
    }

    #[test]
    fn what_can_t_be_planned_is_refused() {
        let euro = Currency::from_code("EUR").unwrap();
        let amount = Amount::new(Decimal::ONE).unwrap();
        for terms in [terms(0, "0", 0, 0), terms(121, "0", 0, 0)] {
            assert!(terms.plan(amount, euro).is_err());
        }
        assert!(terms(3, "0", 0, 0).plan(Amount::ZERO, euro).is_err());
        // However large: an error or a plan, and no panic.
        let huge = Amount::new("99999999999.99".parse().unwrap()).unwrap();
        assert!(terms(120, "99", 0, 0).plan(huge, euro).is_ok());
        let _any = terms(120, "99999999999", 0, 0).plan(huge, euro);
    }
}
