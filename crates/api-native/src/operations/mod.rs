//! The operations, one file each.

mod cancel;
mod capture;
mod confirm;
mod deliveries;
mod events;
mod fail;
mod feed;
mod get_order;
mod list_orders;
mod openapi;
mod openapi_beside;
mod process;
mod refund;
mod register;
mod return_lines;
mod search_orders;
mod seen;
mod ship;
mod shown;
mod totals;
mod webhook_deliveries;
mod webhooks;

pub use openapi::document;

use crate::State;
use crate::call::WriteCall;
use crate::errors::{KEPT_BY_ITS_API, Places, failed, order_not_found};
use crate::openapi as documents;
use crate::problem::{Problem, with_request_ids};
use crate::wire::SentItem;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, Uri};
use axum::middleware::from_fn;
use book::{Access, Reference};
use http_kit::path::PathIds;
use http_kit::wire::Number;
use http_kit::{Answer, Endpoint, Failure, Needs, Routes};
use order::{Command, Order};
use schemars::JsonSchema;
use serde::Deserialize;

/// Where orders are.
pub(crate) const ORDERS: &str = "/ordrebok/v1/orders";

/// What a step on an order answers with when it is done, and where its request says amounts and items.
const STEP: (StatusCode, Places) = (StatusCode::OK, Places::MOVEMENT);

/// The paths of the API.
pub fn routes(state: State) -> Router {
    table()
        .router()
        .fallback(async || failed(Failure::NotFound))
        .method_not_allowed_fallback(async || failed(Failure::MethodNotAllowed))
        .layer(from_fn(with_request_ids))
        .with_state(state)
}

/// All operations, as a list.
pub fn endpoints() -> Vec<Endpoint> {
    table().endpoints()
}

/// Every operation: a row here is its route and its place in the list.
fn table() -> Routes<State> {
    use Needs::{Nothing, Read, Write};
    let order = format!("{ORDERS}/{{order}}");
    let step = |name: &str| format!("{order}/{name}");
    Routes::default()
        .get("/ordrebok/v1/openapi.json", Nothing, documents::own)
        .get("/ordrebok/openapi/{file}", Nothing, documents::any)
        .get("/ordrebok/reference", Nothing, documents::own_page)
        .get("/ordrebok/reference/{api}", Nothing, documents::any_page)
        .merge(crate::admin::table())
        .get(ORDERS, Read, list_orders::handle)
        .post(ORDERS, Write, register::handle)
        .get(&order, Read, get_order::handle)
        .get(&step("events"), Read, events::handle)
        .get(&step("shown"), Read, shown::handle)
        .get(&step("deliveries"), Read, deliveries::handle)
        .post(&step("confirm"), Write, confirm::handle)
        .post(&step("process"), Write, process::handle)
        .post(&step("fail"), Write, fail::handle)
        .post(&step("capture"), Write, capture::handle)
        .post(&step("refund"), Write, refund::handle)
        .post(&step("cancel"), Write, cancel::handle)
        .post(&step("ship"), Write, ship::handle)
        .post(&step("return"), Write, return_lines::handle)
        .merge(beside())
}

/// What is beside the orders: what they come to, whom and what they name, what happens to them, and who is told.
fn beside() -> Routes<State> {
    use Needs::{Read, Write};
    let webhook = format!("{}/{{webhook}}", webhooks::WEBHOOKS);
    let of_webhook = |name: &str| format!("{webhook}/{name}");
    Routes::default()
        .get("/ordrebok/v1/totals", Read, totals::handle)
        .get(seen::CUSTOMERS, Read, seen::customers)
        .get(&format!("{}/{{customer}}", seen::CUSTOMERS), Read, seen::customer)
        .get(seen::PRODUCTS, Read, seen::products)
        .get(feed::EVENTS, Read, feed::handle)
        .get(webhooks::WEBHOOKS, Read, webhooks::list)
        .post(webhooks::WEBHOOKS, Write, webhooks::create)
        .get(&webhook, Read, webhooks::get)
        .patch(&webhook, Write, webhooks::change)
        .post(&of_webhook("rotate"), Write, webhooks::rotate)
        .post(&of_webhook("ping"), Write, webhook_deliveries::ping)
        .post(&of_webhook("replay"), Write, webhook_deliveries::replay)
        .get(&of_webhook("deliveries"), Read, webhook_deliveries::list)
        .post(
            &of_webhook("deliveries/{delivery}/retry"),
            Write,
            webhook_deliveries::retry,
        )
        .delete(&webhook, Write, webhooks::remove)
}

/// Does one thing to the order that the path names: what `read` makes of the call.
async fn take_step(
    state: &State,
    ids: &PathIds,
    request: Request<Body>,
    read: impl FnOnce(&WriteCall) -> Result<Command, Problem>,
) -> Result<Answer, Problem> {
    let call = WriteCall::read(state, request).await?;
    if let Some(before) = call.before(state).await? {
        return Ok(before);
    }
    let command = read(&call)?;
    let reference = named(state, &call.access, ids).await?;
    call.run(state, call.on(reference, vec![command]), STEP).await
}

/// The order that the path names. A UUID is looked for in the index of searches, all else where it is used.
pub(crate) async fn named(state: &State, access: &Access, ids: &PathIds) -> Result<Reference, Problem> {
    if let Some(uuid) = crate::reference::uuid(ids) {
        let order = state.book.order_of_uuid(access.merchant, uuid).await?;
        return order
            .map(|order| Reference::Id(order.id))
            .ok_or_else(order_not_found);
    }
    crate::reference::named(ids).ok_or_else(order_not_found)
}

/// The order that the path names, as it stands.
async fn order_of(state: &State, access: &Access, ids: &PathIds) -> Result<Order, Problem> {
    let order = state
        .book
        .order(access.merchant, &named(state, access, ids).await?)
        .await?;
    order.ok_or_else(order_not_found)
}

/// Refuses to complete or take back what a customer's account must be told of: the order's own API does that.
fn refuse_kept_by_its_api(order: &Order) -> Result<(), Problem> {
    if order.is_kept_by_its_api() {
        let detail = "The order is about a customer's subscriptions: the Marketplace API completes it and takes it back.";
        return Err(Problem::new(KEPT_BY_ITS_API, detail));
    }
    Ok(())
}

/// Refuses any parameter, for operations that take none: one that is ignored would mislead.
pub(crate) fn no_parameters(uri: &Uri) -> Result<(), Problem> {
    crate::parameters::Parameters::read(uri, &[]).map(drop)
}

/// The members of a reservation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SentReserve {
    amount: Option<Number>,
    expires_at: Option<String>,
}

/// The members of a cancellation, and those that a capture and a refund share with it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SentMovement {
    amount: Option<Number>,
    items: Option<Vec<SentItem>>,
}
