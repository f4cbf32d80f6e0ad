//! What the operations stand on.

use crate::catalogues::Catalogues;
use book::{Access, Book};
use http_kit::allowance::{Allowances, CallLimits};
use http_kit::body::BodyLimits;

/// What the operations stand on: the book, and what the operator has set.
pub struct State {
    pub(crate) book: Book,
    pub(crate) body: BodyLimits,
    pub(crate) settings: Settings,
    pub(crate) allowances: Allowances,
    pub(crate) catalogues: Catalogues,
}

/// What an operator can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whether outside payments settle by themselves, as the test triggers say.
    pub sandbox: bool,
    /// For how many seconds an access token opens the API.
    pub token_seconds: i64,
    /// For how many seconds a user's client gets new access tokens.
    pub refresh_seconds: i64,
    /// How many calls a client has in a second; zero for as many as it likes.
    pub calls_a_second: u32,
    /// How many calls a client has in a minute; zero for as many as it likes.
    pub calls_a_minute: u32,
}

impl Default for Settings {
    /// What Connect itself does: access tokens of 12 hours, refresh tokens of 30 days, 100 calls a second, 2,000 a minute.
    fn default() -> Self {
        Self {
            sandbox: false,
            token_seconds: 12 * 60 * 60,
            refresh_seconds: 30 * 24 * 60 * 60,
            calls_a_second: 100,
            calls_a_minute: 2000,
        }
    }
}

impl State {
    /// Puts it together.
    pub fn new(book: Book, body: BodyLimits, settings: Settings) -> Self {
        Self {
            book,
            body,
            settings,
            allowances: Allowances::default(),
            catalogues: Catalogues::default(),
        }
    }

    /// How many calls a client has of which nothing is known, or nothing in particular is set.
    pub(crate) fn limits(&self) -> CallLimits {
        CallLimits {
            second: self.settings.calls_a_second,
            minute: self.settings.calls_a_minute,
        }
    }

    /// How many calls this client has.
    pub(crate) fn limits_of(&self, access: &Access) -> CallLimits {
        let own = access.settings;
        self.limits().but(own.calls_a_second, own.calls_a_minute)
    }
}
