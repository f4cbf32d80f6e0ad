//! Who administers, whom, and what they send, in the order in which errors win: the credential, the media type, the
//! body's size, the headers, the parameters, the merchant, the body.

use crate::call::{is_json, is_object, unsupported_media_type};
use crate::errors::{INSUFFICIENT_SCOPE, INVALID_HEADER, INVALID_PARAMETER, MERCHANT_NOT_FOUND, failed};
use crate::parameters::Parameters;
use crate::problem::Problem;
use crate::{State, rate};
use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, Request, Uri};
use book::{Administrator, AuthError, Book, BookError, OPERATOR, Scope};
use bytes::Bytes;
use http_kit::{Failure, body, headers};
use order::MerchantId;
use serde::de::DeserializeOwned;

/// Who may administer: a merchant's administrator, or an operator.
pub(super) async fn administrator(state: &State, headers: &HeaderMap) -> Result<Administrator, Problem> {
    let secret = headers::bearer(headers).ok_or(AuthError::Denied)?;
    let known = state.book.authenticate_admin(secret).await?;
    let merchant = known.merchant.unwrap_or(OPERATOR);
    rate::count(state, (merchant.0, known.credential), known.settings)?;
    if known.scope < Scope::Admin {
        return Err(Problem::new(
            INSUFFICIENT_SCOPE,
            "This credential may not administer.",
        ));
    }
    Ok(known)
}

/// Who may administer the installation.
pub(super) async fn operator(state: &State, headers: &HeaderMap) -> Result<Administrator, Problem> {
    let known = administrator(state, headers).await?;
    if known.merchant.is_some() {
        let detail = "This credential administers one merchant, not the installation.";
        return Err(Problem::new(INSUFFICIENT_SCOPE, detail));
    }
    Ok(known)
}

/// The merchant that is meant: the administrator's own, or the one that the parameter `merchant` names. None when an
/// operator names none.
pub(super) async fn merchant_of(
    state: &State,
    administrator: &Administrator,
    parameters: &Parameters,
) -> Result<Option<MerchantId>, Problem> {
    let Some(name) = parameters.text("merchant")? else {
        return Ok(administrator.merchant);
    };
    let unknown = || Problem::new(MERCHANT_NOT_FOUND, "There is no such merchant.").at("merchant");
    let named = match state.book.merchant(name).await {
        Ok(merchant) => merchant.id,
        Err(BookError::Unknown(_)) => return Err(unknown()),
        Err(error) => return Err(error.into()),
    };
    match administrator.merchant {
        Some(own) if own != named => Err(unknown()),
        _ => Ok(Some(named)),
    }
}

/// The same where there must be one.
pub(super) fn needed(merchant: Option<MerchantId>) -> Result<MerchantId, Problem> {
    let missing = || {
        Problem::new(
            INVALID_PARAMETER,
            "An operator says whose by the parameter merchant.",
        )
    };
    merchant.ok_or_else(|| missing().at("merchant"))
}

/// A call that changes something: proved, and its body read.
pub(super) struct AdminCall {
    pub(super) administrator: Administrator,
    uri: Uri,
    body: Bytes,
}

impl AdminCall {
    /// Reads a call of somebody who may administer a merchant.
    pub(super) async fn read(state: &State, request: Request<Body>) -> Result<Self, Problem> {
        let known = administrator(state, request.headers()).await;
        Self::known(state, request, known).await
    }

    /// Reads a call of an operator.
    pub(super) async fn of_operator(state: &State, request: Request<Body>) -> Result<Self, Problem> {
        let known = operator(state, request.headers()).await;
        Self::known(state, request, known).await
    }

    async fn known(
        state: &State,
        request: Request<Body>,
        known: Result<Administrator, Problem>,
    ) -> Result<Self, Problem> {
        let (head, body) = request.into_parts();
        let checked = match known {
            Ok(_) if !body.is_end_stream() && !is_json(&head.headers) => Err(unsupported_media_type()),
            checked => checked,
        };
        let read = body::read(body, state.limits).await;
        // Only now that the body is off the wire: a client that still sends would lose the answer.
        let administrator = checked?;
        let body = read.map_err(|error| failed(Failure::from(error)))?;
        if head.headers.contains_key("idempotency-key") {
            let detail = "Answers here can hold secrets, and are not kept: there is no Idempotency-Key.";
            return Err(Problem::new(INVALID_HEADER, detail).at("Idempotency-Key"));
        }
        Ok(Self {
            administrator,
            uri: head.uri,
            body,
        })
    }

    /// The parameters, which may have these names.
    pub(super) fn parameters(&self, known: &[&str]) -> Result<Parameters, Problem> {
        Parameters::read(&self.uri, known)
    }

    /// The merchant that is meant.
    pub(super) async fn merchant(&self, state: &State) -> Result<MerchantId, Problem> {
        let parameters = self.parameters(&["merchant"])?;
        needed(merchant_of(state, &self.administrator, &parameters).await?)
    }

    /// The book, for what this administrator does.
    pub(super) fn book(&self, state: &State) -> Book {
        state.book.acting_for(&self.administrator.name)
    }

    /// Reads a body that must be there: a JSON object.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        is_object(&self.body)
    }

    /// Reads a body that may be left out, which means what `T` is by default.
    pub(super) fn parse_or_default<T: DeserializeOwned + Default>(&self) -> Result<T, Problem> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(T::default());
        }
        self.parse()
    }
}
