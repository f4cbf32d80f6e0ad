//! List order product history: `GET /v1/customer/order/product/history`, what the user has bought that is neither a
//! subscription, a copy of a periodical, nor an article.

use super::list_orders::orders_of;
use crate::auth::Caller;
use crate::errors::ApiError;
use crate::wire::status::{customer_number, line_amount, order_id};
use crate::{State, annex};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::Scope;
use http_kit::Answer;
use http_kit::wire::Number;
use order::{Line, Order};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Number as Digits;
use std::sync::Arc;

#[derive(Serialize, JsonSchema)]
pub(crate) struct History<'o> {
    orders: Vec<Bought<'o>>,
}

/// One line of an order.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Bought<'o> {
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_number: Option<i64>,
    order_number: Digits,
    order_date: i64,
    description: &'o str,
    amount: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_code: Option<String>,
    invoice_status: &'static str,
}

pub(crate) async fn handle(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit_user(request.headers(), Scope::Read).await {
        Ok((caller, user)) => caller.tell(Box::pin(history(&state, &caller, &user)).await),
        Err(answer) => answer,
    }
}

async fn history(state: &State, caller: &Caller, user: &str) -> Result<Answer, ApiError> {
    let orders = orders_of(state, caller, user).await?;
    let mut bought = Vec::new();
    for order in &orders {
        let told = annex::lines(order);
        for (line, _) in (order.lines.iter().zip(&told.kinds)).filter(|(_, kind)| *kind == "product") {
            bought.push(bought_line(order, line, told.company_code.clone())?);
        }
    }
    Ok(Answer::json(StatusCode::OK, &History { orders: bought }))
}

fn bought_line<'o>(
    order: &'o Order,
    line: &'o Line,
    company_code: Option<String>,
) -> Result<Bought<'o>, ApiError> {
    let item = &line.item;
    let described = if item.description.is_empty() {
        &item.product
    } else {
        &item.description
    };
    Ok(Bought {
        customer_number: customer_number(order),
        order_number: order_id(order),
        order_date: order.ordered_at.whole_second().0,
        description: described,
        amount: line_amount(order, line)?,
        company_code,
        invoice_status: "notInvoiced",
    })
}
