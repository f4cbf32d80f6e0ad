//! Licences that customers have taken by themselves and that no order has been placed for yet:
//! `GET /v3/customers/{customer}/open-acquisitions`, and `GET /v3/notifications`, which says who has any.

use super::order_history::known;
use crate::catalogue::{PENDING, PendingLicence};
use crate::errors::ApiError;
use crate::wire::link::{self, SelfLink};
use crate::wire::page::Listed;
use crate::wire::search::{Paging, one, wrong};
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use book::{Document, HistoryQuery};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use http_kit::wire::{Number, time};
use order::{Account, Kind, MerchantId, Order, Quantity, Status, offer};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// The only notification that there is.
const NOTIFICATION: &str = "LICENSES_PENDING_PARTNER_ORDER";
const LIMIT: u64 = 20;
const MOST: u64 = 100;
/// How many orders are read at a time.
const BATCH: u64 = 200;

/// What waits for an order.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OpenAcquisitions")]
pub(crate) struct Acquisitions<'p> {
    customer_id: &'p str,
    reseller_id: &'p str,
    license_count: Number,
    unpaid_licenses: Vec<LicenceResource<'p>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UnpaidLicense")]
struct LicenceResource<'p> {
    reference_id: &'p str,
    creation_date: String,
    expiry_date: String,
    quantity: Number,
    product_name: &'p str,
    base_offer_id: &'p str,
}

/// One customer who has any.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Notification {
    customer_id: String,
    reseller_id: String,
    #[serde(rename = "notificationType")]
    kind: &'static str,
    links: SelfLink,
}

/// What is left of a customer's licences that wait, oldest first: purchases of the same product that were placed since
/// settle them, unless they failed or went back.
async fn left(
    state: &State,
    merchant: MerchantId,
    customer: &str,
) -> Result<Vec<(PendingLicence, Quantity)>, ApiError> {
    let kept = state
        .book
        .documents::<PendingLicence>(merchant, (PENDING, Some(customer)), 0, u64::MAX)
        .await?;
    let now = state.book.now();
    let mut waiting: Vec<PendingLicence> = kept.documents.into_iter().map(|kept| kept.body).collect();
    waiting.retain(|one| (one.created..one.expires).contains(&now));
    waiting.sort_by(|one, other| (one.created, &one.reference).cmp(&(other.created, &other.reference)));
    let mut waiting: Vec<_> = waiting.into_iter().map(|one| (one.quantity, one)).collect();
    let Some((_, first)) = waiting.first() else {
        return Ok(Vec::new());
    };
    let query = HistoryQuery {
        kinds: vec![Kind::New],
        from: Some(first.created),
        ..HistoryQuery::of(customer)
    };
    let mut orders: Vec<Order> = Vec::new();
    loop {
        let offset = u64::try_from(orders.len()).unwrap_or(u64::MAX);
        let page = state.book.history(merchant, query.clone(), offset, BATCH).await?;
        let is_last = page.orders.is_empty();
        orders.extend(page.orders);
        if is_last {
            break;
        }
    }
    for order in orders.iter().rev() {
        settle(&mut waiting, order);
    }
    let left = waiting.into_iter().filter(|(left, _)| left.is_positive());
    Ok(left.map(|(left, one)| (one, left)).collect())
}

/// Takes off what an order has bought of what waited then.
fn settle(waiting: &mut [(Quantity, PendingLicence)], order: &Order) {
    if matches!(order.status, Status::Failed { .. }) {
        return;
    }
    for line in &order.lines {
        let family = offer::family(&line.item.product);
        let mut bought = line.returnable();
        let fits =
            |one: &PendingLicence| one.created <= order.placed_at && offer::family(&one.product) == family;
        for (left, _) in waiting.iter_mut().filter(|(_, one)| fits(one)) {
            let taken = bought.min(*left);
            (*left, bought) = (left.less(taken), bought.less(taken));
        }
    }
}

/// `GET /v3/customers/{customer}/open-acquisitions`.
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let customer = ids.get("customer")?;
    let account = known(&state, access.merchant, customer).await?;
    let account = account.map_or_else(Account::bare, |kept| kept.body);
    let left = left(&state, access.merchant, customer).await?;
    let count = left.iter().fold(Quantity::ZERO, |sum, (_, left)| sum.plus(*left));
    let licences = left.iter().map(|(one, left)| LicenceResource {
        reference_id: &one.reference,
        creation_date: time::seconds_text(one.created.0),
        expiry_date: time::seconds_text(one.expires.0),
        quantity: Number::plain(left.decimal()),
        product_name: &one.name,
        base_offer_id: &one.product,
    });
    let shown = Acquisitions {
        customer_id: customer,
        reseller_id: account.reseller.as_deref().unwrap_or_default(),
        license_count: Number::plain(count.decimal()),
        unpaid_licenses: licences.collect(),
    };
    Ok(Answer::json(StatusCode::OK, &shown))
}

/// `GET /v3/notifications`: a reseller's customers of whom licences wait.
pub(crate) async fn notifications(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let query = Query::parse(uri.query().unwrap_or_default())?;
    if one(&query, "notification-type")? != Some(NOTIFICATION) {
        return Err(wrong("notification-type"));
    }
    let reseller = one(&query, "reseller-id")?.ok_or_else(|| wrong("reseller-id"))?;
    let paging = Paging::read(&query, LIMIT, MOST)?;
    let kept: Vec<Document<PendingLicence>> = state
        .book
        .documents(access.merchant, (PENDING, None), 0, u64::MAX)
        .await?
        .documents;
    let customers: BTreeSet<String> = kept.into_iter().map(|kept| kept.owner).collect();
    let mut found = Vec::new();
    for customer in customers {
        let account = state.book.account(access.merchant, &customer).await?;
        let is_theirs = account.is_some_and(|kept| kept.body.reseller.as_deref() == Some(reseller));
        if is_theirs && !left(&state, access.merchant, &customer).await?.is_empty() {
            found.push(customer);
        }
    }
    let (total, shown) = paging.cut(&found)?;
    let listed = Listed {
        paging,
        path: "/v3/notifications",
        query: &query,
        total,
    };
    let shown = shown.iter().map(|customer| Notification {
        customer_id: customer.clone(),
        reseller_id: reseller.to_owned(),
        kind: NOTIFICATION,
        links: SelfLink::to(format!("{}/open-acquisitions", link::customer(customer))),
    });
    Ok(listed.items(shown.collect()))
}
