//! The token endpoint: `POST {login}/oauth/token`, OAuth 2.0 client credentials.
//!
//! The guards in their order: a request that can't be read or names no grant, a client that does not prove itself,
//! a grant that there is not.

use crate::State;
use crate::errors::ApiError;
use axum::extract::{Request, State as Held};
use axum::http::header::ALLOW;
use axum::http::{HeaderValue, Method, StatusCode};
use book::{AuthError, IssuedToken};
use http_kit::Answer;
use http_kit::body::read;
use http_kit::token::{OAuthCode, OAuthError, TokenRequest};
use order::Dialect;
use serde::Serialize;
use std::sync::Arc;

/// The one scope that there is.
const SCOPE: &str = "read";

/// What a client gets.
#[derive(Serialize)]
struct Granted<'t> {
    access_token: &'t str,
    token_type: &'static str,
    expires_in: i64,
    scope: &'static str,
}

/// Why a client gets none.
enum Refused {
    OAuth(OAuthError),
    Other(ApiError),
}

impl From<OAuthError> for Refused {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

pub(crate) async fn handle(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    if request.method() != Method::POST {
        let mut answer = OAuthError::new(OAuthCode::InvalidRequest, "tokens are asked for with POST")
            .answer()
            .with(ALLOW, HeaderValue::from_static("POST"));
        answer.status = StatusCode::METHOD_NOT_ALLOWED;
        return state.outside(answer);
    }
    let answer = match issue(&state, request).await {
        Ok(issued) => said(&issued),
        Err(Refused::OAuth(error)) => error.answer(),
        Err(Refused::Other(error)) => error.answer(),
    };
    state.outside(answer)
}

async fn issue(state: &State, request: Request) -> Result<IssuedToken, Refused> {
    let (parts, body) = request.into_parts();
    let body = read(body, state.body)
        .await
        .map_err(|error| Refused::Other(error.into()))?;
    let asked = TokenRequest::read(parts.uri.query(), &parts.headers, &body)?;
    let Some(grant) = asked.get("grant_type") else {
        return Err(asked
            .refuse(OAuthCode::InvalidRequest, "grant_type is missing")
            .into());
    };
    let seconds = state.settings.token_seconds;
    for (client, secret) in asked.clients()? {
        // No client has a NUL in its id, and no database takes one.
        if client.contains('\0') {
            continue;
        }
        if grant != "client_credentials" {
            return Err(asked
                .refuse(
                    OAuthCode::UnsupportedGrantType,
                    "the grant_type is not client_credentials",
                )
                .into());
        }
        let issued = state
            .book
            .issue_token(Dialect::Connect, &client, &secret, seconds)
            .await;
        match issued {
            Ok(issued) => return Ok(issued),
            Err(AuthError::Denied) => {}
            Err(AuthError::Book(error)) => return Err(Refused::Other(error.into())),
        }
    }
    Err(asked
        .refuse(
            OAuthCode::InvalidClient,
            "client id and secret are missing, or not right",
        )
        .into())
}

fn said(issued: &IssuedToken) -> Answer {
    let granted = Granted {
        access_token: &issued.text,
        token_type: "Bearer",
        expires_in: issued.expires_in,
        scope: SCOPE,
    };
    Answer::json(StatusCode::OK, &granted).no_store()
}
