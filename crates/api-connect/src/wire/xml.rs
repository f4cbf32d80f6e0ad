//! XML for clients of 2015 to 2017, which ask for it with `Accept`, or send it: the same answer, member by member.
//!
//! An object's members are elements of their names, a list is its element repeated, null is left out. What the root
//! element was called is not known; here it is `response`.

use super::xml_body::is_xml;
use axum::http::header::{ACCEPT, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue};
use http_kit::Answer;
use serde_json::Value;
use std::fmt::Write as _;

const XML: HeaderValue = HeaderValue::from_static("application/xml; charset=utf-8");
const ROOT: &str = "response";

/// The answer in the form that the client asks for: as it is, or in XML.
pub(crate) fn in_form(wants_xml: bool, mut answer: Answer) -> Answer {
    // What is wrong with a token is said by OAuth's rules, to its libraries.
    if !wants_xml || answer.headers.contains_key(WWW_AUTHENTICATE) {
        return answer;
    }
    let Ok(value) = serde_json::from_slice::<Value>(&answer.body) else {
        return answer;
    };
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    write(&mut text, ROOT, &value);
    text.push('\n');
    answer.body = text.into();
    answer.headers.insert(CONTENT_TYPE, XML);
    answer
}

/// Whether XML is named in `Accept`, and JSON is not wanted as much. Where neither is named, who sends XML gets XML.
pub(crate) fn wanted(headers: &HeaderMap) -> bool {
    let (mut xml, mut json) = (0_u16, 0_u16);
    let mut is_named = false;
    let ranges = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    for range in ranges.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(1000, thousandths);
        match kind.as_str() {
            "application/xml" | "text/xml" => (xml, is_named) = (xml.max(weight), true),
            "application/json" => (json, is_named) = (json.max(weight), true),
            _other => {}
        }
    }
    xml > json || (!is_named && is_xml(headers))
}

/// A weight, from 0 to 1 with up to three decimals.
fn thousandths(weight: &str) -> u16 {
    match weight.split_once('.') {
        Some(("0", decimals)) => format!("{decimals:0<3}")
            .get(..3)
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0),
        Some(("1", _)) | None if weight.starts_with('1') => 1000,
        _none => 0,
    }
}

fn write(text: &mut String, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(values) => values.iter().for_each(|value| write(text, name, value)),
        Value::Object(members) => {
            text.push('<');
            text.push_str(name);
            text.push('>');
            for (member, value) in members.iter().filter(|(member, _)| is_name(member)) {
                write(text, member, value);
            }
            close(text, name);
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push('<');
            text.push_str(name);
            text.push('>');
            match value.as_str() {
                Some(told) => escape(text, told),
                // Writing into a String can't fail.
                None => drop(write!(text, "{value}")),
            }
            close(text, name);
        }
    }
}

fn close(text: &mut String, name: &str) {
    text.push_str("</");
    text.push_str(name);
    text.push('>');
}

/// Whether a member can be an element's name; one of a catalogue may be anything.
pub(super) fn is_name(member: &str) -> bool {
    let starts = member
        .chars()
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    starts
        && member
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// Text as it may stand in an element. What XML has no way to say is left out.
fn escape(text: &mut String, told: &str) {
    for character in told.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\r' => text.push_str("&#13;"),
            '\t' | '\n' => text.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;
    use serde_json::json;

    #[test]
    fn members_are_elements_and_lists_are_repeated() {
        let answer = Answer::json(
            StatusCode::OK,
            &json!({ "subscriptions": [{ "product": "A & <B>\u{1}", "paid": true }, { "endTime": null, "n": 29.50 }], "1x": 1, "none": [] }),
        );
        let answer = in_form(true, answer);
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><subscriptions><paid>true</paid>\
             <product>A &amp; &lt;B&gt;</product></subscriptions><subscriptions><n>29.5</n></subscriptions></response>\n"
        );
        assert_eq!(answer.headers[CONTENT_TYPE], "application/xml; charset=utf-8");
    }

    #[test]
    fn xml_is_for_whoever_asks_for_it() {
        for (accept, expected) in [
            ("application/xml", true),
            ("text/xml; charset=utf-8", true),
            ("application/xml, */*", true),
            ("application/xml;q=0.9, application/json", false),
            ("application/json;q=0.5, APPLICATION/XML;q=0.75", true),
            ("application/json, application/xml", false),
            ("application/xml;q=0", false),
            ("*/*", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(wanted(&headers), expected, "{accept}");
        }
        assert!(!wanted(&HeaderMap::new()));
        for (accept, expected) in [
            ("*/*", true),
            ("text/xml", true),
            ("application/json", false),
            ("application/xml;q=0", false),
        ] {
            let kind = HeaderValue::from_static("application/xml;charset=UTF-8");
            let accept = HeaderValue::from_static(accept);
            let headers = HeaderMap::from_iter([(ACCEPT, accept.clone()), (CONTENT_TYPE, kind)]);
            assert_eq!(wanted(&headers), expected, "with a body in XML, {accept:?}");
        }
    }
}
