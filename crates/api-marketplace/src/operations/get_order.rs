//! Get details of a specific order: `GET /v3/customers/{customer}/orders/{order}`.

use super::recommendations;
use crate::errors::{ApiError, INVALID_ORDER};
use crate::wire::order::{customer_of, priced_text, text};
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use book::Reference;
use bytes::Bytes;
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use order::{Account, Dialect, MerchantId, Order};

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::reader(&state, &headers).await?;
    let (customer, order) = (ids.get("customer")?, ids.get("order")?);
    let answer = shown(&state, access.merchant, (customer, order, uri.query())).await?;
    let Some(query) = uri.query() else {
        return Ok(answer);
    };
    let query = Query::parse(query)?;
    if !auth::says_true(&query, "fetch-recommendations") {
        return Ok(answer);
    }
    let account = state.book.account(access.merchant, customer).await?;
    let account = account.map_or_else(Account::bare, |kept| kept.body);
    recommendations::embed(&state, (access.merchant, &account), (&query, &[]), answer).await
}

async fn shown(
    state: &State,
    merchant: MerchantId,
    (customer, order, query): (&str, &str, Option<&str>),
) -> Result<Answer, ApiError> {
    let reference = Reference::Shown(Dialect::Marketplace, order.to_owned());
    if auth::wants_prices(query) {
        let kept = state.book.order(merchant, &reference).await?;
        let kept = kept.filter(|order| customer_of(order) == customer);
        let kept = kept.ok_or_else(|| ApiError::new(INVALID_ORDER))?;
        return Ok(Answer::json_text(StatusCode::OK, priced_text(&kept)));
    }
    let kept = state
        .book
        .rendered(merchant, Dialect::Marketplace, reference, with_customer)
        .await?;
    let body = kept.and_then(|kept| of_customer(&kept, customer));
    let body = body.ok_or_else(|| ApiError::new(INVALID_ORDER))?;
    Ok(Answer::json_text(StatusCode::OK, body))
}

/// What is kept of a rendered order: the customer's id and a NUL, which no id has, before the JSON text. So a path
/// with the wrong customer is known for one without decoding the order.
fn with_customer(order: &Order) -> Bytes {
    format!("{}\0{}", customer_of(order), text(order)).into()
}

fn of_customer(kept: &Bytes, customer: &str) -> Option<Bytes> {
    let start = customer.len().checked_add(1)?;
    let is_theirs = kept.starts_with(customer.as_bytes()) && kept.get(customer.len()) == Some(&0);
    is_theirs.then(|| kept.slice(start..))
}
