//! How many calls a client has left: so many a second, so many a minute, counted within each server.
//!
//! The windows are those of the clock, so that all servers of a cluster begin a new one together. Calls that are
//! turned away are not counted.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A window's length in milliseconds.
const SECOND: i64 = 1000;
/// A window's length in milliseconds.
const MINUTE: i64 = 60_000;

/// How many calls a client has; zero for as many as it likes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallLimits {
    /// In a second.
    pub second: u32,
    /// In a minute.
    pub minute: u32,
}

impl CallLimits {
    /// These, but for what is said of one client in particular.
    #[must_use]
    pub fn but(self, second: Option<u32>, minute: Option<u32>) -> Self {
        Self {
            second: second.unwrap_or(self.second),
            minute: minute.unwrap_or(self.minute),
        }
    }
}

/// A client: one credential (the second number) of one merchant (the first).
pub type Client = (i64, i64);

/// What a client is told about one of its windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How many calls there are in one.
    pub quota: u32,
    /// How many of them are left.
    pub remaining: u32,
    /// In how many seconds there are as many as ever again.
    pub reset_seconds: u32,
}

/// What a client is told of its windows; none of one that has no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowance {
    /// The second's.
    pub second: Option<Window>,
    /// The minute's.
    pub minute: Option<Window>,
}

/// A call that comes too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// What is left.
    pub allowance: Allowance,
    /// In how many seconds the next call may come.
    pub retry_seconds: u32,
}

/// What one client has used in the windows that are open.
#[derive(Debug, Clone, Copy, Default)]
struct Used {
    second: i64,
    in_second: u32,
    minute: i64,
    in_minute: u32,
}

/// All clients' use.
#[derive(Debug, Default)]
pub struct Allowances {
    used: Mutex<HashMap<Client, Used>>,
}

impl Allowances {
    /// Counts one call of a client at a time in milliseconds, and tells what is left after it.
    ///
    /// # Errors
    /// When there was none left; then it is not counted.
    pub fn take(&self, client: Client, limits: CallLimits, now: i64) -> Result<Allowance, TooMany> {
        if limits == CallLimits::default() {
            return Ok(Allowance::default());
        }
        let mut all = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let used = all.entry(client).or_default();
        used.turn_to(now);
        let before = used.allowance(limits, now);
        let is_full = |window: Option<Window>| window.is_some_and(|window| window.remaining == 0);
        if is_full(before.second) || is_full(before.minute) {
            let longest = before.minute.filter(|window| window.remaining == 0);
            return Err(TooMany {
                allowance: before,
                retry_seconds: longest.map_or(1, |window| window.reset_seconds),
            });
        }
        used.in_second = used.in_second.saturating_add(1);
        used.in_minute = used.in_minute.saturating_add(1);
        Ok(used.allowance(limits, now))
    }
}

impl Allowance {
    /// What a client that nobody knows yet would be told.
    pub fn untouched(limits: CallLimits, now: i64) -> Self {
        Used::default().allowance(limits, now)
    }
}

impl Used {
    /// Opens new windows when their time has come.
    fn turn_to(&mut self, now: i64) {
        let (second, minute) = (now.div_euclid(SECOND), now.div_euclid(MINUTE));
        if self.second != second {
            (self.second, self.in_second) = (second, 0);
        }
        if self.minute != minute {
            (self.minute, self.in_minute) = (minute, 0);
        }
    }

    fn allowance(self, limits: CallLimits, now: i64) -> Allowance {
        let window = |quota: u32, used: u32, reset_seconds: u32| {
            (quota > 0).then(|| Window {
                quota,
                remaining: quota.saturating_sub(used),
                reset_seconds,
            })
        };
        Allowance {
            second: window(limits.second, self.in_second, 1),
            minute: window(limits.minute, self.in_minute, seconds_left(now)),
        }
    }
}

/// The seconds until the next minute begins, from 1 to 60.
fn seconds_left(now: i64) -> u32 {
    let gone = now.rem_euclid(MINUTE).div_euclid(SECOND);
    u32::try_from(60_i64.saturating_sub(gone)).unwrap_or(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: Client = (1, 1);
    const OTHER: Client = (2, 1);
    const LIMITS: CallLimits = CallLimits { second: 2, minute: 3 };

    /// What is left of the second, of the minute, in how many seconds the minute is over; for a call that comes too
    /// early, when to come back as well.
    fn take(allowances: &Allowances, client: Client, at: i64) -> Result<[u32; 3], [u32; 4]> {
        let told = |allowance: Allowance| {
            let (second, minute) = (allowance.second.unwrap(), allowance.minute.unwrap());
            assert_eq!((second.quota, second.reset_seconds, minute.quota), (2, 1, 3));
            [second.remaining, minute.remaining, minute.reset_seconds]
        };
        let taken = allowances.take(client, LIMITS, at);
        taken.map(told).map_err(|many| {
            let [second, minute, reset] = told(many.allowance);
            [second, minute, reset, many.retry_seconds]
        })
    }

    #[test]
    fn limits_per_client_so_many_calls_a_second_and_so_many_a_minute() {
        let all = Allowances::default();
        assert_eq!(take(&all, CLIENT, 60_000), Ok([1, 2, 60]));
        assert_eq!(take(&all, CLIENT, 60_999), Ok([0, 1, 60]));
        assert_eq!(
            take(&all, CLIENT, 60_999),
            Err([0, 1, 60, 1]),
            "the second is full"
        );
        assert_eq!(
            take(&all, OTHER, 60_999),
            Ok([1, 2, 60]),
            "each client has its own"
        );
        assert_eq!(take(&all, CLIENT, 61_000), Ok([1, 0, 59]));
        assert_eq!(
            take(&all, CLIENT, 119_000),
            Err([2, 0, 1, 1]),
            "the minute is full"
        );
        assert_eq!(
            take(&all, CLIENT, 90_500),
            Err([2, 0, 30, 30]),
            "and the next one is far"
        );
        assert_eq!(
            take(&all, CLIENT, 120_000),
            Ok([1, 2, 60]),
            "renewed every 60 seconds"
        );
    }

    #[test]
    fn without_limits_there_is_nothing_to_tell() {
        let (all, none) = (Allowances::default(), CallLimits::default());
        for _ in 0..10_000 {
            assert_eq!(all.take(CLIENT, none, 0), Ok(Allowance::default()));
        }
        assert_eq!(Allowance::untouched(none, 0), Allowance::default());
        assert_eq!(none.but(Some(2), None), CallLimits { second: 2, minute: 0 });
        let minute = Allowance::untouched(CallLimits { second: 0, minute: 7 }, 59_999);
        let window = Window {
            quota: 7,
            remaining: 7,
            reset_seconds: 1,
        };
        assert_eq!(
            minute,
            Allowance {
                second: None,
                minute: Some(window)
            }
        );
    }
}
