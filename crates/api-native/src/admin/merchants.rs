//! `GET /admin/merchants` and `POST /admin/merchants`: the tenants.

use super::call::{AdminCall, operator};
use crate::State;
use crate::errors::MERCHANT_TAKEN;
use crate::operations::no_parameters;
use crate::problem::Problem;
use crate::reading::invalid;
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use book::BookError;
use http_kit::Answer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The longest name, in characters.
const LONGEST: usize = 100;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMerchant {
    /// 1 to 100 characters, unique.
    name: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Merchant {
    name: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Merchants {
    merchants: Vec<Merchant>,
}

pub(super) async fn list(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    operator(&state, &headers).await?;
    no_parameters(&uri)?;
    let known = state.book.merchants().await?.into_iter();
    let merchants = known.map(|merchant| Merchant { name: merchant.name }).collect();
    Ok(Answer::json(StatusCode::OK, &Merchants { merchants }))
}

pub(super) async fn add(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = AdminCall::of_operator(&state, request).await?;
    call.parameters(&[])?;
    let NewMerchant { name } = call.parse()?;
    let length = name.chars().count();
    let is_usable =
        (1..=LONGEST).contains(&length) && name.trim() == name && !name.chars().any(char::is_control);
    if !is_usable {
        let wrong = "must have 1 to 100 characters, no control characters, and no spaces around it";
        return Err(invalid("name", wrong));
    }
    match call.book(&state).add_merchant(&name).await {
        Ok(added) => Ok(Answer::json(StatusCode::CREATED, &Merchant { name: added.name })),
        Err(BookError::Exists(_)) => {
            Err(Problem::new(MERCHANT_TAKEN, "Another merchant has this name.").at("name"))
        }
        Err(error) => Err(error.into()),
    }
}
