//! `{login}/invitation`: whom *Assign user* has made a user chooses a password, by the link of the message that was sent
//! to them. Who has the link has the address, so that this proves the name to be theirs.

use super::create_user::is_password;
use super::html::{Field, hidden, page, problem};
use super::login::read_form;
use super::trouble::Trouble;
use super::visit::{Visit, registered, send_to};
use crate::State;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use book::{Grant, Purpose};
use http_kit::Answer;
use order::Dialect;
use std::sync::Arc;

/// What is told of a link that is not good, or not any more.
const OVER: Trouble =
    Trouble::Malformed("This link has been used, or its time is up. Please ask for a new one.");

/// The path of the page for a token.
pub(crate) fn path(token: &str) -> String {
    format!("/user/invitation?token={token}")
}

pub(crate) async fn show(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    let shown = async {
        let visit = Visit::of(parts)?;
        let token = visit.parameter("token")?.ok_or(OVER)?;
        let grant = invited(&state, token).await?;
        form(&state, &visit, (token, &grant), None).await
    };
    Box::pin(shown)
        .await
        .unwrap_or_else(|trouble: Trouble| trouble.answer())
}

pub(crate) async fn submit(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let done = async {
        let visit = Visit::of(parts)?;
        let sent = read_form(&state, body).await?;
        visit.check_form(&sent)?;
        let value = |name: &str| sent.one(name).ok().flatten().unwrap_or_default().to_owned();
        let (token, password) = (value("token"), value("password"));
        let grant = invited(&state, &token).await?;
        if !is_password(&password) {
            let problem = "A password has at least 8 characters.";
            return form(&state, &visit, (&token, &grant), Some(problem)).await;
        }
        // Of two who use it at once, one chooses.
        let chosen = state
            .book
            .spend(Dialect::Connect, Purpose::Invitation, &token)
            .await?;
        let grant = chosen.ok_or(OVER)?;
        let back = registered(&grant.client, &grant.detail).ok_or(OVER)?;
        state
            .book
            .set_password(grant.client.merchant, &grant.user, &password)
            .await?;
        visit
            .sign_in(&state, &grant.client, &grant.user, send_to(&back, &[]))
            .await
    };
    Box::pin(done)
        .await
        .unwrap_or_else(|trouble: Trouble| trouble.answer())
}

async fn invited(state: &State, token: &str) -> Result<Grant, Trouble> {
    let granted = state
        .book
        .granted(Dialect::Connect, Purpose::Invitation, token)
        .await?;
    granted.ok_or(OVER)
}

async fn form(
    state: &State,
    visit: &Visit,
    (token, grant): (&str, &Grant),
    wrong: Option<&str>,
) -> Result<Answer, Trouble> {
    let user = state.book.user(grant.client.merchant, &grant.user).await?;
    let name = user
        .and_then(|user| user.names.into_iter().next())
        .unwrap_or_default();
    let (form_token, cookie) = visit.form_token(state);
    let password = Field {
        name: "password",
        label: "New password",
        kind: "password",
        fill: "new-password",
        value: "",
        hint: Some("At least 8 characters."),
        is_wrong: wrong.is_some(),
    };
    let content = format!(
        "{}<p>You sign in as <strong>{}</strong>.</p>\n<form method=\"post\" action=\"/{}/invitation\">\n{}{}{}\
         <button type=\"submit\">Save the password</button>\n</form>\n",
        problem(wrong),
        super::html::escape(&name),
        visit.base(),
        password.html(),
        hidden("token", token),
        hidden("form_token", &form_token),
    );
    let status = if wrong.is_some() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let mut answer = page(status, "Choose a password", &content);
    if let Some(cookie) = cookie {
        answer.headers.append(SET_COOKIE, cookie);
    }
    Ok(answer)
}
