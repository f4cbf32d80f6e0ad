//! The pages of the login server, on which the merchant's users sign in: plain HTML that needs no script.
//!
//! Each has one file. They stand under `/user` and under `/login`, as they do at Mediaconnect.

mod authorize;
mod create_user;
mod fulfillment;
mod html;
mod invitation;
mod login;
mod login_check;
mod logout;
mod payment;
mod trouble;
mod visit;

pub(crate) use authorize::CodeDetail;
pub(crate) use invitation::path as invitation_path;
pub(crate) use visit::{address_of, registered};

use crate::State;
use http_kit::Needs::Person;
use http_kit::Routes;
use std::sync::Arc;

/// All pages.
pub(crate) fn table() -> Routes<Arc<State>> {
    ["/user", "/login"]
        .into_iter()
        .map(under)
        .fold(Routes::default(), Routes::merge)
}

/// The pages under one of their two addresses.
fn under(base: &str) -> Routes<Arc<State>> {
    let at = |page: &str| format!("{base}/{page}");
    Routes::default()
        .get(&at("login"), Person, login::show)
        .post(&at("oauthLogin"), Person, login::submit)
        .get(&at("createUser"), Person, create_user::show)
        .post(&at("createUser"), Person, create_user::submit)
        .get(&at("register"), Person, create_user::show)
        .post(&at("register"), Person, create_user::submit)
        .get(&at("loginCheck"), Person, login_check::handle)
        .get(&at("logout"), Person, logout::handle)
        .get(&at("fulfillment"), Person, fulfillment::show)
        .post(&at("fulfillment"), Person, fulfillment::submit)
        .get(&at("invitation"), Person, invitation::show)
        .post(&at("invitation"), Person, invitation::submit)
        .get(&at("oauth/authorize"), Person, authorize::handle)
}
