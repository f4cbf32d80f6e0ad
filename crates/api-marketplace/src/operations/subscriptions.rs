//! A customer's subscriptions: list, get, and set how they renew.

use super::order_history::known;
use crate::auth::Write;
use crate::errors::{ApiError, INVALID_SUBSCRIPTION, RENEWAL_QUANTITY};
use crate::wire::fields::{Complaints, Fields, object};
use crate::wire::link::{self, SelfLink};
use crate::wire::subscription::SubscriptionResource;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, Request, StatusCode};
use book::{KeptAccount, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{Account, AccountRefusal, Quantity};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

/// The longest code of a promotion.
const LONGEST_CODE: usize = 40;
/// How many licences a subscription can renew with.
const QUANTITIES: std::ops::RangeInclusive<i64> = 1..=999_999;

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SubscriptionList")]
pub(crate) struct List<'s> {
    total_count: usize,
    items: Vec<SubscriptionResource<'s>>,
    links: SelfLink,
}

/// `GET /v3/customers/{customer}/subscriptions`: all of them, without pages.
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let customer = ids.get("customer")?;
    let account = known(&state, access.merchant, customer).await?;
    let account = account.map_or_else(Account::bare, |kept| kept.body);
    let subscriptions = account.subscriptions.iter();
    let items: Vec<_> = subscriptions
        .map(|subscription| SubscriptionResource::of(customer, subscription))
        .collect();
    let list = List {
        total_count: items.len(),
        items,
        links: SelfLink::to(link::subscriptions(customer)),
    };
    Ok(Answer::json(StatusCode::OK, &list))
}

/// `GET /v3/customers/{customer}/subscriptions/{subscription}`.
pub(crate) async fn get(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let (customer, id) = (ids.get("customer")?, ids.get("subscription")?);
    let account = state.book.account(access.merchant, customer).await?;
    let subscription = account.as_ref().and_then(|kept| kept.body.subscription(id));
    let subscription = subscription.ok_or_else(|| ApiError::new(INVALID_SUBSCRIPTION))?;
    let shown = SubscriptionResource::of(customer, subscription);
    Ok(Answer::json(StatusCode::OK, &shown))
}

/// How a subscription is to renew.
#[derive(Debug, Clone)]
struct Preference {
    enabled: Option<bool>,
    quantity: Option<Quantity>,
    promotions: Option<Vec<String>>,
}

/// `PATCH /v3/customers/{customer}/subscriptions/{subscription}`: whether it renews, and with how many licences.
pub(crate) async fn update(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let (customer, id) = (
        ids.get("customer")?.to_owned(),
        ids.get("subscription")?.to_owned(),
    );
    let account = state.book.account(write.access.merchant, &customer).await?;
    if account.is_none_or(|kept| kept.body.subscription(&id).is_none()) {
        return write.refuse(&state, &ApiError::new(INVALID_SUBSCRIPTION)).await;
    }
    let resets = write.resets_codes;
    let preference = match read(&write.body, resets) {
        Ok(preference) => preference,
        Err(error) => return write.refuse(&state, &error).await,
    };
    let Write {
        access, idempotency, ..
    } = write;
    let subscription = id.clone();
    let change = move |account: &mut Account, _now| set(account, &subscription, preference.clone());
    let shown = customer.clone();
    let render = move |outcome: Result<&KeptAccount, &AccountRefusal>| render(outcome, &shown, &id);
    let changed = state
        .book
        .change_account((access.merchant, &customer), idempotency, change, render);
    Ok(auth::told(Box::pin(changed).await?))
}

fn set(account: &mut Account, id: &str, preference: Preference) -> Result<(), AccountRefusal> {
    let mut subscriptions = account.subscriptions.iter_mut();
    let subscription = subscriptions.find(|subscription| subscription.id == id);
    let subscription =
        subscription.ok_or_else(|| AccountRefusal::UnknownSubscription { id: id.to_owned() })?;
    let renews = preference.enabled.unwrap_or(subscription.renews);
    subscription.set_renewal(renews, preference.quantity, preference.promotions)
}

fn render(outcome: Result<&KeptAccount, &AccountRefusal>, customer: &str, id: &str) -> Reply {
    let shown = outcome.map(|kept| {
        let subscription = kept.body.subscription(id);
        subscription.map(|subscription| SubscriptionResource::of(customer, subscription))
    });
    match shown {
        Ok(shown) => Reply {
            status: 200,
            body: serde_json::to_string(&shown).unwrap_or_default(),
        },
        Err(refusal) => ApiError::from(refusal).reply(),
    }
}

/// Reads what is preferred. With `reset-flex-discount-codes=true` no code stays, and the body may say nothing more.
fn read(body: &[u8], resets: bool) -> Result<Preference, ApiError> {
    if resets && body.is_empty() {
        return Ok(Preference {
            enabled: None,
            quantity: None,
            promotions: Some(Vec::new()),
        });
    }
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&["autoRenewal"], &mut complaints);
    let renewal = fields.object("autoRenewal", &mut complaints);
    if fields.value("autoRenewal").is_none() && !resets {
        complaints.missing(fields.at("autoRenewal"));
    }
    let mut preference = Preference {
        enabled: None,
        quantity: None,
        promotions: None,
    };
    let mut said = None;
    if let Some(renewal) = renewal {
        let known = ["enabled", "renewalQuantity", "flexDiscountCodes", "renewalCode"];
        renewal.only(&known, &mut complaints);
        preference.enabled = renewal.truth("enabled", &mut complaints);
        said = renewal.whole("renewalQuantity", &mut complaints);
        let codes = renewal.texts("flexDiscountCodes", LONGEST_CODE, &mut complaints);
        preference.promotions = renewal.value("flexDiscountCodes").map(|_| codes);
    }
    if resets {
        preference.promotions = Some(Vec::new());
    }
    complaints.check()?;
    if let Some(quantity) = said.filter(|quantity| *quantity != 0 || preference.enabled != Some(false)) {
        let quantity = Some(quantity).filter(|quantity| QUANTITIES.contains(quantity));
        let quantity =
            quantity.ok_or_else(|| ApiError::about(RENEWAL_QUANTITY, ["autoRenewal.renewalQuantity"]))?;
        preference.quantity = Quantity::new(Decimal::from(quantity)).ok();
    }
    Ok(preference)
}
