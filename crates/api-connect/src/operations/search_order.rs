//! Search order details: `POST /v1/order/status`, the user's orders of one id, with their lines.

use super::list_orders::orders_of;
use crate::State;
use crate::auth::Caller;
use crate::errors::ApiError;
use crate::wire::scalar::{Integer, Text};
use crate::wire::status::{OrderLine, order_id, shown};
use crate::wire::xml;
use crate::wire::xml_body::json_of;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::Scope;
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use order::Order;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// What is asked: by one of the two.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(crate) struct SearchOrder {
    order_id: Option<Integer>,
    external_order_id: Option<Text<40>>,
}

pub(crate) async fn handle(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let wants_xml = xml::wanted(request.headers());
    let answer = match state.admit_user(request.headers(), Scope::Read).await {
        Ok((caller, user)) => caller.tell(Box::pin(search(&state, (&caller, &user), request)).await),
        Err(answer) => answer,
    };
    xml::in_form(wants_xml, answer)
}

async fn search(
    state: &State,
    (caller, user): (&Caller, &str),
    request: Request,
) -> Result<Answer, ApiError> {
    let (parts, body) = request.into_parts();
    let body = json_of(&parts.headers, read(body, state.body).await?)?;
    let asked: SearchOrder = parse_json(&body)?;
    if asked.order_id.is_some() == asked.external_order_id.is_some() {
        let one = "exactly one of orderId and externalOrderId is needed";
        return Err(ApiError::Invalid(one.to_owned()));
    }
    let mut orders = orders_of(state, caller, user).await?;
    let id = match (&asked.order_id, &asked.external_order_id) {
        (Some(id), _) => {
            let id = id.0.to_string();
            orders.retain(|order| order_id(order).to_string() == id);
            id
        }
        (None, Some(external)) => {
            orders.retain(|order| order.reference.as_ref() == Some(&external.0));
            external.0.clone()
        }
        (None, None) => String::new(),
    };
    if orders.is_empty() {
        return Err(ApiError::OrderNotFound { id });
    }
    let details = orders.iter().map(details).collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::json(StatusCode::OK, &json!({ "orders": details })))
}

/// An order with its lines; an imported one whose own system told of lines has those.
fn details(order: &Order) -> Result<Value, ApiError> {
    let lines = order.lines.iter().map(|line| OrderLine::of(order, line));
    let lines: Vec<_> = lines.collect::<Result<_, _>>()?;
    let mut shown = shown(order);
    if let Some(members) = shown.as_object_mut() {
        members.entry("orderLines").or_insert_with(|| json!(lines));
    }
    Ok(shown)
}
