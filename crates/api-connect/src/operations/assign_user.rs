//! Assign user - client mode: `POST /v1/client/order/{orderId}/user`, whose a fulfilled order is.
//!
//! The order must exist, have come through this API, and have been fulfilled. Nobody gets to see orders by giving
//! themselves somebody else's name: a user who made themselves, and of whom nobody has made sure who they are, is
//! assigned nothing.

use crate::State;
use crate::auth::Caller;
use crate::errors::ApiError;
use crate::message::{self, Wish};
use crate::wire::scalar::{Text, Whole};
use crate::wire::status::{customer_number, order_id};
use crate::wire::xml;
use crate::wire::xml_body::json_of;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::{NewUser, Reference, Scope, User};
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use http_kit::path::PathIds;
use order::{Command, Dialect, MerchantId, Order, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Number as Digits;
use std::sync::Arc;

/// What is asked.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(crate) struct AssignUser {
    credential: Text<60>,
    #[serde(default)]
    is_send_message: Option<bool>,
    return_url: Option<Text<2000>>,
    error_url: Option<Text<2000>>,
    link_lifetime: Option<Whole>,
    override_client_id: Option<Text<255>>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Assigned {
    order_id: Digits,
    unique_user_id: String,
    is_new_user: bool,
    is_password_set: bool,
}

pub(crate) async fn handle(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    let wants_xml = xml::wanted(request.headers());
    let answer = match state.admit(request.headers(), Scope::Write).await {
        Ok(caller) => caller.tell(Box::pin(assign(&state, &caller, &ids, request)).await),
        Err(answer) => answer,
    };
    xml::in_form(wants_xml, answer)
}

async fn assign(state: &State, caller: &Caller, ids: &PathIds, request: Request) -> Result<Answer, ApiError> {
    let id = ids.get("orderId")?.to_owned();
    let (parts, body) = request.into_parts();
    let body = json_of(&parts.headers, read(body, state.body).await?)?;
    let asked: AssignUser = parse_json(&body)?;
    asked.check()?;
    let merchant = caller.access.merchant;
    let wish = asked.wish();
    let messenger = match &wish {
        Some(wish) => Some((wish, message::checked(state, merchant, wish).await?)),
        None => None,
    };
    let reference = Reference::Shown(Dialect::Connect, id.clone());
    let order = if id.bytes().all(|byte| byte.is_ascii_digit()) {
        state.book.order(merchant, &reference).await?
    } else {
        None
    };
    let order = order
        .filter(|order| order.origin == Dialect::Connect)
        .ok_or(ApiError::OrderNotFound { id })?;
    if !order.status.is_open() {
        return Err(Refusal::NotConfirmed.into());
    }
    let (user, is_new_user) = user_of(state, merchant, &asked.credential.0).await?;
    if !user.verified {
        let unproved = "credential: nobody has made sure yet that it is this user's";
        return Err(ApiError::Invalid(unproved.to_owned()));
    }
    link(state, merchant, &order, &user).await?;
    if let Some(messenger) = messenger {
        message::owe(state, (&order, &user, is_new_user), messenger, &parts.headers).await?;
    }
    let assigned = Assigned {
        order_id: order_id(&order),
        is_password_set: user.has_password(),
        unique_user_id: user.unique_id,
        is_new_user,
    };
    Ok(Answer::json(StatusCode::OK, &assigned))
}

impl AssignUser {
    /// The message that is asked for.
    fn wish(&self) -> Option<Wish<'_>> {
        if self.is_send_message != Some(true) {
            return None;
        }
        Some(Wish {
            client: &self.override_client_id.as_ref()?.0,
            return_url: &self.return_url.as_ref()?.0,
            error_url: &self.error_url.as_ref()?.0,
            days: self.link_lifetime.map(|days| days.0),
        })
    }

    fn check(&self) -> Result<(), ApiError> {
        if self.credential.0.trim().is_empty() {
            return Err(ApiError::Invalid("credential: empty".to_owned()));
        }
        if self.is_send_message != Some(true) {
            return Ok(());
        }
        let needed = [
            ("overrideClientId", self.override_client_id.is_some()),
            ("returnUrl", self.return_url.is_some()),
            ("errorUrl", self.error_url.is_some()),
        ];
        match needed.iter().find(|(_, is_there)| !is_there) {
            Some((name, _)) => Err(ApiError::Invalid(format!(
                "{name} is missing, which isSendMessage needs"
            ))),
            None => Ok(()),
        }
    }
}

/// The user of this name, and whether there was none before.
async fn user_of(state: &State, merchant: MerchantId, name: &str) -> Result<(User, bool), ApiError> {
    if let Some(user) = state.book.user_named(merchant, name).await? {
        return Ok((user, false));
    }
    let new = NewUser {
        name: name.to_owned(),
        password: None,
        verified: true,
    };
    if let Some(user) = state.book.add_user(merchant, new).await? {
        return Ok((user, true));
    }
    // Somebody else has just added them.
    let unknown = || ApiError::Invalid("credential: it can't be used".to_owned());
    let user = state.book.user_named(merchant, name).await?;
    Ok((user.ok_or_else(unknown)?, false))
}

/// The user becomes the order's customer, or the order the user's. Doing it again does nothing.
async fn link(state: &State, merchant: MerchantId, order: &Order, user: &User) -> Result<(), ApiError> {
    if let Some(customer) = customer_number(order) {
        state
            .book
            .link_customer(merchant, &user.unique_id, customer)
            .await?;
        return Ok(());
    }
    let customer = state.book.customer_of(merchant, &user.unique_id).await?;
    let command = Command::Assign {
        customer: customer.to_string(),
    };
    let request = book::Request::on(merchant, Reference::Id(order.id), command);
    Box::pin(state.book.execute(request))
        .await?
        .map_err(ApiError::from)?;
    Ok(())
}
