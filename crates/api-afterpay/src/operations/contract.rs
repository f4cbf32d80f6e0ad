//! `POST /checkout/{checkoutId}/contract`: what the customer agrees to, between the two steps of a checkout. Old clients
//! send the contract's id with the authorize that follows.

use crate::State;
use crate::call::WriteCall;
use crate::checkout::{Checkout, Contract, unknown_checkout};
use crate::errors::Refused;
use crate::language::Phrase;
use crate::reading::Object;
use crate::wire::Payment;
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::Reply;
use http_kit::Answer;
use http_kit::path::PathIds;
use serde_json::json;
use uuid::Uuid;

fn read(body: &Object<'_>) -> Option<Payment> {
    let payment = body.required("paymentInfo", body.object("paymentInfo"));
    payment.as_ref().map(Payment::read)
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let mut call = WriteCall::read(&state, request).await?;
    call.replay(&state).await?;
    let merchant = call.access.merchant;
    let id = ids.get("checkout").ok().and_then(|id| Uuid::try_parse(id).ok());
    let checkout = match id {
        Some(id) => Checkout::find(&state, merchant, id)
            .await?
            .map(|checkout| (id, checkout)),
        None => None,
    };
    let Some((checkout_id, checkout)) = checkout else {
        return Err(call.refuse(&state, &[unknown_checkout()]).await?);
    };
    call.language = checkout
        .customer
        .as_ref()
        .map(crate::wire::Customer::language)
        .unwrap_or_default();
    let payment = match call.parse(read) {
        Ok(payment) => payment,
        Err(flaws) => return Err(call.refuse(&state, &flaws).await?),
    };
    let (number, contract_id) = state.book.identify(merchant).await?;
    let contract = Contract {
        checkout_id,
        payment_type: payment.r#type,
    };
    let content = format!(
        "{}: {} {}",
        Phrase::PayByInvoice.text(call.language),
        checkout.order.number,
        checkout.order.summary.gross
    );
    let body = json!({
        "contractId": contract_id,
        "contractList": [{ "contractNumber": number.to_string(), "contractContent": content }],
    });
    let body = body.to_string();
    call.write(
        &state,
        vec![contract.edit(contract_id)],
        Reply { status: 200, body },
    )
    .await
}
