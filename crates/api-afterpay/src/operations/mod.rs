//! The operations, one file each.

mod authorize;
mod capture;
mod captures;
mod get_order;
mod refund;
mod shipping;
mod void;

use crate::State;
use crate::errors::refuse;
use axum::Router;
use axum::http::Method;
use axum::routing::{get, patch, post};
use http_kit::Failure;

/// The paths of the dialect.
pub fn routes(state: State) -> Router {
    Router::new()
        .route("/api/v3/checkout/authorize", post(authorize::handle))
        .route("/api/v3/orders/{order}", get(get_order::handle))
        .route(
            "/api/v3/orders/{order}/captures",
            get(captures::captures).post(capture::handle),
        )
        .route(
            "/api/v3/orders/{order}/captures/{number}",
            get(captures::captures),
        )
        .route(
            "/api/v3/orders/{order}/captures/{number}/shipping-details",
            post(shipping::add),
        )
        .route(
            "/api/v3/orders/{order}/captures/{number}/shipping-details/{shipping}",
            patch(shipping::change).delete(shipping::remove),
        )
        .route(
            "/api/v3/orders/{order}/refunds",
            get(captures::refunds).post(refund::handle),
        )
        .route("/api/v3/orders/{order}/refunds/{number}", get(captures::refunds))
        .route(
            "/api/v3/orders/{order}/voids",
            get(captures::voids).post(void::handle),
        )
        .route("/api/v3/orders/{order}/voids/{number}", get(captures::voids))
        .fallback(async |method: Method| refuse(Failure::NotFound, &method))
        .method_not_allowed_fallback(async |method: Method| refuse(Failure::MethodNotAllowed, &method))
        .with_state(state)
}
