//! What is noticed of every request: counted, traced, logged. Nothing, and at no cost, when none of it is wanted.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request as Extracted};
use axum::http::{Method, Request, Response};
use axum::middleware::{Next, from_fn};
use book::AskedObserver;
use serde_json::json;

use super::assembly::Target;
use crate::machine::Stopwatch;
use crate::metrics::{Labels, Metrics};
use crate::tracer::{Span, Tracer};

/// Who notices.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observer {
    pub(crate) metrics: Option<Arc<Metrics>>,
    pub(crate) tracer: Option<Tracer>,
}

/// One request that is noticed, from its beginning to its end.
#[derive(Debug)]
pub(super) struct Observed {
    observer: Observer,
    api: &'static str,
    method: Method,
    watch: Stopwatch,
    span: Option<Span>,
    is_over: bool,
}

impl Observer {
    /// Whether requests are noticed at all.
    pub(super) fn is_on(&self) -> bool {
        self.metrics.is_some() || self.tracer.is_some() || tracing::enabled!(tracing::Level::DEBUG)
    }

    /// Notices that a request begins.
    pub(super) fn begin(&self, target: Target, request: &Request<Body>) -> Option<Observed> {
        if !self.is_on() {
            return None;
        }
        if let Some(metrics) = &self.metrics {
            metrics.requests.begin();
        }
        Some(Observed {
            observer: self.clone(),
            api: target.word(),
            method: request.method().clone(),
            watch: Stopwatch::start(),
            span: self
                .tracer
                .as_ref()
                .and_then(|tracer| tracer.request(request.headers())),
            is_over: false,
        })
    }
}

impl Observed {
    /// Who takes down what the request asks of the database; nobody when it is not traced.
    pub(super) fn of_the_database(&self) -> Option<AskedObserver> {
        let (tracer, span) = (self.observer.tracer.as_ref()?, self.span.as_ref()?);
        Some(tracer.within(span))
    }

    /// Notices that it was answered. What it is called by is the route that took it, never its path: paths hold ids and
    /// names.
    pub(super) fn answered(mut self, response: &Response<Body>) {
        self.is_over = true;
        let microseconds = self.watch.microseconds();
        let status = response.status().as_u16();
        let route = response
            .extensions()
            .get::<MatchedPath>()
            .map(MatchedPath::as_str);
        if let Some(metrics) = &self.observer.metrics {
            let labels = Labels {
                api: self.api,
                method: &self.method,
                operation: route,
            };
            metrics.requests.answered(labels, status, microseconds);
        }
        let (api, method, route) = (self.api, &self.method, route.unwrap_or_default());
        tracing::debug!(api, %method, route, status, microseconds, "answered");
        if let (Some(tracer), Some(mut span)) = (&self.observer.tracer, self.span.take()) {
            let name = format!("{method} {route}").trim_end().to_owned();
            let attributes = vec![
                ("http.request.method", json!(method.as_str())),
                ("http.route", json!(route)),
                ("http.response.status_code", json!(status)),
                ("ordrebok.api", json!(api)),
            ];
            span.named(name, status >= 500, attributes);
            tracer.take(span);
        }
    }
}

/// A request whose client has gone away, or whose connection a sandbox has dropped, is answered by nobody.
impl Drop for Observed {
    fn drop(&mut self) {
        if !self.is_over
            && let Some(metrics) = &self.observer.metrics
        {
            metrics.requests.dropped();
        }
    }
}

/// Makes routes tell with each answer which of them it was.
pub(super) fn telling_their_route(routes: Router) -> Router {
    routes.layer(from_fn(async |request: Extracted, next: Next| {
        let route = request.extensions().get::<MatchedPath>().cloned();
        let mut response = next.run(request).await;
        if let Some(route) = route {
            response.extensions_mut().insert(route);
        }
        response
    }))
}
