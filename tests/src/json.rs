//! Comparing JSON documents as values: numbers by what they are worth, all else exactly.

use serde_json::{Map, Value};

/// Fails, naming the places, unless the documents are equal.
#[track_caller]
pub fn assert_matches(what: &str, actual: &Value, expected: &Value) {
    report(what, actual, &differences(actual, expected, Members::All));
}

/// Fails, naming the places, unless every member that is expected is there. Arrays must have the same length.
#[track_caller]
pub fn assert_contains(what: &str, actual: &Value, expected: &Value) {
    report(what, actual, &differences(actual, expected, Members::Expected));
}

/// Are the documents equal?
pub fn equal(actual: &Value, expected: &Value) -> bool {
    differences(actual, expected, Members::All).is_empty()
}

#[derive(Clone, Copy)]
enum Members {
    All,
    Expected,
}

#[track_caller]
fn report(what: &str, actual: &Value, differences: &[String]) {
    assert!(
        differences.is_empty(),
        "{what}:\n  {}\nin {}",
        differences.join("\n  "),
        serde_json::to_string_pretty(actual).unwrap_or_default()
    );
}

fn differences(actual: &Value, expected: &Value, members: Members) -> Vec<String> {
    let mut found = Vec::new();
    compare("$", actual, expected, members, &mut found);
    found
}

fn compare(place: &str, actual: &Value, expected: &Value, members: Members, found: &mut Vec<String>) {
    match (actual, expected) {
        (_, Value::String(word)) if is_placeholder(word) => {
            if !stands_for(word, actual) {
                found.push(format!("{place} is {actual}, expected {word}"));
            }
        }
        (Value::Object(actual), Value::Object(expected)) => {
            compare_objects(place, actual, expected, members, found);
        }
        (Value::Array(actual), Value::Array(expected)) => {
            if actual.len() != expected.len() {
                found.push(format!(
                    "{place} has {} elements, expected {}",
                    actual.len(),
                    expected.len()
                ));
            }
            for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
                compare(&format!("{place}[{index}]"), actual, expected, members, found);
            }
        }
        (Value::Number(actual), Value::Number(expected)) => {
            if worth(&actual.to_string()) != worth(&expected.to_string()) {
                found.push(format!("{place} is {actual}, expected {expected}"));
            }
        }
        _ => {
            if actual != expected {
                found.push(format!("{place} is {actual}, expected {expected}"));
            }
        }
    }
}

fn compare_objects(
    place: &str,
    actual: &Map<String, Value>,
    expected: &Map<String, Value>,
    members: Members,
    found: &mut Vec<String>,
) {
    for (name, expected) in expected {
        match actual.get(name) {
            Some(actual) => compare(&format!("{place}.{name}"), actual, expected, members, found),
            None => found.push(format!("{place}.{name} is missing, expected {expected}")),
        }
    }
    if let Members::All = members {
        for (name, value) in actual {
            if !expected.contains_key(name) {
                found.push(format!("{place}.{name} is {value}, expected nothing there"));
            }
        }
    }
}

fn is_placeholder(word: &str) -> bool {
    matches!(
        word,
        "[any]" | "[text]" | "[integer]" | "[number]" | "[uuid]" | "[time]" | "[date]"
    )
}

fn stands_for(word: &str, actual: &Value) -> bool {
    match (word, actual) {
        ("[any]", _) | ("[number]", Value::Number(_)) => true,
        ("[text]", Value::String(text)) => !text.is_empty(),
        ("[integer]", Value::Number(number)) => number.to_string().bytes().all(|byte| byte.is_ascii_digit()),
        ("[uuid]", Value::String(text)) => looks_like(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"),
        ("[time]", Value::String(text)) => looks_like(text, "0000-00-00T00:00:00Z"),
        ("[date]", Value::String(text)) => looks_like(text, "0000-00-00"),
        _ => false,
    }
}

/// Does the text have this form, in which `0` stands for a digit and `x` for a lower-case hexadecimal digit?
fn looks_like(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            b'x' => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            other => byte == other,
        })
}

/// What a number's text is worth, however it is written: its sign, its digits without zeros at either end, and the
/// power of ten of the last of them. Exact for any number of digits.
fn worth(text: &str) -> (bool, String, i64) {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent.trim_start_matches('+').parse().unwrap_or(i64::MAX);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let kept = digits.trim_end_matches('0');
    let places = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    let dropped = i64::try_from(digits.len().saturating_sub(kept.len())).unwrap_or(i64::MAX);
    let kept = kept.trim_start_matches('0');
    if kept.is_empty() {
        return (false, String::new(), 0);
    }
    (
        negative,
        kept.to_owned(),
        exponent.saturating_sub(places).saturating_add(dropped),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_compared_by_worth() {
        for (left, right) in [
            ("550.0", "550"),
            ("1e3", "1000.00"),
            ("-0", "0.0"),
            ("0.10", "1E-1"),
            ("-7.50", "-7.5"),
        ] {
            assert_eq!(worth(left), worth(right), "{left} {right}");
        }
        for (left, right) in [
            ("550.01", "550"),
            ("1", "-1"),
            ("10", "1"),
            ("0.1", "0.01"),
            ("12", "102"),
        ] {
            assert_ne!(worth(left), worth(right), "{left} {right}");
        }
        let long = "1234567890123456789012345678901234567890";
        assert_ne!(worth(long), worth(&format!("{long}.1")));
        assert_eq!(worth(long), worth(&format!("{long}.000")));
    }

    #[test]
    fn documents_differ_by_place() {
        let actual = json!({ "a": [1, { "b": "x" }], "c": true });
        assert!(equal(&actual, &json!({ "a": [1.0, { "b": "x" }], "c": true })));
        assert!(differences(&actual, &json!({ "a": [1, {}] }), Members::Expected).is_empty());
        assert_eq!(
            differences(&actual, &json!({ "a": [2, { "b": "y" }], "d": 1 }), Members::All),
            [
                "$.a[0] is 1, expected 2",
                "$.a[1].b is \"x\", expected \"y\"",
                "$.d is missing, expected 1",
                "$.c is true, expected nothing there"
            ]
        );
        assert!(!equal(&json!("1"), &json!(1)), "text is no number");
        assert!(!equal(&json!(null), &json!({})), "nothing is not an empty object");
        assert!(!equal(&json!([1]), &json!([1, 2])), "a shorter array");
    }

    #[test]
    fn placeholders_stand_for_their_kind_only() {
        let actual = json!([
            "7b0c214a-878d-4a72-8c70-73d6ae204dce",
            "2016-01-29T12:39:28Z",
            12,
            "x"
        ]);
        assert!(equal(
            &actual,
            &json!(["[uuid]", "[time]", "[integer]", "[text]"])
        ));
        assert!(!equal(
            &actual,
            &json!(["[time]", "[uuid]", "[text]", "[integer]"])
        ));
        assert!(
            !equal(&json!("2016-01-29T12:39:28.5Z"), &json!("[time]")),
            "no fraction of a second"
        );
    }
}
