//! List orders: `GET /v1/order/status`, the orders of the user who is signed in, newest first.

use crate::State;
use crate::auth::Caller;
use crate::errors::ApiError;
use crate::wire::status::shown;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::{HistoryQuery, Scope};
use http_kit::Answer;
use order::Order;
use serde_json::json;
use std::sync::Arc;

/// How many orders are told of at the most, of each of the user's customers. The API has no paging.
const MOST: u64 = 1000;

pub(crate) async fn handle(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit_user(request.headers(), Scope::Read).await {
        Ok((caller, user)) => caller.tell(Box::pin(list(&state, &caller, &user)).await),
        Err(answer) => answer,
    }
}

async fn list(state: &State, caller: &Caller, user: &str) -> Result<Answer, ApiError> {
    let orders = orders_of(state, caller, user).await?;
    let orders: Vec<_> = orders.iter().map(shown).collect();
    Ok(Answer::json(StatusCode::OK, &json!({ "orders": orders })))
}

/// The orders of the customers that a user is, newest first.
pub(super) async fn orders_of(state: &State, caller: &Caller, user: &str) -> Result<Vec<Order>, ApiError> {
    let merchant = caller.access.merchant;
    let customers = state.book.user(merchant, user).await?;
    let mut orders = Vec::new();
    for customer in customers.map(|user| user.customers).unwrap_or_default() {
        let query = HistoryQuery {
            customer: customer.to_string(),
            kinds: Vec::new(),
            states: Vec::new(),
            reseller: None,
            reference: None,
            products: Vec::new(),
            from: None,
            until: None,
        };
        orders.extend(state.book.history(merchant, query, 0, MOST).await?.orders);
    }
    orders.sort_by_key(|order| std::cmp::Reverse((order.placed_at, order.id)));
    Ok(orders)
}
