//! A customer's subscriptions: list, get, and set how they renew.

use super::order_history::known;
use super::{deployments, recommendations};
use crate::auth::Write;
use crate::catalogue;
use crate::errors::{ApiError, CURRENT_QUANTITY, INVALID_SUBSCRIPTION, OFFER_EXPIRED, RENEWAL_QUANTITY};
use crate::wire::fields::{Complaints, Fields, object};
use crate::wire::link::{self, SelfLink};
use crate::wire::placement::{currency, is_offer};
use crate::wire::subscription::SubscriptionResource;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use book::{Executed, KeptAccount, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use order::{Account, AccountRefusal, Preference, Quantity, StartedLine, offer};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

/// The longest code of a promotion.
const LONGEST_CODE: usize = 40;
/// How many licences a subscription can renew with.
const QUANTITIES: std::ops::RangeInclusive<i64> = 1..=999_999;

/// The members of `autoRenewal`.
const RENEWAL: [&str; 4] = ["enabled", "renewalQuantity", "flexDiscountCodes", "renewalCode"];

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
    uri: Uri,
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
    let query = Query::parse(uri.query().unwrap_or_default())?;
    let answer = Answer::json(StatusCode::OK, &list);
    recommendations::embed(&state, (access.merchant, &account), (&query, &[]), answer).await
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

/// `PATCH /v3/customers/{customer}/subscriptions/{subscription}`: whether it renews, and with how many licences.
pub(crate) async fn update(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let changed = change(&state, &write, (ids.get("customer")?, ids.get("subscription")?)).await;
    write.finish(&state, changed).await
}

async fn change(state: &State, write: &Write, (customer, id): (&str, &str)) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    let account = state.book.account(merchant, customer).await?;
    let kept = account.as_ref().and_then(|kept| kept.body.subscription(id));
    let kept = kept.ok_or_else(|| ApiError::new(INVALID_SUBSCRIPTION))?;
    let resets = Resets {
        promotions: write.says("reset-flex-discount-codes"),
        code: write.says("reset-renewal-code"),
    };
    let preference = read(&write.body, resets, kept.quantity)?;
    if preference.renews != Some(false) && !catalogue::is_sold(state, merchant, &kept.product).await? {
        return Err(ApiError::about(OFFER_EXPIRED, [kept.product.clone()]));
    }
    let subscription = id.to_owned();
    let change = move |account: &mut Account, now| account.prefer(&subscription, &preference, now);
    let render = shown(200, customer, id);
    let changed = state
        .book
        .change_account((merchant, customer), write.idempotency.clone(), change, render);
    Ok(Box::pin(changed).await?)
}

/// `POST /v3/customers/{customer}/subscriptions`: one that begins with the next term.
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let created = schedule(&state, &write, ids.get("customer")?).await;
    write.finish(&state, created).await
}

async fn schedule(state: &State, write: &Write, customer: &str) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    let account = known(state, merchant, customer).await?;
    let account = account.map_or_else(Account::bare, |kept| kept.body);
    let (line, begun_with) = read_new(&write.body, &account)?;
    let named: Vec<_> = line
        .deployment
        .iter()
        .map(|deployment| (1, deployment.clone()))
        .collect();
    deployments::check_named(state, merchant, customer, &named).await?;
    let id = state.book.new_subscription_id();
    let render = shown(201, customer, &id);
    let change =
        move |account: &mut Account, now| account.schedule(id.clone(), line.clone(), begun_with.clone(), now);
    let scheduled =
        state
            .book
            .change_account((merchant, customer), write.idempotency.clone(), change, render);
    Ok(Box::pin(scheduled).await?)
}

/// How one of a customer's subscriptions is answered.
fn shown(
    status: u16,
    customer: &str,
    id: &str,
) -> impl Fn(Result<&KeptAccount, &AccountRefusal>) -> Reply + Send + 'static {
    let (customer, id) = (customer.to_owned(), id.to_owned());
    move |outcome| {
        let shown = outcome.map(|kept| {
            let subscription = kept.body.subscription(&id);
            subscription.map(|subscription| SubscriptionResource::of(&customer, subscription))
        });
        match shown {
            Ok(shown) => Reply {
                status,
                body: serde_json::to_string(&shown).unwrap_or_default(),
            },
            Err(refusal) => ApiError::from(refusal).reply(),
        }
    }
}

/// What a subscription begins the next term with: the codes of its promotions, and its renewal code.
type BegunWith = (Vec<String>, Option<String>);

/// Reads a subscription that is to begin with the next term. Where nothing is said, it is paid in the currency of the
/// others.
fn read_new(body: &[u8], account: &Account) -> Result<(StartedLine, BegunWith), ApiError> {
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(
        &["offerId", "autoRenewal", "currencyCode", "deploymentId"],
        &mut complaints,
    );
    let offer = fields.needed_text("offerId", LONGEST_CODE, &mut complaints);
    let deployment = fields.text("deploymentId", LONGEST_CODE, &mut complaints);
    let currency = currency(&fields, "currencyCode", &mut complaints);
    let renewal = fields.object("autoRenewal", &mut complaints);
    if fields.value("autoRenewal").is_none() {
        complaints.missing(fields.at("autoRenewal"));
    }
    let (mut quantity, mut promotions, mut code) = (None, Vec::new(), None);
    if let Some(renewal) = renewal {
        renewal.only(&RENEWAL, &mut complaints);
        if renewal.truth("enabled", &mut complaints) == Some(false) {
            complaints.invalid(renewal.at("enabled"));
        }
        quantity = renewal.needed_whole("renewalQuantity", &mut complaints);
        promotions = renewal.texts("flexDiscountCodes", LONGEST_CODE, &mut complaints);
        code = renewal.text("renewalCode", LONGEST_CODE, &mut complaints);
    }
    if !offer.is_empty() && !is_offer(&offer) {
        complaints.invalid(fields.at("offerId"));
    }
    let own = account.subscriptions.iter().find(|one| one.active);
    let currency = currency.or_else(|| own.map(|own| own.currency));
    complaints.check()?;
    // Without a subscription there is no term to begin with, whatever the currency.
    let currency = currency.ok_or_else(|| ApiError::from(&AccountRefusal::NotInWindow))?;
    let line = StartedLine {
        product: offer::base(&offer),
        currency,
        deployment,
        quantity: renewal_quantity(quantity.unwrap_or_default())?,
    };
    Ok((line, (promotions, code)))
}

fn renewal_quantity(said: i64) -> Result<Quantity, ApiError> {
    let quantity = Some(said).filter(|said| QUANTITIES.contains(said));
    let quantity = quantity.and_then(|said| Quantity::new(Decimal::from(said)).ok());
    quantity.ok_or_else(|| ApiError::about(RENEWAL_QUANTITY, ["autoRenewal.renewalQuantity"]))
}

/// What a request takes away by its query.
#[derive(Debug, Clone, Copy)]
struct Resets {
    /// The codes of its promotions: `reset-flex-discount-codes`.
    promotions: bool,
    /// Its renewal code: `reset-renewal-code`.
    code: bool,
}

/// Reads what is preferred. With a parameter that takes something away the body may say nothing more. Clients that send
/// back what they were answered say how many licences there are, which can't be set.
fn read(body: &[u8], resets: Resets, has: Quantity) -> Result<Preference, ApiError> {
    let mut preference = Preference {
        promotions: resets.promotions.then(Vec::new),
        code: resets.code.then_some(None),
        ..Preference::default()
    };
    let may_be_empty = resets.promotions || resets.code;
    if may_be_empty && body.is_empty() {
        return Ok(preference);
    }
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&["autoRenewal", "currentQuantity"], &mut complaints);
    let current = fields.whole("currentQuantity", &mut complaints);
    let renewal = fields.object("autoRenewal", &mut complaints);
    if fields.value("autoRenewal").is_none() && !may_be_empty {
        complaints.missing(fields.at("autoRenewal"));
    }
    let mut said = None;
    if let Some(renewal) = renewal {
        renewal.only(&RENEWAL, &mut complaints);
        preference.renews = renewal.truth("enabled", &mut complaints);
        said = renewal.whole("renewalQuantity", &mut complaints);
        let codes = renewal.texts("flexDiscountCodes", LONGEST_CODE, &mut complaints);
        let codes = renewal.value("flexDiscountCodes").map(|_| codes);
        preference.promotions = preference.promotions.or(codes);
        let code = renewal.text("renewalCode", LONGEST_CODE, &mut complaints);
        preference.code = preference.code.or(code.map(Some));
    }
    complaints.check()?;
    if current.is_some_and(|current| Quantity::new(Decimal::from(current)).ok() != Some(has)) {
        return Err(ApiError::about(CURRENT_QUANTITY, ["currentQuantity"]));
    }
    if let Some(quantity) = said.filter(|quantity| *quantity != 0 || preference.renews != Some(false)) {
        preference.quantity = Some(renewal_quantity(quantity)?);
    }
    Ok(preference)
}
