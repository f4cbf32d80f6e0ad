//! Which product can be exchanged for which: `GET /v3/offer-switch-paths`, those of the merchant's catalogue.

use super::order_history::known;
use crate::catalogue::{PATH, SwitchPath};
use crate::errors::{ApiError, INVALID_SUBSCRIPTION};
use crate::wire::link::PageLinks;
use crate::wire::search::{Paging, one, wrong};
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use book::Document;
use http_kit::Answer;
use http_kit::query::Query;
use order::{MerchantId, offer};
use schemars::JsonSchema;
use serde::Serialize;

const LIMIT: u64 = 20;
const MOST: u64 = 50;

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SwitchPathPage")]
pub(crate) struct Page<'p> {
    total_count: u64,
    count: usize,
    offset: u64,
    limit: u64,
    product_upgrades: Vec<&'p SwitchPath>,
    links: PageLinks,
}

pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let query = Query::parse(uri.query().unwrap_or_default())?;
    for needed in ["market-segment", "country"] {
        one(&query, needed)?.ok_or_else(|| wrong(needed))?;
    }
    let source = source(&state, access.merchant, &query).await?;
    let paging = Paging::read(&query, LIMIT, MOST)?;
    let kept = state
        .book
        .documents(access.merchant, (PATH, None), 0, u64::MAX)
        .await?;
    let mut found: Vec<Document<SwitchPath>> = kept.documents;
    let is_wanted = |path: &SwitchPath| {
        let family = offer::family(&path.source);
        source
            .as_ref()
            .is_none_or(|source| offer::family(source) == family)
    };
    found.retain(|kept| is_wanted(&kept.body));
    let (total, shown) = paging.cut(&found)?;
    let page = Page {
        total_count: total,
        count: shown.len(),
        offset: paging.offset,
        limit: paging.limit,
        product_upgrades: shown.iter().map(|kept| &kept.body).collect(),
        links: paging.links("/v3/offer-switch-paths", &query, total),
    };
    Ok(Answer::json(StatusCode::OK, &page))
}

/// The offer whose paths are asked for: by itself, or as that of a customer's subscription.
async fn source(state: &State, merchant: MerchantId, query: &Query) -> Result<Option<String>, ApiError> {
    let Some(id) = one(query, "subscription-id")? else {
        return Ok(one(query, "offer-id")?.map(ToOwned::to_owned));
    };
    let customer = one(query, "customer-id")?.ok_or_else(|| wrong("customer-id"))?;
    let account = known(state, merchant, customer).await?;
    let subscription = account.as_ref().and_then(|kept| kept.body.subscription(id));
    let subscription = subscription.ok_or_else(|| ApiError::new(INVALID_SUBSCRIPTION))?;
    Ok(Some(subscription.product.clone()))
}
