//! Mediaconnect Connect / ConnectID: a translation between its wire format and the order book.
//!
//! - [`operations`]: one file for each published operation
//! - [`wire`]: what goes over the wire, and nothing else
//! - [`errors`]: how refusals and failures are said; [`auth`]: who calls, and how often
//! - [`import`]: orders that another Connect server kept
//! - [`callback`]: the address that learns how a fulfilment came out
//!
//! Deliberately absent: rules about money and status (they are the core's) and transactions (they are the book's).
//! `docs/connect.md` lists the operations, our choices and the differences.

mod allowance;
mod annex;
mod auth;
mod callback;
pub mod catalogue;
mod errors;
mod idempotency;
pub mod import;
mod operations;
mod pages;
mod sandbox;
mod state;
mod wire;

pub use callback::callback_url;
pub use errors::refuse;
pub use operations::order_status::render;
pub use state::{Settings, State};

use axum::Router;
use axum::extract::State as Held;
use axum::http::Method;
use axum::routing::{any, get, post};
use http_kit::Failure;
use operations::{
    assign_user, complete_order, coupons, list_orders, order_status, product_history, products,
    register_order, search_order, stock, token, vouchers,
};
use std::sync::Arc;

/// All paths of the dialect. What none of them answers is refused in the dialect's own form.
pub fn routes(state: State) -> Router {
    let state = Arc::new(state);
    Router::new()
        .route(
            "/capi/v1/client/order/status/{orderId}",
            get(order_status::handle),
        )
        .route("/capi/v1/client/order/status/", get(order_status::handle))
        .route("/capi/v1/client/order/status", get(order_status::handle))
        .route("/capi/v1/client/order", post(register_order::handle))
        .route("/capi/v1/client/order/fulfillment", post(complete_order::handle))
        .route("/capi/v1/client/order/{orderId}/user", post(assign_user::handle))
        .route(
            "/capi/v1/order/status",
            get(list_orders::handle).post(search_order::handle),
        )
        .route("/capi/v1/order", post(register_order::handle_user))
        .route(
            "/capi/v1/customer/order/product/history",
            get(product_history::handle),
        )
        .merge(catalogue_routes())
        .route("/user/oauth/token", any(token::handle))
        .route("/login/oauth/token", any(token::handle))
        .merge(pages::routes())
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .with_state(state)
}

/// The operations on the catalogue.
fn catalogue_routes() -> Router<Arc<State>> {
    Router::new()
        .route("/capi/v1/client/coupon/{productCode}", get(coupons::list))
        .route("/capi/v1/client/coupon/price", post(coupons::price))
        .route(
            "/capi/v1/client/voucher/coupons/{voucherCode}",
            get(vouchers::handle),
        )
        .route(
            "/capi/v1/client/product",
            get(products::check).post(products::list),
        )
        .route("/capi/v1/client/product/{productType}", get(products::of_type))
        .route("/capi/v1/client/stock", get(stock::list))
        .route("/capi/v1/client/stock/{productId}", get(stock::list))
        .route("/capi/v1/client/stock/update", post(stock::update))
}

async fn nothing_here(Held(state): Held<Arc<State>>, method: Method) -> http_kit::Answer {
    state.outside(refuse(Failure::NotFound, &method))
}

async fn wrong_method(Held(state): Held<Arc<State>>, method: Method) -> http_kit::Answer {
    state.outside(refuse(Failure::MethodNotAllowed, &method))
}
