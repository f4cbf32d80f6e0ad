//! Requests: rate, errors and duration of each operation.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use axum::http::Method;

use super::text::{Kind, Text, seconds};

/// The upper bounds of the durations that are counted apart, in microseconds.
const BOUNDS: [u64; 13] = [
    500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    10_000_000,
];

/// The methods that have a place of their own; all others share the last one.
const METHODS: [(Method, &str); 6] = [
    (Method::GET, "GET"),
    (Method::POST, "POST"),
    (Method::PUT, "PUT"),
    (Method::PATCH, "PATCH"),
    (Method::DELETE, "DELETE"),
    (Method::HEAD, "HEAD"),
];
const OTHER: &str = "other";

/// What an operation is called that no route has: there are as many such paths as somebody cares to send.
const UNMATCHED: &str = "unmatched";

/// The statuses that HTTP has.
const STATUSES: std::ops::Range<u16> = 100..600;

/// Which operation a request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Labels<'l> {
    pub(crate) api: &'static str,
    pub(crate) method: &'l Method,
    /// The route's pattern, never the path itself; none when there was no route.
    pub(crate) operation: Option<&'l str>,
}

type ApiAndMethod = (&'static str, &'static str);
type Operations = HashMap<String, Arc<Series>>;

/// All requests.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    series: RwLock<HashMap<ApiAndMethod, Operations>>,
    running: AtomicU64,
}

/// The requests to one operation.
#[derive(Debug)]
struct Series {
    statuses: Box<[AtomicU64]>,
    /// How many took at most as long as the bound, and longer than the one before; the last for all that took longer.
    durations: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

impl Default for Series {
    fn default() -> Self {
        Self {
            statuses: STATUSES.map(|_| AtomicU64::new(0)).collect(),
            durations: Default::default(),
            microseconds: AtomicU64::new(0),
        }
    }
}

impl Requests {
    /// A request begins.
    pub(crate) fn begin(&self) {
        self.running.fetch_add(1, Ordering::Relaxed);
    }

    /// It has ended, without an answer.
    pub(crate) fn dropped(&self) {
        self.running.fetch_sub(1, Ordering::Relaxed);
    }

    /// It has ended, with this status, after so long.
    pub(crate) fn answered(&self, labels: Labels<'_>, status: u16, microseconds: u64) {
        self.running.fetch_sub(1, Ordering::Relaxed);
        let series = self.series_of(labels);
        if let Some(counter) = status
            .checked_sub(STATUSES.start)
            .and_then(|place| series.statuses.get(usize::from(place)))
        {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        let bucket = BOUNDS.partition_point(|bound| *bound < microseconds);
        if let Some(counter) = series.durations.get(bucket) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        series.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }

    fn series_of(&self, labels: Labels<'_>) -> Arc<Series> {
        let method = METHODS
            .iter()
            .find(|(method, _)| method == labels.method)
            .map_or(OTHER, |(_, word)| word);
        let (key, operation) = ((labels.api, method), labels.operation.unwrap_or(UNMATCHED));
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.get(&key).and_then(|operations| operations.get(operation)) {
            return Arc::clone(series);
        }
        drop(known);
        let mut known = self.series.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            known
                .entry(key)
                .or_default()
                .entry(operation.to_owned())
                .or_default(),
        )
    }

    /// Writes them all, sorted.
    pub(super) fn write(&self, text: &mut Text) {
        let running = "Requests that are being answered.";
        text.one(
            "ordrebok_requests_running",
            Kind::Gauge,
            running,
            self.running.load(Ordering::Relaxed),
        );
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = known
            .iter()
            .flat_map(|((api, method), operations)| {
                operations
                    .iter()
                    .map(move |(operation, series)| ((*api, *method, operation.clone()), Arc::clone(series)))
            })
            .collect();
        drop(known);
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        let help = "Requests that were answered, by API, route and status.";
        text.family("ordrebok_requests_total", Kind::Counter, help);
        for ((api, method, operation), series) in &all {
            for (status, counter) in STATUSES.zip(&series.statuses) {
                let count = counter.load(Ordering::Relaxed);
                if count > 0 {
                    let labels = [
                        ("api", *api),
                        ("method", *method),
                        ("operation", operation.as_str()),
                        ("status", &status.to_string()),
                    ];
                    text.sample("ordrebok_requests_total", &labels, count);
                }
            }
        }
        let help = "How long requests took until their answer began.";
        text.family("ordrebok_request_duration_seconds", Kind::Histogram, help);
        for ((api, method, operation), series) in &all {
            series.write_durations(
                text,
                [
                    ("api", *api),
                    ("method", *method),
                    ("operation", operation.as_str()),
                ],
            );
        }
    }
}

impl Series {
    fn write_durations(&self, text: &mut Text, labels: [(&str, &str); 3]) {
        let [api, method, operation] = labels;
        let mut so_far = 0_u64;
        let bounds = BOUNDS
            .iter()
            .map(|bound| seconds(*bound))
            .chain(["+Inf".to_owned()]);
        for (bound, counter) in bounds.zip(&self.durations) {
            so_far = so_far.saturating_add(counter.load(Ordering::Relaxed));
            let name = "ordrebok_request_duration_seconds_bucket";
            text.sample(name, &[api, method, operation, ("le", &bound)], so_far);
        }
        let sum = self.microseconds.load(Ordering::Relaxed);
        text.sample_seconds("ordrebok_request_duration_seconds_sum", &labels, sum);
        text.sample("ordrebok_request_duration_seconds_count", &labels, so_far);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_operation_status_and_duration() {
        let requests = Requests::default();
        let labels = |operation| Labels {
            api: "afterpay",
            method: &Method::GET,
            operation,
        };
        for (operation, status, microseconds) in [
            (Some("/orders/{n}"), 200, 400),
            (Some("/orders/{n}"), 200, 500),
            (Some("/orders/{n}"), 404, 501),
            (None, 404, 99_000_000),
        ] {
            requests.begin();
            requests.answered(labels(operation), status, microseconds);
        }
        requests.begin();
        let mut text = Text::default();
        requests.write(&mut text);
        let text = text.finish();
        for line in [
            "ordrebok_requests_running 1",
            r#"ordrebok_requests_total{api="afterpay",method="GET",operation="/orders/{n}",status="200"} 2"#,
            r#"ordrebok_requests_total{api="afterpay",method="GET",operation="unmatched",status="404"} 1"#,
            r#"ordrebok_request_duration_seconds_bucket{api="afterpay",method="GET",operation="/orders/{n}",le="0.0005"} 2"#,
            r#"ordrebok_request_duration_seconds_bucket{api="afterpay",method="GET",operation="/orders/{n}",le="0.001"} 3"#,
            r#"ordrebok_request_duration_seconds_bucket{api="afterpay",method="GET",operation="unmatched",le="10"} 0"#,
            r#"ordrebok_request_duration_seconds_bucket{api="afterpay",method="GET",operation="unmatched",le="+Inf"} 1"#,
            r#"ordrebok_request_duration_seconds_sum{api="afterpay",method="GET",operation="/orders/{n}"} 0.001401"#,
        ] {
            assert!(
                text.lines().any(|have| have == line),
                "{line} is missing in\n{text}"
            );
        }
    }
}
