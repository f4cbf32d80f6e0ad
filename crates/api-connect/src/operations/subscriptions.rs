//! Subscriptions: List subscriptions (`GET /v1/subscription`, of the user who is signed in; `GET
//! /v1/client/subscription/{customerNumber}`) and Start subscription (`POST /v1/subscription`).

use crate::auth::Caller;
use crate::catalogue::{self, COUPON, PRODUCT};
use crate::errors::ApiError;
use crate::holdings::{Holding, Started, of_customer};
use crate::wire::scalar::{Moment, Text, Whole};
use crate::wire::xml;
use crate::wire::xml_body::json_of;
use crate::{State, idempotency};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::{Document, SUBSCRIPTION, Scope};
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use http_kit::path::PathIds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

const OPERATION: &str = "POST /v1/subscription";
/// The first number of a subscription that was started without an order.
const FIRST: i64 = 1;

/// What is started.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(crate) struct StartSubscription {
    company_code: Option<Text<12>>,
    product: Text<12>,
    start_time: Moment,
    end_time: Option<Moment>,
    copies: Option<Whole>,
    coupon_code: Option<Text<12>>,
    coupon_number: Option<Whole>,
    customer_reference: Option<Text<255>>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Subscriptions")]
pub(crate) struct Listed<'s> {
    subscriptions: Vec<Told<'s>>,
}

/// One subscription. (`discountfromfullsm` of the price details is not known here.)
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Subscription")]
pub(crate) struct Told<'s> {
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_code: Option<&'s str>,
    stopped: bool,
    start_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<i64>,
    paid: bool,
    price_details: PriceDetails<'s>,
    sharable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal: Option<&'s Value>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PriceDetails<'s> {
    #[serde(skip_serializing_if = "Option::is_none")]
    coupon_code: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coupon_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion: Option<&'s str>,
}

/// In client mode.
pub(crate) async fn list(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    let wants_xml = xml::wanted(request.headers());
    let answer = match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(of_number(&state, &caller, &ids)).await),
        Err(answer) => answer,
    };
    xml::in_form(wants_xml, answer)
}

async fn of_number(state: &State, caller: &Caller, ids: &PathIds) -> Result<Answer, ApiError> {
    let customer = super::customer_info::customer_in(ids)?;
    let held = of_customer(state, caller.access.merchant, customer).await?;
    Ok(said(&held, state.book.now().0))
}

/// In user mode.
pub(crate) async fn list_user(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let wants_xml = xml::wanted(request.headers());
    let answer = match state.admit_user(request.headers(), Scope::Read).await {
        Ok((caller, user)) => caller.tell(Box::pin(of_user(&state, &caller, &user)).await),
        Err(answer) => answer,
    };
    xml::in_form(wants_xml, answer)
}

async fn of_user(state: &State, caller: &Caller, user: &str) -> Result<Answer, ApiError> {
    let merchant = caller.access.merchant;
    let user = state.book.user(merchant, user).await?;
    let mut held = Vec::new();
    for customer in user.map(|user| user.customers).unwrap_or_default() {
        held.extend(of_customer(state, merchant, customer).await?);
    }
    Ok(said(&held, state.book.now().0))
}

fn said(held: &[Holding], now: i64) -> Answer {
    let mut subscriptions: Vec<_> = held.iter().filter_map(|held| told(held, now)).collect();
    subscriptions.sort_by_key(|told| std::cmp::Reverse(told.start_time));
    Answer::json(StatusCode::OK, &Listed { subscriptions })
}

fn told(held: &Holding, now: i64) -> Option<Told<'_>> {
    let subscription = held.subscription.as_ref()?;
    Some(Told {
        product: held.product.as_deref(),
        company_code: subscription.company_code.as_deref(),
        stopped: held.until.is_some_and(|until| until < now),
        start_time: held.from,
        end_time: held.until,
        paid: true, // one whose order is not paid for is not there
        price_details: PriceDetails {
            coupon_code: subscription.coupon_code.as_deref(),
            coupon_number: subscription.coupon_number,
            promotion: subscription.promotion.as_deref(),
        },
        sharable: false,
        renewal: subscription.renewal.as_ref(),
    })
}

/// Starts a subscription of the user's without an order.
pub(crate) async fn start(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let wants_xml = xml::wanted(request.headers());
    let answer = match state.admit_user(request.headers(), Scope::Write).await {
        Ok((caller, user)) => caller.tell(Box::pin(started(&state, (&caller, &user), request)).await),
        Err(answer) => answer,
    };
    xml::in_form(wants_xml, answer)
}

async fn started(
    state: &State,
    (caller, user): (&Caller, &str),
    request: Request,
) -> Result<Answer, ApiError> {
    let (parts, body) = request.into_parts();
    let body = json_of(&parts.headers, read(body, state.body).await?)?;
    let asked: StartSubscription = parse_json(&body)?;
    let subscription = asked.checked()?;
    let merchant = caller.access.merchant;
    let operation = format!("{OPERATION} of {user}");
    let key = idempotency::key(&parts.headers, caller, &operation, &body)?;
    if let Err(error) = check_catalogue(state, caller, &subscription).await {
        return idempotency::before_or(state, merchant, key, error).await;
    }
    let customer = state.book.customer_of(merchant, user).await?;
    let id = state.book.new_id(merchant, SUBSCRIPTION, FIRST).await?;
    let mut document = Document::new(SUBSCRIPTION, id, state.book.now(), subscription);
    document.owner = customer.to_string();
    // The server tells of its start at once, and of its end when that has come.
    document.wake_at = Some(document.created_at);
    let answer = || Answer::json(StatusCode::OK, &json!({ "status": "OK" }));
    let Some(key) = key else {
        let kept = state.book.put_documents(merchant, vec![document]).await?;
        kept.map_err(ApiError::from)?;
        return Ok(answer());
    };
    let executed = state
        .book
        .open_document((merchant, document), key, move |opened| match opened {
            Ok(_document) => idempotency::reply_of(&answer()),
            Err(refusal) => idempotency::reply_of(&ApiError::from(refusal.clone()).answer()),
        })
        .await?;
    idempotency::answer(executed)
}

/// Where there is a catalogue, the product and the coupon are of it.
async fn check_catalogue(state: &State, caller: &Caller, asked: &Started) -> Result<(), ApiError> {
    let merchant = caller.access.merchant;
    if !state.catalogues.has_one(&state.book, merchant).await? {
        return Ok(());
    }
    if state
        .book
        .document::<Value>(merchant, PRODUCT, &asked.product)
        .await?
        .is_none()
    {
        let unknown = format!("product: there is no product {}", asked.product);
        return Err(ApiError::Invalid(unknown));
    }
    if let (Some(code), Some(number)) = (&asked.coupon_code, asked.coupon_number) {
        let id = catalogue::coupon_id(code, number);
        if state
            .book
            .document::<Value>(merchant, COUPON, &id)
            .await?
            .is_none()
        {
            return Err(ApiError::Invalid(format!("couponCode: there is no coupon {id}")));
        }
    }
    Ok(())
}

impl StartSubscription {
    fn checked(self) -> Result<Started, ApiError> {
        let invalid = |text: &str| Err(ApiError::Invalid(text.to_owned()));
        let text = |text: Option<Text<12>>| text.map(|text| text.0).filter(|text| !text.is_empty());
        if self.product.0.is_empty() {
            return invalid("product: empty");
        }
        let copies = self.copies.map_or(1, |copies| copies.0);
        if copies < 1 {
            return invalid("copies: below one");
        }
        if self.end_time.is_some_and(|end| end.0 < self.start_time.0) {
            return invalid("endTime: before startTime");
        }
        if self.coupon_code.is_some() != self.coupon_number.is_some() {
            return invalid("couponCode and couponNumber are needed together");
        }
        Ok(Started {
            product: self.product.0,
            start: self.start_time.0,
            end: self.end_time.map(|end| end.0),
            copies,
            company_code: text(self.company_code),
            coupon_code: text(self.coupon_code),
            coupon_number: self.coupon_number.map(|number| number.0),
            customer_reference: self.customer_reference.map(|text| text.0),
        })
    }
}
