//! Numbers that are read from their digits and written from them. Floating point never sees them.

use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use std::borrow::Cow;

/// A decimal that is a JSON number on the wire, digit for digit: 550.0 stays 550.0.
///
/// Works in derived structs and in `serde_json::Value`. Within `serde(flatten)` and `serde(untagged)` it does
/// not: serde loses the digits there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Number(pub Decimal);

impl Number {
    /// The shortest form: 550.0 becomes 550, 1.50 becomes 1.5.
    pub fn plain(value: Decimal) -> Self {
        Self(value.normalize())
    }
}

impl From<Decimal> for Number {
    fn from(value: Decimal) -> Self {
        Self(value)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0.mantissa()) {
            Ok(whole) if self.0.scale() == 0 => serializer.serialize_i64(whole),
            _ => {
                let digits: serde_json::Number =
                    self.0.to_string().parse().map_err(serde::ser::Error::custom)?;
                digits.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = serde_json::Number::deserialize(deserializer)?;
        read_digits(digits.as_str()).map(Self).map_err(D::Error::custom)
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}

/// A number that may also be sent as text: `90`, `"90.00"`, `"3"`. Written as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Lenient<T>(pub T);

impl<T: Serialize> Serialize for Lenient<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for Lenient<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<'de, T: FromDigits> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = |unexpected| {
            Err(D::Error::invalid_type(
                unexpected,
                &"a number, or a number as text",
            ))
        };
        let read = match Value::deserialize(deserializer)? {
            Value::Number(number) => T::from_digits(number.as_str()),
            Value::String(text) => T::from_digits(text.trim()),
            Value::Null => return wrong(Unexpected::Unit),
            Value::Bool(value) => return wrong(Unexpected::Bool(value)),
            Value::Array(_) => return wrong(Unexpected::Seq),
            Value::Object(_) => return wrong(Unexpected::Map),
        };
        read.map(Self).map_err(D::Error::custom)
    }
}

/// What can be read from a number's digits.
pub trait FromDigits: Sized {
    /// Reads digits such as `90.00`, `-3`, `1e3`.
    fn from_digits(digits: &str) -> Result<Self, DigitsError>;
}

impl FromDigits for Number {
    fn from_digits(digits: &str) -> Result<Self, DigitsError> {
        read_digits(digits).map(Self)
    }
}

impl FromDigits for Decimal {
    fn from_digits(digits: &str) -> Result<Self, DigitsError> {
        read_digits(digits)
    }
}

impl FromDigits for i64 {
    fn from_digits(digits: &str) -> Result<Self, DigitsError> {
        let value = read_digits(digits)?;
        if !value.is_integer() {
            return Err(DigitsError::NotWhole);
        }
        Self::try_from(value.trunc().mantissa()).map_err(|_| DigitsError::TooLarge)
    }
}

impl FromDigits for u32 {
    fn from_digits(digits: &str) -> Result<Self, DigitsError> {
        Self::try_from(i64::from_digits(digits)?).map_err(|_| DigitsError::TooLarge)
    }
}

/// Why digits are not a number that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DigitsError {
    /// Not a number at all.
    #[error("not a number")]
    NotANumber,
    /// It needs more than 28 digits, so it can't be kept exactly.
    #[error("the number has more digits than the 28 that fit")]
    TooManyDigits,
    /// A whole number was wanted.
    #[error("not a whole number")]
    NotWhole,
    /// Outside what the member can hold.
    #[error("the number is too large or too small")]
    TooLarge,
}

/// Reads a decimal exactly from its digits, exponent forms included; nothing is ever rounded.
pub fn read_digits(digits: &str) -> Result<Decimal, DigitsError> {
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
        None => (digits, 0),
    };
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return Err(DigitsError::NotANumber);
    }
    let value = Decimal::from_str_exact(mantissa).map_err(|_| DigitsError::TooManyDigits)?;
    let mut value = shift(value, exponent)?;
    if value.is_zero() {
        value.set_sign_positive(true);
    }
    Ok(value)
}

fn read_exponent(text: &str) -> Result<i64, DigitsError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DigitsError::NotANumber);
    }
    // An exponent that doesn't fit shifts everything but zero out of reach, and so does a merely huge one.
    let size = digits.parse().unwrap_or(i64::MAX);
    Ok(if text.starts_with('-') {
        size.saturating_neg()
    } else {
        size
    })
}

/// `value` times ten to the power of `exponent`.
fn shift(value: Decimal, exponent: i64) -> Result<Decimal, DigitsError> {
    if exponent == 0 || value.is_zero() {
        return Ok(value);
    }
    let scale = i64::from(value.scale()).saturating_sub(exponent);
    if let Ok(scale @ 0..=28) = u32::try_from(scale) {
        return Decimal::try_from_i128_with_scale(value.mantissa(), scale)
            .map_err(|_| DigitsError::TooManyDigits);
    }
    let power = u32::try_from(scale.saturating_neg()).map_err(|_| DigitsError::TooManyDigits)?;
    let mantissa = 10_i128
        .checked_pow(power)
        .and_then(|power| value.mantissa().checked_mul(power));
    let mantissa = mantissa.ok_or(DigitsError::TooManyDigits)?;
    Decimal::try_from_i128_with_scale(mantissa, 0).map_err(|_| DigitsError::TooManyDigits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, serde::Serialize, serde::Deserialize)]
    struct Line {
        price: Number,
        #[serde(skip_serializing_if = "Option::is_none")]
        quantity: Option<Lenient<i64>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        vat: Option<Lenient<Number>>,
    }

    /// Both through JSON text and through a value in memory.
    #[test]
    fn numbers_come_out_as_they_went_in() {
        for text in [
            "550.0",
            "550",
            "-0.10",
            "12345678901234567890.12345678",
            "0.00",
            "9223372036854775808",
        ] {
            let body = format!(r#"{{"price":{text},"quantity":3,"vat":25.0}}"#);
            let line: Line = crate::body::parse_json(body.as_bytes()).unwrap();
            assert_eq!(serde_json::to_string(&line).unwrap(), body);
            let value = serde_json::to_value(&line).unwrap();
            assert_eq!(serde_json::to_string(&value["price"]).unwrap(), text);
            assert_eq!(serde_json::from_value::<Line>(value).unwrap().price, line.price);
        }
        assert_eq!(
            serde_json::to_string(&Number::plain(Decimal::new(5500, 1))).unwrap(),
            "550"
        );
        assert_eq!(
            json!({ "price": Number(Decimal::new(5500, 1)) }).to_string(),
            r#"{"price":550.0}"#
        );
    }

    #[test]
    fn exponents_are_exact() {
        for (digits, value) in [
            ("1e3", "1000"),
            ("1.5E+1", "15"),
            ("1.25e1", "12.5"),
            ("1e-2", "0.01"),
            ("-2.50e2", "-250"),
            ("0e99999999999999999999", "0"),
            ("-0", "0"),
            ("007.50", "7.50"),
        ] {
            assert_eq!(read_digits(digits).unwrap().to_string(), value, "for {digits}");
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_never_rounded() {
        use DigitsError::{NotANumber, TooManyDigits};
        let forty = "9".repeat(40);
        let fine = format!("0.{}", "1".repeat(29));
        for (digits, error) in [
            (forty.as_str(), TooManyDigits),
            (fine.as_str(), TooManyDigits),
            ("1e29", TooManyDigits),
            ("1e-29", TooManyDigits),
            ("1e99999999999999999999", TooManyDigits),
            ("1e-99999999999999999999", TooManyDigits),
            ("", NotANumber),
            ("1_000", NotANumber),
            ("1,5", NotANumber),
            (".5", NotANumber),
            ("1.", NotANumber),
            ("1e", NotANumber),
            ("+1", NotANumber),
            ("NaN", NotANumber),
        ] {
            assert_eq!(read_digits(digits), Err(error), "for {digits}");
        }
    }

    #[test]
    fn lenient_numbers_may_be_text() {
        let read = |json: &str| crate::body::parse_json::<Lenient<Number>>(json.as_bytes());
        assert_eq!(read(r#""90.00""#).unwrap().0.0.to_string(), "90.00");
        assert_eq!(read("90.00").unwrap().0.0.to_string(), "90.00");
        for (json, told) in [
            (r#""ninety""#, "not a number"),
            ("{}", "invalid type: map, expected a number, or a number as text"),
            (
                r#"{"a":1}"#,
                "invalid type: map, expected a number, or a number as text",
            ),
            (
                "true",
                "invalid type: boolean `true`, expected a number, or a number as text",
            ),
            (
                "[1]",
                "invalid type: sequence, expected a number, or a number as text",
            ),
        ] {
            assert_eq!(read(json).unwrap_err().to_string(), told, "for {json}");
        }
        assert_eq!(serde_json::from_str::<Lenient<i64>>("3.0").unwrap().0, 3);
        assert!(serde_json::from_str::<Lenient<i64>>("\"3.5\"").is_err());
        assert!(serde_json::from_str::<Lenient<i64>>("9223372036854775808").is_err());
        assert!(serde_json::from_str::<Lenient<u32>>("\"-1\"").is_err());
    }
}
