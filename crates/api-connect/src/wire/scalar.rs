//! Texts that have a longest length, and dates in the shapes that clients send.

use http_kit::wire::time;
use http_kit::wire::{DigitsError, FromDigits};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde_json::Value;
use std::borrow::Cow;

/// A text of at most so many characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Text<const MOST: usize>(pub(crate) String);

/// How a type of this file is described: it stands where it is used.
macro_rules! described {
    ($kind:ty, $schema:tt $(, $($parameter:tt)+)?) => {
        impl$(<$($parameter)+>)? JsonSchema for $kind {
            fn schema_name() -> Cow<'static, str> {
                stringify!($kind).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

described!(Text<MOST>, { "type": "string", "maxLength": MOST }, const MOST: usize);
described!(Whole, { "type": ["integer", "string"] });
described!(Integer, { "type": "integer" });
described!(Moment, { "type": ["integer", "string"], "description": "Milliseconds since 1970, an ISO 8601 time, or a date." });
described!(NumberOrText, { "type": ["number", "string"] });

impl<'de, const MOST: usize> Deserialize<'de> for Text<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.chars().count() > MOST {
            return Err(D::Error::custom(format_args!("longer than {MOST} characters")));
        }
        Ok(Self(text))
    }
}

/// A whole number, which may also be sent as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Whole(pub(crate) i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let digits = value
            .as_number()
            .map(serde_json::Number::as_str)
            .or_else(|| value.as_str());
        let digits = digits.ok_or_else(|| D::Error::invalid_type(unexpected(&value), &"a whole number"))?;
        i64::from_digits(digits.trim()).map(Self).map_err(Error::custom)
    }
}

/// A whole number that is sent as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Integer(pub(crate) i64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let digits = value
            .as_number()
            .ok_or_else(|| D::Error::invalid_type(unexpected(&value), &"a whole number"))?;
        i64::from_digits(digits.as_str()).map(Self).map_err(Error::custom)
    }
}

/// A point in time, in milliseconds since 1970-01-01 UTC: sent so, as such a number in text, as ISO 8601, or as a
/// date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) i64);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wanted = "milliseconds since 1970, an ISO 8601 time, or a date";
        let value = Value::deserialize(deserializer)?;
        let Some(text) = value.as_str().map(str::trim) else {
            let digits = value
                .as_number()
                .ok_or_else(|| D::Error::invalid_type(unexpected(&value), &wanted))?;
            return milliseconds(digits.as_str()).map(Self).map_err(Error::custom);
        };
        match milliseconds(text) {
            Ok(value) => Ok(Self(value)),
            Err(DigitsError::NotANumber) => time::parse(text)
                .map(Self)
                .map_err(|_error| D::Error::custom(format_args!("{:?} is not {wanted}", clipped(text)))),
            Err(error) => Err(D::Error::custom(error)),
        }
    }
}

fn milliseconds(digits: &str) -> Result<i64, DigitsError> {
    let value = i64::from_digits(digits)?;
    time::within_years(value).map_err(|_error| DigitsError::TooLarge)
}

/// A number or a text whose content nobody here looks at: street numbers, floors, dates of birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NumberOrText;

impl<'de> Deserialize<'de> for NumberOrText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.is_number() || value.is_string() {
            return Ok(Self);
        }
        Err(D::Error::invalid_type(unexpected(&value), &"a number or a text"))
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(40).collect()
}

fn unexpected(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(value) => Unexpected::Bool(*value),
        Value::Number(_) => Unexpected::Other("number"),
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_kit::body::parse_json;

    fn moment(json: &str) -> Result<i64, String> {
        parse_json::<Moment>(json.as_bytes())
            .map(|moment| moment.0)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn order_date_is_taken_in_all_three_shapes() {
        for (json, value) in [
            ("1559372400000", 1_559_372_400_000),
            ("\"1559372400000\"", 1_559_372_400_000),
            ("\"2019-06-01T09:00:00+02:00\"", 1_559_372_400_000),
            ("\"2019-06-01\"", 1_559_347_200_000),
        ] {
            assert_eq!(moment(json), Ok(value), "for {json}");
        }
        for (json, told) in [
            ("1.5", "not a whole number"),
            ("99999999999999999", "the number is too large or too small"),
            (
                "\"soon\"",
                "\"soon\" is not milliseconds since 1970, an ISO 8601 time, or a date",
            ),
            (
                "true",
                "invalid type: boolean `true`, expected milliseconds since 1970, an ISO 8601 time, or a date",
            ),
        ] {
            assert_eq!(moment(json), Err(told.to_owned()), "for {json}");
        }
    }

    #[test]
    fn an_integer_is_no_text() {
        assert_eq!(parse_json::<Integer>(b"9.0"), Ok(Integer(9)));
        assert_eq!(parse_json::<Whole>(b"\"9\""), Ok(Whole(9)));
        assert!(parse_json::<Integer>(b"\"9\"").is_err());
        let forty = "9".repeat(40);
        assert!(parse_json::<Integer>(forty.as_bytes()).is_err());
    }
}
