//! The pages of the login server, on which the merchant's users sign in: plain HTML that needs no script.
//!
//! Each has one file. They stand under `/user` and under `/login`, as they do at Mediaconnect.

mod authorize;
mod create_user;
mod fulfillment;
mod html;
mod login;
mod login_check;
mod logout;
mod trouble;
mod visit;

pub(crate) use authorize::CodeDetail;

use crate::State;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// All pages.
pub(crate) fn routes() -> Router<Arc<State>> {
    let mut routes = Router::new();
    for base in ["/user", "/login"] {
        let at = |page: &str| format!("{base}/{page}");
        routes = routes
            .route(&at("login"), get(login::show))
            .route(&at("oauthLogin"), post(login::submit))
            .route(
                &at("createUser"),
                get(create_user::show).post(create_user::submit),
            )
            .route(&at("register"), get(create_user::show).post(create_user::submit))
            .route(&at("loginCheck"), get(login_check::handle))
            .route(&at("logout"), get(logout::handle))
            .route(
                &at("fulfillment"),
                get(fulfillment::show).post(fulfillment::submit),
            )
            .route(&at("oauth/authorize"), get(authorize::handle));
    }
    routes
}
