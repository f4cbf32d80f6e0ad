//! The customers of a reseller: `GET /v3/resellers/{reseller}/customers`.

use crate::errors::{ApiError, INVALID_RESELLER};
use crate::operations::resellers;
use crate::wire::customer::{self, Annex};
use crate::wire::link;
use crate::wire::page::Listed;
use crate::wire::search::{Paging, Sorting, date, one, wrong};
use crate::wire::status;
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, Uri};
use book::KeptAccount;
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use order::{Account, Timestamp};
use serde_json::value::RawValue;

const LIMIT: u64 = 20;
const MOST: u64 = 50;

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
    filter.sorting.sort(&mut found, name_of);
    let (total, shown) = paging.cut(&found)?;
    let accounts = shown
        .iter()
        .map(|kept| RawValue::from_string(customer::text(kept, now)));
    let listed = Listed {
        paging,
        path: &format!("{}/customers", link::reseller(reseller)),
        query: &query,
        total,
    };
    Ok(listed.accounts(accounts.filter_map(Result::ok).collect()))
}

/// Which customers, and how sorted.
#[derive(Debug)]
struct Filter {
    status: String,
    name: Option<String>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    sorting: Sorting,
}

impl Filter {
    fn read(query: &Query) -> Result<Self, ApiError> {
        let status = one(query, "status")?.unwrap_or(status::COMPLETE);
        if !status::is_standing(status) {
            return Err(wrong("status"));
        }
        let day = |name: &'static str| one(query, name)?.map(|text| date(text, name)).transpose();
        Ok(Self {
            status: status.to_owned(),
            name: one(query, "company-name")?.map(str::to_lowercase),
            from: day("start-date")?,
            until: day("end-date")?,
            sorting: Sorting::read(query)?,
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
