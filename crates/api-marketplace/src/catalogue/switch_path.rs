//! Which product can be exchanged for which.

use super::{PATH, Parts};
use crate::State;
use crate::errors::{ApiError, SWITCH_PATH};
use order::{MerchantId, Quantity, offer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one product can be exchanged for, as the API itself answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SwitchPath {
    /// The product, at its base level.
    #[serde(rename = "sourceBaseOfferId")]
    pub source: String,
    /// What for.
    pub target_list: Vec<SwitchTarget>,
}

/// What a product can be exchanged for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SwitchTarget {
    /// The product, at its base level.
    #[serde(rename = "targetBaseOfferId")]
    pub target: String,
    /// Its place among them.
    #[serde(default)]
    pub sequence: i64,
    /// How much of a subscription.
    pub switch_type: SwitchType,
}

/// How much of a subscription can be exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SwitchType {
    /// All of it.
    FullOnly,
    /// A part, too.
    PartialAllowed,
}

/// Checks that so many of all of a subscription's licences can be exchanged for others. A catalogue without any paths
/// allows every other product.
pub(crate) async fn check_path(
    (state, merchant, parts): (&State, MerchantId, &Parts),
    (source, target): (&str, &str),
    (wanted, all): (Quantity, Quantity),
) -> Result<(), ApiError> {
    let invalid = || ApiError::about(SWITCH_PATH, [format!("{source} to {target}")]);
    if offer::family(source) == offer::family(target) {
        return Err(invalid());
    }
    if !parts.paths {
        return Ok(());
    }
    let source = offer::base(source);
    let kept = state.book.document::<SwitchPath>(merchant, PATH, &source).await?;
    let targets = kept.map(|kept| kept.body.target_list).unwrap_or_default();
    let is_it = |known: &&SwitchTarget| offer::family(&known.target) == offer::family(target);
    match targets.iter().find(is_it).map(|known| known.switch_type) {
        Some(SwitchType::PartialAllowed) => Ok(()),
        Some(SwitchType::FullOnly) if wanted == all => Ok(()),
        Some(SwitchType::FullOnly) | None => Err(invalid()),
    }
}
