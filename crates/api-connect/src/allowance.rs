//! How many calls a client has left: so many a second, so many a minute, counted within each server.
//!
//! The windows are those of the clock, so that all servers of a cluster begin a new one together. Calls that are
//! turned away are not counted.

use order::{MerchantId, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A window's length in milliseconds.
const SECOND: i64 = 1000;
/// A window's length in milliseconds.
const MINUTE: i64 = 60_000;

/// How many calls each client has; zero for as many as it likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) second: u32,
    pub(crate) minute: u32,
}

/// A client: one credential of one merchant.
pub(crate) type Client = (MerchantId, i64);

/// What one client has used in the windows that are open.
#[derive(Debug, Clone, Copy, Default)]
struct Used {
    second: i64,
    in_second: u32,
    minute: i64,
    in_minute: u32,
}

/// What a client is told about the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// How many calls are left.
    pub(crate) remaining: u32,
    /// In how many seconds there are as many as ever again.
    pub(crate) reset_seconds: u32,
}

/// A call that comes too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// What is left of the minute.
    pub(crate) allowance: Allowance,
    /// In how many seconds the next call may come.
    pub(crate) retry_seconds: u32,
}

/// All clients' use.
#[derive(Debug)]
pub(crate) struct Allowances {
    limits: Limits,
    used: Mutex<HashMap<Client, Used>>,
}

impl Allowances {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            used: Mutex::new(HashMap::new()),
        }
    }

    /// Counts one call of a client. None when there is no limit to the minute, and so nothing to tell.
    pub(crate) fn take(&self, client: Client, now: Timestamp) -> Result<Option<Allowance>, TooMany> {
        let Limits { second, minute } = self.limits;
        if second == 0 && minute == 0 {
            return Ok(None);
        }
        let mut all = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let used = all.entry(client).or_default();
        used.turn_to(now);
        let in_minute_left = minute.saturating_sub(used.in_minute);
        let minute_is_full = minute > 0 && in_minute_left == 0;
        if minute_is_full || (second > 0 && used.in_second >= second) {
            let allowance = Allowance {
                remaining: in_minute_left,
                reset_seconds: seconds_left(now),
            };
            let retry_seconds = if minute_is_full {
                allowance.reset_seconds
            } else {
                1
            };
            return Err(TooMany {
                allowance,
                retry_seconds,
            });
        }
        used.in_second = used.in_second.saturating_add(1);
        used.in_minute = used.in_minute.saturating_add(1);
        Ok((minute > 0).then(|| Allowance {
            remaining: in_minute_left.saturating_sub(1),
            reset_seconds: seconds_left(now),
        }))
    }

    /// What a client that nobody knows yet would be told.
    pub(crate) fn untouched(&self, now: Timestamp) -> Option<Allowance> {
        let remaining = self.limits.minute;
        (remaining > 0).then(|| Allowance {
            remaining,
            reset_seconds: seconds_left(now),
        })
    }
}

impl Used {
    /// Opens new windows when their time has come.
    fn turn_to(&mut self, now: Timestamp) {
        let (second, minute) = (now.0.div_euclid(SECOND), now.0.div_euclid(MINUTE));
        if self.second != second {
            (self.second, self.in_second) = (second, 0);
        }
        if self.minute != minute {
            (self.minute, self.in_minute) = (minute, 0);
        }
    }
}

/// The seconds until the next minute begins, from 1 to 60.
fn seconds_left(now: Timestamp) -> u32 {
    let gone = now.0.rem_euclid(MINUTE).div_euclid(SECOND);
    u32::try_from(60_i64.saturating_sub(gone)).unwrap_or(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: Client = (MerchantId(1), 1);
    const OTHER: Client = (MerchantId(2), 1);

    fn take(allowances: &Allowances, client: Client, at: i64) -> Result<(u32, u32), (u32, u32, u32)> {
        match allowances.take(client, Timestamp(at)) {
            Ok(told) => told
                .map(|told| (told.remaining, told.reset_seconds))
                .ok_or((0, 0, 0)),
            Err(many) => Err((
                many.allowance.remaining,
                many.allowance.reset_seconds,
                many.retry_seconds,
            )),
        }
    }

    #[test]
    fn limits_per_client_so_many_calls_a_second_and_so_many_a_minute() {
        let allowances = Allowances::new(Limits { second: 2, minute: 3 });
        assert_eq!(take(&allowances, CLIENT, 60_000), Ok((2, 60)));
        assert_eq!(take(&allowances, CLIENT, 60_999), Ok((1, 60)));
        assert_eq!(
            take(&allowances, CLIENT, 60_999),
            Err((1, 60, 1)),
            "the second is full"
        );
        assert_eq!(
            take(&allowances, OTHER, 60_999),
            Ok((2, 60)),
            "each client has its own"
        );
        assert_eq!(take(&allowances, CLIENT, 61_000), Ok((0, 59)));
        assert_eq!(
            take(&allowances, CLIENT, 119_000),
            Err((0, 1, 1)),
            "the minute is full"
        );
        assert_eq!(
            take(&allowances, CLIENT, 120_000),
            Ok((2, 60)),
            "renewed every 60 seconds"
        );
    }

    #[test]
    fn without_limits_there_is_nothing_to_tell() {
        let allowances = Allowances::new(Limits { second: 0, minute: 0 });
        for _ in 0..10_000 {
            assert_eq!(allowances.take(CLIENT, Timestamp(0)), Ok(None));
        }
        assert_eq!(allowances.untouched(Timestamp(0)), None);
    }
}
