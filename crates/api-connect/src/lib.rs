//! Mediaconnect Connect / ConnectID: a translation between its wire format and the order book.
//!
//! - [`operations`]: one file for each published operation
//! - [`wire`]: what goes over the wire, and nothing else
//! - [`errors`]: how refusals and failures are said; [`auth`]: who calls, and how often
//! - [`import`]: orders that another Connect server kept
//! - [`callback`]: the address that learns how a fulfilment came out; [`connector`]: what the merchant's own programs
//!   are told
//!
//! Deliberately absent: rules about money and status (they are the core's) and transactions (they are the book's).
//! `docs/connect.md` lists the operations, our choices and the differences.

mod annex;
mod auth;
mod callback;
pub mod catalogue;
mod catalogues;
pub mod connector;
mod entailed;
mod errors;
mod holdings;
mod idempotency;
pub mod import;
mod message;
mod openapi;
mod operations;
mod pages;
mod renewal;
mod sandbox;
mod state;
mod terms;
mod wire;

pub use callback::callback_url;
pub use errors::refuse;
pub use openapi::document;
pub use operations::order_status::render;
pub use renewal::{renewal, renewal_in_sandbox};
pub use state::{Settings, State};

use axum::Router;
use axum::extract::State as Held;
use axum::http::Method;
use http_kit::Needs::{Nothing, Read, UserRead, UserWrite, Write};
use http_kit::{Endpoint, Failure, Routes};
use operations::{
    assign_user, check_access, complete_order, consent_texts, consents, coupons, customer_info,
    customer_products, deliveries, external_identity, invoices, klarna_tokens, list_orders, order_status,
    product_history, products, register_order, rewards, search_order, stock, subscriptions, token, vouchers,
};
use std::sync::Arc;

/// All paths of the dialect. What none of them answers is refused in the dialect's own form.
pub fn routes(state: State) -> Router {
    table()
        .router()
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .with_state(Arc::new(state))
}

/// All operations, as a list.
pub fn endpoints() -> Vec<Endpoint> {
    table().endpoints()
}

/// Every operation: a row here is its route and its place in the list.
fn table() -> Routes<Arc<State>> {
    let client = |path: &str| format!("/capi/v1/client/order{path}");
    Routes::default()
        .get(&client("/status/{orderId}"), Read, order_status::handle)
        .get(&client("/status/"), Read, order_status::handle)
        .get(&client("/status"), Read, order_status::handle)
        .post(&client(""), Write, register_order::handle)
        .post(&client("/fulfillment"), Write, complete_order::handle)
        .post(&client("/{orderId}/user"), Write, assign_user::handle)
        .get("/capi/v1/order/status", UserRead, list_orders::handle)
        .post("/capi/v1/order/status", UserRead, search_order::handle)
        .post("/capi/v1/order", UserWrite, register_order::handle_user)
        .get(
            "/capi/v1/customer/order/product/history",
            UserRead,
            product_history::handle,
        )
        .merge(catalogue_table())
        .merge(customer_table())
        .post_or_refuse("/user/oauth/token", Nothing, token::handle)
        .post_or_refuse("/login/oauth/token", Nothing, token::handle)
        .merge(pages::table())
}

/// The operations on customers, and on what they have.
fn customer_table() -> Routes<Arc<State>> {
    let client = |path: &str| format!("/capi/v1/client/{path}");
    let info = client("customer/info/{customerNumber}");
    Routes::default()
        .post(&client("access"), Read, check_access::handle)
        .post("/capi/v1/customer/access", UserRead, check_access::handle_user)
        .get(
            &client("subscription/{customerNumber}"),
            Read,
            subscriptions::list,
        )
        .get("/capi/v1/subscription", UserRead, subscriptions::list_user)
        .post("/capi/v1/subscription", UserWrite, subscriptions::start)
        .get(&info, Read, customer_info::list)
        .post(&info, Write, customer_info::change)
        .get("/capi/v1/customer/profile", UserRead, customer_info::profile)
        .get("/capi/v1/customer/info", UserRead, customer_info::list_user)
        .post("/capi/v1/customer/info", UserWrite, customer_info::change_user)
        .get("/capi/v1/customer/product", UserRead, customer_products::list)
        .merge(consent_table())
        .merge(invoice_table())
        .post(&client("extid"), Write, external_identity::register)
        .post(
            &client("extid/customer"),
            Write,
            external_identity::register_customer,
        )
}

/// The operations on what a backend has written about customers.
fn invoice_table() -> Routes<Arc<State>> {
    let user = "/capi/v1/customer";
    Routes::default()
        .get(
            "/capi/v1/client/customer/invoice/payment/{customerNumber}/{productCode}",
            Read,
            invoices::list,
        )
        .get(
            &format!("{user}/invoice/payment/{{product}}"),
            UserRead,
            invoices::list_user,
        )
        .get(
            &format!("{user}/payment/klarna/token"),
            UserRead,
            klarna_tokens::list,
        )
}

/// The operations on consents.
fn consent_table() -> Routes<Arc<State>> {
    let client = "/capi/v1/client/customer/privacy/consentEvent";
    let user = "/capi/v1/customer/privacy/consentEvent";
    let of_subject = format!("{client}/history/{{issuer}}/{{subjectType}}/{{subject}}");
    Routes::default()
        .post(client, Write, consents::register)
        .get(&of_subject, Read, consents::history)
        .post(user, UserWrite, consents::register_user)
        .get(
            &format!("{user}/history/{{issuer}}"),
            UserRead,
            consents::history_user,
        )
        .get(
            "/capi/v1/customer/privacy/consents/{issuer}",
            UserRead,
            consents::list_user,
        )
        .get(
            "/capi/v1/client/customer/privacy/consent/text/history/{issuer}",
            Read,
            consent_texts::history,
        )
}

/// The operations on the catalogue.
fn catalogue_table() -> Routes<Arc<State>> {
    let client = |path: &str| format!("/capi/v1/client/{path}");
    Routes::default()
        .get(&client("coupon/{productCode}"), Read, coupons::list)
        .post(&client("coupon/price"), Read, coupons::price)
        .get(&client("voucher/coupons/{voucherCode}"), Read, vouchers::handle)
        .post(&client("reward/check"), Read, rewards::check)
        .get(&client("delivery/{productCode}"), Read, deliveries::list)
        .get(
            "/capi/v1/product/delivery/{productCode}",
            UserRead,
            deliveries::list_user,
        )
        .get(&client("product"), Read, products::check)
        .post(&client("product"), Read, products::list)
        .get(&client("product/{productType}"), Read, products::of_type)
        .get(&client("stock"), Read, stock::list)
        .get(&client("stock/{productId}"), Read, stock::list)
        .post(&client("stock/update"), Write, stock::update)
}

async fn nothing_here(Held(state): Held<Arc<State>>, method: Method) -> http_kit::Answer {
    state.outside(refuse(Failure::NotFound, &method))
}

async fn wrong_method(Held(state): Held<Arc<State>>, method: Method) -> http_kit::Answer {
    state.outside(refuse(Failure::MethodNotAllowed, &method))
}
