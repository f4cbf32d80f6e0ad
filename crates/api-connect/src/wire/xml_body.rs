//! Bodies in XML, as clients of 2015 to 2017 send them: read into the JSON that the operations take.
//!
//! The root element may have any name. Each element within it is a member; a list is its element repeated, or one
//! element with an element for each entry (`<emails><email>…</email></emails>`). An element without anything in it is a
//! member that is not there; attributes say nothing. Document types are refused, and with them all entities but the five
//! that XML has itself.

use crate::errors::ApiError;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesRef, Event};
use serde_json::{Map, Value};

/// How deep elements may lie within each other; the model itself is five levels deep.
const DEEPEST: usize = 32;

/// The lists of the model, and what an entry is called where all of them lie in one element.
const LISTS: [(&str, &str); 7] = [
    ("orderLines", "orderLine"),
    ("emails", "email"),
    ("phoneNumbers", "phoneNumber"),
    ("categories", "category"),
    ("permissions", "permission"),
    ("channels", "channel"),
    ("privacy", "privacy"),
];

/// The members that are numbers; JSON tells them from texts, XML does not.
const NUMBERS: [&str; 13] = [
    "orderId",
    "orderAmount",
    "marketingCouponNumber",
    "customerNumber",
    "productSpecNo",
    "quantity",
    "unitPrice",
    "allowAccessSeconds",
    "rewardPartnerId",
    "startDate",
    "linkLifetime",
    "couponNumber",
    "copies",
];

/// The members that are true or false.
const TRUTHS: [&str; 6] = [
    "prepaid",
    "recurring",
    "isSendMessage",
    "secure3d",
    "verificationIdPresent",
    "enrolled",
];

/// Whether a request's body is XML.
pub(crate) fn is_xml(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/xml") || kind.eq_ignore_ascii_case("text/xml")
}

/// The body in JSON: as it is, or made of XML.
pub(crate) fn json_of(headers: &HeaderMap, body: Bytes) -> Result<Bytes, ApiError> {
    if !is_xml(headers) {
        return Ok(body);
    }
    let read = |body: &[u8]| {
        let text = std::str::from_utf8(body).map_err(|_error| "it is not UTF-8 text".to_owned())?;
        let root = tree(text.strip_prefix('\u{feff}').unwrap_or(text))?;
        let document = Value::Object(members(&root)?);
        serde_json::to_vec(&document).map_err(|error| error.to_string())
    };
    read(&body)
        .map(Bytes::from)
        .map_err(|problem| ApiError::Invalid(format!("the body is not XML that can be read: {problem}")))
}

/// One element.
#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn says_nothing(&self) -> bool {
        self.text.trim().is_empty() && self.children.is_empty()
    }
}

/// The root element, with all that is in it.
fn tree(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                if open.len() >= DEEPEST {
                    return Err(format!("it is nested deeper than {DEEPEST} levels"));
                }
                open.push(element(start.local_name().as_ref())?);
            }
            Event::Empty(empty) => close(element(empty.local_name().as_ref())?, &mut open, &mut root)?,
            Event::End(_) => {
                let ended = open.pop().ok_or("an element ends that has not begun")?;
                close(ended, &mut open, &mut root)?;
            }
            Event::Text(text) => add_text(&text.xml10_content(), &mut open)?,
            Event::CData(text) => add_text(&text.xml10_content(), &mut open)?,
            Event::GeneralRef(reference) => add_text(&referred(&reference)?, &mut open)?,
            Event::DocType(_) => return Err("it has a document type, which is not read".to_owned()),
            Event::Decl(declaration) => check_encoding(&declaration)?,
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if !open.is_empty() {
        return Err("it ends before its last element does".to_owned());
    }
    root.ok_or_else(|| "it has no element".to_owned())
}

/// A new element. Names that can't be a member's are nobody's.
fn element(name: &str) -> Result<Element, String> {
    if !super::xml::is_name(name) {
        return Err("an element's name has other characters than letters, digits, _, - and .".to_owned());
    }
    Ok(Element {
        name: name.to_owned(),
        ..Element::default()
    })
}

fn close(ended: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), String> {
    match open.last_mut() {
        Some(around) => around.children.push(ended),
        None if root.is_none() => *root = Some(ended),
        None => return Err("it has more than one root element".to_owned()),
    }
    Ok(())
}

fn add_text(text: &str, open: &mut [Element]) -> Result<(), String> {
    let is_allowed = |c: char| !matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if !text.chars().all(is_allowed) {
        return Err("it has a character in it that XML does not allow, such as NUL".to_owned());
    }
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("there is text outside of its element".to_owned()),
    }
    Ok(())
}

/// The text that a reference stands for.
fn referred(reference: &BytesRef<'_>) -> Result<String, String> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(character.to_string());
    }
    let known = match &*reference.xml10_content() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _unknown => return Err("it has an entity in it that XML does not have itself".to_owned()),
    };
    Ok(known.to_owned())
}

fn check_encoding(declaration: &BytesDecl<'_>) -> Result<(), String> {
    let Some(encoding) = declaration.encoding() else {
        return Ok(());
    };
    let encoding = encoding.map_err(|error| error.to_string())?;
    if encoding.eq_ignore_ascii_case("utf-8") || encoding.eq_ignore_ascii_case("us-ascii") {
        return Ok(());
    }
    Err("its encoding is not UTF-8".to_owned())
}

/// What an element is made of, as members.
fn members(element: &Element) -> Result<Map<String, Value>, String> {
    let mut members = Map::new();
    if !element.text.trim().is_empty() {
        return Err(format!("{} is not made of elements", element.name));
    }
    for child in element.children.iter().filter(|child| !child.says_nothing()) {
        let name = &child.name;
        if let Some((_, one)) = LISTS.iter().find(|(list, _)| list == name) {
            let listed = members
                .entry(name.clone())
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(listed) = listed {
                listed.extend(entries(child, one)?);
            }
        } else if members.insert(name.clone(), value(child)?).is_some() {
            return Err(format!("{name} is there twice"));
        }
    }
    Ok(members)
}

/// The entries of a list that an element has: it is one itself, or each of its elements is.
fn entries(list: &Element, one: &str) -> Result<Vec<Value>, String> {
    if !list.children.is_empty() && list.children.iter().all(|child| child.name == one) {
        return list.children.iter().map(value).collect();
    }
    Ok(vec![value(list)?])
}

fn value(element: &Element) -> Result<Value, String> {
    if !element.children.is_empty() {
        return members(element).map(Value::Object);
    }
    let (name, text) = (element.name.as_str(), element.text.trim());
    if TRUTHS.contains(&name) {
        match text {
            "true" | "1" => return Ok(Value::Bool(true)),
            "false" | "0" => return Ok(Value::Bool(false)),
            _other => {}
        }
    }
    if NUMBERS.contains(&name)
        && let Ok(Value::Number(number)) = serde_json::from_str(text)
    {
        return Ok(Value::Number(number));
    }
    Ok(Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: &str) -> Result<Value, String> {
        let headers =
            HeaderMap::from_iter([(CONTENT_TYPE, "application/xml;charset=UTF-8".parse().unwrap())]);
        match json_of(&headers, Bytes::from(body.to_owned())) {
            Ok(json) => Ok(serde_json::from_slice(&json).unwrap()),
            Err(ApiError::Invalid(message)) => Err(message),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn elements_are_members_and_lists_come_in_both_forms() {
        let body = r#"<?xml version="1.0" encoding="UTF-8"?>
            <!-- as a client of 2016 writes it -->
            <c:order xmlns:c="urn:x"><c:orderDate>2016-03-01T09:00:00+01:00</c:orderDate><orderAmount>295.00</orderAmount>
              <prepaid>true</prepaid><department/>
              <payer><lastName>Nordmann &amp; <![CDATA[<Sønn>]]>&#33;</lastName><emails>a@example.no</emails><emails>b@example.no</emails>
                <phoneNumbers><phoneNumber>+4712345678</phoneNumber></phoneNumbers></payer>
              <orderLines><orderLine><quantity>1</quantity></orderLine><orderLine><quantity>2</quantity></orderLine></orderLines>
            </c:order>"#;
        assert_eq!(
            read(body).unwrap().to_string(),
            json!({
                "orderDate": "2016-03-01T09:00:00+01:00", "orderAmount": serde_json::from_str::<Value>("295.00").unwrap(), "prepaid": true,
                "payer": { "lastName": "Nordmann & <Sønn>!", "emails": ["a@example.no", "b@example.no"], "phoneNumbers": ["+4712345678"] },
                "orderLines": [{ "quantity": 1 }, { "quantity": 2 }]
            })
            .to_string()
        );
        // One line that is the list's element itself; a number that is none stays what it is, for its reader to refuse.
        let body = "<order><orderLines><quantity>many</quantity></orderLines></order>";
        assert_eq!(read(body), Ok(json!({ "orderLines": [{ "quantity": "many" }] })));
    }

    #[test]
    fn what_is_no_document_of_ours_is_refused() {
        let deep = format!("{}x{}", "<a>".repeat(33), "</a>".repeat(33));
        let bottomless = "<a>".repeat(200_000);
        let bomb = r#"<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>"#;
        let file = r#"<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b>&x;</b></a>"#;
        for (body, told) in [
            (deep.as_str(), "nested deeper than 32"),
            (&bottomless, "nested deeper than 32"),
            (bomb, "document type"),
            (file, "document type"),
            ("<a><b>&y;</b></a>", "an entity"),
            ("<a><b>&#0;</b></a>", ""),
            ("<a><b>&#1;</b></a>", "does not allow"),
            ("<a><b>\u{0}</b></a>", "does not allow"),
            ("<a\u{0}/>", "name"),
            ("<a><b>1</b><b>2</b></a>", "b is there twice"),
            ("<a>text<b/></a>", "not made of elements"),
            ("<a><b></a>", ""),
            ("<a>", "ends before"),
            ("", "no element"),
            ("<a/><a/>", "more than one root"),
            ("{}", "text outside"),
            ("<a></b>", ""),
            ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>", "not UTF-8"),
        ] {
            let error = read(body).unwrap_err();
            assert!(
                error.contains("not XML that can be read") && error.contains(told),
                "{}: {error}",
                body.len()
            );
        }
        let latin = json_of(
            &HeaderMap::from_iter([(CONTENT_TYPE, "text/xml".parse().unwrap())]),
            Bytes::from_static(b"<a>\xe5</a>"),
        );
        assert!(latin.is_err());
    }
}
