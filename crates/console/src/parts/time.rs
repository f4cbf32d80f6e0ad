//! Times as people read them, in UTC.

use http_kit::wire::time::milliseconds_text;
use jiff::Timestamp as Instant;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use order::Timestamp;

/// The months as they are written.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

fn calendar(at: Timestamp) -> Option<jiff::civil::DateTime> {
    let instant = Instant::from_millisecond(at.0).ok()?;
    Some(instant.to_zoned(TimeZone::UTC).datetime())
}

fn month(number: i8) -> &'static str {
    let place = usize::try_from(number).unwrap_or_default().saturating_sub(1);
    MONTHS.get(place).copied().unwrap_or_default()
}

/// The day: 21 Nov 2026.
pub(crate) fn day_text(at: Timestamp) -> String {
    calendar(at).map_or_else(String::new, |at| {
        format!("{} {} {}", at.day(), month(at.month()), at.year())
    })
}

/// The day without its year: 21 Nov.
pub(crate) fn short_day_text(at: Timestamp) -> String {
    calendar(at).map_or_else(String::new, |at| format!("{} {}", at.day(), month(at.month())))
}

/// Day and minute: 21 Nov 2026, 22:55.
pub(crate) fn text(at: Timestamp) -> String {
    let clock = calendar(at).map_or_else(String::new, |at| format!("{:02}:{:02}", at.hour(), at.minute()));
    format!("{}, {clock}", day_text(at))
}

/// Day and minute, with the exact time behind it.
pub(crate) fn moment(at: Timestamp) -> Markup {
    let exact = milliseconds_text(at.0);
    html! { time datetime=(exact) title=(exact) { (text(at)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc() {
        let at = Timestamp(1_795_301_700_000);
        assert_eq!(text(at), "21 Nov 2026, 22:55");
        assert_eq!(short_day_text(at), "21 Nov");
        assert_eq!(text(Timestamp(0)), "1 Jan 1970, 00:00");
    }
}
