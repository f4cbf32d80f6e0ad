//! A clock that can be moved on: the machine's, and so much ahead.

use std::sync::atomic::{AtomicI64, Ordering};

use book::Clock;
use order::Timestamp;

use crate::machine::Machine;

/// The sandbox's clock.
#[derive(Debug, Default)]
pub(crate) struct MovableClock {
    /// By how many milliseconds it is ahead of the machine's.
    ahead: AtomicI64,
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        Machine.now().plus_millis(self.ahead())
    }
}

impl MovableClock {
    /// By how many milliseconds it is ahead of the machine's.
    pub(super) fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::SeqCst)
    }

    /// Moves it on to a time; a time that has passed changes nothing.
    pub(super) fn move_to(&self, time: Timestamp) {
        let ahead = time.0.saturating_sub(Machine.now().0);
        self.ahead.fetch_max(ahead, Ordering::SeqCst);
    }

    /// Sets it to the machine's time again.
    pub(super) fn set_back(&self) {
        self.ahead.store(0, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_forward_only_until_it_is_set_back() {
        let clock = MovableClock::default();
        let then = Machine.now().plus_millis(86_400_000);
        clock.move_to(then);
        assert!(clock.now() >= then);
        clock.move_to(Machine.now());
        assert!(clock.now() >= then, "it never goes back by being moved");
        clock.set_back();
        assert!(clock.now() < then);
    }
}
