//! `GET {login}/oauth/authorize`: lets a client act for the user who is signed in (RFC 6749, section 4.1, with PKCE of
//! RFC 7636). Whoever is not signed in gets the form first.
//!
//! The guards in their order: the client, its redirect URI (until both are known nobody is sent anywhere), then what
//! the client is told at that address: the response type, the challenge.

use super::login::LoginForm;
use super::trouble::Trouble;
use super::visit::{Visit, send_to};
use crate::State;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::{Client, Grant, Purpose};
use http_kit::Answer;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use url::Url;

/// How long a code is good for, in seconds.
const CODE_SECONDS: i64 = 60;

/// What a code remembers until it is spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CodeDetail {
    /// Where it was sent to.
    pub(crate) redirect: String,
    /// What the client must know the origin of (S256).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) challenge: Option<String>,
}

pub(crate) async fn handle(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    let asked = async {
        let visit = Visit::of(parts)?;
        let client = visit.client(&state, "client_id").await?;
        let redirect = redirect_uri(&visit, &client)?;
        let back = Url::parse(&redirect).map_err(|_error| Trouble::BadReturn {
            parameter: "redirect_uri",
        })?;
        let state_text = visit.parameter("state")?;
        if let Some((error, description)) = wrong_with(&visit, &client)? {
            return Ok(answer(
                &back,
                &[("error", error), ("error_description", description)],
                state_text,
            ));
        }
        let Some(session) = visit.signed_in(&state, &client).await? else {
            let form = LoginForm {
                client: &client,
                next: &visit.here,
                name: visit.parameter("credential")?.unwrap_or_default(),
                problem: None,
            };
            return Ok(form.answer(&state, &visit, StatusCode::OK));
        };
        let detail = CodeDetail {
            redirect,
            challenge: visit.parameter("code_challenge")?.map(ToOwned::to_owned),
        };
        let grant = Grant {
            client,
            user: session.user,
            detail: serde_json::to_string(&detail).unwrap_or_default(), // text keys only: it never fails
        };
        let code = state.book.give(&grant, Purpose::Code, CODE_SECONDS).await?;
        Ok(answer(&back, &[("code", &code)], state_text))
    };
    Box::pin(asked)
        .await
        .unwrap_or_else(|trouble: Trouble| trouble.answer())
}

/// Where the client wants its answer: exactly one of the addresses that it has registered. It may leave out the only
/// one.
fn redirect_uri(visit: &Visit, client: &Client) -> Result<String, Trouble> {
    let bad = Trouble::BadReturn {
        parameter: "redirect_uri",
    };
    match (visit.parameter("redirect_uri")?, client.redirects.as_slice()) {
        (Some(wanted), registered) if registered.iter().any(|known| known == wanted) => Ok(wanted.to_owned()),
        (None, [only]) => Ok(only.clone()),
        _ => Err(bad),
    }
}

/// What keeps a request from being answered with a code.
fn wrong_with(visit: &Visit, client: &Client) -> Result<Option<(&'static str, &'static str)>, Trouble> {
    if visit.parameter("response_type")? != Some("code") {
        return Ok(Some((
            "unsupported_response_type",
            "the response_type is not code",
        )));
    }
    let challenge = visit.parameter("code_challenge")?;
    let method = visit.parameter("code_challenge_method")?;
    Ok(match (challenge, method) {
        (None, None) if client.public => Some(("invalid_request", "a public client needs a code_challenge")),
        (None, None) => None,
        (Some(challenge), Some("S256")) if challenge.len() == 43 => None,
        (Some(_), Some("S256")) => Some(("invalid_request", "the code_challenge is not 43 characters long")),
        _ => Some(("invalid_request", "the code_challenge_method is not S256")),
    })
}

fn answer(back: &Url, said: &[(&str, &str)], state: Option<&str>) -> Answer {
    let mut parameters = said.to_vec();
    parameters.extend(state.map(|state| ("state", state)));
    send_to(back, &parameters)
}
