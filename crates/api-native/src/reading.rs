//! Members of a body, turned into what the core takes. Each error names its member.

use crate::errors::{INVALID_BODY, MISSING_MEMBER};
use crate::problem::Problem;
use http_kit::wire::{Number, time};
use order::{Amount, MoneyError, Quantity, Timestamp};

/// The longest name that an order, a product or a person is found by, in characters.
pub(crate) const NAME: usize = 200;
/// The longest text that is kept and not searched by, in characters.
pub(crate) const TEXT: usize = 2000;
/// The most lines, items or contacts of one request.
pub(crate) const MOST: usize = 1000;

pub(crate) fn invalid(field: &str, wrong: &str) -> Problem {
    Problem::new(INVALID_BODY, format!("{field} {wrong}.")).at(field)
}

pub(crate) fn missing(field: &str) -> Problem {
    Problem::new(MISSING_MEMBER, format!("{field} is missing.")).at(field)
}

/// A text that is not empty and not too long.
pub(crate) fn text(field: &str, text: Option<String>, longest: usize) -> Result<Option<String>, Problem> {
    text.map(|value| must_be_text(field, value, longest)).transpose()
}

/// The same for one that must be there.
pub(crate) fn must_be_text(field: &str, text: String, longest: usize) -> Result<String, Problem> {
    if text.trim().is_empty() {
        return Err(invalid(field, "is empty"));
    }
    if text.chars().count() > longest {
        return Err(invalid(field, &format!("is longer than {longest} characters")));
    }
    Ok(text)
}

/// An amount of money.
pub(crate) fn amount(field: &str, number: Option<Number>) -> Result<Option<Amount>, Problem> {
    let read = |Number(value)| Amount::new(value).map_err(|error| out_of_range(field, error));
    number.map(read).transpose()
}

/// A quantity; one when it is not said.
pub(crate) fn quantity(field: &str, number: Option<Number>) -> Result<Quantity, Problem> {
    let read = |Number(value)| Quantity::new(value).map_err(|error| out_of_range(field, error));
    number.map_or(Ok(Quantity::ONE), read)
}

/// A moment.
pub(crate) fn moment(field: &str, text: Option<String>) -> Result<Option<Timestamp>, Problem> {
    let read = |text: String| {
        let at = time::parse(&text).map(Timestamp);
        at.map_err(|_not_a_time| invalid(field, "must be a time of RFC 3339, such as 2026-01-31T12:00:00Z"))
    };
    text.map(read).transpose()
}

/// A list that is not too long.
pub(crate) fn not_too_many<T>(field: &str, list: Vec<T>) -> Result<Vec<T>, Problem> {
    if list.len() > MOST {
        return Err(invalid(field, &format!("has more than {MOST} elements")));
    }
    Ok(list)
}

fn out_of_range(field: &str, error: MoneyError) -> Problem {
    match error {
        MoneyError::TooLarge => invalid(field, "is a trillion or more"),
        MoneyError::TooPrecise => invalid(field, "has more than twelve decimals"),
    }
}
