//! List coupon - client mode: `GET /v1/client/coupon/{productCode}`; Check coupon price - client mode:
//! `POST /v1/client/coupon/price`.

use super::products::all_of;
use crate::State;
use crate::auth::Caller;
use crate::catalogue::{COUPON, coupon_id};
use crate::errors::ApiError;
use crate::wire::scalar::{Text, Whole};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::Scope;
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use http_kit::path::PathIds;
use http_kit::wire::{Number, read_digits};
use order::{Amount, Currency, MoneyError, Refusal};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// What is asked for a price.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[expect(
    dead_code,
    reason = "the address is read for its shape only: prices don't depend on it here"
)]
pub(crate) struct CheckPrice {
    coupon_code: Text<12>,
    coupon_number: Whole,
    customer_number: Option<Whole>,
    country_code: Option<Text<3>>,
    postal_code: Option<Text<10>>,
}

/// A price. (`vatpercent` and `distAmountvat` are spelled so.)
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Priced<'c> {
    #[serde(skip_serializing_if = "Option::is_none")]
    company_code: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<&'c str>,
    price: Number,
    vat_amount: Number,
    vatpercent: Number,
    vat_include: bool,
    currency: &'static str,
    dist_amount: u8,
    #[serde(rename = "distAmountvat")]
    dist_amount_vat: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_number: Option<i64>,
}

pub(crate) async fn list(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(coupons_of(&state, &caller, &ids)).await),
        Err(answer) => answer,
    }
}

async fn coupons_of(state: &State, caller: &Caller, ids: &PathIds) -> Result<Answer, ApiError> {
    let product = ids.get("productCode")?;
    let mut coupons = all_of(state, caller, (COUPON, Some(product))).await?;
    coupons.sort_by_key(|coupon| coupon["couponNumber"].as_i64());
    Ok(Answer::json(StatusCode::OK, &json!({ "coupons": coupons })))
}

pub(crate) async fn price(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(price_of(&state, &caller, request)).await),
        Err(answer) => answer,
    }
}

async fn price_of(state: &State, caller: &Caller, request: Request) -> Result<Answer, ApiError> {
    let body = read(request.into_body(), state.body).await?;
    let asked: CheckPrice = parse_json(&body)?;
    let id = coupon_id(&asked.coupon_code.0, asked.coupon_number.0);
    let merchant = caller.access.merchant;
    let coupon = state.book.document::<Value>(merchant, COUPON, &id).await?;
    let coupon = coupon
        .ok_or_else(|| ApiError::Invalid(format!("couponCode: there is no coupon {id}")))?
        .body;
    let number = asked.customer_number.map(|number| number.0);
    let priced = priced(&coupon, number).map_err(|error| ApiError::from(Refusal::from(error)))?;
    let priced = priced.ok_or_else(|| ApiError::Invalid(format!("couponCode: coupon {id} has no price")))?;
    Ok(Answer::json(StatusCode::OK, &priced))
}

/// What a coupon costs; none when the catalogue does not say.
fn priced(coupon: &Value, customer_number: Option<i64>) -> Result<Option<Priced<'_>>, MoneyError> {
    let currency = coupon["currency"].as_str().unwrap_or("NOK");
    let (Some(price), Some(currency)) = (decimal(&coupon["couponPrice"]), Currency::from_code(currency))
    else {
        return Ok(None);
    };
    let (price, percent) = (
        Amount::new(price)?,
        decimal(&coupon["vatPercent"]).unwrap_or_default(),
    );
    let vat_include = coupon["vatInclude"].as_bool().unwrap_or_default();
    let vat = if vat_include {
        currency.vat_in(price, percent)
    } else {
        currency.vat_on(price, percent)
    }?;
    Ok(Some(Priced {
        company_code: coupon["companyCode"].as_str(),
        product: coupon["product"].as_str(),
        price: Number::plain(price.decimal()),
        vat_amount: Number::plain(vat.decimal()),
        vatpercent: Number::plain(percent),
        vat_include,
        currency: currency.code(),
        dist_amount: 0,
        dist_amount_vat: 0,
        customer_number,
    }))
}

/// What a coupon costs with VAT, and in which currency; none when the catalogue does not say.
pub(crate) fn gross_price(coupon: &Value) -> Option<(Amount, Currency)> {
    gross_of(coupon, &coupon["couponPrice"])
}

/// What a coupon costs with VAT when it goes on; none when the catalogue does not say.
pub(crate) fn renewal_price(coupon: &Value) -> Option<Amount> {
    gross_of(coupon, &coupon["renewal"]["renewalPrice"]).map(|(price, _currency)| price)
}

/// A price of a coupon, with VAT.
fn gross_of(coupon: &Value, price: &Value) -> Option<(Amount, Currency)> {
    let currency = Currency::from_code(coupon["currency"].as_str().unwrap_or("NOK"))?;
    let price = Amount::new(decimal(price)?).ok()?;
    if coupon["vatInclude"].as_bool().unwrap_or_default() {
        return Some((price, currency));
    }
    let percent = decimal(&coupon["vatPercent"]).unwrap_or_default();
    let vat = currency.vat_on(price, percent).ok()?;
    Some((price.plus(vat).ok()?, currency))
}

/// A number that a catalogue may have as text, by its digits.
fn decimal(value: &Value) -> Option<Decimal> {
    let digits = value
        .as_number()
        .map(serde_json::Number::as_str)
        .or_else(|| value.as_str())?;
    read_digits(digits.trim())
        .ok()
        .filter(|value| !value.is_sign_negative())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample of the page.
    #[test]
    fn check_coupon_price_gives_the_sample() {
        let coupon = json!({
            "companyCode": "FTOTT", "product": "TOTT", "couponCode": "TOTT", "couponNumber": 60, "couponPrice": "100",
            "vatPercent": 25, "currency": "NOK"
        });
        let told = serde_json::to_value(priced(&coupon, Some(10)).unwrap().unwrap()).unwrap();
        let sample = json!({
            "companyCode": "FTOTT", "product": "TOTT", "price": 100, "vatAmount": 25, "vatpercent": 25, "vatInclude": false,
            "currency": "NOK", "distAmount": 0, "distAmountvat": 0, "customerNumber": 10
        });
        assert_eq!(told, sample);
        let within = json!({ "couponPrice": "99.90", "vatPercent": "25", "vatInclude": true });
        let told = serde_json::to_value(priced(&within, None).unwrap().unwrap()).unwrap();
        assert_eq!(told["vatAmount"].to_string(), "19.98");
        assert!(priced(&json!({}), None).unwrap().is_none());
    }
}
