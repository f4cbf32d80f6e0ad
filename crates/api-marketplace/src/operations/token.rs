//! The token server (IMS): `POST /ims/token/v1`, `v2`, `v3` and `POST /ims/exchange/jwt`.

use crate::State;
use axum::body::Body;
use axum::extract;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use book::{Api, AuthError};
use http_kit::token::{OAuthCode, OAuthError, TokenRequest};
use http_kit::{Answer, Failure, body};
use schemars::JsonSchema;
use serde::Serialize;

/// A token, as OAuth 2 has it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Granted<'t> {
    #[serde(rename = "access_token")]
    token: &'t str,
    #[serde(rename = "token_type")]
    scheme: &'static str,
    expires_in: i64,
}

/// A token for the client's id and secret.
pub(crate) async fn issue(extract::State(state): extract::State<State>, request: Request<Body>) -> Response {
    let granted = async |request: &TokenRequest| match request.get("grant_type") {
        Some("client_credentials") => grant(&state, request).await,
        Some(_) => Err(request
            .refuse(
                OAuthCode::UnsupportedGrantType,
                "the grant type must be client_credentials",
            )
            .answer()),
        None => Err(request
            .refuse(OAuthCode::InvalidRequest, "grant_type is missing")
            .answer()),
    };
    match read(&state, request).await {
        Ok(request) => granted(&request).await,
        Err(answer) => Err(answer),
    }
    .unwrap_or_else(|refused| refused)
    .into_response()
}

/// The older exchange of a signed statement. The client's secret comes with it, and that is what counts: who signed
/// the statement can't be known here, and its lifetime is the original's.
pub(crate) async fn exchange(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Response {
    let granted = async |request: &TokenRequest| match request.get("jwt_token") {
        Some(_) => grant(&state, request).await,
        None => Err(request
            .refuse(OAuthCode::InvalidRequest, "jwt_token is missing")
            .answer()),
    };
    match read(&state, request).await {
        Ok(request) => granted(&request).await,
        Err(answer) => Err(answer),
    }
    .unwrap_or_else(|refused| refused)
    .into_response()
}

async fn read(state: &State, request: Request<Body>) -> Result<TokenRequest, Answer> {
    let (parts, content) = request.into_parts();
    let content = body::read(content, state.limits).await.map_err(|error| {
        let failure = Failure::from(error);
        let mut answer = OAuthError::new(OAuthCode::InvalidRequest, failure.sentence()).answer();
        answer.status = failure.status();
        answer
    })?;
    TokenRequest::read(parts.uri.query(), &parts.headers, &content).map_err(|error| error.answer())
}

async fn grant(state: &State, request: &TokenRequest) -> Result<Answer, Answer> {
    let clients = request.clients().map_err(|error| error.answer())?;
    for (client, secret) in clients {
        let issued = state
            .book
            .issue_token(Api::Marketplace, &client, &secret, state.settings.token_seconds)
            .await;
        match issued {
            Ok(token) => {
                let body = Granted {
                    token: &token.text,
                    scheme: "bearer",
                    expires_in: token.expires_in,
                };
                return Ok(Answer::json(StatusCode::OK, &body).no_store());
            }
            Err(AuthError::Denied) => {}
            Err(AuthError::Book(error)) => return Err(crate::errors::ApiError::from(error).answer()),
        }
    }
    Err(request
        .refuse(
            OAuthCode::InvalidClient,
            "the client id or its secret is not right",
        )
        .answer())
}
