//! How webhooks are called.

use book::HookPatience;
use serde::Deserialize;

/// How webhooks are called; how long a call may take, and where it may go, is said for all calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Webhooks {
    retry_after_seconds: Vec<u32>,
    disable_after_hours: u32,
    pub(crate) at_once_each: usize,
    pub(crate) at_once: usize,
}

impl Webhooks {
    /// When to try again, and when to give a webhook up.
    pub(crate) fn patience(&self) -> HookPatience {
        let waits = self.retry_after_seconds.iter();
        HookPatience {
            waits: waits
                .map(|seconds| i64::from(*seconds).saturating_mul(1_000))
                .collect(),
            give_up_after: i64::from(self.disable_after_hours).saturating_mul(3_600_000),
        }
    }
}
