//! What an operator can set.

use order::ReturnPolicy;

/// What an operator can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How long an order stays open (1002) before the server completes it, in milliseconds.
    pub completes_after_millis: i64,
    /// For how many days an order can be returned.
    pub return_days: i64,
    /// Whether a part of a line's quantity can be returned, as later versions of the API allow.
    pub partial_returns: bool,
    /// For how many seconds an access token opens the API.
    pub token_seconds: i64,
    /// Whether the calls that set orders and customers to what a test needs are there.
    pub sandbox: bool,
}

impl Default for Settings {
    /// Orders complete after two seconds, can be returned whole line by whole line for 14 days, and tokens last for
    /// what the original says of its own.
    fn default() -> Self {
        Self {
            completes_after_millis: 2000,
            return_days: 14,
            partial_returns: false,
            token_seconds: 86_399,
            sandbox: false,
        }
    }
}

impl Settings {
    pub(crate) fn return_policy(&self) -> ReturnPolicy {
        ReturnPolicy {
            within_days: Some(self.return_days),
            whole_lines: !self.partial_returns,
            undoes_switch: false,
        }
    }
}
