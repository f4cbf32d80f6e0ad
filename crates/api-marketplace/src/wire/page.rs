//! One page of a list.

use super::link::PageLinks;
use super::search::Paging;
use axum::http::StatusCode;
use http_kit::Answer;
use http_kit::query::Query;
use schemars::JsonSchema;
use serde::Serialize;

/// One page of a list of anything but accounts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{T}Page")]
pub(crate) struct ItemPage<T> {
    total_count: u64,
    count: usize,
    offset: u64,
    limit: u64,
    items: Vec<T>,
    links: PageLinks,
}

/// One page of a list of accounts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{T}AccountPage")]
pub(crate) struct AccountPage<T> {
    total_count: u64,
    count: usize,
    offset: u64,
    limit: u64,
    accounts: Vec<T>,
    links: PageLinks,
}

/// Which page, of a list at which path, as asked for by this query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed<'l> {
    pub(crate) paging: Paging,
    pub(crate) path: &'l str,
    pub(crate) query: &'l Query,
    pub(crate) total: u64,
}

impl Listed<'_> {
    fn links(self) -> PageLinks {
        self.paging.links(self.path, self.query, self.total)
    }

    /// A page with `items`.
    pub(crate) fn items<T: Serialize>(self, items: Vec<T>) -> Answer {
        let page = ItemPage {
            total_count: self.total,
            count: items.len(),
            offset: self.paging.offset,
            limit: self.paging.limit,
            items,
            links: self.links(),
        };
        Answer::json(StatusCode::OK, &page)
    }

    /// A page with `accounts`.
    pub(crate) fn accounts<T: Serialize>(self, accounts: Vec<T>) -> Answer {
        let page = AccountPage {
            total_count: self.total,
            count: accounts.len(),
            offset: self.paging.offset,
            limit: self.paging.limit,
            accounts,
            links: self.links(),
        };
        Answer::json(StatusCode::OK, &page)
    }
}
