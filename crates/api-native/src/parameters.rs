//! Query parameters: each known, none contradicting another.

use crate::errors::{CONTRADICTING_PARAMETERS, INVALID_PARAMETER, UNKNOWN_PARAMETER, failed};
use crate::problem::Problem;
use axum::http::Uri;
use http_kit::Failure;
use http_kit::query::Query;
use http_kit::wire::time;
use order::Timestamp;
use std::ops::RangeInclusive;

/// The parameters of one request.
#[derive(Debug)]
pub(crate) struct Parameters(Query);

impl Parameters {
    /// Reads the query, which may have these names and no other.
    pub(crate) fn read(uri: &Uri, known: &[&str]) -> Result<Self, Problem> {
        let query = Query::parse(uri.query().unwrap_or_default());
        let query = query.map_err(|_not_utf8| failed(Failure::BadUrl))?;
        if let Some((name, _)) = query.pairs().find(|(name, _)| !known.contains(name)) {
            let detail = if known.is_empty() {
                format!("There is no parameter {name}: this operation takes none.")
            } else {
                format!("There is no parameter {name}. Known are {}.", known.join(", "))
            };
            return Err(Problem::new(UNKNOWN_PARAMETER, detail).at(name));
        }
        Ok(Self(query))
    }

    /// Refuses those of these names that are given beside the parameter `beside`, which rules them out.
    pub(crate) fn refuse_beside(&self, beside: &str, names: &[&str]) -> Result<(), Problem> {
        match names.iter().find(|name| self.0.all(name).next().is_some()) {
            None => Ok(()),
            Some(name) => Err(contradiction(
                name,
                format!("{name} can't be given with {beside}."),
            )),
        }
    }

    /// Refuses these, which mean nothing without `needed`.
    pub(crate) fn refuse_without(&self, needed: &str, names: &[&str]) -> Result<(), Problem> {
        match names.iter().find(|name| self.0.all(name).next().is_some()) {
            None => Ok(()),
            Some(name) => Err(contradiction(
                name,
                format!("{name} can only be given with {needed}."),
            )),
        }
    }

    /// All of them, as they were given.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.pairs()
    }

    /// The value of a parameter that must not be empty.
    pub(crate) fn text<'p>(&'p self, name: &'p str) -> Result<Option<&'p str>, Problem> {
        let value = self.0.one(name);
        let value = value.map_err(|_| {
            contradiction(
                name,
                format!("{name} is given more than once, with different values."),
            )
        })?;
        match value {
            Some("") => Err(invalid(name, "is empty")),
            value => Ok(value),
        }
    }

    /// All values of a parameter, each read by `read`, which says what is wrong.
    pub(crate) fn all<T>(
        &self,
        name: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, Problem> {
        let values = self.0.all(name).map(|value| {
            if value.is_empty() {
                return Err(invalid(name, "is empty"));
            }
            read(value).map_err(|wrong| invalid(name, &wrong))
        });
        values.collect()
    }

    /// A whole number within bounds.
    pub(crate) fn whole(&self, name: &str, within: RangeInclusive<u64>) -> Result<Option<u64>, Problem> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let value = text
            .parse()
            .ok()
            .filter(|value| is_plain && within.contains(value));
        let wrong = || {
            let bounds = format!(
                "must be a whole number from {} to {}",
                within.start(),
                within.end()
            );
            invalid(name, &bounds)
        };
        value.map(Some).ok_or_else(wrong)
    }

    /// The period from `from` to before `until`.
    pub(crate) fn period(&self) -> Result<(Option<Timestamp>, Option<Timestamp>), Problem> {
        let (from, until) = (self.moment("from")?, self.moment("until")?);
        if let (Some(from), Some(until)) = (from, until)
            && from >= until
        {
            return Err(contradiction(
                "until",
                "until must be later than from.".to_owned(),
            ));
        }
        Ok((from, until))
    }

    /// A moment.
    pub(crate) fn moment(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match time::parse(text) {
            Ok(at) => Ok(Some(Timestamp(at))),
            Err(_not_a_time) => Err(invalid(
                name,
                "must be a time of RFC 3339, such as 2026-01-31T12:00:00Z (a + in it is written %2B)",
            )),
        }
    }
}

pub(crate) fn contradiction(name: &str, detail: String) -> Problem {
    Problem::new(CONTRADICTING_PARAMETERS, detail).at(name)
}

pub(crate) fn invalid(name: &str, wrong: &str) -> Problem {
    Problem::new(INVALID_PARAMETER, format!("{name} {wrong}.")).at(name)
}
