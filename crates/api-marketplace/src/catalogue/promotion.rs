//! Promotions: a code, when it runs, what it is for, and what it takes off.

use http_kit::wire::Number;
use order::{Amount, Currency, Discount, Timestamp, offer};
use serde::{Deserialize, Serialize};

/// A promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// The code that lines name.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is, in words.
    pub description: String,
    /// From when on it runs.
    pub starts: Timestamp,
    /// Until when.
    pub ends: Timestamp,
    /// The market segments that it is for; none for all.
    pub segments: Vec<String>,
    /// The base offers that it is for; none for all.
    pub offers: Vec<String>,
    /// What it takes off.
    pub outcomes: Vec<Outcome>,
    /// Of which sort it is: lists are filtered by it.
    #[serde(default)]
    pub category: PromotionCategory,
    /// Whether a customer can use it one time only.
    #[serde(default)]
    pub once: bool,
    /// Whether it goes with no other discount on the same order.
    #[serde(default)]
    pub alone: bool,
    /// Whether it is only for customers who have committed themselves for three years.
    #[serde(default)]
    pub committed: bool,
}

/// The sorts of promotions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PromotionCategory {
    /// For everybody.
    #[default]
    Standard,
    /// For what a customer has not bought before.
    Intro,
}

impl PromotionCategory {
    pub(crate) fn of(word: &str) -> Option<Self> {
        match word {
            "STANDARD" => Some(Self::Standard),
            "INTRO" => Some(Self::Intro),
            _ => None,
        }
    }
}

/// What a promotion takes off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How.
    pub kind: OutcomeKind,
    /// How much, where and in which currency.
    pub values: Vec<OutcomeValue>,
}

/// How a promotion takes something off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum OutcomeKind {
    /// So many per cent.
    #[serde(rename = "PERCENTAGE_DISCOUNT")]
    Percentage,
    /// So much.
    #[serde(rename = "FIXED_DISCOUNT")]
    Off,
    /// Down to this price.
    #[serde(rename = "FIXED_PRICE")]
    Price,
}

/// How much a promotion takes off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeValue {
    /// In this country; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// In this currency; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Per cent, or an amount.
    pub value: Number,
}

impl Promotion {
    /// Whether it runs at a time.
    pub fn runs_at(&self, now: Timestamp) -> bool {
        (self.starts..self.ends).contains(&now)
    }

    /// Whether it is for a market segment. A customer of whom none is known is not asked.
    pub(crate) fn is_for_segment(&self, segment: Option<&str>) -> bool {
        let named = |segment: &str| self.segments.iter().any(|known| known == segment);
        self.segments.is_empty() || segment.is_none_or(named)
    }

    /// Whether it is for a product, whatever the level.
    pub(crate) fn is_for_offer(&self, id: &str) -> bool {
        let family = offer::family(id);
        self.offers.is_empty() || self.offers.iter().any(|known| offer::family(known) == family)
    }

    /// What it takes off a line of this offer; none when it is not for it.
    pub(crate) fn discount(&self, id: &str, country: Option<&str>, currency: Currency) -> Option<Discount> {
        if !self.is_for_offer(id) {
            return None;
        }
        let fits = |value: &&OutcomeValue| {
            let is_there =
                value.country.is_none() || country.is_none() || value.country.as_deref() == country;
            is_there
                && value
                    .currency
                    .as_deref()
                    .is_none_or(|code| code == currency.code())
        };
        self.outcomes.iter().find_map(|outcome| {
            let value = outcome.values.iter().find(fits)?.value.0;
            match outcome.kind {
                OutcomeKind::Percentage => Some(Discount::Percent(value)),
                OutcomeKind::Off => Amount::new(value).ok().map(Discount::Off),
                OutcomeKind::Price => Amount::new(value).ok().map(Discount::Fixed),
            }
        })
    }
}
