//! What a licence costs until the anniversary.

use crate::{Amount, Currency, MoneyError, Quantity, Timestamp, account::years_later};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// A day's price is kept with so many decimals.
const DAILY_DECIMALS: u32 = 9;

/// The term that a price is for: from the day of the order to the anniversary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    start: Timestamp,
    end: Timestamp,
}

impl Term {
    /// The term that an order of today falls into. Without an anniversary, a whole year begins.
    pub fn of(now: Timestamp, anniversary: Option<Timestamp>) -> Self {
        let start = now.midnight();
        let end = anniversary.filter(|end| *end > start);
        Self {
            start,
            end: end.unwrap_or_else(|| years_later(start, 1)),
        }
    }

    /// The term that begins with an anniversary.
    pub fn after(anniversary: Timestamp) -> Self {
        let start = anniversary.midnight();
        Self {
            start,
            end: years_later(start, 1),
        }
    }

    /// How many days are left of it, today's included.
    pub fn days(self) -> i64 {
        days_between(self.start, self.end)
    }

    /// How many days the year has that ends with it: 365, or 366 with a 29th of February.
    fn days_of_year(self) -> i64 {
        days_between(years_later(self.end, -1), self.end)
    }
}

fn days_between(from: Timestamp, until: Timestamp) -> i64 {
    until
        .0
        .saturating_sub(from.0)
        .checked_div(Timestamp::DAY)
        .unwrap_or(0)
}

/// What is taken off a year's price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discount {
    /// So many per cent of it.
    Percent(Decimal),
    /// So much of each licence's.
    Off(Amount),
    /// Whatever it is above this price.
    Fixed(Amount),
}

/// What a line costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinePrice {
    /// One licence for a year.
    pub yearly: Amount,
    /// The same less the discount.
    pub discounted: Amount,
    /// One licence until the anniversary.
    pub prorated: Amount,
    /// All licences until the anniversary.
    pub line: Amount,
    /// For how many days.
    pub days: i64,
}

impl LinePrice {
    /// The price of a part of the line: of the licences that go back when so many of all have gone back before. The
    /// parts of a line come to the whole of it.
    ///
    /// # Errors
    /// When it leaves the range of an amount.
    pub fn part(
        self,
        (before, part, all): (Quantity, Quantity, Quantity),
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        let until = |quantity: Quantity| {
            let all_of_them = self.line.decimal().checked_mul(quantity.decimal());
            let share = all_of_them.and_then(|amount| amount.checked_div(all.decimal()));
            let share = share.ok_or(MoneyError::TooLarge)?;
            let share = share.round_dp_with_strategy(DAILY_DECIMALS, RoundingStrategy::MidpointAwayFromZero);
            Amount::new(share).map(|amount| currency.round(amount))
        };
        let line = if before.plus(part) == all {
            self.line.minus(until(before)?)?
        } else {
            until(before.plus(part))?.minus(until(before)?)?
        };
        Ok(Self { line, ..self })
    }

    /// The price of a line: a day costs the year's price through its days, with nine decimals; days times quantity of
    /// them, rounded once to the currency's own, is what the line costs.
    ///
    /// # Errors
    /// When it leaves the range of an amount.
    pub fn of(
        yearly: Amount,
        discount: Option<Discount>,
        (quantity, currency): (Quantity, Currency),
        term: Term,
    ) -> Result<Self, MoneyError> {
        let discounted = discounted(yearly, discount, currency)?;
        let daily = discounted
            .decimal()
            .checked_div(Decimal::from(term.days_of_year()));
        let daily = daily.ok_or(MoneyError::TooLarge)?;
        let daily = daily.round_dp_with_strategy(DAILY_DECIMALS, RoundingStrategy::MidpointAwayFromZero);
        let daily = Amount::new(daily)?;
        let days = Quantity::new(Decimal::from(term.days()))?;
        let all = days
            .decimal()
            .checked_mul(quantity.decimal())
            .ok_or(MoneyError::TooLarge)?;
        Ok(Self {
            yearly,
            discounted,
            prorated: currency.price(daily, days)?,
            line: currency.price(daily, Quantity::new(all)?)?,
            days: term.days(),
        })
    }
}

fn discounted(yearly: Amount, discount: Option<Discount>, currency: Currency) -> Result<Amount, MoneyError> {
    let after = match discount {
        None => yearly,
        Some(Discount::Percent(percent)) => {
            let part = Decimal::ONE_HUNDRED.checked_sub(percent.clamp(Decimal::ZERO, Decimal::ONE_HUNDRED));
            let part = part.and_then(|left| left.checked_div(Decimal::ONE_HUNDRED));
            currency.price(yearly, Quantity::new(part.ok_or(MoneyError::TooPrecise)?)?)?
        }
        Some(Discount::Off(amount)) => yearly.minus(amount)?.max(Amount::ZERO),
        Some(Discount::Fixed(amount)) => yearly.min(amount),
    };
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::new(text.parse().unwrap()).unwrap()
    }

    fn at(day: &str) -> Timestamp {
        let day: jiff::civil::Date = day.parse().unwrap();
        let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).unwrap();
        Timestamp(midnight.timestamp().as_millisecond()).plus_millis(3_600_000)
    }

    fn price(yearly: &str, discount: Option<Discount>, quantity: u32, (from, until): (&str, &str)) -> String {
        let currency = Currency::from_code("USD").unwrap();
        let term = Term::of(at(from), Some(at(until).midnight()));
        let quantity = Quantity::new(Decimal::from(quantity)).unwrap();
        let price = LinePrice::of(amount(yearly), discount, (quantity, currency), term).unwrap();
        let money = [price.yearly, price.discounted, price.prorated, price.line];
        let money = money.map(|amount| amount.decimal().normalize().to_string());
        format!("{} {}", money.join(" "), price.days)
    }

    /// The documented example: ten licences at 365 less ten per cent, for ninety days.
    #[test]
    fn the_documented_example_comes_out() {
        let ten = Some(Discount::Percent(Decimal::TEN));
        let term = ("2025-01-01", "2025-04-01");
        assert_eq!(price("365.00", ten, 10, term), "365 328.5 81 810 90");
    }

    #[test]
    fn a_line_is_rounded_once_and_a_leap_year_has_a_day_more() {
        // 100 / 365 is 0.273972603 with nine decimals; 7 x 10 days of it are 19.178..., not 7 x 2.74.
        let term = ("2026-03-22", "2026-04-01");
        assert_eq!(price("100", None, 7, term), "100 100 2.74 19.18 10");
        assert_eq!(
            price("366", None, 1, ("2024-02-20", "2024-03-01")),
            "366 366 10 10 10"
        );
        assert_eq!(
            price("365", None, 1, ("2025-02-19", "2025-03-01")),
            "365 365 10 10 10"
        );
        assert_eq!(
            price("100", None, 3, ("2025-05-01", "2026-05-01")),
            "100 100 100 300 365"
        );
    }

    #[test]
    fn the_parts_of_a_line_come_to_the_whole() {
        let currency = Currency::from_code("USD").unwrap();
        let number = |number: u32| Quantity::new(Decimal::from(number)).unwrap();
        let whole = LinePrice {
            yearly: amount("3.33"),
            discounted: amount("3.33"),
            prorated: amount("3.33"),
            line: amount("10.00"),
            days: 365,
        };
        let part = |before: u32, part: u32| {
            let part = whole.part((number(before), number(part), number(3)), currency);
            part.unwrap().line
        };
        assert_eq!(
            [part(0, 1), part(1, 1), part(2, 1)],
            [amount("3.33"), amount("3.34"), amount("3.33")]
        );
        assert_eq!((part(0, 3), part(1, 2)), (whole.line, amount("6.67")));
    }

    #[test]
    fn discounts_never_go_below_nothing_or_above_the_price() {
        let year = ("2025-05-01", "2026-05-01");
        for (discount, discounted) in [
            (Discount::Percent(Decimal::from(33)), "67.00"),
            (Discount::Percent(Decimal::from(150)), "0"),
            (Discount::Off(amount("30.50")), "69.50"),
            (Discount::Off(amount("300")), "0"),
            (Discount::Fixed(amount("42")), "42"),
            (Discount::Fixed(amount("420")), "100"),
        ] {
            let told = price("100", Some(discount), 1, year);
            let second: Decimal = told.split(' ').nth(1).unwrap().parse().unwrap();
            assert_eq!(second, discounted.parse::<Decimal>().unwrap(), "{discount:?}");
        }
    }
}
