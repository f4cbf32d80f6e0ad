//! The operations, one file each.

mod authorize;
mod capture;
mod captures;
mod contract;
mod get_order;
mod installment_plans;
mod lookup_customer;
mod payment_methods;
mod refund;
mod return_notification;
mod secure_login;
mod shipping;
mod update_customer;
mod update_order;
mod validate_address;
mod validate_bank_account;
mod version;
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
        .route("/api/v3/checkout/payment-methods", post(payment_methods::handle))
        .route("/api/v3/checkout/{checkout}/contract", post(contract::handle))
        .route(
            "/api/v3/customers/{customer}/updateCustomer",
            patch(update_customer::handle),
        )
        .route("/api/v3/lookup/customer", post(lookup_customer::handle))
        .route(
            "/api/v3/lookup/installment-plans",
            post(installment_plans::handle),
        )
        .route("/api/v3/validate/address", post(validate_address::handle))
        .route(
            "/api/v3/validate/bank-account",
            post(validate_bank_account::handle),
        )
        .route("/api/v3/version", get(version::version))
        .route("/api/v3/status", get(version::status))
        .merge(orders())
        .fallback(async |method: Method| refuse(Failure::NotFound, &method))
        .method_not_allowed_fallback(async |method: Method| refuse(Failure::MethodNotAllowed, &method))
        .with_state(state)
}

/// What can be done with one order.
fn orders() -> Router<State> {
    Router::new()
        .route("/api/v3/orders/{order}", get(get_order::handle))
        .route("/api/v3/orders/{order}/updateOrder", post(update_order::handle))
        .route(
            "/api/v3/orders/{order}/captures/return-notification",
            post(return_notification::handle),
        )
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
        .route(
            "/api/v3/sandbox/secure-login/{merchant}/{id}/{checkout}",
            get(secure_login::handle),
        )
}
