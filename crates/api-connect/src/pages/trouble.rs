//! Why a page can't be shown.

use super::html::page;
use crate::errors::{self, ApiError};
use axum::http::StatusCode;
use book::BookError;
use http_kit::Answer;

/// Why a page can't be shown. Whoever came here is not sent on: nobody knows where to.
#[derive(Debug)]
pub(super) enum Trouble {
    /// No such client.
    UnknownClient,
    /// The address to go back to is none that the client has registered.
    BadReturn {
        /// The parameter that has it.
        parameter: &'static str,
    },
    /// The request can't be read.
    Malformed(&'static str),
    /// The form is not one that this browser was shown.
    StaleForm,
    /// The server can't.
    Api(ApiError),
}

impl From<BookError> for Trouble {
    fn from(error: BookError) -> Self {
        Self::Api(error.into())
    }
}

impl Trouble {
    pub(super) fn answer(&self) -> Answer {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Self::UnknownClient => said(
                bad,
                "This link is not complete",
                "The site that sent you here is not known: clientId is missing, or there is no such client.",
            ),
            Self::BadReturn { parameter } => said(
                bad,
                "This link leads nowhere",
                &format!(
                    "The site that sent you here has not registered the address that {parameter} names."
                ),
            ),
            Self::Malformed(what) => said(bad, "This link can't be read", what),
            Self::StaleForm => said(
                StatusCode::FORBIDDEN,
                "Please go back and try again",
                "This form was not opened in this browser, or cookies are switched off.",
            ),
            Self::Api(error) => {
                let status = errors::status_of(error);
                said(
                    status,
                    "This did not work",
                    "The page could not be made. Please try again in a moment.",
                )
            }
        }
    }
}

fn said(status: StatusCode, title: &str, text: &str) -> Answer {
    page(status, title, &format!("<p>{}</p>\n", super::html::escape(text)))
}
