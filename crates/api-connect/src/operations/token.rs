//! The token endpoint: `POST {login}/oauth/token`, OAuth 2.0 with client credentials, authorization code and refresh
//! token, and the API's extension grant, which turns the `extidCode` of an external identity into tokens.
//!
//! The guards in their order: a request that can't be read or names no grant, a grant that there is not, a client
//! that does not prove itself, a code or a refresh token that is not good.

use crate::State;
use crate::errors::ApiError;
use crate::pages::CodeDetail;
use axum::extract::{Request, State as Held};
use axum::http::header::ALLOW;
use axum::http::{HeaderValue, Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use book::{AuthError, Book, BookError, Client, Grant, Purpose, same_text};
use http_kit::Answer;
use http_kit::body::read;
use http_kit::token::{OAuthCode, OAuthError, TokenRequest};
use order::Dialect;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The one scope that there is.
const SCOPE: &str = "read";

/// What a client gets.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Granted {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: &'static str,
}

/// Why a client gets nothing.
enum Refused {
    OAuth(OAuthError),
    Other(ApiError),
}

impl From<OAuthError> for Refused {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl From<BookError> for Refused {
    fn from(error: BookError) -> Self {
        Self::Other(error.into())
    }
}

/// The grants that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GrantType {
    ClientCredentials,
    AuthorizationCode,
    RefreshToken,
    /// For a user who signs in somewhere else.
    ExternalIdentity,
}

impl GrantType {
    /// What the extension grant is called is not known: whatever it is, the request has an `extidCode`.
    fn of(word: &str, asked: &TokenRequest) -> Option<Self> {
        match word {
            "client_credentials" => Some(Self::ClientCredentials),
            "authorization_code" => Some(Self::AuthorizationCode),
            "refresh_token" => Some(Self::RefreshToken),
            _extension if asked.get("extidCode").is_some() => Some(Self::ExternalIdentity),
            _unknown => None,
        }
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
    let answer = match Box::pin(issue(&state, request)).await {
        Ok(granted) => Answer::json(StatusCode::OK, &granted).no_store(),
        Err(Refused::OAuth(error)) => error.answer(),
        Err(Refused::Other(error)) => error.answer(),
    };
    state.outside(answer)
}

async fn issue(state: &State, request: Request) -> Result<Granted, Refused> {
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
    let Some(grant) = GrantType::of(grant, &asked) else {
        let known = "the grant_type is none of client_credentials, authorization_code, refresh_token";
        return Err(asked.refuse(OAuthCode::UnsupportedGrantType, known).into());
    };
    if let Some(client) = public_client(&state.book, &asked).await? {
        return match grant {
            GrantType::ClientCredentials | GrantType::ExternalIdentity => {
                let secretless = "a public client has no secret, and nothing of its own";
                Err(asked.refuse(OAuthCode::UnauthorizedClient, secretless).into())
            }
            GrantType::AuthorizationCode => for_code(state, &asked, &client).await,
            GrantType::RefreshToken => for_refresh(state, &asked, &client).await,
        };
    }
    let (client, secret) = proved(&state.book, &asked).await?;
    match grant {
        GrantType::ClientCredentials => for_client(state, &client, &secret).await,
        GrantType::AuthorizationCode => for_code(state, &asked, &client).await,
        GrantType::RefreshToken => for_refresh(state, &asked, &client).await,
        GrantType::ExternalIdentity => for_external(state, &asked, &client).await,
    }
}

/// A code of *Register external Id* is good once, for the client that it was given to.
async fn for_external(state: &State, asked: &TokenRequest, client: &Client) -> Result<Granted, Refused> {
    let code = asked.get("extidCode").unwrap_or_default();
    let spent = state
        .book
        .spend(Dialect::Connect, Purpose::External, code)
        .await?;
    let Some(grant) = spent.filter(|grant| grant.client.id == client.id) else {
        let unknown = "the extidCode is unknown, used or expired";
        return Err(asked.refuse(OAuthCode::InvalidGrant, unknown).into());
    };
    for_user(state, client, grant.user, None).await
}

/// The client that names itself and shows no secret, when it is one that has none.
async fn public_client(book: &Book, asked: &TokenRequest) -> Result<Option<Client>, Refused> {
    let (Some(id), true) = (asked.get("client_id"), asked.clients()?.is_empty()) else {
        return Ok(None);
    };
    let client = book.client(Dialect::Connect, id).await?;
    Ok(client.filter(|client| client.public))
}

/// The client, once it has proved itself, and its secret.
async fn proved(book: &Book, asked: &TokenRequest) -> Result<(Client, String), Refused> {
    for (id, secret) in asked.clients()? {
        match book.prove_client(Dialect::Connect, &id, &secret).await {
            Ok(client) => return Ok((client, secret)),
            Err(AuthError::Denied) => {}
            Err(AuthError::Book(error)) => return Err(error.into()),
        }
    }
    let wrong = "client id and secret are missing, or not right";
    Err(asked.refuse(OAuthCode::InvalidClient, wrong).into())
}

async fn for_client(state: &State, client: &Client, secret: &str) -> Result<Granted, Refused> {
    let seconds = state.settings.token_seconds;
    let issued = state
        .book
        .issue_token(Dialect::Connect, &client.id, secret, seconds)
        .await;
    match issued {
        Ok(issued) => Ok(Granted {
            access_token: issued.text,
            token_type: "Bearer",
            expires_in: issued.expires_in,
            refresh_token: None,
            scope: SCOPE,
        }),
        // It has just been taken back.
        Err(AuthError::Denied) => {
            Err(OAuthError::new(OAuthCode::InvalidClient, "the client was revoked").into())
        }
        Err(AuthError::Book(error)) => Err(error.into()),
    }
}

/// A code is good once, for the client and the address that it was sent to, and for whoever began with it.
async fn for_code(state: &State, asked: &TokenRequest, client: &Client) -> Result<Granted, Refused> {
    let invalid = |why: &str| Refused::from(asked.refuse(OAuthCode::InvalidGrant, why));
    let Some(code) = asked.get("code") else {
        return Err(asked.refuse(OAuthCode::InvalidRequest, "code is missing").into());
    };
    let spent = state.book.spend(Dialect::Connect, Purpose::Code, code).await?;
    let grant = spent
        .filter(|grant| grant.client.id == client.id)
        .ok_or_else(|| invalid("the code is unknown, used or expired"))?;
    let detail: CodeDetail =
        serde_json::from_str(&grant.detail).map_err(|_error| invalid("the code can't be read"))?;
    if asked
        .get("redirect_uri")
        .is_some_and(|uri| uri != detail.redirect)
    {
        return Err(invalid(
            "the redirect_uri is not the one that the code was sent to",
        ));
    }
    if !is_begun_by(detail.challenge.as_deref(), asked.get("code_verifier")) {
        return Err(invalid("the code_verifier does not fit the code_challenge"));
    }
    for_user(state, client, grant.user, None).await
}

/// Whether the verifier is the one that the challenge was made of (RFC 7636, S256).
fn is_begun_by(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            let made = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
            same_text(&made, challenge)
        }
        // A verifier without a challenge says that somebody has taken the challenge away on its way here.
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// A refresh token stays good until its own time is up, so that a lost answer loses no user; a public client's is good
/// once.
async fn for_refresh(state: &State, asked: &TokenRequest, client: &Client) -> Result<Granted, Refused> {
    let Some(text) = asked.get("refresh_token") else {
        let missing = "refresh_token is missing";
        return Err(asked.refuse(OAuthCode::InvalidRequest, missing).into());
    };
    let granted = state
        .book
        .granted(Dialect::Connect, Purpose::Refresh, text)
        .await?;
    let Some(grant) = granted.filter(|grant| grant.client.id == client.id) else {
        let unknown = "the refresh_token is unknown or expired";
        return Err(asked.refuse(OAuthCode::InvalidGrant, unknown).into());
    };
    if !client.public {
        return for_user(state, client, grant.user, Some(text.to_owned())).await;
    }
    // What nothing but a token protects is good once, so that a stolen one is noticed.
    let spent = state.book.spend(Dialect::Connect, Purpose::Refresh, text).await?;
    match spent {
        Some(grant) => for_user(state, client, grant.user, None).await,
        None => Err(asked
            .refuse(OAuthCode::InvalidGrant, "the refresh_token was just used")
            .into()),
    }
}

async fn for_user(
    state: &State,
    client: &Client,
    user: String,
    refresh: Option<String>,
) -> Result<Granted, Refused> {
    let grant = Grant {
        client: client.clone(),
        user,
        detail: String::new(),
    };
    let expires_in = state.settings.token_seconds;
    let access_token = state.book.give(&grant, Purpose::Access, expires_in).await?;
    let refresh_token = if let Some(refresh) = refresh {
        refresh
    } else {
        let seconds = state.settings.refresh_seconds;
        state.book.give(&grant, Purpose::Refresh, seconds).await?
    };
    Ok(Granted {
        access_token,
        token_type: "Bearer",
        expires_in,
        refresh_token: Some(refresh_token),
        scope: SCOPE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn a_code_is_for_whoever_began_with_it() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(is_begun_by(Some(challenge), Some(verifier)));
        assert!(is_begun_by(None, None));
        assert!(!is_begun_by(Some(challenge), Some("another")));
        assert!(!is_begun_by(Some(challenge), None));
        assert!(!is_begun_by(None, Some(verifier)));
    }
}
