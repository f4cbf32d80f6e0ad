//! External identities, in client mode: Register external Id (`POST /v1/client/extid`) makes a user of one who signs in
//! somewhere else, Register customer (`POST /v1/client/extid/customer`) says which customer they are.

use crate::State;
use crate::auth::Caller;
use crate::errors::ApiError;
use crate::wire::scalar::{Text, Whole};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::{Grant, NewUser, Purpose, Scope, User};
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use order::{Dialect, MerchantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the name of such a user begins with.
const PREFIX: &str = "AID:";
/// The one type of credential that external identities have.
const TYPE: &str = "D";

/// For how long an `extidCode` is good: as long as RFC 6749 lets a code be.
const CODE_SECONDS: i64 = 600;

/// What is asked.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[schemars(rename = "ExternalId")]
pub(crate) struct Identity {
    external_id: Text<56>,
    credential_type: Text<1>,
    customer_number: Option<Whole>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ExternalUser")]
pub(crate) struct Told<'u> {
    credential: String,
    external_id: &'u str,
    credential_type: &'static str,
    can_login: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_number: Option<i64>,
    unique_id: &'u str,
    enabled: bool,
    new_user: bool,
    /// What their client gets tokens for, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    extid_code: Option<String>,
}

pub(crate) async fn register(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Write).await {
        Ok(caller) => caller.tell(Box::pin(registered(&state, &caller, request)).await),
        Err(answer) => answer,
    }
}

async fn registered(state: &State, caller: &Caller, request: Request) -> Result<Answer, ApiError> {
    let asked = asked(state, request).await?;
    let merchant = caller.access.merchant;
    let name = asked.name();
    if let Some(user) = state.book.user_named(merchant, &name).await? {
        let code = code_for(state, caller, &user).await?;
        return Ok(said(&asked, &user, false, code));
    }
    let new = NewUser {
        name: name.clone(),
        password: None,
        verified: true, // whoever signs them in has made sure who they are
    };
    let (user, is_new) = match state.book.add_user(merchant, new).await? {
        Some(user) => (user, true),
        // Somebody else has just added them.
        None => (known(state, merchant, &name).await?, false),
    };
    let code = code_for(state, caller, &user).await?;
    Ok(said(&asked, &user, is_new, code))
}

/// The code that the same client gets this user's tokens for; none when the client has just been revoked.
async fn code_for(state: &State, caller: &Caller, user: &User) -> Result<Option<String>, ApiError> {
    let client = state.book.client(Dialect::Connect, &caller.access.client).await?;
    let Some(client) = client else {
        return Ok(None);
    };
    let grant = Grant {
        client,
        user: user.unique_id.clone(),
        detail: String::new(),
    };
    Ok(Some(
        state.book.give(&grant, Purpose::External, CODE_SECONDS).await?,
    ))
}

pub(crate) async fn register_customer(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Write).await {
        Ok(caller) => caller.tell(Box::pin(linked(&state, &caller, request)).await),
        Err(answer) => answer,
    }
}

async fn linked(state: &State, caller: &Caller, request: Request) -> Result<Answer, ApiError> {
    let asked = asked(state, request).await?;
    let merchant = caller.access.merchant;
    let number = asked
        .customer_number
        .map(|number| number.0)
        .filter(|number| *number >= 0);
    let needed = || ApiError::Invalid("customerNumber: missing, or below zero".to_owned());
    let number = number.ok_or_else(needed)?;
    let user = known(state, merchant, &asked.name()).await?;
    let user = state
        .book
        .link_customer(merchant, &user.unique_id, number)
        .await?;
    let user = user.ok_or_else(unknown)?;
    Ok(said(&asked, &user, false, None))
}

async fn asked(state: &State, request: Request) -> Result<Identity, ApiError> {
    let body = read(request.into_body(), state.body).await?;
    let asked: Identity = parse_json(&body)?;
    if asked.external_id.0.trim().is_empty() {
        return Err(ApiError::Invalid("externalId: empty".to_owned()));
    }
    if asked.credential_type.0 != TYPE {
        return Err(ApiError::Invalid(format!("credentialType: not {TYPE}")));
    }
    Ok(asked)
}

fn unknown() -> ApiError {
    ApiError::Invalid("externalId: there is no such user".to_owned())
}

async fn known(state: &State, merchant: MerchantId, name: &str) -> Result<User, ApiError> {
    state.book.user_named(merchant, name).await?.ok_or_else(unknown)
}

impl Identity {
    fn name(&self) -> String {
        format!("{PREFIX}{}", self.external_id.0.trim())
    }
}

fn said(asked: &Identity, user: &User, new_user: bool, extid_code: Option<String>) -> Answer {
    let told = Told {
        credential: asked.name(),
        external_id: asked.external_id.0.trim(),
        credential_type: TYPE,
        can_login: user.has_password(),
        customer_number: user.customers.first().copied(),
        unique_id: &user.unique_id,
        enabled: true,
        new_user,
        extid_code,
    };
    Answer::json(StatusCode::OK, &told)
}
