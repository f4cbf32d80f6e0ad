//! The journal's follower, run: at once when something happens, and giving way to requests while there are many.

use std::time::Duration;

use book::{Book, Progress};
use tokio::sync::watch;
use tokio::time::sleep;

use super::{LOOK_EVERY, PAUSE_AFTER_FAILURE};
use crate::machine::Stopwatch;
use crate::telemetry::chain;

/// How long to wait for more before a batch: a burst of writes is followed by few large batches.
const GATHER: Duration = Duration::from_millis(20);
/// From so many transactions a second on, the follower gives way.
const BUSY_PER_SECOND: u64 = 500;
/// How much longer than a batch took it then pauses: a twentieth of one core is left to it. Following an order is half
/// the work of registering it, so that what a burst leaves behind is made up for in about that much time.
const GIVE_WAY: u32 = 19;
/// How far behind it may fall by giving way. Then it has as much right as requests have.
const FAR_BEHIND_MILLISECONDS: i64 = 30_000;

/// Follows until the server stops.
pub(super) async fn follow_journal(book: Book, mut stopping: watch::Receiver<bool>) {
    let mut idle_since = Stopwatch::start();
    let mut transactions = book.transactions();
    loop {
        let watch = Stopwatch::start();
        let pause = match book.follow().await {
            Ok(progress) if progress.more && progress.events > 0 => {
                let is_busy = is_busy(book.transactions().saturating_sub(transactions), &idle_since);
                let took = Duration::from_micros(watch.microseconds());
                if is_busy && !is_far_behind(&book, &progress) {
                    took.saturating_mul(GIVE_WAY)
                } else {
                    Duration::ZERO
                }
            }
            Ok(_) => LOOK_EVERY,
            Err(error) => {
                tracing::error!(error = chain(&error), "the journal could not be followed");
                PAUSE_AFTER_FAILURE
            }
        };
        (idle_since, transactions) = (Stopwatch::start(), book.transactions());
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            () = woken(&book), if pause == LOOK_EVERY => {}
            () = sleep(pause) => {}
        }
    }
}

/// Something has happened, and what happened with it as well.
async fn woken(book: &Book) {
    book.event_happened().await;
    sleep(GATHER).await;
}

/// Whether so many transactions since then are many.
fn is_busy(transactions: u64, since: &Stopwatch) -> bool {
    let enough = BUSY_PER_SECOND.saturating_mul(since.microseconds().max(1_000));
    transactions.saturating_mul(1_000_000) >= enough
}

fn is_far_behind(book: &Book, progress: &Progress) -> bool {
    let now = book.now().0;
    progress
        .oldest
        .is_some_and(|oldest| now.saturating_sub(oldest.0) > FAR_BEHIND_MILLISECONDS)
}
