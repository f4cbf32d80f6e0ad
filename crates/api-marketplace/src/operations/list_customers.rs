//! The customers of a reseller: `GET /v3/resellers/{reseller}/customers`.

use crate::errors::{ApiError, INVALID_RESELLER};
use crate::operations::resellers;
use crate::wire::customer::CustomerResource;
use crate::wire::customer::{self, Annex};
use crate::wire::link::{self, PageLinks};
use crate::wire::search::{Paging, date, one, wrong};
use crate::wire::status;
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use book::KeptAccount;
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use order::{Account, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use std::cmp::Reverse;

const LIMIT: u64 = 20;
const MOST: u64 = 50;

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CustomerPage")]
pub(crate) struct Page {
    total_count: u64,
    count: usize,
    offset: u64,
    limit: u64,
    #[schemars(with = "Vec<CustomerResource<'static>>")]
    accounts: Vec<Box<RawValue>>,
    links: PageLinks,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let reseller = ids.get("reseller")?;
    let kept = state
        .book
        .documents::<Account>(access.merchant, ("account", Some(reseller)), 0, u64::MAX)
        .await?;
    if kept.documents.is_empty() && !resellers::exists(&state, access.merchant, reseller).await? {
        return Err(ApiError::new(INVALID_RESELLER));
    }
    let query = Query::parse(uri.query().unwrap_or_default())?;
    let (filter, now) = (Filter::read(&query)?, state.book.now());
    let paging = Paging::read(&query, LIMIT, MOST)?;
    let mut found: Vec<KeptAccount> = kept.documents;
    found.retain(|kept| filter.holds(kept, now));
    filter.sort(&mut found);
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    paging.check(total)?;
    let (offset, limit) = (usize::try_from(paging.offset), usize::try_from(paging.limit));
    let shown = found
        .iter()
        .skip(offset.unwrap_or(usize::MAX))
        .take(limit.unwrap_or(0));
    let accounts = shown.map(|kept| RawValue::from_string(customer::text(kept, now)));
    let accounts: Vec<_> = accounts.filter_map(Result::ok).collect();
    let page = Page {
        total_count: total,
        count: accounts.len(),
        offset: paging.offset,
        limit: paging.limit,
        accounts,
        links: paging.links(&format!("{}/customers", link::reseller(reseller)), &query, total),
    };
    Ok(Answer::json(StatusCode::OK, &page))
}

/// Which customers, and how sorted.
#[derive(Debug)]
struct Filter {
    status: String,
    name: Option<String>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    by_name: bool,
    ascending: bool,
}

impl Filter {
    fn read(query: &Query) -> Result<Self, ApiError> {
        let status = one(query, "status")?.unwrap_or(status::COMPLETE);
        if !status::is_standing(status) {
            return Err(wrong("status"));
        }
        let choice = |name: &'static str, words: [&str; 2]| {
            let word = one(query, name)?.unwrap_or(words[0]);
            let known = words.iter().position(|known| known.eq_ignore_ascii_case(word));
            known.map(|place| place == 1).ok_or_else(|| wrong(name))
        };
        let day = |name: &'static str| one(query, name)?.map(|text| date(text, name)).transpose();
        Ok(Self {
            status: status.to_owned(),
            name: one(query, "company-name")?.map(str::to_lowercase),
            from: day("start-date")?,
            until: day("end-date")?,
            by_name: choice("sort-by", ["creationDate", "companyName"])?,
            ascending: choice("order-by", ["desc", "asc"])?,
        })
    }

    fn holds(&self, kept: &KeptAccount, now: Timestamp) -> bool {
        let matches_name = self
            .name
            .as_deref()
            .is_none_or(|wanted| matches(wanted, &name_of(kept)));
        customer::status_of(&kept.body, now) == self.status
            && matches_name
            && self.from.is_none_or(|from| kept.created_at >= from)
            && self.until.is_none_or(|until| kept.created_at <= until)
    }

    fn sort(&self, found: &mut [KeptAccount]) {
        match (self.by_name, self.ascending) {
            (false, false) => found.sort_by_key(|kept| Reverse((kept.created_at, kept.id.clone()))),
            (false, true) => found.sort_by_key(|kept| (kept.created_at, kept.id.clone())),
            (true, false) => found.sort_by_key(|kept| Reverse((name_of(kept), kept.id.clone()))),
            (true, true) => found.sort_by_key(|kept| (name_of(kept), kept.id.clone())),
        }
    }
}

fn name_of(kept: &KeptAccount) -> String {
    let annex = Annex::of(&kept.body);
    let name = annex.profile.get("companyName").and_then(|name| name.as_str());
    name.unwrap_or_default().to_lowercase()
}

/// Whether a name is the one that is wanted, in which a star at either end stands for anything.
fn matches(wanted: &str, name: &str) -> bool {
    let (front, back) = (wanted.strip_prefix('*'), wanted.strip_suffix('*'));
    match (front, back) {
        (Some(_), Some(_)) => name.contains(wanted.trim_matches('*')),
        (Some(end), None) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => name == wanted,
    }
}
