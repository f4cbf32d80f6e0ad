//! Which API a request belongs to, by its path.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response};
use axum::response::IntoResponse;
use book::Book;
use http_kit::path::without_prefix;
use http_kit::{Answer, Failure};
use tower::Service;

use super::{health, problem};
use crate::config::Config;

/// In front of every path of AfterPay's, wherever it stands: old clients have a prefix before it.
const AFTERPAY: &str = "/api/v3/";

/// Which part of the server answers a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Whether the server is alive, and ready.
    Health,
    /// Mediaconnect Connect, its login server included.
    Connect,
    /// AfterPay v3.
    AfterPay,
    /// Adobe's VIP Marketplace, its token server included.
    Marketplace,
    /// Nothing that Ordrebok knows.
    Unknown,
}

impl Target {
    /// The part that answers this path. A dialect owns everything under its prefixes, what it doesn't know included.
    pub(super) fn of(path: &str) -> Self {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        match first {
            "healthz" | "readyz" => Self::Health,
            "capi" | "user" | "login" => Self::Connect,
            "v3" | "ims" | "ping" | "partnerservice" => Self::Marketplace,
            _ if path.contains(AFTERPAY) || path.ends_with("/api/v3") => Self::AfterPay,
            _ => Self::Unknown,
        }
    }
}

/// All APIs, put together.
#[derive(Debug)]
pub(crate) struct Assembly {
    health: Router,
    connect: Router,
}

impl Assembly {
    pub(crate) fn new(book: &Book, config: &Config, sandbox: bool) -> Self {
        let body = config.limits.body_limits();
        let connect = api_connect::State::new(book.clone(), body, config.connect(sandbox));
        Self {
            health: complete(health::routes(book.clone()), problem::refuse),
            connect: api_connect::routes(connect),
        }
    }

    /// Lets the target answer.
    pub(super) async fn answer(&self, target: Target, mut request: Request<Body>) -> Response<Body> {
        let router = match target {
            Target::Health => &self.health,
            Target::Connect => &self.connect,
            Target::Marketplace | Target::Unknown => {
                return problem::refuse(Failure::NotFound, request.method()).into_response();
            }
            Target::AfterPay => {
                if let Some(plain) = without_prefix(request.uri(), AFTERPAY) {
                    *request.uri_mut() = plain;
                }
                return problem::refuse(Failure::NotFound, request.method()).into_response();
            }
        };
        match router.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    /// How the target says what the server itself refuses or fails at.
    pub(super) fn refuse(target: Target, method: &Method, failure: Failure) -> Answer {
        match target {
            Target::Connect => api_connect::refuse(failure, method),
            Target::Health | Target::Unknown | Target::AfterPay | Target::Marketplace => {
                problem::refuse(failure, method)
            }
        }
    }
}

/// A router that answers unknown paths and methods in its own form.
fn complete(routes: Router, refuse: http_kit::Refuse) -> Router {
    routes
        .fallback(move |method: Method| async move { refuse(Failure::NotFound, &method) })
        .method_not_allowed_fallback(move |method: Method| async move {
            refuse(Failure::MethodNotAllowed, &method)
        })
}
