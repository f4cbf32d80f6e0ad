//! Adobe's VIP Marketplace Partner API, spoken by Ordrebok.
//!
//! A translation table: wire to command, outcome to wire, refusal to wire error. Rules about orders and accounts are
//! in the `order` crate, transactions in `book`. `docs/marketplace.md` lists the operations and what was chosen where
//! the original says nothing.
//!
//! Deliberately absent: replaying reads under their correlation id (clients page through a history with one id), and
//! refusing a repeated request id (the original "may").

mod auth;
pub mod catalogue;
mod errors;
pub mod import;
mod operations;
mod settings;
mod wire;

pub use errors::refuse;
pub use settings::Settings;

use axum::Router;
use axum::http::Method;
use axum::routing::{get, post};
use book::Book;
use bytes::Bytes;
use http_kit::Failure;
use http_kit::body::BodyLimits;
use operations::{
    create_customer, create_order, deployments, get_customer, get_order, health, list_customers,
    order_history, ping, promotions, resellers, sandbox, subscriptions, token, update_customer, update_order,
};
use order::Order;

/// What the operations stand on: the book, and what the operator has set.
#[derive(Clone)]
pub struct State {
    pub(crate) book: Book,
    pub(crate) limits: BodyLimits,
    pub(crate) settings: Settings,
}

impl State {
    /// Puts it together.
    pub fn new(book: Book, limits: BodyLimits, settings: Settings) -> Self {
        Self {
            book,
            limits,
            settings,
        }
    }
}

/// All operations of the API, its token server's included.
pub fn routes(state: State) -> Router {
    let sandbox = if state.settings.sandbox {
        sandbox::routes()
    } else {
        Router::new()
    };
    Router::new()
        .route("/ims/token/{version}", post(token::issue))
        .route("/ims/exchange/jwt", post(token::exchange))
        .route("/ims/exchange/jwt/", post(token::exchange))
        .route("/ping", get(ping::open))
        .route("/partnerservice/ping", get(ping::known))
        .route("/v1/health", get(health::handle))
        .merge(accounts())
        .merge(orders())
        .merge(sandbox)
        .fallback(async |method: Method| refuse(Failure::NotFound, &method))
        .method_not_allowed_fallback(async |method: Method| refuse(Failure::MethodNotAllowed, &method))
        .with_state(state)
}

/// Resellers, customers, deployments.
fn accounts() -> Router<State> {
    Router::new()
        .route("/v3/promotions", get(promotions::list))
        .route("/v3/flex-discounts", get(promotions::list_flexible))
        .route("/v3/resellers", get(resellers::list).post(resellers::create))
        .route(
            "/v3/resellers/{reseller}",
            get(resellers::get).patch(resellers::update),
        )
        .route("/v3/resellers/{reseller}/customers", get(list_customers::handle))
        .route("/v3/customers", post(create_customer::handle))
        .route(
            "/v3/customers/{customer}",
            get(get_customer::handle).patch(update_customer::handle),
        )
        .route(
            "/v3/customers/{customer}/deployments",
            get(deployments::list).post(deployments::create),
        )
        .route(
            "/v3/customers/{customer}/deployments/{deployment}",
            get(deployments::get).patch(deployments::update),
        )
}

/// Orders and what comes of them.
fn orders() -> Router<State> {
    Router::new()
        .route(
            "/v3/customers/{customer}/orders",
            get(order_history::handle).post(create_order::handle),
        )
        .route(
            "/v3/customers/{customer}/orders/{order}",
            get(get_order::handle).patch(update_order::handle),
        )
        .route("/v3/customers/{customer}/subscriptions", get(subscriptions::list))
        .route(
            "/v3/customers/{customer}/subscriptions/{subscription}",
            get(subscriptions::get).patch(subscriptions::update),
        )
}

/// An order as this API shows it.
pub fn render(order: &Order) -> Bytes {
    wire::order::text(order).into()
}
