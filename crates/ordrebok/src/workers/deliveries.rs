//! Calls that are owed: claimed, made, and their outcome written down.

use std::sync::Arc;
use std::time::Duration;

use book::{Attempt, Book, BookError, ConnectorKind, OwedCall};
use reqwest::Method;
use reqwest::header::HeaderMap;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::connectors::{self, Called};
use super::{LOOK_EVERY, PAUSE_AFTER_FAILURE};
use crate::config::Callbacks;
use crate::machine::milliseconds;
use crate::outbound::{Outbound, Outcome, shown};
use crate::surroundings::Surroundings;
use crate::telemetry::chain;
use crate::tracer::CallSpan;

/// How much longer than the call itself a claim lasts: time to write down what came of it. A server that dies loses
/// its claims after that, and another one makes the calls.
const LEASE_BEYOND_CALL: Duration = Duration::from_secs(5);

/// Makes the calls that are owed.
#[derive(Clone)]
pub(super) struct Deliveries {
    book: Book,
    outbound: Outbound,
    callbacks: Arc<Callbacks>,
    room: Arc<Semaphore>,
    around: Surroundings,
}

impl Deliveries {
    pub(super) fn new(book: Book, outbound: Outbound, callbacks: Callbacks, around: Surroundings) -> Self {
        let room = Arc::new(Semaphore::new(callbacks.at_once.clamp(1, Semaphore::MAX_PERMITS)));
        Self {
            book,
            outbound,
            callbacks: Arc::new(callbacks),
            room,
            around,
        }
    }

    /// Works until the server stops, then finishes the calls that are being made.
    pub(super) async fn run(self, mut stopping: watch::Receiver<bool>) {
        let mut running = JoinSet::new();
        loop {
            let pause = match self.claim_and_call(&mut running).await {
                Ok(()) => LOOK_EVERY,
                Err(error) => {
                    tracing::error!(error = chain(&error), "calls that are owed could not be claimed");
                    PAUSE_AFTER_FAILURE
                }
            };
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => break,
                () = self.book.call_owed() => {}
                () = tokio::time::sleep(pause) => {}
                // A call has ended, and there may be more than had room.
                Some(_) = running.join_next() => {}
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Claims as many calls as there is room for, and begins them.
    async fn claim_and_call(&self, running: &mut JoinSet<()>) -> Result<(), BookError> {
        while running.try_join_next().is_some() {}
        let room = i64::try_from(self.room.available_permits()).unwrap_or(i64::MAX);
        if room == 0 {
            return Ok(());
        }
        let lease = milliseconds(self.callbacks.timeout().saturating_add(LEASE_BEYOND_CALL));
        for call in self
            .book
            .claim_deliveries(self.book.now().plus_millis(lease), room)
            .await?
        {
            let worker = self.clone();
            let Ok(place) = Arc::clone(&self.room).acquire_owned().await else {
                break; // only a closed semaphore, and nobody closes it
            };
            running.spawn(async move {
                worker.make(&call).await;
                drop(place);
            });
        }
        Ok(())
    }

    /// Makes one call and writes down what came of it.
    async fn make(&self, call: &OwedCall) {
        let attempt = self.attempt(call).await;
        let (address, counted) = (shown(&call.url), &self.around.metrics.calls);
        match &attempt {
            Attempt::Delivered { outcome } => {
                counted.delivered.count();
                tracing::debug!(order = %call.order, address, outcome, "a call was made");
            }
            Attempt::Retry { outcome, .. } => {
                counted.failed.count();
                tracing::warn!(order = %call.order, address, outcome, "a call failed and is tried again");
            }
            Attempt::GivenUp { outcome } => {
                counted.given_up.count();
                tracing::error!(order = %call.order, address, outcome, "a call was given up");
            }
        }
        // When this fails the claim runs out and the call is made again: at least once, never not at all.
        if let Err(error) = self.book.settle_delivery(call, attempt).await {
            tracing::error!(
                error = chain(&error),
                "the outcome of a call could not be written down"
            );
        }
    }

    /// What a call comes to, within a span when it is traced.
    async fn attempt(&self, call: &OwedCall) -> Attempt {
        let sandbox = self.around.sandbox.as_deref();
        if sandbox.is_some_and(|sandbox| sandbox.fails_callback(call.merchant)) {
            return self.judge(call, Outcome::Failed("the sandbox was asked to fail".to_owned()));
        }
        let span = CallSpan::begin(self.around.tracer.as_ref());
        let attempt = self.attempted(call, span.headers()).await;
        let failed = !matches!(attempt, Attempt::Delivered { .. });
        span.end(&call.kind, failed, call.attempts.saturating_add(1));
        attempt
    }

    /// A connector is asked; every other address is told how a fulfilment came out, and its place in the trace.
    async fn attempted(&self, call: &OwedCall, place: HeaderMap) -> Attempt {
        let Some(kind) = ConnectorKind::from_word(&call.kind) else {
            let url = api_connect::callback_url(&call.url, &call.payload);
            let calling = self.outbound.call(Method::GET, &url, place, Vec::new());
            return self.judge(call, calling.await);
        };
        match connectors::call(&self.book, &self.outbound, call, kind).await {
            Called::Ended(attempt) => attempt,
            Called::Again(reason) => self.judge(call, Outcome::Failed(reason)),
        }
    }

    fn judge(&self, call: &OwedCall, outcome: Outcome) -> Attempt {
        let reason = match outcome {
            Outcome::Done(status) => {
                return Attempt::Delivered {
                    outcome: format!("answered with status {status}"),
                };
            }
            Outcome::Failed(reason) => reason,
        };
        let failures = usize::try_from(call.attempts)
            .unwrap_or(usize::MAX)
            .saturating_add(1);
        let owed_for = u64::try_from(self.book.now().0.saturating_sub(call.created_at.0)).unwrap_or_default();
        match self
            .callbacks
            .retry_after(failures, Duration::from_millis(owed_for))
        {
            Some(wait) => Attempt::Retry {
                outcome: reason,
                at: self.book.now().plus_millis(milliseconds(wait)),
            },
            None => Attempt::GivenUp { outcome: reason },
        }
    }
}
