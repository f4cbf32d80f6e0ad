//! Get the order history of a customer: `GET /v3/customers/{customer}/orders`.

use super::recommendations;
use crate::errors::{ApiError, INVALID_CUSTOMER};
use crate::wire::link;
use crate::wire::page::Listed;
use crate::wire::search::{Paging, all, date, one, wrong};
use crate::wire::{order, status};
use crate::{State, auth};
use ::order::{Account, Kind, MerchantId, Timestamp};
use axum::extract;
use axum::http::{HeaderMap, Uri};
use book::{HistoryQuery, KeptAccount};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use serde_json::value::RawValue;

/// How many orders a page has when nothing is said.
const LIMIT: u64 = 25;
/// How many it has at the most.
const MOST: u64 = 100;

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::reader(&state, &headers).await?;
    let customer = ids.get("customer")?;
    let account = known(&state, access.merchant, customer).await?;
    let query = Query::parse(uri.query().unwrap_or_default())?;
    let account = account.map_or_else(Account::bare, |kept| kept.body);
    let term_start = account.term_start();
    let search = Search::read(&query, customer, (term_start, state.book.now()))?;
    let Search {
        query: wanted,
        paging,
    } = search;
    let found = state
        .book
        .history(access.merchant, wanted, paging.offset, paging.limit)
        .await?;
    paging.check(found.total)?;
    let shown = if auth::wants_prices(uri.query()) {
        order::priced_text
    } else {
        order::text
    };
    let items = found
        .orders
        .iter()
        .map(|found| RawValue::from_string(shown(found)));
    let listed = Listed {
        paging,
        path: &link::orders(customer),
        query: &query,
        total: found.total,
    };
    let answer = listed.items(items.filter_map(Result::ok).collect());
    recommendations::embed(&state, (access.merchant, &account), (&query, &[]), answer).await
}

/// The customer's account. A customer without one is known by having orders.
pub(crate) async fn known(
    state: &State,
    merchant: MerchantId,
    customer: &str,
) -> Result<Option<KeptAccount>, ApiError> {
    let account = state.book.account(merchant, customer).await?;
    if account.is_none() && !state.book.has_orders(merchant, customer).await? {
        return Err(ApiError::new(INVALID_CUSTOMER));
    }
    Ok(account)
}

/// What is searched for, and which page of it.
#[derive(Debug)]
struct Search {
    query: HistoryQuery,
    paging: Paging,
}

impl Search {
    fn read(
        query: &Query,
        customer: &str,
        (term_start, now): (Option<Timestamp>, Timestamp),
    ) -> Result<Self, ApiError> {
        let mut kinds: Vec<Kind> = Vec::new();
        for word in all(query, "order-type") {
            kinds.push(status::kind(word).ok_or_else(|| wrong("order-type"))?);
        }
        let mut states = Vec::new();
        for code in all(query, "status") {
            states.extend(status::words(code).ok_or_else(|| wrong("status"))?);
        }
        if query.all("subscription-id").next().is_some() {
            return Err(wrong("subscription-id"));
        }
        let from = one(query, "start-date")?
            .map(|text| date(text, "start-date"))
            .transpose()?;
        let until = one(query, "end-date")?
            .map(|text| date(text, "end-date"))
            .transpose()?;
        Ok(Self {
            query: HistoryQuery {
                customer: customer.to_owned(),
                kinds,
                states,
                reseller: one(query, "reseller-id")?.map(ToOwned::to_owned),
                reference: one(query, "reference-order-id")?.map(ToOwned::to_owned),
                products: all(query, "offer-id").map(ToOwned::to_owned).collect(),
                from: from.or(term_start),
                until: Some(past_second(until.unwrap_or(now))),
            },
            paging: Paging::read(query, LIMIT, MOST)?,
        })
    }
}

/// The first moment after the second that a time falls into: orders are shown with whole seconds, and an order that
/// is shown with the end date's own second is within it.
fn past_second(at: Timestamp) -> Timestamp {
    at.whole_second().plus_millis(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_123);

    fn read(text: &str) -> Result<Search, ApiError> {
        let query = Query::parse(text).unwrap();
        Search::read(&query, "C 1", (Some(Timestamp(5)), NOW))
    }

    fn links(text: &str, total: u64) -> String {
        let (query, paging) = (Query::parse(text).unwrap(), read(text).unwrap().paging);
        let links = paging.links(&link::orders("C 1"), &query, total);
        serde_json::to_string_pretty(&links)
            .unwrap()
            .lines()
            .filter_map(|line| {
                line.trim()
                    .strip_prefix("\"uri\": ")
                    .map(|line| format!("{line}\n"))
            })
            .collect()
    }

    /// A line a rule: what each query comes to, or which parameter is wrong.
    #[test]
    fn every_parameter_is_read_or_refused_by_name() {
        let said = |text: &str| match read(text) {
            Ok(search) => format!(
                "{:?} {} {}",
                search.query, search.paging.offset, search.paging.limit
            ),
            Err(error) => serde_json::to_string(&error).unwrap(),
        };
        let lines: Vec<String> = [
            "",
            "order-type=NEW&order-type=RENEWAL&status=1000&status=1004&offer-id=A&offer-id=B",
            "reseller-id=R&reference-order-id=7&limit=101&offset=3&fetch-price=true",
            "start-date=2019-05-02&end-date=2019-05-02T22:49:54Z",
            "start-date=2019-05-02&start-date=2019-05-02",
            "limit=1&limit=2",
            "limit=0",
            "limit=-1",
            "limit=ten",
            "limit=99999999999999999999999999999999999999999",
            "offset=-1",
            "offset=99999999999999999999999999999999999999999",
            "order-type=new",
            "status=10002",
            "start-date=2019-05-02T22:49:54",
            "start-date=2019-05-02T22:49:54+02:00",
            "start-date=20190502",
            "end-date=2019-02-30",
            "subscription-id=1",
            "reseller-id=A&reseller-id=B",
            "status=&limit=&offset=&start-date=",
        ]
        .iter()
        .map(|text| format!("{text}\n  {}", said(text)))
        .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn links_keep_the_filters_and_lead_only_where_there_is_a_page() {
        insta::assert_snapshot!(
            [
                links("", 0),
                links("", 26),
                links("offset=3&limit=3", 9),
                links("offset=6&limit=3", 9),
                links("offset=9&limit=3", 9),
                links("offset=2&limit=3", 9),
                links("status=1000&status=1002&limit=500&start-date=2019-05-02T22:49:54Z&start-date=2019-05-02T22:49:54Z", 101),
            ]
            .join("\n")
        );
    }
}
