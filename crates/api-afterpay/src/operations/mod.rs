//! The operations, one file each.

mod authorize;
mod capture;
mod captures;
mod contract;
mod get_order;
mod installment_plans;
mod lookup_customer;
mod openapi;
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

pub use openapi::document;

use crate::State;
use crate::errors::refuse;
use axum::Router;
use axum::http::Method;
use http_kit::Needs::{Nothing, Person, Read, Write};
use http_kit::{Endpoint, Failure, Routes};

/// The paths of the dialect.
pub fn routes(state: State) -> Router {
    table()
        .router()
        .fallback(async |method: Method| refuse(Failure::NotFound, &method))
        .method_not_allowed_fallback(async |method: Method| refuse(Failure::MethodNotAllowed, &method))
        .with_state(state)
}

/// All operations, as a list.
pub fn endpoints() -> Vec<Endpoint> {
    table().endpoints()
}

/// Every operation: a row here is its route and its place in the list.
fn table() -> Routes<State> {
    let at = |path: &str| format!("/api/v3/{path}");
    Routes::default()
        .post(&at("checkout/authorize"), Write, authorize::handle)
        .post(&at("checkout/payment-methods"), Write, payment_methods::handle)
        .post(&at("checkout/{checkout}/contract"), Write, contract::handle)
        .patch(
            &at("customers/{customer}/updateCustomer"),
            Write,
            update_customer::handle,
        )
        .post(&at("lookup/customer"), Read, lookup_customer::handle)
        .post(&at("lookup/installment-plans"), Read, installment_plans::handle)
        .post(&at("validate/address"), Read, validate_address::handle)
        .post(&at("validate/bank-account"), Read, validate_bank_account::handle)
        .get(&at("version"), Read, version::version)
        .get(&at("status"), Nothing, version::status)
        .get(
            &at("sandbox/secure-login/{merchant}/{id}/{checkout}"),
            Person,
            secure_login::handle,
        )
        .merge(orders())
}

/// What can be done with one order.
fn orders() -> Routes<State> {
    let at = |path: &str| format!("/api/v3/orders/{{order}}{path}");
    let shipping = at("/captures/{number}/shipping-details");
    Routes::default()
        .get(&at(""), Read, get_order::handle)
        .post(&at("/updateOrder"), Write, update_order::handle)
        .post(
            &at("/captures/return-notification"),
            Write,
            return_notification::handle,
        )
        .get(&at("/captures"), Read, captures::captures)
        .post(&at("/captures"), Write, capture::handle)
        .get(&at("/captures/{number}"), Read, captures::captures)
        .post(&shipping, Write, shipping::add)
        .patch(&format!("{shipping}/{{shipping}}"), Write, shipping::change)
        .delete(&format!("{shipping}/{{shipping}}"), Write, shipping::remove)
        .get(&at("/refunds"), Read, captures::refunds)
        .post(&at("/refunds"), Write, refund::handle)
        .get(&at("/refunds/{number}"), Read, captures::refunds)
        .get(&at("/voids"), Read, captures::voids)
        .post(&at("/voids"), Write, void::handle)
        .get(&at("/voids/{number}"), Read, captures::voids)
}
