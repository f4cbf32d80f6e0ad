//! Reading bodies as leniently as AfterPay's own server does: names and enum values in any letter case, numbers as
//! text, text as numbers, unknown members ignored, `null` and the empty string like an absent member.
//!
//! What can't be read is noted with its place and its documented code, and reading goes on, so that a client learns of
//! every flaw at once, in the order in which the members are read.

use crate::message::Flaw;
use http_kit::wire::{DigitsError, Number, read_digits, time};
use order::{Amount, MoneyError, Quantity};
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use std::cell::RefCell;
use uuid::Uuid;

/// The flaws that were found so far.
#[derive(Debug, Default)]
pub(crate) struct Flaws {
    found: RefCell<Vec<Found>>,
    /// Whether only what is required must be readable.
    forgiving: bool,
}

#[derive(Debug)]
struct Found {
    flaw: Flaw,
    matters: bool,
}

impl Flaws {
    /// Flaws of what another system says: what can't be read is as if it were absent, unless it is required.
    pub(crate) fn forgiving() -> Self {
        Self {
            found: RefCell::default(),
            forgiving: true,
        }
    }

    pub(crate) fn note(&self, flaw: Flaw) {
        let matters = !self.forgiving;
        self.found.borrow_mut().push(Found { flaw, matters });
    }

    /// Notes that a member is required, unless what is wrong with it is known better.
    fn note_required(&self, field: String) {
        let mut found = self.found.borrow_mut();
        if let Some(known) = found.iter_mut().find(|found| found.flaw.field == field) {
            known.matters = true;
            return;
        }
        found.push(Found {
            flaw: Flaw::required(field),
            matters: true,
        });
    }

    /// What was read, when nothing was wrong with it.
    pub(crate) fn unless_any<T>(self, read: Option<T>) -> Result<T, Vec<Flaw>> {
        let found = self.found.into_inner().into_iter();
        let found: Vec<Flaw> = found
            .filter(|found| found.matters)
            .map(|found| found.flaw)
            .collect();
        match read {
            Some(read) if found.is_empty() => Ok(read),
            Some(_) | None => Err(found),
        }
    }
}

/// A JSON object that is being read, and where it stands in the body.
#[derive(Debug, Clone)]
pub(crate) struct Object<'v> {
    members: &'v Map<String, Value>,
    path: String,
    flaws: &'v Flaws,
}

/// What becomes of a text that is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TooLong {
    /// It is refused.
    Refused,
    /// It is cut.
    Cut,
}

impl<'v> Object<'v> {
    /// The body itself.
    pub(crate) fn root(members: &'v Map<String, Value>, flaws: &'v Flaws) -> Self {
        Self {
            members,
            path: String::new(),
            flaws,
        }
    }

    /// Where the member `name` stands, as a `fieldReference` says it.
    pub(crate) fn place(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// Notes any flaw.
    pub(crate) fn refuse(&self, flaw: Flaw) {
        self.flaws.note(flaw);
    }

    /// Notes a flaw of the member `name`.
    pub(crate) fn note(&self, name: &str, flaw: fn(String) -> Flaw) {
        self.flaws.note(flaw(self.place(name)));
    }

    /// The member `name`, in any letter case; none when it is absent, null or the empty string.
    fn member(&self, name: &str) -> Option<&'v Value> {
        let exact = self.members.get(name);
        let value = exact.or_else(|| {
            let other = self
                .members
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name));
            other.map(|(_, value)| value)
        })?;
        let is_absent = value.is_null() || value.as_str() == Some("");
        (!is_absent).then_some(value)
    }

    /// Whether the member is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.member(name).is_some()
    }

    /// Notes that `name` is required when nothing was read and nothing else is wrong with it.
    pub(crate) fn required<T>(&self, name: &str, read: Option<T>) -> Option<T> {
        if read.is_none() {
            self.flaws.note_required(self.place(name));
        }
        read
    }

    /// A text. Numbers and truth values are taken as their text.
    pub(crate) fn text(&self, name: &str, longest: usize) -> Option<String> {
        self.text_or(name, longest, TooLong::Refused)
    }

    /// A text that is cut where it is too long.
    pub(crate) fn cut_text(&self, name: &str, longest: usize) -> Option<String> {
        self.text_or(name, longest, TooLong::Cut)
    }

    fn text_or(&self, name: &str, longest: usize, too_long: TooLong) -> Option<String> {
        let text = match self.member(name)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                self.note(name, Flaw::malformed);
                return None;
            }
        };
        // No database keeps it, and nobody means it.
        if text.contains('\0') {
            self.note(name, Flaw::malformed);
            return None;
        }
        match (text.char_indices().nth(longest), too_long) {
            (None, _) => Some(text),
            (Some((end, _)), TooLong::Cut) => text.get(..end).map(ToOwned::to_owned),
            (Some(_), TooLong::Refused) => {
                self.flaws.note(Flaw::too_long(self.place(name), longest));
                None
            }
        }
    }

    /// One of the words, in any letter case.
    pub(crate) fn word(&self, name: &str, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(name, 100)?;
        let word = words
            .iter()
            .find(|word| word.eq_ignore_ascii_case(text.trim()))
            .copied();
        if word.is_none() {
            self.note(name, Flaw::malformed);
        }
        word
    }

    /// A number, as a number or as text.
    pub(crate) fn number(&self, name: &str) -> Option<Decimal> {
        let read = match self.member(name)? {
            Value::Number(number) => read_digits(&number.to_string()),
            Value::String(text) => read_digits(text.trim()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(DigitsError::NotANumber),
        };
        match read {
            Ok(number) => Some(number),
            Err(DigitsError::NotANumber | DigitsError::NotWhole) => {
                self.note(name, Flaw::malformed);
                None
            }
            Err(DigitsError::TooManyDigits) => {
                self.note(name, Flaw::too_fine);
                None
            }
            Err(DigitsError::TooLarge) => {
                self.note(name, Flaw::out_of_range);
                None
            }
        }
    }

    /// A number that is only kept and given back.
    pub(crate) fn kept_number(&self, name: &str) -> Option<Number> {
        self.number(name).map(Number)
    }

    /// A whole number.
    pub(crate) fn whole(&self, name: &str) -> Option<i64> {
        let number = self.number(name)?;
        if !number.is_integer() {
            self.note(name, Flaw::malformed);
            return None;
        }
        let whole = i64::try_from(number.trunc().mantissa()).ok();
        if whole.is_none() {
            self.note(name, Flaw::out_of_range);
        }
        whole
    }

    /// An amount of money.
    pub(crate) fn amount(&self, name: &str) -> Option<Amount> {
        self.within(name, Amount::new(self.number(name)?))
    }

    /// A quantity.
    pub(crate) fn quantity(&self, name: &str) -> Option<Quantity> {
        self.within(name, Quantity::new(self.number(name)?))
    }

    fn within<T>(&self, name: &str, read: Result<T, MoneyError>) -> Option<T> {
        match read {
            Ok(read) => Some(read),
            Err(MoneyError::TooLarge) => {
                self.note(name, Flaw::out_of_range);
                None
            }
            Err(MoneyError::TooPrecise) => {
                self.note(name, Flaw::too_fine);
                None
            }
        }
    }

    /// A truth value, as such or as text.
    pub(crate) fn truth(&self, name: &str) -> Option<bool> {
        let truth = match self.member(name)? {
            Value::Bool(truth) => Some(*truth),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
        };
        if truth.is_none() {
            self.note(name, Flaw::malformed);
        }
        truth
    }

    /// A date or time in any of the documented forms, given back as `2016-01-29T12:39:28Z`.
    pub(crate) fn time(&self, name: &str) -> Option<String> {
        let text = self.text(name, 64)?;
        if let Ok(at) = time::parse(text.trim()) {
            return Some(time::seconds_text(at));
        }
        self.note(name, Flaw::malformed);
        None
    }

    /// A UUID.
    pub(crate) fn uuid(&self, name: &str) -> Option<Uuid> {
        let text = self.text(name, 64)?;
        let uuid = Uuid::try_parse(text.trim()).ok();
        if uuid.is_none() {
            self.note(name, Flaw::malformed);
        }
        uuid
    }

    /// An object.
    pub(crate) fn object(&self, name: &str) -> Option<Self> {
        match self.member(name)? {
            Value::Object(members) => Some(Self {
                members,
                path: self.place(name),
                flaws: self.flaws,
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.note(name, Flaw::malformed);
                None
            }
        }
    }

    /// A list of objects, at most so many; absent is empty.
    pub(crate) fn list(&self, name: &str, most: usize) -> Vec<Self> {
        let elements = match self.member(name) {
            None => return Vec::new(),
            Some(Value::Array(elements)) if elements.len() <= most => elements,
            Some(Value::Array(_)) => {
                self.note(name, Flaw::out_of_range);
                return Vec::new();
            }
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                self.note(name, Flaw::malformed);
                return Vec::new();
            }
        };
        let mut objects = Vec::with_capacity(elements.len());
        for (place, element) in elements.iter().enumerate() {
            let name = format!("{name}[{place}]");
            match element {
                Value::Object(members) => objects.push(Self {
                    members,
                    path: self.place(&name),
                    flaws: self.flaws,
                }),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    self.note(&name, Flaw::malformed);
                }
            }
        }
        objects
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Reads one member of a body and tells what came of it.
    fn told<T: std::fmt::Debug>(body: &Value, read: impl Fn(&Object<'_>) -> Option<T>) -> String {
        let flaws = Flaws::default();
        let value = read(&Object::root(body.as_object().unwrap(), &flaws));
        match flaws.unless_any(Some(value)) {
            Ok(value) => format!("{value:?}"),
            Err(found) => {
                let found = found.iter().map(|flaw| format!("{} {}", flaw.code, flaw.field));
                found.collect::<Vec<_>>().join(", ")
            }
        }
    }

    #[test]
    fn what_clients_send_is_read_leniently() {
        for (body, value) in [
            (json!({"amount": "90.00"}), "Some(90.00)"),
            (json!({"Amount": 90.00}), "Some(90.0)"),
            (json!({"AMOUNT": " 3 "}), "Some(3)"),
            (json!({"amount": null}), "None"),
            (json!({"amount": ""}), "None"),
            (json!({"other": 1}), "None"),
            (json!({"amount": "ninety"}), "400.004 amount"),
            (json!({"amount": true}), "400.004 amount"),
            (json!({"amount": {}}), "400.004 amount"),
        ] {
            assert_eq!(told(&body, |object| object.number("amount")), value, "for {body}");
        }
        let huge: Value = serde_json::from_str(&format!("{{\"amount\":{}}}", "9".repeat(40))).unwrap();
        assert_eq!(told(&huge, |object| object.amount("amount")), "400.007 amount");
        assert_eq!(
            told(&json!({"amount": "1000000000000"}), |object| object
                .amount("amount")),
            "400.003 amount"
        );
    }

    #[test]
    fn words_come_in_any_letter_case_and_texts_as_numbers() {
        let word = |body: &Value| told(body, |object| object.word("type", &["Invoice", "PayinX"]));
        assert_eq!(word(&json!({"type": "payInX"})), "Some(\"PayinX\")");
        assert_eq!(word(&json!({"type": "cash"})), "400.004 type");
        let text = |body: &Value| told(body, |object| object.text("code", 5));
        assert_eq!(text(&json!({"code": 155})), "Some(\"155\")");
        assert_eq!(text(&json!({"code": "ææææææ"})), "400.005 code");
        assert_eq!(text(&json!({"code": "a\0b"})), "400.004 code");
        assert_eq!(
            told(&json!({"code": "ææææææ"}), |object| object
                .cut_text("code", 5)),
            "Some(\"æææææ\")"
        );
    }

    #[test]
    fn a_flaw_names_its_place() {
        let body = json!({"order": {"items": [{"quantity": 1}, {"quantity": "x"}, 7]}});
        let read = |object: &Object<'_>| {
            let order = object.object("order")?;
            for item in order.list("items", 10) {
                item.required("quantity", item.number("quantity"));
                item.required("productId", item.text("productId", 100));
            }
            Some(())
        };
        assert_eq!(
            told(&body, read),
            "400.004 order.items[2], 400.002 order.items[0].productId, 400.004 order.items[1].quantity, 400.002 order.items[1].productId"
        );
        assert_eq!(
            told(&json!({"a": [1, 2, 3]}), |object| Some(object.list("a", 2).len())),
            "400.003 a"
        );
    }
}
