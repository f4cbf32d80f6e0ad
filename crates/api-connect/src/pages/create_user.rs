//! Becoming a user: the form, and what becomes of it.

use super::html::{Field, hidden, page, problem, redirect};
use super::login::read_form;
use super::trouble::Trouble;
use super::visit::{Visit, client_named, is_path_here, send_to};
use crate::State;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use book::{Client, NewUser};
use http_kit::Answer;
use http_kit::query::Query;
use std::sync::Arc;

/// The longest name, as the API has it.
const LONGEST_NAME: usize = 60;
/// How many characters a password has.
const PASSWORD: std::ops::RangeInclusive<usize> = 8..=200;

/// The form as it is shown.
struct UserForm<'f> {
    client: &'f Client,
    /// Where to go then: a path of these pages, or empty for the page itself.
    next: &'f str,
    name: &'f str,
    problem: Option<&'f str>,
}

/// `GET {login}/createUser`: the form, or straight on for somebody who is signed in.
pub(crate) async fn show(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    let shown = async {
        let visit = Visit::of(parts)?;
        let client = visit.client(&state, "clientId").await?;
        let next = next_of(&visit, &client)?;
        if visit.signed_in(&state, &client).await?.is_some()
            && let Some(back) = visit.return_address(&client, "returnUrl")?
        {
            return Ok(send_to(&back, &[]));
        }
        let form = UserForm {
            client: &client,
            next: &next,
            name: visit.parameter("credential")?.unwrap_or_default(),
            problem: None,
        };
        Ok(form.answer(&state, &visit, StatusCode::OK))
    };
    shown.await.unwrap_or_else(|trouble: Trouble| trouble.answer())
}

/// Where to go once there is a user: on with what they came from, or to this very page, which sends them back.
fn next_of(visit: &Visit, client: &Client) -> Result<String, Trouble> {
    if let Some(next) = visit.parameter("next")?.filter(|next| is_path_here(next)) {
        return Ok(next.to_owned());
    }
    match visit.return_address(client, "returnUrl")? {
        Some(_registered) => Ok(visit.here.clone()),
        None => Err(Trouble::BadReturn {
            parameter: "returnUrl",
        }),
    }
}

/// `POST {login}/createUser`: the form comes back.
pub(crate) async fn submit(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let done = async {
        let visit = Visit::of(parts)?;
        let form = read_form(&state, body).await?;
        visit.check_form(&form)?;
        Box::pin(create(&state, &visit, &form)).await
    };
    done.await.unwrap_or_else(|trouble: Trouble| trouble.answer())
}

async fn create(state: &State, visit: &Visit, form: &Query) -> Result<Answer, Trouble> {
    let value = |name: &str| form.one(name).ok().flatten().unwrap_or_default().to_owned();
    let client = client_named(state, &value("clientId")).await?;
    let (next, name, password) = (value("next"), value("credential"), value("password"));
    let nowhere = || Trouble::Malformed("The form does not say where to go on.");
    if !is_path_here(&next) {
        return Err(nowhere());
    }
    let refused = match wrong_with(&name, &password) {
        Some(problem) => problem,
        None => match state
            .book
            .add_user(client.merchant, new_user(&name, password))
            .await?
        {
            Some(user) => {
                let onward = redirect(&next).ok_or_else(nowhere)?;
                return visit.sign_in(state, &client, &user.unique_id, onward).await;
            }
            None => "There is a user of this name already.",
        },
    };
    let form = UserForm {
        client: &client,
        next: &next,
        name: &name,
        problem: Some(refused),
    };
    Ok(form.answer(state, visit, StatusCode::BAD_REQUEST))
}

/// Nobody has made sure yet that the name is theirs.
fn new_user(name: &str, password: String) -> NewUser {
    NewUser {
        name: name.to_owned(),
        password: Some(password),
        verified: false,
    }
}

/// What keeps a name and a password from being a user's.
fn wrong_with(name: &str, password: &str) -> Option<&'static str> {
    if !is_name(name) {
        return Some("This is no email address, and no mobile number such as +4712345678.");
    }
    if !is_password(password) {
        return Some("A password has at least 8 characters.");
    }
    None
}

/// Whether it is long enough, and not too long.
pub(super) fn is_password(password: &str) -> bool {
    PASSWORD.contains(&password.chars().count())
}

/// A mail address or a phone number in E.164 form.
pub(crate) fn is_name(name: &str) -> bool {
    let name = name.trim();
    let is_plain = name.chars().count() <= LONGEST_NAME && !name.chars().any(|c| c.is_control() || c == ' ');
    let is_mail = name
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    is_plain && (is_mail || crate::annex::is_e164(name))
}

impl UserForm<'_> {
    fn answer(&self, state: &State, visit: &Visit, status: StatusCode) -> Answer {
        let (token, cookie) = visit.form_token(state);
        let is_wrong = self.problem.is_some();
        let name = Field {
            name: "credential",
            label: "Email address or mobile number",
            kind: "text",
            fill: "username",
            value: self.name,
            hint: Some("A mobile number with its country, such as +4712345678."),
            is_wrong,
        };
        let password = Field {
            name: "password",
            label: "New password",
            kind: "password",
            fill: "new-password",
            value: "",
            hint: Some("At least 8 characters."),
            is_wrong,
        };
        let base = visit.here.split('/').nth(1).unwrap_or("user");
        let content = format!(
            "{}<form method=\"post\" action=\"/{base}/createUser\">\n{}{}{}{}{}\
             <button type=\"submit\" name=\"credentialSubmit\" value=\"create\">Create user</button>\n</form>\n",
            problem(self.problem),
            name.html(),
            password.html(),
            hidden("clientId", &self.client.id),
            hidden("next", self.next),
            hidden("form_token", &token),
        );
        let mut answer = page(status, "Create a user", &content);
        if let Some(cookie) = cookie {
            answer.headers.append(SET_COOKIE, cookie);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_mail_address_or_a_number_in_e_164_form() {
        for name in ["kari@example.no", " kari@example.no ", "+4712345678"] {
            assert_eq!(wrong_with(name, "langt passord"), None, "for {name}");
        }
        for name in [
            "",
            "kari",
            "@",
            "kari@",
            "a b@c.no",
            "12345678",
            "a@b@c",
            &"x".repeat(61),
        ] {
            assert!(wrong_with(name, "langt passord").is_some(), "for {name}");
        }
        assert!(wrong_with("kari@example.no", "kort").is_some());
    }
}
