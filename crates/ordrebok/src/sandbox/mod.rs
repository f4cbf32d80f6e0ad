//! The sandbox (`--sandbox`), for people who build integrations: a clock that can be moved, faults on demand, a list of
//! the calls that were received, and one call that takes everything away again.
//!
//! Nothing of it exists in a server that was started without `--sandbox`. `docs/sandbox.md` describes it.

mod calls;
mod clock;
mod fault;
mod mask;
mod routes;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::Body;
use axum::http::{HeaderMap, Request, Response};
use axum::response::IntoResponse;
use book::{Book, observing_callers};
use http_kit::Failure;
use http_kit::body::BodyLimits;
use order::MerchantId;

use crate::commands::Seed;
use crate::config::SandboxSettings;
use crate::server::problem;
use calls::{Call, Calls};
pub(crate) use clock::MovableClock;
use fault::{End, Faults};
pub(crate) use routes::{endpoints, routes};

/// The client gets no answer at all: its connection is closed.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox was asked to drop the connection")]
pub(crate) struct Dropped;

/// What sort of calls is made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sort {
    Callback,
    Webhook,
}

/// One sandbox: what its server shares between requests, workers and the sandbox's own operations.
#[derive(Debug)]
pub(crate) struct Sandbox {
    clock: Arc<MovableClock>,
    calls: Calls,
    /// What goes wrong with requests that don't say so themselves, and with every how many of them.
    usual: Faults,
    every: u64,
    counted: AtomicU64,
    /// How many of a merchant's next calls fail, by their sort.
    failing: Mutex<HashMap<(MerchantId, Sort), u32>>,
    seed: Option<Seed>,
    /// Whether the data may be taken away; known once the book is open.
    may_reset: OnceLock<bool>,
}

impl Sandbox {
    /// A sandbox with these settings, which begins with what the seed has.
    pub(crate) fn new(
        settings: &SandboxSettings,
        clock: Arc<MovableClock>,
        seed: Option<Seed>,
    ) -> Result<Self, fault::Misunderstood> {
        Ok(Self {
            clock,
            calls: Calls::keeping(settings.calls_kept),
            usual: Faults::read(&settings.fault)?,
            every: settings.fault_every.max(1).into(),
            counted: AtomicU64::new(0),
            failing: Mutex::default(),
            seed,
            may_reset: OnceLock::new(),
        })
    }

    /// Brings in what the seed has, and finds out whether the data may be taken away later.
    pub(crate) async fn begin(&self, book: &Book) -> Result<(), crate::command_error::CommandError> {
        let may_reset = book.begin_sandbox().await?;
        // Said once: another server of this sandbox asks for itself.
        let _ = self.may_reset.set(may_reset);
        if let Some(seed) = &self.seed {
            let seeded = seed.sow(book, None).await?;
            tracing::info!(
                orders = seeded.orders,
                merchants = seeded.merchants,
                "the seed file is in"
            );
        }
        Ok(())
    }

    /// Answers a request as `go` does, with the faults that were asked for; `refuse` says a failure as the dialect does.
    pub(crate) async fn answer<F: Future<Output = Response<Body>>>(
        self: &Arc<Self>,
        request: Request<Body>,
        limits: BodyLimits,
        refuse: impl Fn(Failure) -> Response<Body>,
        go: impl FnOnce(Request<Body>) -> F,
    ) -> Result<Response<Body>, Dropped> {
        let faults = match self.faults_of(request.headers()) {
            Ok(faults) => faults,
            Err(misunderstood) => {
                return Ok(problem::invalid_header(fault::HEADER, &misunderstood.to_string()).into_response());
            }
        };
        let (call, request) = self.calls.begin(request, self.clock.as_ref(), faults.to_string());
        tokio::time::sleep(faults.latency).await;
        match faults.end {
            Some(End::Drop) => {
                call.dropped(self.clock.as_ref());
                return Err(Dropped);
            }
            Some(End::Refuse(failure)) => {
                // The body is read first: a client that still sends would lose the answer.
                let _ = http_kit::body::read(request.into_body(), limits).await;
                return Ok(call.answered(refuse(failure), self.clock.as_ref()));
            }
            Some(End::DropAfter) | None => {}
        }
        let observer = self.observer(&call, &faults);
        let response = observing_callers(observer, go(request)).await;
        if faults.end == Some(End::DropAfter) {
            call.dropped(self.clock.as_ref());
            return Err(Dropped);
        }
        Ok(call.answered(response, self.clock.as_ref()))
    }

    /// Takes down whose call it is once that is known, and makes so many of that merchant's next calls fail: before the
    /// operation owes any.
    fn observer(self: &Arc<Self>, call: &Arc<Call>, faults: &Faults) -> book::CallerObserver {
        let (sandbox, call) = (Arc::clone(self), Arc::clone(call));
        let failing = [
            (Sort::Callback, faults.callbacks),
            (Sort::Webhook, faults.webhooks),
        ];
        Arc::new(move |merchant| {
            if !call.is_of(merchant) {
                return;
            }
            for (sort, times) in failing.into_iter().filter(|(_, times)| *times > 0) {
                let mut failing = sandbox.failing.lock().unwrap_or_else(PoisonError::into_inner);
                let count = failing.entry((merchant, sort)).or_default();
                *count = count.saturating_add(times);
            }
        })
    }

    /// What the request asks for, or else what is usual when it is its turn.
    fn faults_of(&self, headers: &HeaderMap) -> Result<Faults, fault::Misunderstood> {
        if let Some(value) = headers.get(fault::HEADER) {
            let text = value
                .to_str()
                .map_err(|_not_text| fault::Misunderstood::default())?;
            return Faults::read(text);
        }
        let turn = self.counted.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        Ok(if turn.is_multiple_of(self.every) {
            self.usual.clone()
        } else {
            Faults::default()
        })
    }

    /// Whether the merchant's call to a callback address that is about to be made is one of those that were to fail.
    pub(crate) fn fails_callback(&self, merchant: MerchantId) -> bool {
        self.fails((merchant, Sort::Callback))
    }

    /// The same of a call to a webhook.
    pub(crate) fn fails_webhook(&self, merchant: MerchantId) -> bool {
        self.fails((merchant, Sort::Webhook))
    }

    fn fails(&self, call: (MerchantId, Sort)) -> bool {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = failing.get_mut(&call) else {
            return false;
        };
        *count = count.saturating_sub(1);
        if *count == 0 {
            failing.remove(&call);
        }
        true
    }

    /// Forgets what belongs to a merchant: its calls, and those of the server that were to fail.
    fn forget(&self, merchant: MerchantId) {
        self.calls.forget(merchant);
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing.retain(|(whose, _), _| *whose != merchant);
    }
}
