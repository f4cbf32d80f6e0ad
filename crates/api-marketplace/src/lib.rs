//! Adobe's VIP Marketplace Partner API, spoken by Ordrebok.
//!
//! A translation table: wire to command, outcome to wire, refusal to wire error. Rules about orders and accounts are
//! in the `order` crate, transactions in `book`. `docs/marketplace.md` lists the operations and what was chosen where
//! the original says nothing.
//!
//! Deliberately absent: replaying reads under their correlation id (clients page through a history with one id), and
//! refusing a repeated request id (the original "may").

mod auth;
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
    create_customer, create_order, get_customer, get_order, order_history, ping, token, update_order,
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
    Router::new()
        .route("/ims/token/{version}", post(token::issue))
        .route("/ims/exchange/jwt", post(token::exchange))
        .route("/ims/exchange/jwt/", post(token::exchange))
        .route("/ping", get(ping::open))
        .route("/partnerservice/ping", get(ping::known))
        .route("/v3/customers", post(create_customer::handle))
        .route("/v3/customers/{customer}", get(get_customer::handle))
        .route(
            "/v3/customers/{customer}/orders",
            get(order_history::handle).post(create_order::handle),
        )
        .route(
            "/v3/customers/{customer}/orders/{order}",
            get(get_order::handle).patch(update_order::handle),
        )
        .fallback(async |method: Method| refuse(Failure::NotFound, &method))
        .method_not_allowed_fallback(async |method: Method| refuse(Failure::MethodNotAllowed, &method))
        .with_state(state)
}

/// An order as this API shows it.
pub fn render(order: &Order) -> Bytes {
    wire::order::text(order).into()
}
