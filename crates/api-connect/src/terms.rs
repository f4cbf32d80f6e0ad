//! The terms that a coupon sold a subscription under: kept with the order when it is registered, so that a catalogue
//! that changes later changes no subscription.

use http_kit::wire::FromDigits;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A coupon's terms, of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Terms {
    /// The product that the coupon sells.
    pub(crate) product: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) company_code: Option<String>,
    /// How long it runs; none without an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) period: Option<Period>,
    /// What it goes on under, as the catalogue has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) renewal: Option<Value>,
}

/// A length of time, in calendar units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Period {
    pub(crate) length: i64,
    pub(crate) unit: Unit,
}

/// The units that coupons have (`periodType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unit {
    Days,
    Weeks,
    Months,
    Years,
}

impl Terms {
    /// The terms of a coupon of the catalogue.
    pub(crate) fn of_coupon(coupon: &Value) -> Self {
        Self {
            product: coupon["product"].as_str().unwrap_or_default().to_owned(),
            company_code: coupon["companyCode"].as_str().map(ToOwned::to_owned),
            period: Period::of_entry(coupon),
            renewal: coupon
                .get("renewal")
                .filter(|renewal| renewal.is_object())
                .cloned(),
        }
    }
}

impl Period {
    /// The period of a catalogue's entry, whose length may be text; none when it has none that can be read.
    fn of_entry(entry: &Value) -> Option<Self> {
        let length = &entry["periodLength"];
        let digits = length
            .as_number()
            .map(serde_json::Number::as_str)
            .or_else(|| length.as_str())?;
        let unit = match entry["periodType"].as_str()? {
            "days" => Unit::Days,
            "weeks" => Unit::Weeks,
            "months" => Unit::Months,
            "years" => Unit::Years,
            _unknown => return None,
        };
        let length = i64::from_digits(digits.trim())
            .ok()
            .filter(|length| *length > 0)?;
        Some(Self { length, unit })
    }

    fn span(self) -> Option<Span> {
        let span = Span::new();
        match self.unit {
            Unit::Days => span.try_days(self.length),
            Unit::Weeks => span.try_weeks(self.length),
            Unit::Months => span.try_months(self.length),
            Unit::Years => span.try_years(self.length),
        }
        .ok()
    }
}

/// 00:00:00 of the day that a time lies in, in UTC.
pub(crate) fn start_of_day(at: i64) -> i64 {
    let day = Timestamp::from_millisecond(at)
        .map(|at| at.to_zoned(TimeZone::UTC).date())
        .and_then(|day| TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight())));
    day.map_or(at, Timestamp::as_millisecond)
}

/// 23:59:59 of the last day of a period that starts on a day; none when it ends beyond the calendar.
pub(crate) fn end_of_period(start: i64, period: Period) -> Option<i64> {
    let first = Timestamp::from_millisecond(start).ok()?.to_zoned(TimeZone::UTC);
    let next = first.checked_add(period.span()?).ok()?;
    next.timestamp().as_millisecond().checked_sub(1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_subscription_runs_from_00_00_00_to_23_59_59_of_the_last_paid_date() {
        for (length, kind, start, end) in [
            (
                json!("1"),
                "months",
                "2026-01-31T10:00:00Z",
                "2026-02-27T23:59:59Z",
            ),
            (json!(3), "months", "2026-01-01T00:00:00Z", "2026-03-31T23:59:59Z"),
            (
                json!("2"),
                "weeks",
                "2026-02-20T23:59:59Z",
                "2026-03-05T23:59:59Z",
            ),
            (json!(1), "days", "2026-02-28T12:00:00Z", "2026-02-28T23:59:59Z"),
            (json!(1), "years", "2024-02-29T12:00:00Z", "2025-02-27T23:59:59Z"),
        ] {
            let terms =
                Terms::of_coupon(&json!({ "product": "TOTT", "periodLength": length, "periodType": kind }));
            let start = start_of_day(at(start));
            assert_eq!(
                end_of_period(start, terms.period.unwrap()),
                Some(at(end)),
                "{length} {kind}"
            );
        }
    }

    #[test]
    fn a_period_that_cannot_be_read_is_none() {
        for (length, kind) in [
            (json!("many"), "months"),
            (json!(0), "months"),
            (json!(-1), "days"),
            (json!(1), "fortnights"),
            (json!(null), "days"),
        ] {
            let terms =
                Terms::of_coupon(&json!({ "product": "TOTT", "periodLength": length, "periodType": kind }));
            assert_eq!(terms.period, None, "{length} {kind}");
        }
        let endless = Period {
            length: i64::MAX,
            unit: Unit::Years,
        };
        assert_eq!(end_of_period(0, endless), None);
    }
}
