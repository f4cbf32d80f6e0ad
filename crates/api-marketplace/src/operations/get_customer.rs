//! Get a customer: `GET /v3/customers/{customer}`.

use crate::errors::{ApiError, INVALID_CUSTOMER};
use crate::operations::order_history::known;
use crate::wire::customer::text;
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode};
use book::Document;
use http_kit::Answer;
use http_kit::path::PathIds;
use order::Account;

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let customer = ids.get("customer")?;
    let kept = if let Some(kept) = known(&state, access.merchant, customer).await? {
        kept
    } else {
        // Known by orders alone: as old as the first of them.
        let since = state.book.first_order_at(access.merchant, customer).await?;
        let since = since.ok_or_else(|| ApiError::new(INVALID_CUSTOMER))?;
        Document::new("account", customer.to_owned(), since, Account::bare())
    };
    Ok(Answer::json_text(StatusCode::OK, text(&kept, state.book.now())))
}
