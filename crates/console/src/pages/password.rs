//! Changing one's own password: at will, and before anything else where it was made by somebody else.

use super::sign_in::told;
use crate::State;
use crate::forms::{Field, Wrong, problem};
use crate::page::{bare, token};
use crate::trouble::{Trouble, redirect};
use crate::visit::{SESSION_SECONDS, Visit, field};
use axum::body::Body;
use axum::extract;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use http_kit::Answer;
use maud::html;

/// How long a password is, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=200;

fn form(visit: &Visit, status: StatusCode, wrong: Option<&Wrong>, said: Option<&str>) -> Answer {
    let person = &visit.person;
    let old = Field::text("old", "The password that you have", "").kind("password");
    let new = Field::text("new", "The new one", "").kind("password").needed();
    let again = Field::text("again", "The new one again", "")
        .kind("password")
        .needed();
    let content = html! {
        h1 { "Change your password" }
        @if person.must_change { p { "Your password was made for you. Choose one of your own to go on." } }
        @if let Some(said) = said { (problem(said)) }
        form method="post" action="/console/password" {
            (token(visit))
            input type="hidden" name="username" autocomplete="username" value=(person.name);
            (old.needed().fill("current-password").html(wrong))
            (new.fill("new-password").hint("12 characters or more. A few words that only you put together are good.").html(wrong))
            (again.fill("new-password").html(wrong))
            button.primary type="submit" { "Change it" }
        }
        p.hint { "All your sessions end but this one." }
        @if !person.must_change { p { a href="/console" { "Back to the console" } } }
    };
    bare(status, "Change your password", &content)
}

/// `GET /console/password`.
pub(crate) async fn show(visit: Visit) -> Answer {
    form(&visit, StatusCode::OK, None, None)
}

/// `POST /console/password`.
pub(crate) async fn submit(
    extract::State(state): extract::State<State>,
    visit: Visit,
    body: Body,
) -> Result<Answer, Trouble> {
    let sent = visit.form(&state, body).await?;
    let (old, new) = (field(&sent, "old"), field(&sent, "new"));
    let wrong = if !LENGTH.contains(&new.chars().count()) {
        Some(Wrong::new("new", "A password has 12 to 200 characters."))
    } else if new == old {
        Some(Wrong::new("new", "This is the password that you have."))
    } else if new != field(&sent, "again") {
        Some(Wrong::new("again", "This is not the same as above."))
    } else {
        None
    };
    if wrong.is_some() {
        return Ok(form(
            &visit,
            StatusCode::UNPROCESSABLE_ENTITY,
            wrong.as_ref(),
            None,
        ));
    }
    let name = &visit.person.name;
    let changing = state
        .book()
        .change_own_password(name, (old, new), SESSION_SECONDS);
    match Box::pin(changing).await? {
        Ok(session) => Ok(visit.asked.begin(redirect("/console"), &session)),
        Err(refused) => {
            let (status, said, wait) = told(refused);
            let mut answer = form(&visit, status, None, Some(said));
            if let Some(seconds) = wait {
                answer.headers.insert(RETRY_AFTER, seconds.into());
            }
            Ok(answer)
        }
    }
}
