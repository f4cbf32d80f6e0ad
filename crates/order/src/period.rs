//! Lines that run for a time: from which day until when, and whether they go on by themselves.

use crate::{Kind, Order, OrderId, Status, Timestamp};
use jiff::Span;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A length of time, in calendar units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// How many units.
    pub length: i64,
    /// Of what.
    pub unit: PeriodUnit,
}

/// The units that periods have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PeriodUnit {
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Calendar months.
    Months,
    /// Calendar years.
    Years,
}

impl Period {
    fn span(self) -> Option<Span> {
        let span = Span::new();
        match self.unit {
            PeriodUnit::Days => span.try_days(self.length),
            PeriodUnit::Weeks => span.try_weeks(self.length),
            PeriodUnit::Months => span.try_months(self.length),
            PeriodUnit::Years => span.try_years(self.length),
        }
        .ok()
    }

    /// 23:59:59 UTC of the last day of a period whose first day begins then; none when it ends beyond the calendar.
    pub fn end_from(self, first_day: Timestamp) -> Option<Timestamp> {
        let first = jiff::Timestamp::from_millisecond(first_day.0).ok()?;
        let next = first.to_zoned(TimeZone::UTC).checked_add(self.span()?).ok()?;
        Some(Timestamp(next.timestamp().as_millisecond()).plus_millis(-LAST_SECOND))
    }
}

/// How long before midnight a day's last second begins.
const LAST_SECOND: i64 = 1000;

/// A line that runs for a time once its order is processed: a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The line's number.
    pub line: i64,
    /// What runs.
    pub product: String,
    /// Whose it is, by customer number, where it is not the order's customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// When it starts; none for the day on which the order is processed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Timestamp>,
    /// For how long it runs; none without an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// Whether it goes on by itself when its period ends.
    #[serde(default, skip_serializing_if = "crate::order::is_false")]
    pub renews: bool,
    /// Whether its period has ended, and that was acted on.
    #[serde(default, skip_serializing_if = "crate::order::is_false")]
    pub ended: bool,
    /// The order that it goes on under, once it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed_by: Option<OrderId>,
}

/// So many of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taking {
    /// The product's code.
    pub product: String,
    /// How many.
    pub quantity: i64,
}

/// What an order's lines entail beside money: what runs, what is taken of stock, who gets something.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Entailed {
    /// The lines that run for a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Run>,
    /// What is taken of stock when the order is completed, each product once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<Taking>,
    /// The customers beside the order's own who get something of it, by their numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
}

impl Entailed {
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.takes.is_empty() && self.recipients.is_empty()
    }
}

/// A line whose period has ended and that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewing {
    /// The line's number.
    pub line: i64,
    /// When its next period starts.
    pub starts: Timestamp,
}

impl Run {
    /// The first day, once the order was processed then.
    pub fn from(&self, processed_at: Timestamp) -> Timestamp {
        self.starts.unwrap_or(processed_at).midnight()
    }

    /// The last second, once the order was processed then; none without an end.
    pub fn until(&self, processed_at: Timestamp) -> Option<Timestamp> {
        self.period?.end_from(self.from(processed_at))
    }

    /// When its period is over, as long as nobody has acted on that.
    fn over_at(&self, processed_at: Timestamp) -> Option<Timestamp> {
        let until = self.until(processed_at).filter(|_| !self.ended)?;
        Some(until.plus_millis(LAST_SECOND))
    }

    /// When the period after this one starts: the day after its last one; today when all of that period would be over
    /// already, so that nobody pays for a time that has gone.
    fn next_start(&self, over_at: Timestamp, now: Timestamp) -> Timestamp {
        let next_end = self.period.and_then(|period| period.end_from(over_at));
        if next_end.is_some_and(|end| end < now) {
            return now.midnight();
        }
        over_at
    }
}

impl Order {
    fn processed_at(&self) -> Option<Timestamp> {
        match self.status {
            Status::Processed { at } => Some(at),
            Status::Preliminary
            | Status::Confirmed { .. }
            | Status::Failed { .. }
            | Status::Cancelled { .. } => None,
        }
    }

    /// The lines that run, each with its last second; none without an end. Those whose period has ended are not among
    /// them once that was acted on.
    pub fn running(&self) -> impl Iterator<Item = (&Run, Option<Timestamp>)> {
        let at = self.processed_at();
        let open = self.runs.iter().filter(|run| !run.ended);
        at.into_iter()
            .flat_map(move |at| open.clone().map(move |run| (run, run.until(at))))
    }

    /// The lines whose period is over by now, nobody having acted on that yet.
    pub fn runs_over(&self, now: Timestamp) -> Vec<&Run> {
        let Some(at) = self.processed_at() else {
            return Vec::new();
        };
        let is_over = |run: &&Run| run.over_at(at).is_some_and(|over| over <= now);
        self.runs.iter().filter(is_over).collect()
    }

    /// Those of them that go on, with the start of the period that they go on for.
    pub fn renewing(&self, now: Timestamp) -> Vec<Renewing> {
        let Some(at) = self.processed_at() else {
            return Vec::new();
        };
        let going_on = self.runs.iter().filter(|run| run.renews);
        going_on
            .filter_map(|run| {
                let over_at = run.over_at(at).filter(|over| *over <= now)?;
                Some(Renewing {
                    line: run.line,
                    starts: run.next_start(over_at, now),
                })
            })
            .collect()
    }

    /// When the first of its periods is over, as long as one runs.
    pub(crate) fn run_over_at(&self) -> Option<Timestamp> {
        let at = self.processed_at()?;
        self.runs.iter().filter_map(|run| run.over_at(at)).min()
    }

    /// Whether it is the renewal of lines that run.
    pub fn renews_runs(&self) -> bool {
        self.kind == Kind::Renewal && !self.runs.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn run(length: i64, unit: PeriodUnit) -> Run {
        Run {
            line: 1,
            product: "TOTT".to_owned(),
            customer: None,
            starts: None,
            period: Some(Period { length, unit }),
            renews: true,
            ended: false,
            renewed_by: None,
        }
    }

    #[test]
    fn a_subscription_runs_from_00_00_00_to_23_59_59_of_the_last_paid_date() {
        use PeriodUnit::{Days, Months, Weeks, Years};
        for (length, unit, start, end) in [
            (1, Months, "2026-01-31T10:00:00Z", "2026-02-27T23:59:59Z"),
            (3, Months, "2026-01-01T00:00:00Z", "2026-03-31T23:59:59Z"),
            (2, Weeks, "2026-02-20T23:59:59Z", "2026-03-05T23:59:59Z"),
            (1, Days, "2026-02-28T12:00:00Z", "2026-02-28T23:59:59Z"),
            (1, Years, "2024-02-29T12:00:00Z", "2025-02-27T23:59:59Z"),
        ] {
            assert_eq!(
                run(length, unit).until(at(start)),
                Some(at(end)),
                "{length} {unit:?}"
            );
        }
        assert_eq!(run(i64::MAX, Years).until(at("2026-01-01T00:00:00Z")), None);
    }

    #[test]
    fn the_next_period_follows_on_the_last_unless_all_of_it_is_over() {
        let run = run(1, PeriodUnit::Months);
        let over = run.over_at(at("2026-01-01T08:00:00Z")).unwrap();
        assert_eq!(over, at("2026-02-01T00:00:00Z"));
        assert_eq!(run.next_start(over, over), over);
        // A server that slept for a week; for a year.
        assert_eq!(run.next_start(over, at("2026-02-08T12:00:00Z")), over);
        assert_eq!(
            run.next_start(over, at("2027-02-08T12:00:00Z")),
            at("2027-02-08T00:00:00Z")
        );
    }
}
