//! Search parameters and pages, as all lists of the API have them.

use super::link::{Link, PageLinks};
use crate::errors::{ApiError, INVALID_SEARCH, OFFSET_RANGE};
use book::Document;
use http_kit::query::{Contradiction, Query, write};
use http_kit::wire::time;
use order::Timestamp;

/// Which page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paging {
    pub(crate) offset: u64,
    pub(crate) limit: u64,
}

impl Paging {
    /// Reads `offset` and `limit`; a limit above the most is the most.
    pub(crate) fn read(query: &Query, default: u64, most: u64) -> Result<Self, ApiError> {
        Ok(Self {
            offset: whole(query, "offset")?.unwrap_or(0),
            limit: match whole(query, "limit")? {
                Some(0) => return Err(wrong("limit")),
                Some(limit) => limit.min(most),
                None => default,
            },
        })
    }

    /// Refuses an offset beyond the number of results.
    pub(crate) fn check(self, total: u64) -> Result<(), ApiError> {
        if self.offset > total {
            return Err(ApiError::about(OFFSET_RANGE, ["offset"]));
        }
        Ok(())
    }

    /// The page of a list that is held in memory, and how long the list is.
    ///
    /// # Errors
    /// When the offset lies beyond it.
    pub(crate) fn cut<T>(self, found: &[T]) -> Result<(u64, &[T]), ApiError> {
        let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
        self.check(total)?;
        let start = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let rest = found.get(start..).unwrap_or_default();
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        Ok((total, rest.get(..limit).unwrap_or(rest)))
    }

    /// The links of the page, with the caller's own filters. Those that lead nowhere are left out.
    pub(crate) fn links(self, path: &str, query: &Query, total: u64) -> PageLinks {
        let filters = kept_filters(query);
        let page = |offset: u64| {
            let (offset, limit) = (offset.to_string(), self.limit.to_string());
            let paging = [("offset", offset.as_str()), ("limit", limit.as_str())];
            let pairs = filters.iter().copied().chain(paging);
            Link::to(format!("{path}?{}", write(pairs)))
        };
        let next = self.offset.saturating_add(self.limit);
        PageLinks {
            own: page(self.offset),
            next: (next < total).then(|| page(next)),
            prev: (self.offset > 0).then(|| page(self.offset.saturating_sub(self.limit))),
        }
    }
}

/// How accounts are sorted: by age or by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sorting {
    by_name: bool,
    ascending: bool,
}

impl Sorting {
    /// Reads `sort-by` and `order-by`, in any letter case.
    pub(crate) fn read(query: &Query) -> Result<Self, ApiError> {
        let choice = |name: &'static str, words: [&str; 2]| {
            let word = one(query, name)?.unwrap_or(words[0]);
            let known = words.iter().position(|known| known.eq_ignore_ascii_case(word));
            known.map(|place| place == 1).ok_or_else(|| wrong(name))
        };
        Ok(Self {
            by_name: choice("sort-by", ["creationDate", "companyName"])?,
            ascending: choice("order-by", ["desc", "asc"])?,
        })
    }

    /// Sorts accounts; those of the same name or age by their ids.
    pub(crate) fn sort<T>(self, found: &mut [Document<T>], name: impl Fn(&Document<T>) -> String) {
        found.sort_by_cached_key(|kept| {
            let name = if self.by_name { name(kept) } else { String::new() };
            let age = if self.by_name {
                Timestamp::default()
            } else {
                kept.created_at
            };
            (name, age, kept.id.clone())
        });
        if !self.ascending {
            found.reverse();
        }
    }
}

/// The caller's own filters, each once, for the links of the other pages.
fn kept_filters(query: &Query) -> Vec<(&str, &str)> {
    let mut kept: Vec<(&str, &str)> = Vec::new();
    for (name, value) in query.pairs() {
        let is_paging = matches!(name, "offset" | "limit");
        if !is_paging && !value.is_empty() && !kept.contains(&(name, value)) {
            kept.push((name, value));
        }
    }
    kept
}

pub(crate) fn wrong(name: &str) -> ApiError {
    ApiError::about(INVALID_SEARCH, [name])
}

/// All values of a filter that may be given several times. A filter without a value is none.
pub(crate) fn all<'q>(query: &'q Query, name: &'static str) -> impl Iterator<Item = &'q str> {
    query.all(name).filter(|value| !value.is_empty())
}

/// The value of any other parameter. The same value again is no harm: clients that follow a link add their filters
/// anew.
pub(crate) fn one<'q>(query: &'q Query, name: &'static str) -> Result<Option<&'q str>, ApiError> {
    match query.one(name) {
        Ok(value) => Ok(value.filter(|value| !value.is_empty())),
        Err(Contradiction { name }) => Err(wrong(&name)),
    }
}

/// A whole number from zero up; one that is too large to hold is as large as can be.
fn whole(query: &Query, name: &'static str) -> Result<Option<u64>, ApiError> {
    let Some(text) = one(query, name)? else {
        return Ok(None);
    };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong(name));
    }
    Ok(Some(text.parse().unwrap_or(u64::MAX)))
}

/// A date, which means midnight UTC, or a date with time in Zulu time.
pub(crate) fn date(text: &str, name: &'static str) -> Result<Timestamp, ApiError> {
    let is_date = text.len() == 10;
    let is_zulu = text.len() >= 20 && text.as_bytes().get(10) == Some(&b'T') && text.ends_with('Z');
    if !is_date && !is_zulu {
        return Err(wrong(name));
    }
    let read = time::parse(text).map_err(|_error| wrong(name))?;
    Ok(Timestamp(read))
}
