//! Points in time.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 00:00 UTC. Handed in by the caller; nothing in this crate reads a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The milliseconds of one day.
    pub const DAY: i64 = 86_400_000;

    /// The same moment without its fraction of a second, as every dialect shows it.
    #[must_use]
    pub fn whole_second(self) -> Self {
        Self(self.0.saturating_sub(self.0.rem_euclid(1000)))
    }

    /// This many days later, or earlier when negative; at the edge of what fits, the edge.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(Self::DAY)))
    }

    /// This many milliseconds later.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}
