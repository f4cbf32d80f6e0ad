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
mod people;
mod sign_in;
mod trail;
mod webhooks;

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
    let credential = |step: &str| at(&format!("credentials/{{credential}}/{step}"));
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
        .post(&at("deliveries/{delivery}/retry"), Person, deliveries::retry)
        .get(&at("credentials"), Person, credentials::show)
        .post(&at("credentials"), Person, credentials::create)
        .get(&credential("rotate"), Person, credentials::rotate::show)
        .post(&credential("rotate"), Person, credentials::rotate::submit)
        .post(&credential("revoke"), Person, credentials::revoke)
        .get(&at("imports"), Person, imports::list)
        .post(&at("imports"), Person, imports::upload)
        .get(&at("imports/{import}"), Person, imports::show)
        .get(&at("trail"), Person, trail::show)
        .merge(of_webhooks())
        .merge(of_people())
}

fn of_webhooks() -> Routes<State> {
    use webhooks::steps;
    let all = "/console/{merchant}/webhooks";
    let one = |step: &str| format!("{all}/{{webhook}}{step}");
    Routes::default()
        .get(all, Needs::Person, webhooks::list)
        .post(all, Needs::Person, webhooks::create)
        .get(&one(""), Needs::Person, webhooks::show)
        .post(&one(""), Needs::Person, steps::change)
        .post(&one("/turn"), Needs::Person, steps::turn)
        .post(&one("/secret"), Needs::Person, steps::secret)
        .post(&one("/ping"), Needs::Person, steps::ping)
        .post(&one("/replay"), Needs::Person, steps::replay)
        .post(&one("/remove"), Needs::Person, steps::remove)
        .post(&one("/deliveries/{delivery}/retry"), Needs::Person, steps::retry)
}

fn of_people() -> Routes<State> {
    use people::one as somebody;
    let all = "/console/{merchant}/people";
    let one = |step: &str| format!("{all}/{{person}}{step}");
    Routes::default()
        .get(all, Needs::Person, people::list)
        .post(all, Needs::Person, people::create)
        .get(&one(""), Needs::Person, somebody::show)
        .post(&one(""), Needs::Person, somebody::change)
        .post(&one("/password"), Needs::Person, somebody::reset)
        .post(&one("/remove"), Needs::Person, somebody::remove)
}
