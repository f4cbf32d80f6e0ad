//! Signing in: the form, and what becomes of it.

use super::html::{Field, hidden, page, problem, redirect};
use super::trouble::Trouble;
use super::visit::{Visit, client_named, is_path_here, send_to};
use crate::State;
use crate::errors::ApiError;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use book::{Client, NotSignedIn};
use http_kit::Answer;
use http_kit::body::read;
use http_kit::query::{Query, encode};
use std::sync::Arc;

/// The form as it is shown.
pub(super) struct LoginForm<'f> {
    pub(super) client: &'f Client,
    /// Where to go once signed in: a path of these pages.
    pub(super) next: &'f str,
    /// Who they say they are.
    pub(super) name: &'f str,
    /// What is wrong with the last try.
    pub(super) problem: Option<&'f str>,
}

/// `GET {login}/login`: the form, or straight back for somebody who is signed in.
pub(crate) async fn show(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    let shown = async {
        let visit = Visit::of(parts)?;
        let client = visit.client(&state, "clientId").await?;
        let back = visit.return_address(&client, "returnUrl")?;
        let Some(back) = back else {
            return Err(Trouble::BadReturn {
                parameter: "returnUrl",
            });
        };
        if visit.signed_in(&state, &client).await?.is_some() {
            return Ok(send_to(&back, &[]));
        }
        let form = LoginForm {
            client: &client,
            next: &visit.here,
            name: visit.parameter("credential")?.unwrap_or_default(),
            problem: None,
        };
        Ok(form.answer(&state, &visit, StatusCode::OK))
    };
    shown.await.unwrap_or_else(|trouble: Trouble| trouble.answer())
}

/// `POST {login}/oauthLogin`: the form comes back.
pub(crate) async fn submit(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let done = async {
        let visit = Visit::of(parts)?;
        let form = read_form(&state, body).await?;
        visit.check_form(&form)?;
        let value = |name: &str| form.one(name).ok().flatten().unwrap_or_default().to_owned();
        let client = client_named(&state, &value("clientId")).await?;
        let (next, name) = (value("next"), value("j_username"));
        if !is_path_here(&next) {
            return Err(Trouble::Malformed("The form does not say where to go on."));
        }
        let tried = state
            .book
            .sign_in(client.merchant, &name, &value("j_password"))
            .await?;
        let refused = match tried {
            Ok(user) => {
                let onward =
                    redirect(&next).ok_or(Trouble::Malformed("The form does not say where to go on."))?;
                return visit.sign_in(&state, &client, &user.unique_id, onward).await;
            }
            Err(refused) => refused,
        };
        let form = LoginForm {
            client: &client,
            next: &next,
            name: &name,
            problem: None,
        };
        Ok(form.refused(&state, &visit, refused))
    };
    Box::pin(done)
        .await
        .unwrap_or_else(|trouble: Trouble| trouble.answer())
}

/// A form's fields.
pub(super) async fn read_form(state: &State, body: axum::body::Body) -> Result<Query, Trouble> {
    let body = read(body, state.body)
        .await
        .map_err(|error| Trouble::Api(ApiError::from(error)))?;
    let unreadable = Trouble::Malformed("The form is not URL-encoded UTF-8 text.");
    let Ok(text) = std::str::from_utf8(&body) else {
        return Err(unreadable);
    };
    Query::parse(text).map_err(|_error| unreadable)
}

impl LoginForm<'_> {
    /// The form again, with what was wrong.
    fn refused(&self, state: &State, visit: &Visit, refused: NotSignedIn) -> Answer {
        let (status, problem, retry) = match refused {
            NotSignedIn::Wrong => (
                StatusCode::BAD_REQUEST,
                "There is no user of this name with this password.",
                None,
            ),
            NotSignedIn::TooOften { retry_seconds } => (
                StatusCode::TOO_MANY_REQUESTS,
                "There were too many wrong passwords. Please wait a while before you try again.",
                Some(retry_seconds),
            ),
        };
        let again = LoginForm {
            problem: Some(problem),
            ..*self
        };
        let mut answer = again.answer(state, visit, status);
        if let Some(seconds) = retry {
            answer.headers.insert(RETRY_AFTER, seconds.into());
        }
        answer
    }

    pub(super) fn answer(&self, state: &State, visit: &Visit, status: StatusCode) -> Answer {
        let (token, cookie) = visit.form_token(state);
        let is_wrong = self.problem.is_some();
        let name = Field {
            name: "j_username",
            label: "Email address or mobile number",
            kind: "text",
            fill: "username",
            value: self.name,
            hint: None,
            is_wrong,
        };
        let password = Field {
            name: "j_password",
            label: "Password",
            kind: "password",
            fill: "current-password",
            value: "",
            hint: None,
            is_wrong,
        };
        let base = visit.here.split('/').nth(1).unwrap_or("user");
        let new_user = format!(
            "/{base}/createUser?clientId={}&next={}",
            encode(&self.client.id),
            encode(self.next)
        );
        let content = format!(
            "{}<form method=\"post\" action=\"/{base}/oauthLogin\">\n{}{}{}{}{}\
             <button type=\"submit\" id=\"loginButton\" name=\"loginButton\" value=\"login\">Sign in</button>\n</form>\n\
             <p><a href=\"{}\">I have no password here yet</a></p>\n",
            problem(self.problem),
            name.html(),
            password.html(),
            hidden("clientId", &self.client.id),
            hidden("next", self.next),
            hidden("form_token", &token),
            super::html::escape(&new_user),
        );
        let mut answer = page(status, "Sign in", &content);
        if let Some(cookie) = cookie {
            answer.headers.append(SET_COOKIE, cookie);
        }
        answer
    }
}
