//! The products of the catalogue: Check product (`GET /v1/client/product`), List products (`GET
//! /v1/client/product/{productType}`) and List specific products (`POST /v1/client/product`), all in client mode.

use crate::State;
use crate::auth::Caller;
use crate::catalogue::{Entry, PRODUCT};
use crate::errors::ApiError;
use crate::wire::scalar::Moment;
use crate::wire::xml;
use axum::extract::{Request, State as Held};
use axum::http::{StatusCode, Uri};
use book::{DocumentPage, Scope};
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use http_kit::path::PathIds;
use http_kit::query::Query;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// How many entries are read at a time.
const AT_ONCE: u64 = 500;

/// What is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(crate) struct ListProducts {
    changed_after: Option<Moment>,
    only_active: Option<bool>,
}

/// All entries of one kind, or those that hang on one owner.
pub(super) async fn entries_of(
    state: &State,
    caller: &Caller,
    which: (&str, Option<&str>),
) -> Result<Vec<Entry>, ApiError> {
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let offset = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        let page: DocumentPage<Value> = state
            .book
            .documents(caller.access.merchant, which, offset, AT_ONCE)
            .await?;
        let is_last = page.documents.is_empty();
        entries.extend(page.documents);
        if is_last || u64::try_from(entries.len()).unwrap_or(u64::MAX) >= page.total {
            entries.sort_by(|one, other| one.id.cmp(&other.id));
            return Ok(entries);
        }
    }
}

/// The same as they were loaded.
pub(super) async fn all_of(
    state: &State,
    caller: &Caller,
    which: (&str, Option<&str>),
) -> Result<Vec<Value>, ApiError> {
    let entries = entries_of(state, caller, which).await?;
    Ok(entries.into_iter().map(|entry| entry.body).collect())
}

/// `GET /v1/client/product?productId=`: one product, or all.
pub(crate) async fn check(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    match state.admit(&parts.headers, Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(checked(&state, &caller, &parts.uri)).await),
        Err(answer) => answer,
    }
}

async fn checked(state: &State, caller: &Caller, uri: &Uri) -> Result<Answer, ApiError> {
    let query = Query::parse(uri.query().unwrap_or_default())?;
    let wanted = query
        .one("productId")
        .map_err(|twice| ApiError::Invalid(twice.to_string()))?;
    let mut products = all_of(state, caller, (PRODUCT, None)).await?;
    if let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) {
        products.retain(|product| product["product"] == wanted);
    }
    Ok(said(&products))
}

/// `GET /v1/client/product/{productType}`: the products of one type.
pub(crate) async fn of_type(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    let wants_xml = xml::wanted(request.headers());
    let answer = match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(typed(&state, &caller, &ids)).await),
        Err(answer) => answer,
    };
    xml::in_form(wants_xml, answer)
}

async fn typed(state: &State, caller: &Caller, ids: &PathIds) -> Result<Answer, ApiError> {
    let wanted = ids.get("productType")?;
    let mut products = all_of(state, caller, (PRODUCT, None)).await?;
    products.retain(|product| product["productType"] == wanted);
    Ok(said(&products))
}

/// `POST /v1/client/product`: those that were loaded, or changed by a load, after a time; those that are sold now.
pub(crate) async fn list(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(listed(&state, &caller, request)).await),
        Err(answer) => answer,
    }
}

async fn listed(state: &State, caller: &Caller, request: Request) -> Result<Answer, ApiError> {
    let body = read(request.into_body(), state.body).await?;
    let asked: ListProducts = parse_json(&body)?;
    let now = state.book.now().0;
    let mut entries = entries_of(state, caller, (PRODUCT, None)).await?;
    if let Some(after) = asked.changed_after {
        entries.retain(|entry| entry.created_at.0 > after.0);
    }
    if asked.only_active == Some(true) {
        entries.retain(|entry| is_active(&entry.body, now));
    }
    let products: Vec<_> = entries.into_iter().map(|entry| entry.body).collect();
    Ok(said(&products))
}

/// Whether now is between `startTime` and `endTime`; one that is absent sets no bound.
pub(crate) fn is_active(product: &Value, now: i64) -> bool {
    let starts = product["startTime"].as_i64().unwrap_or(i64::MIN);
    let ends = product["endTime"].as_i64().unwrap_or(i64::MAX);
    (starts..=ends).contains(&now)
}

fn said(products: &[Value]) -> Answer {
    Answer::json(StatusCode::OK, &json!({ "products": products }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_active_means_now_is_between_start_time_and_end_time() {
        for (product, active) in [
            (json!({}), true),
            (json!({ "startTime": 5, "endTime": null }), true),
            (json!({ "startTime": 6 }), false),
            (json!({ "startTime": 1, "endTime": 4 }), false),
            (json!({ "endTime": 5 }), true),
        ] {
            assert_eq!(is_active(&product, 5), active, "{product}");
        }
    }
}
