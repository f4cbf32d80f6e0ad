//! Why a page can't be shown, and how that is said.

use crate::page;
use axum::http::header::{ALLOW, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use book::{BookError, Role, chain};
use http_kit::body::BodyError;
use http_kit::path::PathIds;
use http_kit::query::{self, NotUtf8};
use http_kit::{Answer, Failure};
use maud::html;

/// Why a page can't be shown.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Nobody is signed in. They come back to `next` once they are.
    NotSignedIn {
        /// A path of the console.
        next: String,
    },
    /// The password was made for them, and they must choose their own before anything else.
    MustChangePassword,
    /// There is no such thing, or it is another merchant's.
    NotFound,
    /// Their role is too small.
    MayNot(Role),
    /// The form is not one that this session was shown.
    StaleForm,
    /// The form was sent before, and said something else then.
    SentBefore,
    /// The request can't be read; why, in a sentence.
    Malformed(&'static str),
    /// What the server itself refuses.
    Failed(Failure),
    /// The book failed.
    Book(BookError),
}

impl From<BookError> for Trouble {
    fn from(error: BookError) -> Self {
        Self::Book(error)
    }
}

impl From<BodyError> for Trouble {
    fn from(error: BodyError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<NotUtf8> for Trouble {
    fn from(_error: NotUtf8) -> Self {
        Self::Malformed("The address is not percent-encoded UTF-8, or has a NUL character in it.")
    }
}

impl Trouble {
    fn answer(self) -> Answer {
        match self {
            Self::NotSignedIn { next } => {
                redirect(&format!("/console/sign-in?next={}", query::encode(&next)))
            }
            Self::MustChangePassword => redirect("/console/password"),
            Self::NotFound => said(
                StatusCode::NOT_FOUND,
                "Nothing here",
                "There is nothing at this address, or it is not yours to see.",
            ),
            Self::MayNot(role) => said(
                StatusCode::FORBIDDEN,
                "Not with your role",
                match role {
                    Role::View => "You may not look at this.",
                    Role::Act => {
                        "You may look at orders, but not act on them. Ask an administrator for the role \u{201c}act\u{201d}."
                    }
                    Role::Administer => {
                        "This is for administrators. Ask one of them, or for the role \u{201c}administer\u{201d}."
                    }
                },
            ),
            Self::StaleForm => said(
                StatusCode::FORBIDDEN,
                "Please go back and try again",
                "This form was not opened in this session, or cookies are switched off. Nothing has been done.",
            ),
            Self::SentBefore => said(
                StatusCode::BAD_REQUEST,
                "This form was sent before",
                "It was sent before with other content, and that has been done. Please open it anew.",
            ),
            Self::Malformed(what) => said(StatusCode::BAD_REQUEST, "This can\u{2019}t be read", what),
            Self::Failed(failure) => refuse(failure, &Method::GET),
            Self::Book(error) => {
                log(&error);
                let failure = if error.is_passing() {
                    Failure::Overloaded {
                        retry_after_seconds: 1,
                    }
                } else {
                    Failure::Internal
                };
                refuse(failure, &Method::GET)
            }
        }
    }
}

fn log(error: &BookError) {
    tracing::error!(error = chain(error), "a page could not be made");
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        self.answer().into_response()
    }
}

/// Sends the browser on to a path of the console, which must be plain ASCII.
pub(crate) fn redirect(to: &str) -> Answer {
    match HeaderValue::from_str(to) {
        Ok(to) => Answer::empty(StatusCode::SEE_OTHER).with(LOCATION, to).no_store(),
        Err(_not_a_header) => Trouble::NotFound.answer(),
    }
}

/// How the server's own failures are said on a page.
pub fn refuse(failure: Failure, method: &Method) -> Answer {
    let title = match failure {
        Failure::NotFound => return Trouble::NotFound.answer(),
        Failure::MethodNotAllowed => "That is not possible here",
        Failure::BadUrl => "This can\u{2019}t be read",
        Failure::TooLarge { .. } => "That is too much",
        Failure::TimedOut | Failure::Interrupted => "Not all of it has arrived",
        Failure::TooManyRequests { .. } => "That was too often",
        Failure::Overloaded { .. } => "Busy just now",
        Failure::Internal => "This did not work",
    };
    let mut answer = said(failure.status(), title, &failure.sentence());
    if let Failure::Overloaded { retry_after_seconds } | Failure::TooManyRequests { retry_after_seconds } =
        failure
    {
        answer
            .headers
            .insert(RETRY_AFTER, HeaderValue::from(retry_after_seconds));
    }
    if failure == Failure::MethodNotAllowed && *method != Method::GET {
        answer.headers.insert(ALLOW, HeaderValue::from_static("GET"));
    }
    answer
}

fn said(status: StatusCode, title: &str, text: &str) -> Answer {
    let content = html! {
        h1 { (title) }
        p { (text) }
        p { a href="/console" { "To the console" } }
    };
    page::bare(status, title, &content)
}

/// The order that the path names can't be one.
pub(crate) fn number_in(ids: &PathIds, name: &str) -> Result<i64, Trouble> {
    let text = ids.get(name)?;
    let is_plain = (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain).ok_or(Trouble::NotFound)
}
