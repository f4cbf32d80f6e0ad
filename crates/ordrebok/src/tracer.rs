//! OpenTelemetry traces: one span for each request, under it one for whatever it asks of the database, and one for each
//! call to others, sent as OTLP over HTTP in JSON.
//!
//! Off unless `traces.endpoint` is set. The collector's protocol is small and stable, so it is written here: the
//! OpenTelemetry crates would bring more code than the server has (see ARCHITECTURE.md).

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use book::{Asked, AskedObserver};
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::command_error::CommandError;
use crate::config::Traces;
use crate::machine::Machine;
use crate::metrics::Metrics;

/// The header that carries a trace from one program to the next (W3C Trace Context).
const TRACEPARENT: &str = "traceparent";

/// How many spans may wait to be sent. More are lost, and counted.
const ROOM: usize = 4096;
/// How many spans go in one message.
const TOGETHER: usize = 512;
/// How long the first of them waits for others.
const WAIT: Duration = Duration::from_secs(2);
/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes spans, and sends them from beside.
#[derive(Debug, Clone)]
pub(crate) struct Tracer {
    spans: mpsc::Sender<Span>,
    metrics: Arc<Metrics>,
    percent: u64,
}

/// The sending task: it ends once nobody can give it spans any more.
#[derive(Debug)]
pub(crate) struct Sending(JoinHandle<()>);

impl Sending {
    /// Waits until what is left is sent.
    pub(crate) async fn finish(self) {
        // It ends badly only by a panic, which is logged.
        let _ = self.0.await;
    }
}

/// What sort of span, by OpenTelemetry's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A request that was answered.
    Server,
    /// A call that was made.
    Client,
    /// What a request asked of the database.
    Within,
}

impl Sort {
    fn number(self) -> u8 {
        match self {
            Self::Server => 2,
            Self::Client => 3,
            Self::Within => 1,
        }
    }
}

/// A place in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    trace: u128,
    span: u64,
}

/// A span that has begun.
#[derive(Debug)]
pub(crate) struct Span {
    place: Place,
    parent: Option<u64>,
    sort: Sort,
    name: String,
    began: u64,
    ended: u64,
    failed: bool,
    attributes: Vec<(&'static str, Value)>,
}

impl Tracer {
    /// Starts sending to the collector that the settings name; none when they name none.
    pub(crate) fn start(
        traces: &Traces,
        metrics: &Arc<Metrics>,
    ) -> Result<Option<(Self, Sending)>, CommandError> {
        let Some(endpoint) = traces.endpoint()? else {
            return Ok(None);
        };
        // Fails when a provider is there already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || Client::builder().timeout(PATIENCE).no_proxy();
        let client = builder()
            .build()
            .or_else(|_no_certificates| builder().tls_certs_only([]).build())
            .map_err(|error| CommandError::caused("traces can't be sent", &error))?;
        let (spans, waiting) = mpsc::channel(ROOM);
        let sender = Sender {
            client,
            endpoint,
            service: traces.service_name.clone(),
            metrics: Arc::clone(metrics),
        };
        let sending = Sending(tokio::spawn(sender.run(waiting)));
        let metrics = Arc::clone(metrics);
        let percent = traces.percent.min(100).into();
        Ok(Some((
            Self {
                spans,
                metrics,
                percent,
            },
            sending,
        )))
    }

    /// Begins the span of a request, when it is to be traced: its caller decides, and else the share that is set.
    pub(crate) fn request(&self, headers: &HeaderMap) -> Option<Span> {
        let told = headers
            .get(TRACEPARENT)
            .and_then(|value| parent(value.to_str().ok()?));
        match told {
            Some((_, false)) => None,
            Some((place, true)) => Some(Span::begin(Sort::Server, place.trace, Some(place.span))),
            None => self.begin(Sort::Server),
        }
    }

    /// Who takes down, under a request's span, what it asks of the database.
    pub(crate) fn within(&self, span: &Span) -> AskedObserver {
        let (tracer, place) = (self.clone(), span.place);
        Arc::new(move |Asked { what, table }| {
            let mut span = Span::begin(Sort::Within, place.trace, Some(place.span));
            let attributes = vec![
                ("db.operation.name", what.into()),
                ("db.collection.name", table.into()),
            ];
            span.named(format!("{what} {table}"), false, attributes);
            Box::new(Running {
                tracer: tracer.clone(),
                span: Some(span),
            })
        })
    }

    fn begin(&self, sort: Sort) -> Option<Span> {
        let trace = Machine.random_trace();
        let share = u64::try_from(trace % 100).unwrap_or_default();
        (share < self.percent).then(|| Span::begin(sort, trace, None))
    }

    /// Takes a span that has ended.
    pub(crate) fn take(&self, mut span: Span) {
        span.ended = Machine::nanoseconds();
        if self.spans.try_send(span).is_err() {
            self.metrics.spans_lost.count();
        }
    }
}

/// The span of a call to others, when it is traced.
#[derive(Debug)]
pub(crate) struct CallSpan(Option<(Tracer, Span)>);

impl CallSpan {
    /// Begins one, when there is a tracer and it is this call's turn.
    pub(crate) fn begin(tracer: Option<&Tracer>) -> Self {
        Self(tracer.and_then(|tracer| Some((tracer.clone(), tracer.begin(Sort::Client)?))))
    }

    /// What tells whoever is called where it is in the trace.
    pub(crate) fn headers(&self) -> HeaderMap {
        let place = self.0.as_ref().and_then(|(_, span)| span.traceparent());
        let header = place.map(|place| (HeaderName::from_static(TRACEPARENT), place));
        header.into_iter().collect()
    }

    /// Ends it: what sort of call it was, whether it failed, and which try it was.
    pub(crate) fn end(self, name: &str, failed: bool, attempt: i64) {
        if let Some((tracer, mut span)) = self.0 {
            span.named(
                name.to_owned(),
                failed,
                vec![("ordrebok.attempt", attempt.into())],
            );
            tracer.take(span);
        }
    }
}

/// A span that ends when this is dropped.
struct Running {
    tracer: Tracer,
    span: Option<Span>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(span) = self.span.take() {
            self.tracer.take(span);
        }
    }
}

impl Span {
    fn begin(sort: Sort, trace: u128, parent: Option<u64>) -> Self {
        let began = Machine::nanoseconds();
        let place = Place {
            trace,
            span: Machine.random_number().max(1),
        };
        let (name, attributes) = (String::new(), Vec::new());
        Self {
            place,
            parent,
            sort,
            name,
            began,
            ended: began,
            failed: false,
            attributes,
        }
    }

    /// Says what it is of. Never a path with ids, never a query: patterns and numbers only.
    pub(crate) fn named(&mut self, name: String, failed: bool, attributes: Vec<(&'static str, Value)>) {
        (self.name, self.failed, self.attributes) = (name, failed, attributes);
    }

    /// What tells the next program where it is.
    fn traceparent(&self) -> Option<HeaderValue> {
        HeaderValue::try_from(format!(
            "00-{:032x}-{:016x}-01",
            self.place.trace, self.place.span
        ))
        .ok()
    }

    fn json(&self) -> Value {
        let attributes: Vec<_> = self
            .attributes
            .iter()
            .map(|(name, value)| attribute(name, value))
            .collect();
        let mut span = json!({
            "traceId": format!("{:032x}", self.place.trace),
            "spanId": format!("{:016x}", self.place.span),
            "name": self.name,
            "kind": self.sort.number(),
            "startTimeUnixNano": self.began.to_string(),
            "endTimeUnixNano": self.ended.to_string(),
            "attributes": attributes,
            // 2 is an error, 0 says nothing.
            "status": { "code": if self.failed { 2 } else { 0 } },
        });
        if let Some(parent) = self.parent {
            span["parentSpanId"] = format!("{parent:016x}").into();
        }
        span
    }
}

fn attribute(name: &str, value: &Value) -> Value {
    // 64-bit integers are texts in OTLP's JSON.
    let value = match value {
        Value::Number(number) => json!({ "intValue": number.to_string() }),
        Value::String(text) => json!({ "stringValue": text }),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            json!({ "stringValue": value.to_string() })
        }
    };
    json!({ "key": name, "value": value })
}

/// Where the caller is in its trace, and whether it wants to be traced: `00-<trace>-<span>-<flags>`.
fn parent(text: &str) -> Option<(Place, bool)> {
    let mut parts = text.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let shaped = is_hex(version, 2) && is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2);
    // Later versions may have more parts, the first one has not; ff is no version.
    if !shaped || version == "ff" || version == "00" && parts.next().is_some() {
        return None;
    }
    let place = Place {
        trace: u128::from_str_radix(trace, 16).ok()?,
        span: u64::from_str_radix(span, 16).ok()?,
    };
    let flags = u8::from_str_radix(flags, 16).ok()?;
    (place.trace != 0 && place.span != 0).then_some((place, flags & 1 == 1))
}

/// The task that sends.
struct Sender {
    client: Client,
    endpoint: String,
    service: String,
    metrics: Arc<Metrics>,
}

impl Sender {
    async fn run(self, mut waiting: mpsc::Receiver<Span>) {
        let mut is_down = false;
        while let Some(first) = waiting.recv().await {
            let mut spans = vec![first];
            let deadline = tokio::time::sleep(WAIT);
            tokio::pin!(deadline);
            while spans.len() < TOGETHER {
                tokio::select! {
                    () = &mut deadline => break,
                    next = waiting.recv() => match next {
                        Some(span) => spans.push(span),
                        None => break,
                    },
                }
            }
            let sent = self.send(&spans).await;
            if let Err(reason) = &sent {
                for _ in &spans {
                    self.metrics.spans_lost.count();
                }
                if !is_down {
                    tracing::warn!(reason, "traces are lost: the collector does not take them");
                }
            }
            is_down = sent.is_err();
        }
    }

    async fn send(&self, spans: &[Span]) -> Result<(), String> {
        let resource = [
            attribute("service.name", &self.service.as_str().into()),
            attribute("service.version", &env!("CARGO_PKG_VERSION").into()),
        ];
        let spans: Vec<_> = spans.iter().map(Span::json).collect();
        let scope = json!({ "scope": { "name": "ordrebok" }, "spans": spans });
        let message =
            json!({ "resourceSpans": [{ "resource": { "attributes": resource }, "scopeSpans": [scope] }] });
        let request = self
            .client
            .post(&self.endpoint)
            .header(CONTENT_TYPE, "application/json");
        let answer = request.body(message.to_string()).send().await;
        match answer {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("it answered with status {}", answer.status().as_u16())),
            Err(error) => Err(crate::telemetry::chain(&error.without_url())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_place_is_read_and_anything_else_is_none() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let (place, sampled) = parent(good).unwrap();
        assert_eq!((place.span, sampled), (0x00f0_67aa_0ba9_02b7, true));
        assert_eq!(
            parent(&good.replace("-01", "-00")).map(|(_, sampled)| sampled),
            Some(false)
        );
        assert!(
            parent(&format!("{good}-more")).is_none(),
            "version 00 has four parts"
        );
        assert!(parent(&format!("{}-more", good.replacen("00", "cc", 1))).is_some());
        for bad in [
            "",
            "00",
            &good.replacen("00", "ff", 1),
            &good.replace('b', "B"),
            &good.replace("00f067aa0ba902b7", "0000000000000000"),
        ] {
            assert!(parent(bad).is_none(), "{bad}");
        }
        let span = Span::begin(Sort::Server, place.trace, Some(place.span));
        let next = span.traceparent().unwrap();
        assert_eq!(parent(next.to_str().unwrap()).unwrap().0.trace, place.trace);
        assert_eq!(span.json()["parentSpanId"], "00f067aa0ba902b7");
    }
}
