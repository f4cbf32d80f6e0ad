//! Adobe's VIP Marketplace Partner API, spoken by Ordrebok.
//!
//! A translation table: wire to command, outcome to wire, refusal to wire error. Rules about orders and accounts are
//! in the `order` crate, transactions in `book`. `docs/marketplace.md` lists the operations and what was chosen where
//! the original says nothing.
//!
//! Deliberately absent: replaying reads under their correlation id, and refusing a request id that a read repeats
//! (clients page through a history with one of each).

mod auth;
pub mod catalogue;
mod errors;
pub mod import;
mod openapi;
mod operations;
mod settings;
mod wire;

pub use errors::refuse;
pub use openapi::document;
pub use settings::Settings;

use axum::Router;
use axum::http::Method;
use book::{Access, Book};
use bytes::Bytes;
use http_kit::Needs::{Nothing, Read, Write};
use http_kit::body::BodyLimits;
use http_kit::{Endpoint, Failure, Routes};
use operations::{
    commitments, create_customer, create_order, deployments, get_customer, get_order, health,
    linked_memberships, list_customers, memberships, order_history, pending_licences, ping, price_list,
    promotions, recommendations, reseller_change, resellers, sandbox, subscriptions, switch_paths, token,
    update_customer, update_order,
};
use order::{Order, Timestamp};

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

    /// When what this client makes now is completed by the server.
    pub(crate) fn completes_at(&self, access: &Access) -> Timestamp {
        let own = access.settings.complete_after_milliseconds.map(i64::from);
        let after = own.unwrap_or(self.settings.completes_after_millis);
        self.book.now().plus_millis(after)
    }
}

/// The paths of the API, its token server's included. The sandbox's are there only with `--sandbox`.
pub fn routes(state: State) -> Router {
    let table = if state.settings.sandbox {
        table().merge(sandbox::table())
    } else {
        table()
    };
    table
        .router()
        .fallback(async |method: Method| refuse(Failure::NotFound, &method))
        .method_not_allowed_fallback(async |method: Method| refuse(Failure::MethodNotAllowed, &method))
        .with_state(state)
}

/// All operations, as a list, the sandbox's included.
pub fn endpoints() -> Vec<Endpoint> {
    table().merge(sandbox::table()).endpoints()
}

/// Every operation but the sandbox's: a row here is its route and its place in the list.
fn table() -> Routes<State> {
    routes_of()
        .post("/ims/token/{version}", Nothing, token::issue)
        .post("/ims/exchange/jwt", Nothing, token::exchange)
        .get("/ping", Nothing, ping::open)
        .get("/partnerservice/ping", Read, ping::known)
        .get("/v1/health", Nothing, health::handle)
        .get("/v3/promotions", Read, promotions::list)
        .get("/v3/flex-discounts", Read, promotions::list_flexible)
        .get("/v3/offer-switch-paths", Read, switch_paths::list)
        .post("/v3/pricelist", Read, price_list::handle)
        .post("/v3/recommendations", Read, recommendations::fetch)
        .get("/v3/notifications", Read, pending_licences::notifications)
        .merge(memberships())
        .merge(accounts())
        .merge(orders())
}

/// Routes that are the same with a slash at the end of their path.
fn routes_of() -> Routes<State> {
    Routes::default().with_slashes()
}

/// Memberships of the VIP programme, and groups of customers.
fn memberships() -> Routes<State> {
    let membership = "/v3/memberships/{membership}";
    routes_of()
        .get(&format!("{membership}/offers"), Read, memberships::offers)
        .post(&format!("{membership}/transfers"), Write, memberships::transfer)
        .get(
            &format!("{membership}/transfers/{{membershipTransfer}}"),
            Read,
            memberships::get,
        )
        .get("/v3/linked_membership_groups", Read, linked_memberships::search)
        .post(
            "/v3/customers/{customer}/linked_membership/enroll/{group}",
            Write,
            linked_memberships::enroll,
        )
}

/// Resellers, customers, deployments.
fn accounts() -> Routes<State> {
    let reseller = "/v3/resellers/{reseller}";
    let customer = "/v3/customers/{customer}";
    let deployments = format!("{customer}/deployments");
    let deployment = format!("{deployments}/{{deployment}}");
    routes_of()
        .get("/v3/resellers", Read, resellers::list)
        .post("/v3/resellers", Write, resellers::create)
        .get(reseller, Read, resellers::get)
        .patch(reseller, Write, resellers::update)
        .get(&format!("{reseller}/customers"), Read, list_customers::handle)
        .post("/v3/customers", Write, create_customer::handle)
        .post(
            &format!("{customer}/approval-codes"),
            Write,
            reseller_change::approve,
        )
        .get(
            &format!("{customer}/flex-discounts"),
            Read,
            promotions::list_for_customer,
        )
        .get(
            &format!("{customer}/open-acquisitions"),
            Read,
            pending_licences::list,
        )
        .post(&format!("{customer}/commitments"), Write, commitments::accept)
        .post("/v3/transfers", Write, reseller_change::create)
        .get("/v3/transfers/{transfer}", Read, reseller_change::get)
        .get(customer, Read, get_customer::handle)
        .patch(customer, Write, update_customer::handle)
        .get(&deployments, Read, deployments::list)
        .post(&deployments, Write, deployments::create)
        .get(&deployment, Read, deployments::get)
        .patch(&deployment, Write, deployments::update)
}

/// Orders and what comes of them.
fn orders() -> Routes<State> {
    let orders = "/v3/customers/{customer}/orders";
    let order = format!("{orders}/{{order}}");
    let subscriptions = "/v3/customers/{customer}/subscriptions";
    let subscription = format!("{subscriptions}/{{subscription}}");
    routes_of()
        .get(orders, Read, order_history::handle)
        .post(orders, Write, create_order::handle)
        .get(&order, Read, get_order::handle)
        .patch(&order, Write, update_order::handle)
        .get(subscriptions, Read, subscriptions::list)
        .post(subscriptions, Write, subscriptions::create)
        .get(&subscription, Read, subscriptions::get)
        .patch(&subscription, Write, subscriptions::update)
}

/// An order as this API shows it.
pub fn render(order: &Order) -> Bytes {
    wire::order::text(order).into()
}
