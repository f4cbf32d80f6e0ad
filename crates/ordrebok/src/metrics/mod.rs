//! What is counted while the server runs, and how Prometheus reads it.
//!
//! A request costs a look-up and a few atomic additions, and nothing at all unless `metrics.enabled` is set. What the
//! database knows better (what is owed, what is overdue) is asked when somebody reads.

mod process;
mod requests;
mod text;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use book::{Backlog, Book, Measures};
use http_kit::Answer;
use order::Timestamp;

use crate::telemetry::chain;
pub(crate) use requests::{Labels, Requests};
use text::{Kind, Text};

/// How Prometheus names the format.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything that is counted.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) requests: Requests,
    pub(crate) connections: Gauge,
    pub(crate) calls: Calls,
    pub(crate) hooks: Calls,
    pub(crate) spans_lost: Counter,
}

/// Calls that were made to others, by what came of them.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) delivered: Counter,
    pub(crate) failed: Counter,
    pub(crate) given_up: Counter,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many there are of something now.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicU64);

impl Gauge {
    /// One more, until what this gives back is dropped.
    pub(crate) fn hold<T>(this: &Arc<T>, gauge: fn(&T) -> &Self) -> Held<T> {
        gauge(this).0.fetch_add(1, Ordering::Relaxed);
        Held {
            of: Arc::clone(this),
            gauge,
        }
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One of those that a gauge counts.
pub(crate) struct Held<T> {
    of: Arc<T>,
    gauge: fn(&T) -> &Gauge,
}

impl<T> fmt::Debug for Held<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held")
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        (self.gauge)(&self.of).0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// `/metrics`.
pub(crate) fn routes(metrics: Arc<Metrics>, book: Book) -> Router {
    Router::new()
        .route("/metrics", get(show))
        .with_state((metrics, book))
}

async fn show(State((metrics, book)): State<(Arc<Metrics>, Book)>) -> Answer {
    Answer::json_text(StatusCode::OK, metrics.text(&book).await).typed(MEDIA_TYPE)
}

impl Metrics {
    /// Everything, as Prometheus reads it. When the database does not answer, what it would have said is left out, and
    /// `ordrebok_database_up` is 0.
    async fn text(&self, book: &Book) -> String {
        let mut text = Text::default();
        text.family("ordrebok_build_info", Kind::Gauge, "The version that runs.");
        text.sample(
            "ordrebok_build_info",
            &[("version", env!("CARGO_PKG_VERSION"))],
            1,
        );
        self.requests.write(&mut text);
        text.one(
            "ordrebok_connections_open",
            Kind::Gauge,
            "Connections that are open.",
            self.connections.get(),
        );
        self.write_calls(&mut text);
        write_measures(&mut text, &book.measures());
        write_backlog(&mut text, book).await;
        let lost =
            "Spans that were not sent, because there were too many or the collector did not take them.";
        text.one(
            "ordrebok_spans_lost_total",
            Kind::Counter,
            lost,
            self.spans_lost.get(),
        );
        process::write(&mut text);
        text.finish()
    }

    fn write_calls(&self, text: &mut Text) {
        for (name, help, calls) in [
            (
                "ordrebok_outgoing_calls_total",
                "Calls that were made to others, webhooks not among them, by what came of them.",
                &self.calls,
            ),
            (
                "ordrebok_webhook_calls_total",
                "Calls that were made to webhooks, by what came of them.",
                &self.hooks,
            ),
        ] {
            text.family(name, Kind::Counter, help);
            for (outcome, counter) in [
                ("delivered", &calls.delivered),
                ("failed", &calls.failed),
                ("given_up", &calls.given_up),
            ] {
                text.sample(name, &[("outcome", outcome)], counter.get());
            }
        }
    }
}

/// What the store counts: how many writes share a commit, and how many wait.
fn write_measures(text: &mut Text, measures: &Measures) {
    let waiting = "Writes that wait for their turn.";
    text.one("ordrebok_writes_waiting", Kind::Gauge, waiting, measures.waiting);
    let name = "ordrebok_commit_writes";
    text.family(
        name,
        Kind::Histogram,
        "How many writes were made durable by one commit.",
    );
    for (bound, count) in &measures.commits_up_to {
        text.sample(
            "ordrebok_commit_writes_bucket",
            &[("le", &bound.to_string())],
            *count,
        );
    }
    text.sample(
        "ordrebok_commit_writes_bucket",
        &[("le", "+Inf")],
        measures.commits,
    );
    text.sample("ordrebok_commit_writes_sum", &[], measures.writes);
    text.sample("ordrebok_commit_writes_count", &[], measures.commits);
}

/// What the database says of the work that waits.
async fn write_backlog(text: &mut Text, book: &Book) {
    let backlog = book.backlog().await.inspect_err(|error| {
        tracing::warn!(
            error = chain(error),
            "the metrics of the database could not be read"
        );
    });
    let up = u64::from(backlog.is_ok());
    text.one(
        "ordrebok_database_up",
        Kind::Gauge,
        "Whether the database answers.",
        up,
    );
    if let Ok(backlog) = backlog {
        write_counts(text, &backlog);
        write_ages(text, &backlog, book.now());
    }
}

/// A number of rows, or of milliseconds, which is never below zero.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// How much waits.
fn write_counts(text: &mut Text, backlog: &Backlog) {
    for (name, help, number) in [
        (
            "ordrebok_deliveries_owed",
            "Calls that are owed to others.",
            backlog.calls_owed,
        ),
        (
            "ordrebok_deliveries_due",
            "Calls whose time has come.",
            backlog.calls_due,
        ),
        (
            "ordrebok_webhook_deliveries_owed",
            "Calls that webhooks are owed, those that are turned off among them.",
            backlog.hook_calls_owed,
        ),
        (
            "ordrebok_webhook_deliveries_due",
            "Calls to webhooks whose time has come.",
            backlog.hook_calls_due,
        ),
        (
            "ordrebok_orders_due",
            "Orders on which the server must do something by now.",
            backlog.orders_due,
        ),
        (
            "ordrebok_documents_due",
            "Accounts and other documents on which the server must do something by now.",
            backlog.documents_due,
        ),
    ] {
        text.one(name, Kind::Gauge, help, count(number));
    }
}

/// For how long it has.
fn write_ages(text: &mut Text, backlog: &Backlog, now: Timestamp) {
    let age = |oldest: Option<Timestamp>| oldest.map_or(0, |since| now.0.saturating_sub(since.0));
    for (name, help, milliseconds) in [
        (
            "ordrebok_delivery_oldest_age_seconds",
            "For how long the oldest call that is owed has been.",
            age(backlog.oldest_call),
        ),
        (
            "ordrebok_webhook_delivery_oldest_age_seconds",
            "For how long the oldest call that a webhook is owed has been.",
            age(backlog.oldest_hook_call),
        ),
        (
            "ordrebok_clock_seconds",
            "The time that the server goes by, which a sandbox can move.",
            now.0,
        ),
    ] {
        text.family(name, Kind::Gauge, help);
        text.sample_seconds(name, &[], count(milliseconds).saturating_mul(1000));
    }
}
