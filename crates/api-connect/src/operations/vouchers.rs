//! List voucher code coupons - client mode: `GET /v1/client/voucher/coupons/{voucherCode}`.

use crate::State;
use crate::auth::Caller;
use crate::catalogue::{COUPON, VOUCHER, coupon_id, listed_coupons};
use crate::errors::ApiError;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::Scope;
use http_kit::Answer;
use http_kit::path::PathIds;
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(crate) async fn handle(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(coupons_of(&state, &caller, &ids)).await),
        Err(answer) => answer,
    }
}

async fn coupons_of(state: &State, caller: &Caller, ids: &PathIds) -> Result<Answer, ApiError> {
    let (code, merchant) = (ids.get("voucherCode")?, caller.access.merchant);
    let unknown = || ApiError::Invalid("voucherCode: there is no such voucher".to_owned());
    let voucher = state
        .book
        .document::<Map<String, Value>>(merchant, VOUCHER, code)
        .await?;
    let listed = listed_coupons(&voucher.ok_or_else(unknown)?.body).map_err(|_misfit| unknown())?;
    let mut coupons = Vec::with_capacity(listed.len());
    for (code, number) in listed {
        let id = coupon_id(&code, number);
        let coupon = state.book.document::<Value>(merchant, COUPON, &id).await?;
        let mut told = json!({ "couponCode": code, "couponNumber": number });
        if let Some(description) = coupon.and_then(|coupon| coupon.body.get("description").cloned()) {
            told["description"] = description;
        }
        coupons.push(told);
    }
    Ok(Answer::json(StatusCode::OK, &json!({ "coupons": coupons })))
}
