//! What is recommended to customers who have, or look at, something else.

use order::offer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One recommendation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recommendation {
    /// Of which sort.
    pub kind: RecommendationKind,
    /// The product, at its base level.
    pub base_offer_id: String,
    /// The offers of which any leads to it.
    pub source_offer_ids: Vec<String>,
    /// The countries that it is for; empty for all.
    #[serde(default)]
    pub countries: Vec<String>,
    /// Its place among those of its sort: the first in the file first.
    #[serde(default)]
    pub place: usize,
}

/// The sorts of recommendations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RecommendationKind {
    /// More of the same.
    Upsell,
    /// Something that goes with it.
    CrossSell,
    /// Something that needs it.
    AddOn,
}

impl RecommendationKind {
    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Upsell => "UPSELL",
            Self::CrossSell => "CROSS_SELL",
            Self::AddOn => "ADD_ON",
        }
    }
}

impl Recommendation {
    /// Which of these offers lead to it; none when the customer has it already.
    pub(crate) fn sources<'o>(&self, offers: &'o [String], has: &[String]) -> Vec<&'o str> {
        let is_of = |id: &str, other: &str| offer::family(id) == offer::family(other);
        if has.iter().any(|id| is_of(id, &self.base_offer_id)) {
            return Vec::new();
        }
        let leads = |id: &&'o String| self.source_offer_ids.iter().any(|source| is_of(source, id));
        offers.iter().filter(leads).map(String::as_str).collect()
    }
}
