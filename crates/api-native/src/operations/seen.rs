//! `GET /customers`, `GET /customers/{customer}`, `GET /products`: what the orders name.

use super::list_orders::{link_to, linked};
use crate::errors::CUSTOMER_NOT_FOUND;
use crate::parameters::{Parameters, invalid};
use crate::problem::Problem;
use crate::wire::moment;
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use book::{Seen, SeenPage, SeenSort};
use http_kit::Answer;
use http_kit::path::PathIds;
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) const CUSTOMERS: &str = "/ordrebok/v1/customers";
pub(crate) const PRODUCTS: &str = "/ordrebok/v1/products";

/// How many there are on a page when the client doesn't say, and at the most.
const USUAL_LIMIT: u64 = 25;
const LARGEST_LIMIT: u64 = 100;

/// A customer, as the orders name them.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SeenCustomer")]
pub(super) struct CustomerWire {
    number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    orders: u64,
    first_order_at: String,
    last_order_at: String,
}

/// A product, as the orders name it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SeenProduct")]
struct ProductWire {
    product: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    orders: u64,
    first_order_at: String,
    last_order_at: String,
}

impl CustomerWire {
    fn of(seen: Seen) -> Self {
        Self {
            number: seen.id,
            name: seen.name,
            email: seen.email,
            orders: seen.orders,
            first_order_at: moment(seen.first_at),
            last_order_at: moment(seen.last_at),
        }
    }
}

impl ProductWire {
    fn of(seen: Seen) -> Self {
        Self {
            product: seen.id,
            description: seen.name,
            orders: seen.orders,
            first_order_at: moment(seen.first_at),
            last_order_at: moment(seen.last_at),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Customers {
    customers: Vec<CustomerWire>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Products {
    products: Vec<ProductWire>,
}

pub(crate) async fn customers(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let (page, next) = page(&state, (SeenSort::Customers, CUSTOMERS), &uri, &headers).await?;
    let customers = Customers {
        customers: page.seen.into_iter().map(CustomerWire::of).collect(),
    };
    Ok(linked(Answer::json(StatusCode::OK, &customers), next.as_slice()))
}

pub(crate) async fn products(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let (page, next) = page(&state, (SeenSort::Products, PRODUCTS), &uri, &headers).await?;
    let products = Products {
        products: page.seen.into_iter().map(ProductWire::of).collect(),
    };
    Ok(linked(Answer::json(StatusCode::OK, &products), next.as_slice()))
}

pub(crate) async fn customer(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let access = auth::reader(&state, &headers).await?;
    super::no_parameters(&uri)?;
    let unknown = || Problem::new(CUSTOMER_NOT_FOUND, "No order names such a customer.");
    let number = ids.get("customer").map_err(|_not_utf8| unknown())?;
    let seen = state
        .book
        .seen(access.merchant, SeenSort::Customers, number)
        .await?;
    Ok(Answer::json(
        StatusCode::OK,
        &CustomerWire::of(seen.ok_or_else(unknown)?),
    ))
}

/// A page, and the link to the next one.
async fn page(
    state: &State,
    (sort, path): (SeenSort, &str),
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<(SeenPage, Option<String>), Problem> {
    let access = auth::reader(state, headers).await?;
    let parameters = Parameters::read(uri, &["q", "cursor", "limit"])?;
    let limit = parameters
        .whole("limit", 1..=LARGEST_LIMIT)?
        .unwrap_or(USUAL_LIMIT);
    let text = parameters.text("q")?;
    // The term and the id that the last page ended with; an id may hold anything, a term no blank.
    let after = match parameters.text("cursor")? {
        None => None,
        Some(cursor) => {
            let (term, id) = cursor
                .split_once(' ')
                .ok_or_else(|| invalid("cursor", "is not one of ours"))?;
            Some((term.to_owned(), id.to_owned()))
        }
    };
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let page = state
        .book
        .list_seen(access.merchant, (sort, text), after, most)
        .await?;
    let next = page.next.as_ref().map(|(term, id)| {
        let replaced = [("cursor", format!("{term} {id}")), ("limit", limit.to_string())];
        link_to(path, "next", &parameters, &replaced)
    });
    Ok((page, next))
}
