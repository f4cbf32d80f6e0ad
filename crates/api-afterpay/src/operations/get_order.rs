//! `GET /orders/{orderNumber}`: everything about one order.

use crate::call::unknown_order;
use crate::errors::Refused;
use crate::language::Language;
use crate::render::render;
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode};
use book::Reference;
use http_kit::Answer;
use http_kit::path::PathIds;
use order::Dialect;

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, Refused> {
    let access = auth::reader(&state, &headers).await?;
    let body = match ids.get("order") {
        Ok(number) => {
            let reference = Reference::Number(number.to_owned());
            state
                .book
                .rendered(access.merchant, Dialect::AfterPay, reference, render)
                .await?
        }
        Err(_not_text) => None,
    };
    Ok(match body {
        Some(body) => Answer::json_text(StatusCode::OK, body),
        None => unknown_order(Language::default()),
    })
}
