//! Times as dialects write them. Within Ordrebok they are milliseconds since 1970-01-01 UTC.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::TimeZone;

/// Text that is no time, or a time outside the years 0 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date or time")]
pub struct NotATime;

/// The first millisecond of the year 0 and the last of the year 9999 less two days, so that every zone can show it.
const YEARS: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_127_999_999;

/// Reads a time in any form that clients send: RFC 3339 with `Z` or an offset, with or without a fraction;
/// the same without a zone, which means UTC, with `T` or a space; a date, which means its first instant in UTC.
pub fn parse(text: &str) -> Result<i64, NotATime> {
    if text.contains('[') {
        return Err(NotATime); // a zone's name: a form of jiff's own
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return within_years(instant.as_millisecond());
    }
    match text.len() {
        10 => parse_date(text),
        _ => in_utc(text.parse::<DateTime>().map_err(|_| NotATime)?),
    }
}

/// Reads a date, `YYYY-MM-DD`: its first instant in UTC.
pub fn parse_date(text: &str) -> Result<i64, NotATime> {
    if text.len() != 10 {
        return Err(NotATime);
    }
    in_utc(
        text.parse::<Date>()
            .map_err(|_| NotATime)?
            .to_datetime(jiff::civil::Time::midnight()),
    )
}

/// Takes milliseconds since 1970 that a client sent, when they are within the years 0 to 9999.
pub fn within_years(milliseconds: i64) -> Result<i64, NotATime> {
    YEARS
        .contains(&milliseconds)
        .then_some(milliseconds)
        .ok_or(NotATime)
}

fn in_utc(time: DateTime) -> Result<i64, NotATime> {
    let instant = TimeZone::UTC.to_timestamp(time).map_err(|_| NotATime)?;
    within_years(instant.as_millisecond())
}

/// `2019-05-02T22:49:54Z`: whole seconds, cut off and not rounded.
pub fn seconds_text(milliseconds: i64) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(0));
    PRINTER.timestamp_to_string(&instant(milliseconds))
}

/// `2019-05-02T22:49:54.123Z`: always three decimals.
pub fn milliseconds_text(milliseconds: i64) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
    PRINTER.timestamp_to_string(&instant(milliseconds))
}

/// `2019-05-02`, the day in UTC.
pub fn date_text(milliseconds: i64) -> String {
    let mut text = seconds_text(milliseconds);
    text.truncate(text.len().saturating_sub("T00:00:00Z".len()));
    text
}

/// A time outside the years that can be written becomes the nearest one: an answer is never refused for it.
fn instant(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds.clamp(*YEARS.start(), *YEARS.end()))
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        for (text, written) in [
            ("2019-05-02T22:49:54Z", "2019-05-02T22:49:54.000Z"),
            ("2019-05-02T22:49:54.1239Z", "2019-05-02T22:49:54.123Z"),
            ("2019-05-02T22:49:54+02:00", "2019-05-02T20:49:54.000Z"),
            ("2019-05-02T22:49:54", "2019-05-02T22:49:54.000Z"),
            ("2019-05-02T22:49:54.5", "2019-05-02T22:49:54.500Z"),
            ("2019-05-02 22:49:54", "2019-05-02T22:49:54.000Z"),
            ("2019-05-02", "2019-05-02T00:00:00.000Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(
                parse(text).map(milliseconds_text).as_deref(),
                Ok(written),
                "for {text}"
            );
        }
        for text in [
            "",
            "2019",
            "2019-13-01",
            "2019-02-30",
            "22:49",
            "2019-05-02T25:00:00Z",
            "2019-05-02T22:49:54Z[UTC]",
        ] {
            assert_eq!(parse(text), Err(NotATime), "for {text}");
        }
    }

    #[test]
    fn seconds_are_cut_off_and_the_far_ends_hold() {
        assert_eq!(seconds_text(999), "1970-01-01T00:00:00Z");
        assert_eq!(seconds_text(-1), "1969-12-31T23:59:59Z");
        assert_eq!(date_text(1_556_837_394_000), "2019-05-02");
        assert_eq!(date_text(-1), "1969-12-31");
        assert_eq!(seconds_text(i64::MIN), "0000-01-01T00:00:00Z");
        assert_eq!(seconds_text(i64::MAX), "9999-12-29T23:59:59Z");
        assert_eq!(within_years(i64::MAX), Err(NotATime));
    }
}
