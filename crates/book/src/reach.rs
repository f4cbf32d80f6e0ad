//! Whose orders somebody sees.

use order::MerchantId;
use serde::{Deserialize, Serialize};

/// What the people hang on who see all merchants' orders.
const OPERATOR: &str = "operator";
/// What those hang on who see the orders of several merchants.
pub(crate) const SEVERAL: &str = "several";

/// Whose orders somebody sees.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<Kept>", into = "Option<Kept>")]
pub enum Reach {
    /// All merchants': the operator's people.
    #[default]
    All,
    /// Those of these merchants, each named once.
    These(Vec<MerchantId>),
}

/// How it is kept. Earlier versions knew no more than one merchant.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Kept {
    One(MerchantId),
    More(Vec<MerchantId>),
}

impl From<Option<Kept>> for Reach {
    fn from(kept: Option<Kept>) -> Self {
        match kept {
            None => Self::All,
            Some(Kept::One(merchant)) => Self::These(vec![merchant]),
            Some(Kept::More(merchants)) => Self::of(merchants),
        }
    }
}

impl From<Reach> for Option<Kept> {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::All => None,
            Reach::These(merchants) => Some(match merchants.as_slice() {
                [one] => Kept::One(*one),
                _ => Kept::More(merchants),
            }),
        }
    }
}

impl Reach {
    /// The orders of these merchants.
    pub fn of(mut merchants: Vec<MerchantId>) -> Self {
        merchants.sort_unstable();
        merchants.dedup();
        Self::These(merchants)
    }

    /// Whether they are all merchants'.
    pub fn is_all(&self) -> bool {
        *self == Self::All
    }

    /// The only merchant whose they are, if there is one alone.
    pub fn only(&self) -> Option<MerchantId> {
        match self {
            Self::All => None,
            Self::These(merchants) => match merchants.as_slice() {
                [one] => Some(*one),
                _ => None,
            },
        }
    }

    /// Whether this merchant's are among them.
    pub fn has(&self, merchant: MerchantId) -> bool {
        match self {
            Self::All => true,
            Self::These(merchants) => merchants.contains(&merchant),
        }
    }

    /// Whether they are all that another's are, and perhaps more.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::These(_), Self::All) => false,
            (Self::These(_), Self::These(merchants)) => merchants.iter().all(|merchant| self.has(*merchant)),
        }
    }

    /// The same without one merchant's; none when nothing is left.
    #[must_use]
    pub fn without(&self, merchant: MerchantId) -> Option<Self> {
        match self {
            Self::All => Some(Self::All),
            Self::These(merchants) => {
                let left: Vec<MerchantId> =
                    merchants.iter().copied().filter(|one| *one != merchant).collect();
                (!left.is_empty()).then_some(Self::These(left))
            }
        }
    }

    /// What the document of somebody with this reach hangs on.
    pub(crate) fn owner(&self) -> String {
        match self {
            Self::All => OPERATOR.to_owned(),
            Self::These(merchants) => match merchants.as_slice() {
                [one] => one.to_string(),
                _ => SEVERAL.to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn these(merchants: &[i64]) -> Reach {
        Reach::of(merchants.iter().copied().map(MerchantId).collect())
    }

    #[test]
    fn a_reach_is_kept_as_earlier_versions_kept_it() {
        for (reach, kept) in [
            (Reach::All, "null"),
            (these(&[7]), "7"),
            (these(&[9, 7, 9]), "[7,9]"),
        ] {
            assert_eq!(serde_json::to_string(&reach).unwrap(), kept);
            assert_eq!(serde_json::from_str::<Reach>(kept).unwrap(), reach);
        }
    }

    #[test]
    fn nobody_looks_after_more_than_they_see() {
        for (one, other, covers) in [
            (Reach::All, Reach::All, true),
            (Reach::All, these(&[1, 2]), true),
            (these(&[1, 2]), these(&[1]), true),
            (these(&[1, 2]), these(&[1, 2]), true),
            (these(&[1]), these(&[1, 2]), false),
            (these(&[1]), these(&[2]), false),
            (these(&[1, 2]), Reach::All, false),
        ] {
            assert_eq!(one.covers(&other), covers, "{one:?} and {other:?}");
        }
        assert_eq!(these(&[1, 2]).without(MerchantId(2)), Some(these(&[1])));
        assert_eq!(these(&[2]).without(MerchantId(2)), None);
        assert_eq!(Reach::All.without(MerchantId(2)), Some(Reach::All));
    }
}
