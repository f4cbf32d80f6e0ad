//! What the server does by itself: whatever is due on orders, the calls that are owed, and clearing away what is
//! kept only for a time.
//!
//! Everything is found in the database, never in memory alone: a crash loses nothing, and several servers over one
//! database share the work.

mod connectors;
mod deliveries;
mod follower;
mod hooks;

use std::collections::HashSet;
use std::time::Duration;

use book::{Book, Stuck};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::config::Config;
use crate::outbound::Outbound;
use crate::surroundings::Surroundings;
use crate::telemetry::chain;
use deliveries::Deliveries;
use hooks::Hooks;

/// How often to look for what is due even when nobody says that there is something: another server may have written
/// it, or its time has come.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long to wait after the database has failed.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How many orders to move on before looking around again.
const AT_ONCE: i64 = 100;
/// How many to look at when many are stuck.
const MOST_AT_ONCE: i64 = 10_000;
/// How often to clear away.
const PURGE_EVERY: Duration = Duration::from_mins(10);
/// How long an answer is kept under its idempotency key: ten days, as the Marketplace documents it.
const ANSWERS_KEPT_MILLISECONDS: i64 = 10 * 24 * 3600 * 1000;

/// The workers, running.
#[derive(Debug)]
pub(crate) struct Workers {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Workers {
    /// Starts them.
    pub(crate) fn start(book: &Book, outbound: Outbound, config: &Config, around: &Surroundings) -> Self {
        let (stop, stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(move_orders_on(book.clone(), stopping.clone()));
        let callbacks = config.callbacks.clone();
        let hooks = Hooks::new(book.clone(), outbound.clone(), config, around.clone());
        tasks.spawn(hooks.run(stopping.clone()));
        tasks.spawn(Deliveries::new(book.clone(), outbound, callbacks, around.clone()).run(stopping.clone()));
        tasks.spawn(follower::follow_journal(book.clone(), stopping.clone()));
        tasks.spawn(clear_away(book.clone(), stopping));
        Self { tasks, stop }
    }

    /// Lets them finish what they are at, and ends them.
    pub(crate) async fn stop(mut self) {
        // Nobody listening means that all have ended already.
        let _ = self.stop.send(true);
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker ended badly");
            }
        }
    }
}

/// Completes orders and lets reservations lapse when their time has come.
async fn move_orders_on(book: Book, mut stopping: watch::Receiver<bool>) {
    let mut told = HashSet::new();
    let mut limit = AT_ONCE;
    loop {
        let pause = match book.run_due(limit).await {
            Ok(moved) => {
                // What is stuck stays the first in line: look further, past it.
                let is_held_up = moved.more && moved.done < moved.found;
                let further = limit.saturating_mul(2).min(MOST_AT_ONCE);
                limit = if is_held_up { further } else { AT_ONCE };
                tell(moved.stuck, &mut told);
                if moved.more && moved.done > 0 {
                    Duration::ZERO
                } else {
                    LOOK_EVERY
                }
            }
            Err(error) => {
                tracing::error!(error = chain(&error), "orders that are due could not be moved on");
                PAUSE_AFTER_FAILURE
            }
        };
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            () = book.order_due(), if pause == LOOK_EVERY => {}
            () = sleep(pause) => {}
        }
    }
}

/// Logs each thing that is stuck, once for as long as the server runs.
fn tell(stuck: Vec<Stuck>, told: &mut HashSet<Stuck>) {
    for stuck in stuck {
        if told.insert(stuck.clone()) {
            let Stuck {
                merchant,
                what,
                reason,
            } = stuck;
            tracing::error!(%merchant, what, reason, "something is due and can't move on: a person must look");
        }
    }
}

/// Removes expired tokens and old answers.
async fn clear_away(book: Book, mut stopping: watch::Receiver<bool>) {
    loop {
        if let Err(error) = book.purge(ANSWERS_KEPT_MILLISECONDS).await {
            tracing::warn!(
                error = chain(&error),
                "old tokens and answers could not be removed"
            );
        }
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            () = sleep(PURGE_EVERY) => {}
        }
    }
}
