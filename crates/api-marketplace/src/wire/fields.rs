//! Reading a JSON body member by member, so that one error can name every field that is wrong.

use crate::errors::{ApiError, INVALID_ADDRESS, INVALID_FIELDS, MISSING_FIELDS, UNEXPECTED_FIELDS};
use http_kit::body::{JsonError, parse_json};
use http_kit::wire::FromDigits;
use serde_json::{Map, Value};

/// What is wrong with a body, by field path such as `companyProfile.contacts[0].email`.
#[derive(Debug, Default)]
pub(crate) struct Complaints {
    unexpected: Vec<String>,
    missing: Vec<String>,
    invalid: Vec<String>,
    nowhere: Vec<String>,
}

impl Complaints {
    /// The error, if anything is wrong. What should not be there wins over what is missing, and that over what is
    /// wrong.
    pub(crate) fn check(self) -> Result<(), ApiError> {
        for (kind, paths) in [
            (UNEXPECTED_FIELDS, self.unexpected),
            (MISSING_FIELDS, self.missing),
            (INVALID_FIELDS, self.invalid),
            (INVALID_ADDRESS, self.nowhere),
        ] {
            if !paths.is_empty() {
                return Err(ApiError::about(kind, paths));
            }
        }
        Ok(())
    }

    pub(crate) fn missing(&mut self, path: String) {
        self.missing.push(path);
    }

    /// An address that is nowhere.
    pub(crate) fn nowhere(&mut self, path: String) {
        self.nowhere.push(path);
    }

    pub(crate) fn invalid(&mut self, path: String) {
        self.invalid.push(path);
    }
}

/// The members of one object, at one path.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'j> {
    members: &'j Map<String, Value>,
    path: String,
}

/// Reads a body as an object.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let read = parse_json::<Value>(body).map_err(|error| {
        let detail = match error {
            JsonError::NotUtf8
            | JsonError::Malformed { .. }
            | JsonError::WrongShape { .. }
            | JsonError::Missing { .. } => error.to_string(),
        };
        ApiError::about(INVALID_FIELDS, [detail])
    })?;
    match read {
        Value::Object(members) => Ok(members),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(ApiError::about(INVALID_FIELDS, ["the body is not a JSON object"]))
        }
    }
}

impl<'j> Fields<'j> {
    pub(crate) fn of(members: &'j Map<String, Value>) -> Self {
        Self {
            members,
            path: String::new(),
        }
    }

    /// All members, as they were sent.
    pub(crate) fn members(&self) -> &'j Map<String, Value> {
        self.members
    }

    /// The path of a member.
    pub(crate) fn at(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// Complains about every member whose name is not among these.
    pub(crate) fn only(&self, known: &[&str], complaints: &mut Complaints) {
        for name in self.members.keys().filter(|name| !known.contains(&name.as_str())) {
            complaints.unexpected.push(self.at(name));
        }
    }

    /// A member's value; null is as good as absent.
    pub(crate) fn value(&self, name: &str) -> Option<&'j Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// A text member of at most so many characters, if it is there and not empty.
    pub(crate) fn text(&self, name: &str, longest: usize, complaints: &mut Complaints) -> Option<String> {
        match self.value(name)? {
            Value::String(text) if text.chars().count() <= longest => {
                Some(text.clone()).filter(|text| !text.is_empty())
            }
            Value::String(_)
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_)
            | Value::Null => {
                complaints.invalid(self.at(name));
                None
            }
        }
    }

    /// The same, for a member that must be there.
    pub(crate) fn needed_text(&self, name: &str, longest: usize, complaints: &mut Complaints) -> String {
        let is_there = self.value(name).is_some_and(|value| value.as_str() != Some(""));
        if !is_there {
            complaints.missing(self.at(name));
        }
        self.text(name, longest, complaints).unwrap_or_default()
    }

    /// A whole number, if it is there. One that doesn't fit is as far out of range as can be.
    pub(crate) fn whole(&self, name: &str, complaints: &mut Complaints) -> Option<i64> {
        let value = self.value(name)?;
        let read = match value {
            Value::Number(number) => match i64::from_digits(number.as_str()) {
                Err(http_kit::wire::DigitsError::TooLarge | http_kit::wire::DigitsError::TooManyDigits) => {
                    Some(i64::MAX)
                }
                read => read.ok(),
            },
            Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
        };
        if read.is_none() {
            complaints.invalid(self.at(name));
        }
        read
    }

    /// The same, for a member that must be there.
    pub(crate) fn needed_whole(&self, name: &str, complaints: &mut Complaints) -> Option<i64> {
        if self.value(name).is_none() {
            complaints.missing(self.at(name));
        }
        self.whole(name, complaints)
    }

    /// True or false, if it is there.
    pub(crate) fn truth(&self, name: &str, complaints: &mut Complaints) -> Option<bool> {
        let value = self.value(name)?;
        if value.as_bool().is_none() {
            complaints.invalid(self.at(name));
        }
        value.as_bool()
    }

    /// The objects of a list, if it is there.
    pub(crate) fn objects(&self, name: &str, complaints: &mut Complaints) -> Option<Vec<Fields<'j>>> {
        let value = self.value(name)?;
        let Value::Array(elements) = value else {
            complaints.invalid(self.at(name));
            return None;
        };
        let mut objects = Vec::with_capacity(elements.len());
        for (place, element) in elements.iter().enumerate() {
            let path = format!("{}[{place}]", self.at(name));
            match element {
                Value::Object(members) => objects.push(Fields { members, path }),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    complaints.invalid(path);
                }
            }
        }
        Some(objects)
    }

    /// An object, if it is there.
    pub(crate) fn object(&self, name: &str, complaints: &mut Complaints) -> Option<Fields<'j>> {
        let value = self.value(name)?;
        let Value::Object(members) = value else {
            complaints.invalid(self.at(name));
            return None;
        };
        Some(Fields {
            members,
            path: self.at(name),
        })
    }

    /// A list of texts, empty when it isn't there. Elements that are no text, or empty, are complained about.
    pub(crate) fn texts(&self, name: &str, longest: usize, complaints: &mut Complaints) -> Vec<String> {
        let Some(value) = self.value(name) else {
            return Vec::new();
        };
        let Value::Array(elements) = value else {
            complaints.invalid(self.at(name));
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(elements.len());
        for (place, element) in elements.iter().enumerate() {
            match element
                .as_str()
                .filter(|text| (1..=longest).contains(&text.chars().count()))
            {
                Some(text) => texts.push(text.to_owned()),
                None => complaints.invalid(format!("{}[{place}]", self.at(name))),
            }
        }
        texts
    }
}
