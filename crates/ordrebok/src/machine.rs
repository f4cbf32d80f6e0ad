//! The machine's own clock and randomness: the one place that reads them.

use std::time::{Duration, Instant, SystemTime};

use book::{Clock, Entropy};
use order::Timestamp;

/// The machine's clock and its source of randomness.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine;

impl Clock for Machine {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge that the lint points to"
    )]
    fn now(&self) -> Timestamp {
        // A clock that is set before 1970 reads as 1970.
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(milliseconds(since))
    }
}

impl Entropy for Machine {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge that the lint points to"
    )]
    #[expect(
        clippy::expect_used,
        reason = "without randomness no secret and no id can be made; nothing can go on"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}

impl Machine {
    /// A number that nobody can guess.
    pub(crate) fn random_number(self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

impl Machine {
    /// The number of a trace.
    pub(crate) fn random_trace(self) -> u128 {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        u128::from_le_bytes(bytes).max(1)
    }

    /// Nanoseconds since 1970.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge that the lint points to"
    )]
    pub(crate) fn nanoseconds() -> u64 {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }
}

/// A span of time in whole milliseconds.
pub(crate) fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts it.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge that the lint points to"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since it was started, in microseconds.
    pub(crate) fn microseconds(self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
