//! Calls that webhooks are owed: claimed for each webhook by itself, so that one that is slow or dead holds up no
//! other, signed, made, and their outcome written down.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use book::{
    Book, BookError, HookCall, HookPatience, HookTry, ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign,
};
use order::MerchantId;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{LOOK_EVERY, PAUSE_AFTER_FAILURE};
use crate::config::Config;
use crate::machine::{Stopwatch, milliseconds};
use crate::outbound::{Outbound, Outcome, shown};
use crate::surroundings::Surroundings;
use crate::telemetry::chain;
use crate::tracer::CallSpan;

/// How much longer than the call itself a claim lasts.
const LEASE_BEYOND_CALL: Duration = Duration::from_secs(5);

/// One webhook of one merchant.
type Place = (MerchantId, String);

/// Makes the calls.
#[derive(Clone)]
pub(super) struct Hooks {
    book: Book,
    outbound: Outbound,
    /// How long one call may take.
    timeout: Duration,
    each: usize,
    at_once: usize,
    patience: Arc<HookPatience>,
    around: Surroundings,
}

impl Hooks {
    pub(super) fn new(book: Book, outbound: Outbound, config: &Config, around: Surroundings) -> Self {
        let settings = &config.webhooks;
        Self {
            book,
            outbound,
            timeout: config.callbacks.timeout(),
            each: settings.at_once_each.max(1),
            at_once: settings.at_once.max(1),
            patience: Arc::new(settings.patience()),
            around,
        }
    }

    /// Works until the server stops, then finishes the calls that are being made.
    pub(super) async fn run(self, mut stopping: watch::Receiver<bool>) {
        let mut running = JoinSet::new();
        let mut busy: HashMap<Place, usize> = HashMap::new();
        loop {
            let pause = match self.claim_and_call(&mut running, &mut busy).await {
                Ok(()) => LOOK_EVERY,
                Err(error) => {
                    tracing::error!(
                        error = chain(&error),
                        "calls that webhooks are owed could not be claimed"
                    );
                    PAUSE_AFTER_FAILURE
                }
            };
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => break,
                () = self.book.hook_owed() => {}
                () = tokio::time::sleep(pause) => {}
                Some(ended) = running.join_next() => ended_one(ended.ok(), &mut busy),
            }
            while let Some(ended) = running.try_join_next() {
                ended_one(ended.ok(), &mut busy);
            }
            if running.is_empty() {
                // Whatever a call that panicked has left behind.
                busy.clear();
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Claims as many calls of each webhook as it has room for, and begins them.
    async fn claim_and_call(
        &self,
        running: &mut JoinSet<Place>,
        busy: &mut HashMap<Place, usize>,
    ) -> Result<(), BookError> {
        let lease = milliseconds(self.timeout.saturating_add(LEASE_BEYOND_CALL));
        let mut after: Option<Place> = None;
        while running.len() < self.at_once
            && let Some(place) = self.book.hook_due(after.take()).await?
        {
            let made = busy.get(&place).copied().unwrap_or_default();
            let room = i64::try_from(self.each.saturating_sub(made)).unwrap_or_default();
            if room > 0 {
                let until = self.book.now().plus_millis(lease);
                let (merchant, webhook) = &place;
                for call in self
                    .book
                    .claim_hook_calls((*merchant, webhook), until, room)
                    .await?
                {
                    let begun = busy.entry(place.clone()).or_default();
                    *begun = begun.saturating_add(1);
                    let (worker, place) = (self.clone(), place.clone());
                    running.spawn(async move {
                        worker.make(&call).await;
                        place
                    });
                }
            }
            after = Some(place);
        }
        Ok(())
    }

    /// Makes one call and writes down what came of it.
    async fn make(&self, call: &HookCall) {
        let (at, watch) = (self.book.now(), Stopwatch::start());
        let outcome = self.outcome(call).await;
        let (taken, outcome) = match outcome {
            Outcome::Done(status) => (true, format!("answered with status {status}")),
            Outcome::Failed(reason) => (false, reason),
        };
        let address = shown(&call.url);
        if taken {
            tracing::debug!(webhook = call.webhook, address, outcome, "a webhook was called");
        } else {
            tracing::warn!(
                webhook = call.webhook,
                address,
                outcome,
                "a webhook did not take a call"
            );
        }
        let tried = HookTry {
            at,
            taken,
            outcome,
            milliseconds: watch.microseconds() / 1_000,
        };
        // When this fails the claim runs out and the call is made again: at least once, never not at all.
        match self.book.settle_hook_call(call, tried, &self.patience).await {
            Ok(again) => self.count(taken, again.is_some()),
            Err(error) => tracing::error!(
                error = chain(&error),
                "the outcome of a call could not be written down"
            ),
        }
    }

    fn count(&self, taken: bool, is_tried_again: bool) {
        let calls = &self.around.metrics.hooks;
        let counter = match (taken, is_tried_again) {
            (true, _) => &calls.delivered,
            (false, true) => &calls.failed,
            (false, false) => &calls.given_up,
        };
        counter.count();
    }

    /// What a call comes to, within a span when it is traced.
    async fn outcome(&self, call: &HookCall) -> Outcome {
        let sandbox = self.around.sandbox.as_deref();
        if sandbox.is_some_and(|sandbox| sandbox.fails_webhook(call.merchant)) {
            return Outcome::Failed("the sandbox was asked to fail".to_owned());
        }
        let span = CallSpan::begin(self.around.tracer.as_ref());
        let outcome = self.called(call, span.headers()).await;
        span.end("webhook", matches!(outcome, Outcome::Failed(_)), call.attempt);
        outcome
    }

    async fn called(&self, call: &HookCall, place: HeaderMap) -> Outcome {
        match api_native::message_of(call) {
            Ok((id, body)) => match self.headers(call, &id, &body) {
                Some(mut headers) => {
                    headers.extend(place);
                    self.outbound.call(Method::POST, &call.url, headers, body).await
                }
                None => Outcome::Failed("the message's id is no header".to_owned()),
            },
            Err(error) => Outcome::Failed(chain(&error)),
        }
    }

    fn headers(&self, call: &HookCall, id: &str, body: &[u8]) -> Option<HeaderMap> {
        let seconds = self.book.now().0.div_euclid(1_000);
        let signatures: Vec<String> = call
            .secrets
            .iter()
            .map(|secret| sign(secret, id, seconds, body))
            .collect();
        let told = [
            (ID_HEADER, id.to_owned()),
            (TIMESTAMP_HEADER, seconds.to_string()),
            (SIGNATURE_HEADER, signatures.join(" ")),
        ];
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in told {
            headers.insert(HeaderName::from_static(name), HeaderValue::try_from(value).ok()?);
        }
        Some(headers)
    }
}

fn ended_one(place: Option<Place>, busy: &mut HashMap<Place, usize>) {
    let Some(place) = place else { return };
    if let Some(n) = busy.get_mut(&place) {
        *n = n.saturating_sub(1);
        if *n == 0 {
            busy.remove(&place);
        }
    }
}
