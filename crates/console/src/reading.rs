//! What people write into fields: texts, numbers, days and moments.

use crate::forms::Wrong;
use crate::visit::field;
use http_kit::query::Query;
use http_kit::wire::time;
use order::Timestamp;
use rust_decimal::Decimal;

/// A field's text, trimmed, all on one line; none when it is empty.
pub(crate) fn one_line(form: &Query, name: &str, longest: usize) -> Result<Option<String>, Wrong> {
    let text = field(form, name).trim();
    if text.chars().count() > longest || text.chars().any(char::is_control) {
        let what = format!("This has at most {longest} characters, all on one line.");
        return Err(Wrong::new(name, what));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// A number as people write it: spaces between groups of digits, a point or a comma before the decimals. None when the
/// field is empty.
pub(crate) fn number(form: &Query, name: &str) -> Result<Option<Decimal>, Wrong> {
    let text: String = field(form, name)
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    if text.is_empty() {
        return Ok(None);
    }
    let plain = text.replacen(',', ".", 1);
    let is_plain = plain.len() <= 28 && plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let wrong = || Wrong::new(name, "Write a number, such as 250 or 99.50.");
    if !is_plain {
        return Err(wrong());
    }
    Decimal::from_str_exact(&plain)
        .map(Some)
        .map_err(|_not_one| wrong())
}

/// A day, in UTC: its first moment. None when the field is empty.
pub(crate) fn day(form: &Query, name: &str) -> Result<Option<Timestamp>, Wrong> {
    let text = field(form, name).trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |_not_one| Wrong::new(name, "Write a day, such as 2026-11-21.");
    time::parse_date(text)
        .map(|at| Some(Timestamp(at)))
        .map_err(wrong)
}

/// A moment as `datetime-local` fields send it, in UTC. None when the field is empty.
pub(crate) fn moment(form: &Query, name: &str) -> Result<Option<Timestamp>, Wrong> {
    let text = field(form, name).trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |_not_one| Wrong::new(name, "Write a time, such as 2026-11-21T22:55.");
    time::parse(text).map(|at| Some(Timestamp(at))).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<String>, Wrong> {
        let form = Query::parse(&format!("a={}", http_kit::query::encode(text))).unwrap();
        Ok(number(&form, "a")?.map(|value| value.to_string()))
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, value) in [
            ("", None),
            ("250", Some("250")),
            (" 1 249,50 ", Some("1249.50")),
            ("1\u{202f}000\u{a0}000.00", Some("1000000.00")),
            ("0", Some("0")),
        ] {
            assert_eq!(read(text), Ok(value.map(ToOwned::to_owned)), "for {text:?}");
        }
        for text in [
            "-1",
            "1e3",
            "NaN",
            "1,2,3",
            "1.2.3",
            ".",
            "0x10",
            "\u{664}",
            "1111111111222222222233333333334444444444",
        ] {
            assert!(read(text).is_err(), "for {text:?}");
        }
    }
}
