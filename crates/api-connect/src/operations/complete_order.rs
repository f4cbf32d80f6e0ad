//! Complete order - client mode: `POST /v1/client/order/fulfillment`.
//!
//! What stands in the way of a fulfilment is told with status 200: `fulfillmentStatus` is `ERROR` then.

use crate::auth::Caller;
use crate::errors::ApiError;
use crate::wire::scalar::Integer;
use crate::wire::xml;
use crate::wire::xml_body::json_of;
use crate::{State, annex, callback, idempotency, sandbox};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::{Reference, Reply, Scope, Step, Target};
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use order::{Command, Dialect, FulfilRequest, Order, Refusal, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const OPERATION: &str = "POST /v1/client/order/fulfillment";

/// What is asked.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(crate) struct CompleteOrder {
    order_id: Integer,
    callback_url: Option<String>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Completed<'m> {
    fulfillment_status: FulfillmentStatus,
    order_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'m str>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum FulfillmentStatus {
    Ok,
    Error,
}

pub(crate) async fn handle(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let wants_xml = xml::wanted(request.headers());
    let answer = match state.admit(request.headers(), Scope::Write).await {
        Ok(caller) => caller.tell(Box::pin(complete(&state, &caller, request)).await),
        Err(answer) => answer,
    };
    xml::in_form(wants_xml, answer)
}

async fn complete(state: &State, caller: &Caller, request: Request) -> Result<Answer, ApiError> {
    let (parts, body) = request.into_parts();
    let body = json_of(&parts.headers, read(body, state.body).await?)?;
    let wanted: CompleteOrder = parse_json(&body)?;
    if let Some(address) = &wanted.callback_url {
        callback::check(address).map_err(|why| ApiError::Invalid(format!("callbackUrl: {why}")))?;
    }
    let key = idempotency::key(&parts.headers, caller, OPERATION, &body)?;
    let (merchant, id) = (caller.access.merchant, wanted.order_id.0);
    let reference = Reference::Shown(Dialect::Connect, id.to_string());
    let configured = state.book.fulfilment(merchant).await?;
    let is_sandbox = state.settings.sandbox && !configured.asks_connector;
    let mut commands = vec![Command::Fulfil(FulfilRequest {
        callback: wanted.callback_url,
        ..configured
    })];
    if let Some(order) = state.book.order(merchant, &reference).await? {
        match asking(&order) {
            Asking::Nobody => {}
            Asking::Unreachable(reason) => return Ok(said(id, Err(reason))),
            Asking::At(phone) if is_sandbox => {
                let settled = sandbox::settlement(phone.as_deref());
                commands.extend(settled.map(|paid| Command::Settle { paid }));
            }
            Asking::At(_phone) => {}
        }
    }
    let step = Step {
        target: Target::Existing(reference),
        commands,
    };
    let request = book::Request {
        merchant,
        steps: vec![step],
    };
    let executed = state
        .book
        .answer(request, key, move |outcome| reply(id, outcome.map(|_done| ())))
        .await?;
    idempotency::answer(executed)
}

/// Whom a fulfilment asks for the payment.
#[derive(Debug, PartialEq, Eq)]
enum Asking {
    /// Nobody: it is not paid that way, was paid before, or was asked for already.
    Nobody,
    /// The payer, at this number; without one it is left to whoever sends the message to know it.
    At(Option<String>),
    /// The payer, who has no number that a message could go to.
    Unreachable(&'static str),
}

fn asking(order: &Order) -> Asking {
    let is_asked = order.payment.method.is_settled_later()
        && !order.payment.prepaid
        && matches!(order.status, Status::Preliminary);
    if !is_asked {
        return Asking::Nobody;
    }
    match annex::mobile_number(order) {
        Some(number) => Asking::At(Some(number)),
        None if annex::phone_numbers(order).is_empty() => Asking::At(None),
        None => Asking::Unreachable(
            "mobile phone number not accepted: none of the payer's numbers is in E.164 form, such as +4712345678",
        ),
    }
}

fn reply(id: i64, outcome: Result<(), &Refusal>) -> Reply {
    let answer = match outcome {
        Ok(()) => said(id, Ok(())),
        Err(refusal) => said(id, Err(&reason(id, refusal))),
    };
    idempotency::reply_of(&answer)
}

fn reason(id: i64, refusal: &Refusal) -> String {
    if *refusal == Refusal::UnknownOrder {
        return format!("there is no order {id}");
    }
    refusal.to_string()
}

fn said(order_id: i64, outcome: Result<(), &str>) -> Answer {
    let fulfillment_status = match outcome {
        Ok(()) => FulfillmentStatus::Ok,
        Err(_) => FulfillmentStatus::Error,
    };
    let completed = Completed {
        fulfillment_status,
        order_id,
        error_message: outcome.err(),
    };
    Answer::json(StatusCode::OK, &completed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fulfillment_status_is_ok_or_error_with_error_message() {
        let text = |answer: Answer| String::from_utf8(answer.body.to_vec()).unwrap();
        assert_eq!(
            text(said(14, Ok(()))),
            r#"{"fulfillmentStatus":"OK","orderId":14}"#
        );
        assert_eq!(
            text(said(14, Err("Descriptiv error message"))),
            r#"{"fulfillmentStatus":"ERROR","orderId":14,"errorMessage":"Descriptiv error message"}"#
        );
    }
}
