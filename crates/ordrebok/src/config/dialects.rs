//! What is particular to one API.

use http_kit::allowance::CallLimits;
use serde::Deserialize;

/// Ordrebok's own API.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Native {
    calls_a_second: u32,
    calls_a_minute: u32,
}

impl Native {
    /// How many calls each credential has.
    pub(crate) fn calls(&self) -> CallLimits {
        CallLimits {
            second: self.calls_a_second,
            minute: self.calls_a_minute,
        }
    }
}

/// Mediaconnect Connect.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Connect {
    token_seconds: u32,
    refresh_seconds: u32,
    calls_a_second: u32,
    calls_a_minute: u32,
}

impl Connect {
    /// What the dialect is told of it.
    pub(crate) fn settings(&self, sandbox: bool) -> api_connect::Settings {
        api_connect::Settings {
            sandbox,
            token_seconds: self.token_seconds.into(),
            refresh_seconds: self.refresh_seconds.into(),
            calls_a_second: self.calls_a_second,
            calls_a_minute: self.calls_a_minute,
        }
    }
}

/// What is particular to the Marketplace's API.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Marketplace {
    complete_after_milliseconds: u32,
    return_days: u32,
    partial_returns: bool,
}

impl Marketplace {
    /// What the dialect is told of it.
    pub(crate) fn settings(&self, sandbox: bool) -> api_marketplace::Settings {
        api_marketplace::Settings {
            completes_after_millis: self.complete_after_milliseconds.into(),
            return_days: self.return_days.into(),
            partial_returns: self.partial_returns,
            sandbox,
            ..api_marketplace::Settings::default()
        }
    }
}
