//! Signing in and out.

use crate::State;
use crate::forms::{Field, problem};
use crate::page::bare;
use crate::trouble::{Trouble, redirect};
use crate::visit::{Asked, FORM_FIELD, SESSION_SECONDS, Visit, field, is_path_here, read_form};
use axum::body::Body;
use axum::extract;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use book::NotSignedIn;
use http_kit::Answer;
use maud::html;

/// The form as it is shown.
struct Form<'f> {
    next: &'f str,
    name: &'f str,
    /// What is wrong with the last try; empty when nothing is.
    problem: &'f str,
}

impl Form<'_> {
    fn answer(&self, state: &State, asked: &Asked, status: StatusCode) -> Answer {
        let (token, is_new) = asked.form_token(state.book());
        let name = Field::text("name", "Name", self.name).needed().fill("username");
        let password = Field::text("password", "Password", "").kind("password").needed();
        let content = html! {
            h1 { "Sign in" }
            @if !self.problem.is_empty() { (problem(self.problem)) }
            form method="post" action="/console/sign-in" {
                input type="hidden" name=(FORM_FIELD) value=(token);
                input type="hidden" name="next" value=(self.next);
                (name.html(None))
                (password.fill("current-password").html(None))
                button.primary type="submit" { "Sign in" }
            }
            p.hint { "No account yet? Whoever runs this server makes one with " code { "ordrebok person add" } "." }
        };
        let answer = bare(status, "Sign in", &content);
        if is_new {
            asked.with_form_token(answer, &token)
        } else {
            answer
        }
    }
}

/// Where to go on to; the first page when it is none of ours.
fn onward(next: &str) -> &str {
    if is_path_here(next) { next } else { "/console" }
}

/// `GET /console/sign-in`.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    asked: Asked,
) -> Result<Answer, Trouble> {
    let next = onward(field(&asked.query, "next"));
    if let Some(session) = asked.session()
        && state.book().visitor(session).await?.is_some()
    {
        return Ok(redirect(next));
    }
    let form = Form {
        next,
        name: "",
        problem: "",
    };
    Ok(form.answer(&state, &asked, StatusCode::OK))
}

/// `POST /console/sign-in`.
pub(crate) async fn submit(
    extract::State(state): extract::State<State>,
    asked: Asked,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = read_form(state.limits(), body).await?;
    asked.check_form(&form)?;
    let (name, password) = (field(&form, "name"), field(&form, "password"));
    let next = onward(field(&form, "next"));
    let tried = Box::pin(state.book().enter(name, password, SESSION_SECONDS)).await?;
    let refused = match tried {
        Ok(session) => return Ok(asked.begin(redirect(next), &session)),
        Err(refused) => refused,
    };
    let (status, problem, wait) = told(refused);
    let form = Form { next, name, problem };
    let mut answer = form.answer(&state, &asked, status);
    if let Some(seconds) = wait {
        answer.headers.insert(RETRY_AFTER, seconds.into());
    }
    Ok(answer)
}

/// Why somebody is not let in: status, sentence, and in how many seconds they may try again.
pub(super) fn told(refused: NotSignedIn) -> (StatusCode, &'static str, Option<i64>) {
    match refused {
        NotSignedIn::Wrong => (
            StatusCode::BAD_REQUEST,
            "There is nobody of this name with this password.",
            None,
        ),
        NotSignedIn::TooOften { retry_seconds } => (
            StatusCode::TOO_MANY_REQUESTS,
            "There were too many wrong passwords. Please wait a while before you try again.",
            Some(retry_seconds),
        ),
    }
}

/// `POST /console/sign-out`.
pub(crate) async fn leave(
    extract::State(state): extract::State<State>,
    visit: Visit,
    body: Body,
) -> Result<Answer, Trouble> {
    visit.form(&state, body).await?;
    state.book().leave(visit.session()).await?;
    Ok(visit.asked.end(redirect("/console/sign-in")))
}
