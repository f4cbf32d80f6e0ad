//! `GET /orders/{order}/shown`: the order as each API shows it, as it stands or as it stood.

use super::get_order::as_of;
use super::order_of;
use crate::parameters::Parameters;
use crate::problem::Problem;
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use http_kit::path::PathIds;
use http_kit::{Answer, Failure};
use order::{Dialect, Order};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// An order as one API shows it: that API's own JSON, as it is.
pub(super) type AsShown = Box<RawValue>;

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShownOrder")]
pub(super) struct SideBySide {
    id: String,
    version: u64,
    /// By API: what it answers when it is asked for the order.
    #[schemars(with = "BTreeMap<String, serde_json::Map<String, serde_json::Value>>")]
    shown: BTreeMap<&'static str, AsShown>,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let access = auth::reader(&state, &headers).await?;
    let parameters = Parameters::read(&uri, &["api", "asOf"])?;
    let apis = parameters.all("api", api_of)?;
    let at = parameters.moment("asOf")?;
    let mut order = order_of(&state, &access, &ids).await?;
    if let Some(at) = at {
        order = as_of(&state, &order, access.merchant, at).await?;
    }
    let wanted = Dialect::ALL
        .into_iter()
        .filter(|api| apis.is_empty() || apis.contains(api));
    let shown = wanted.map(|api| Ok((api.as_str(), as_shown(&state, api, &order)?)));
    let shown = SideBySide {
        id: order.id.to_string(),
        version: order.version,
        shown: shown.collect::<Result<_, Problem>>()?,
    };
    Ok(Answer::json(StatusCode::OK, &shown))
}

/// The API that a word names.
pub(super) fn api_of(word: &str) -> Result<Dialect, String> {
    let words = Dialect::ALL.map(Dialect::as_str).join(", ");
    Dialect::from_word(word).ok_or_else(|| format!("must be one of {words}"))
}

/// The order as this API shows it.
pub(super) fn as_shown(state: &State, api: Dialect, order: &Order) -> Result<AsShown, Problem> {
    let text = String::from_utf8_lossy(&(state.rendering)(api, order)).into_owned();
    RawValue::from_string(text).map_err(|error| {
        tracing::error!(%error, api = api.as_str(), order = %order.id, "an API shows an order as something that is no JSON");
        crate::errors::failed(Failure::Internal)
    })
}
