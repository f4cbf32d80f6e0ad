//! Which API a request belongs to, by its path.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response};
use book::Book;
use http_kit::path::without_prefix;
use http_kit::{Answer, Failure, Refuse};
use tower::Service;

use super::conventions::Conventions;
use super::observer::{Observer, telling_their_route};
use super::{health, problem};
use crate::config::Config;
use crate::dialects::FOR_THE_CONSOLE;
use crate::metrics;
use crate::sandbox::{self, Sandbox};
use crate::surroundings::Surroundings;

/// In front of every path of AfterPay's, wherever it stands: old clients have a prefix before it.
const AFTERPAY: &str = "/api/v3/";

/// What lies under this is the sandbox's.
const SANDBOX: &str = "/ordrebok/v1/sandbox";

/// What the APIs beside our own are described by.
pub(crate) const DOCUMENTS: [(&str, api_native::DocumentOf); 3] = [
    ("connect", api_connect::document),
    ("afterpay", api_afterpay::document),
    ("marketplace", api_marketplace::document),
];

/// Which part of the server answers a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Whether the server is alive, and ready.
    Health,
    /// What Prometheus reads, when that is shown here.
    Metrics,
    /// Mediaconnect Connect, its login server included.
    Connect,
    /// AfterPay v3.
    AfterPay,
    /// Adobe's VIP Marketplace, its token server included.
    Marketplace,
    /// Ordrebok's own API.
    Native,
    /// The sandbox's own operations, in the midst of Ordrebok's own API. There are none without `--sandbox`.
    Sandbox,
    /// The web pages for people.
    Console,
    /// Nothing that Ordrebok knows.
    Unknown,
}

impl Target {
    /// What it is called in metrics and traces.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Health | Self::Metrics => "server",
            Self::Connect => "connect",
            Self::AfterPay => "afterpay",
            Self::Marketplace => "marketplace",
            Self::Native => "ordrebok",
            Self::Sandbox => "sandbox",
            Self::Console => "console",
            Self::Unknown => "none",
        }
    }

    /// The part that answers this path. A dialect owns everything under its prefixes, what it doesn't know included.
    pub(super) fn of(path: &str) -> Self {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        match first {
            "healthz" | "readyz" => Self::Health,
            "metrics" if path == "/metrics" => Self::Metrics,
            "capi" | "user" | "login" => Self::Connect,
            "v1" | "v3" | "ims" | "ping" | "partnerservice" => Self::Marketplace,
            "ordrebok" if path == SANDBOX || path.starts_with("/ordrebok/v1/sandbox/") => Self::Sandbox,
            "ordrebok" if !path.starts_with("/ordrebok/api/v3") => Self::Native,
            "console" => Self::Console,
            _ if path.contains(AFTERPAY) || path.ends_with("/api/v3") => Self::AfterPay,
            _ => Self::Unknown,
        }
    }
}

/// One part of the server: its routes, and how it refuses what no operation of it decides.
#[derive(Debug)]
struct Part {
    routes: Router,
    refuse: Refuse,
}

impl Part {
    /// A part that belongs to no API: it refuses in problem details.
    fn of_no_api(routes: Router) -> Self {
        let refuse: Refuse = problem::refuse;
        let routes = routes
            .fallback(async move |method: Method| refuse(Failure::NotFound, &method))
            .method_not_allowed_fallback(async move |method: Method| {
                refuse(Failure::MethodNotAllowed, &method)
            });
        Self { routes, refuse }
    }
}

/// All parts, put together.
#[derive(Debug)]
pub(crate) struct Assembly {
    conventions: Conventions,
    health: Part,
    connect: Part,
    afterpay: Part,
    marketplace: Part,
    native: Part,
    console: Part,
    elsewhere: Part,
    sandboxed: Option<(Arc<Sandbox>, Part)>,
    metrics: Option<Part>,
    pub(super) observer: Observer,
    pub(super) around: Surroundings,
}

impl Assembly {
    pub(crate) fn new(book: &Book, config: &Config, around: &Surroundings) -> Self {
        let sandboxed = around.sandbox.as_ref();
        let (limits, sandbox) = (config.limits.body_limits(), sandboxed.is_some());
        let afterpay = api_afterpay::State::new(book.clone(), limits, config.afterpay.settings(sandbox));
        let connect = api_connect::State::new(book.clone(), limits, config.connect.settings(sandbox));
        let marketplace = config.marketplace.settings(sandbox);
        let marketplace = api_marketplace::State::new(book.clone(), limits, marketplace);
        let metrics = config
            .metrics
            .are_here()
            .then(|| metrics::routes(Arc::clone(&around.metrics), book.clone()));
        let observer = Observer {
            metrics: config.metrics.enabled.then(|| Arc::clone(&around.metrics)),
            tracer: around.tracer.clone(),
        };
        let assembly = Self {
            conventions: Conventions::new(&config.web),
            health: Part::of_no_api(health::routes(book.clone(), around.stopping.clone())),
            connect: Part {
                routes: api_connect::routes(connect),
                refuse: api_connect::refuse,
            },
            afterpay: Part {
                routes: api_afterpay::routes(afterpay),
                refuse: api_afterpay::refuse,
            },
            marketplace: Part {
                routes: api_marketplace::routes(marketplace),
                refuse: api_marketplace::refuse,
            },
            native: Part {
                routes: api_native::routes(
                    api_native::State::new(book.clone(), limits, FOR_THE_CONSOLE.render)
                        .with_call_limits(config.ordrebok.calls())
                        .with_documents(&DOCUMENTS),
                ),
                refuse: api_native::refuse,
            },
            console: Part {
                routes: console::routes(console::State::new(book.clone(), limits, FOR_THE_CONSOLE)),
                refuse: console::refuse,
            },
            elsewhere: Part::of_no_api(Router::new()),
            sandboxed: sandboxed.map(|sandbox| {
                let routes = sandbox::routes(book.clone(), Arc::clone(sandbox), limits);
                (Arc::clone(sandbox), Part::of_no_api(routes))
            }),
            metrics: metrics.map(Part::of_no_api),
            observer,
            around: around.clone(),
        };
        if assembly.observer.is_on() {
            assembly.telling_their_routes()
        } else {
            assembly
        }
    }

    /// The same, with answers that tell which route they are of.
    fn telling_their_routes(mut self) -> Self {
        let sandboxed = self.sandboxed.as_mut().map(|(_, part)| part);
        let apis = [
            &mut self.connect,
            &mut self.afterpay,
            &mut self.marketplace,
            &mut self.native,
            &mut self.console,
            &mut self.health,
        ];
        for part in apis.into_iter().chain(sandboxed).chain(self.metrics.as_mut()) {
            part.routes = telling_their_route(std::mem::take(&mut part.routes));
        }
        self
    }

    /// The sandbox that requests to a target run in, if they do.
    pub(super) fn sandbox_of(&self, target: Target) -> Option<&Arc<Sandbox>> {
        let (sandbox, _) = self.sandboxed.as_ref()?;
        match target {
            Target::Connect | Target::AfterPay | Target::Marketplace | Target::Native | Target::Unknown => {
                Some(sandbox)
            }
            Target::Health | Target::Metrics | Target::Sandbox | Target::Console => None,
        }
    }

    /// What browsers and thrifty clients ask for.
    pub(super) fn conventions(&self) -> &Conventions {
        &self.conventions
    }

    fn part(&self, target: Target) -> &Part {
        match target {
            Target::Health => &self.health,
            Target::Metrics => self.metrics.as_ref().unwrap_or(&self.elsewhere),
            Target::Connect => &self.connect,
            Target::AfterPay => &self.afterpay,
            Target::Marketplace => &self.marketplace,
            Target::Native => &self.native,
            Target::Sandbox => self.sandboxed.as_ref().map_or(&self.native, |(_, part)| part),
            Target::Console => &self.console,
            Target::Unknown => &self.elsewhere,
        }
    }

    /// Lets the target answer.
    pub(super) async fn answer(&self, target: Target, mut request: Request<Body>) -> Response<Body> {
        if target == Target::AfterPay
            && let Some(plain) = without_prefix(request.uri(), AFTERPAY)
        {
            *request.uri_mut() = plain;
        }
        match self.part(target).routes.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    /// How the target says what the server itself refuses or fails at.
    pub(super) fn refuse(&self, target: Target, method: &Method, failure: Failure) -> Answer {
        (self.part(target).refuse)(failure, method)
    }
}
