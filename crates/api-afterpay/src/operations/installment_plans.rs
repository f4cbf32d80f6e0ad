//! `POST /lookup/installment-plans`: what an amount costs in parts.

use crate::State;
use crate::call::WriteCall;
use crate::errors::Refused;
use crate::installments::plans;
use crate::message::Flaw;
use crate::reading::Object;
use crate::wire::read_currency;
use axum::body::Body;
use axum::extract;
use axum::http::{Request, StatusCode};
use http_kit::Answer;
use order::{Amount, Currency};
use serde_json::json;

/// What is sent.
struct Sent {
    amount: Amount,
    currency: Option<Currency>,
    country: Option<String>,
}

impl Sent {
    fn read(body: &Object<'_>) -> Option<Self> {
        let amount = body.required("amount", body.amount("amount"));
        if amount.is_some_and(|amount| !amount.is_positive()) {
            body.note("amount", Flaw::out_of_range);
        }
        let currency = read_currency(body);
        let country = body.text("countryCode", 2);
        Some(Self {
            amount: amount?,
            currency,
            country,
        })
    }
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let call = WriteCall::read_only(&state, request).await?;
    let sent = match call.parse(Sent::read) {
        Ok(sent) => sent,
        Err(flaws) => return Err(call.refuse(&state, &flaws).await?),
    };
    let euro = || Currency::from_code("EUR");
    let plans = sent
        .currency
        .or_else(euro)
        .map(|currency| plans(&state.settings, sent.amount, sent.country.as_deref(), currency))
        .unwrap_or_default();
    Ok(Answer::json(
        StatusCode::OK,
        &json!({ "availableInstallmentPlans": plans }),
    ))
}
