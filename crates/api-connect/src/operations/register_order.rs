//! Register order - client mode: `POST /v1/client/order`; Register order: `POST /v1/order`, for a user, whose order it
//! is then.

use crate::auth::Caller;
use crate::entailed::entailed;
use crate::errors::ApiError;
use crate::wire::register::RegisterOrder;
use crate::wire::xml;
use crate::wire::xml_body::json_of;
use crate::{State, annex, idempotency};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::{Outcome, Scope};
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use order::Refusal;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

const OPERATION: &str = "POST /v1/client/order";

/// What the client gets.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registered {
    order_id: i64,
}

pub(crate) async fn handle(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let wants_xml = xml::wanted(request.headers());
    let answer = match state.admit(request.headers(), Scope::Write).await {
        Ok(caller) => caller.tell(Box::pin(register(&state, (&caller, None), request)).await),
        Err(answer) => answer,
    };
    xml::in_form(wants_xml, answer)
}

/// In user mode.
pub(crate) async fn handle_user(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let wants_xml = xml::wanted(request.headers());
    let answer = match state.admit_user(request.headers(), Scope::Write).await {
        Ok((caller, user)) => caller.tell(Box::pin(register(&state, (&caller, Some(&user)), request)).await),
        Err(answer) => answer,
    };
    xml::in_form(wants_xml, answer)
}

async fn register(
    state: &State,
    (caller, user): (&Caller, Option<&str>),
    request: Request,
) -> Result<Answer, ApiError> {
    let (parts, body) = request.into_parts();
    let body = json_of(&parts.headers, read(body, state.body).await?)?;
    let mut wanted: RegisterOrder = parse_json(&body)?;
    let merchant = caller.access.merchant;
    let operation = user.map_or_else(
        || OPERATION.to_owned(),
        |user| format!("POST /v1/order of {user}"),
    );
    let key = idempotency::key(&parts.headers, caller, &operation, &body)?;
    let sold = match state.catalogues.check(&state.book, merchant, &mut wanted).await {
        Ok(sold) => sold,
        Err(error) => return idempotency::before_or(state, merchant, key, error).await,
    };
    let annex = annex::of_registration(&body, &sold.terms)?;
    let ids = state.book.identify(merchant).await?;
    let mut registration = wanted.registration(ids, annex)?;
    if let Some(user) = user {
        // Whose order it is, the sign-in says; the payer may be somebody else.
        let number = state.book.customer_of(merchant, user).await?.to_string();
        registration.customer.get_or_insert_default().number = Some(number);
    }
    let customer = registration
        .customer
        .as_ref()
        .and_then(|customer| customer.number.as_deref());
    registration.entails = entailed(&wanted, &sold, customer);
    let request = book::Request::register(merchant, registration, Vec::new());
    let executed = state
        .book
        .answer(request, key, |outcome| idempotency::reply_of(&said(outcome)))
        .await?;
    idempotency::answer(executed)
}

fn said(outcome: Result<&[Outcome], &Refusal>) -> Answer {
    match outcome {
        Ok(outcomes) => {
            let order_id = outcomes.first().map_or(0, |outcome| outcome.order.id.0);
            Answer::json(StatusCode::OK, &Registered { order_id })
        }
        Err(refusal) => ApiError::from(refusal.clone()).answer(),
    }
}
