//! The pages, one file each.

mod credentials;
mod customers;
pub(crate) mod deliveries;
mod home;
mod imports;
mod order;
mod orders;
mod overview;
mod password;
mod sign_in;

use crate::State;
use crate::assets;
use crate::trouble::{Trouble, refuse};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use http_kit::{Endpoint, Failure, Needs, Routes};

/// The paths of the console.
pub fn routes(state: State) -> Router {
    table()
        .router()
        .layer(DefaultBodyLimit::max(imports::LARGEST))
        .fallback(async || Trouble::NotFound)
        .method_not_allowed_fallback(async |method: Method| refuse(Failure::MethodNotAllowed, &method))
        .with_state(state)
}

/// All pages, as a list.
pub fn endpoints() -> Vec<Endpoint> {
    table().endpoints()
}

/// Every page: a row here is its route and its place in the list.
fn table() -> Routes<State> {
    use Needs::{Nothing, Person};
    let at = |page: &str| format!("/console/{{merchant}}/{page}");
    let (order, action) = (at("orders/{order}"), at("orders/{order}/{action}"));
    let (retry, revoke) = (
        at("deliveries/{delivery}/retry"),
        at("credentials/{credential}/revoke"),
    );
    Routes::default()
        .get("/console/assets/{version}/{name}", Nothing, assets::handle)
        .get("/console/sign-in", Nothing, sign_in::show)
        .post("/console/sign-in", Nothing, sign_in::submit)
        .post("/console/sign-out", Person, sign_in::leave)
        .get("/console/password", Person, password::show)
        .post("/console/password", Person, password::submit)
        .get("/console", Person, home::show)
        .get("/console/", Person, home::show)
        .get("/console/{merchant}", Person, overview::show)
        .get(&at("orders"), Person, orders::show)
        .get(&order, Person, order::show)
        .get(&action, Person, order::actions::show)
        .post(&action, Person, order::actions::submit)
        .get(&at("customers"), Person, customers::list)
        .get(&at("customers/{customer}"), Person, customers::show)
        .get(&at("deliveries"), Person, deliveries::show)
        .post(&retry, Person, deliveries::retry)
        .get(&at("credentials"), Person, credentials::show)
        .post(&at("credentials"), Person, credentials::create)
        .post(&revoke, Person, credentials::revoke)
        .get(&at("imports"), Person, imports::list)
        .post(&at("imports"), Person, imports::upload)
        .get(&at("imports/{import}"), Person, imports::show)
}
