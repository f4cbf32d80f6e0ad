//! Calls that are owed to others.

use super::moment;
use order::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// One call, and how its attempts went.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Delivery")]
pub(crate) struct DeliveryWire {
    /// As text: it may have more digits than a double holds.
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) url: String,
    /// What it tells: for a callback `success` or `failed`.
    pub(crate) payload: String,
    /// `due`, `done` or `failed`.
    pub(crate) state: String,
    pub(crate) attempts: i64,
    /// How the last attempt ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_attempt_at: Option<String>,
    pub(crate) owed_since: String,
}

impl DeliveryWire {
    /// When it is tried next, while it still is.
    pub(crate) fn next(state: &str, next_at: i64) -> Option<String> {
        (state == "due").then(|| moment(Timestamp(next_at)))
    }
}
