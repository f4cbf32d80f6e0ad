//! Who calls, whether they may, and how often they have.
//!
//! The guards in their order: a token that opens nothing (401), too many calls (429), a token of the other mode (403),
//! a credential that may only look (403). What is wrong with the request itself is looked at after them.

use crate::State;
use crate::errors::ApiError;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use book::{Access, AuthError, Scope};
use http_kit::Answer;
use http_kit::allowance::{Allowance, Window};
use order::Dialect;
use std::sync::Arc;

const VERSION: HeaderName = HeaderName::from_static("x-mediaconnect-api-version");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The version that every answer names.
const OUR_VERSION: HeaderValue = HeaderValue::from_static(env!("CARGO_PKG_VERSION"));

/// A client that may go on.
pub(crate) struct Caller {
    pub(crate) access: Arc<Access>,
    allowance: Allowance,
}

impl Caller {
    /// The answer, with what the client is told about its limits.
    pub(crate) fn tell(&self, outcome: Result<Answer, ApiError>) -> Answer {
        let mut answer = outcome.unwrap_or_else(|error| error.answer());
        mark(&mut answer, self.allowance);
        answer
    }
}

/// On whose account an operation is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// The client's own.
    Client,
    /// A user's, who is signed in.
    User,
}

impl State {
    /// Lets a client in that calls on its own account (*client mode*); the error is its whole answer.
    pub(crate) async fn admit(&self, headers: &HeaderMap, needed: Scope) -> Result<Caller, Answer> {
        self.admit_in(Mode::Client, headers, needed).await
    }

    /// Lets a client in that calls for a user, whose unique id comes with it.
    pub(crate) async fn admit_user(
        &self,
        headers: &HeaderMap,
        needed: Scope,
    ) -> Result<(Caller, String), Answer> {
        let caller = self.admit_in(Mode::User, headers, needed).await?;
        let user = caller.access.user.clone().unwrap_or_default(); // the mode says that there is one
        Ok((caller, user))
    }

    async fn admit_in(&self, mode: Mode, headers: &HeaderMap, needed: Scope) -> Result<Caller, Answer> {
        let token = http_kit::headers::bearer(headers).ok_or(ApiError::NoToken);
        let access = match token {
            Ok(token) => self
                .book
                .authenticate_token(Dialect::Connect, token)
                .await
                .map_err(|error| match error {
                    AuthError::Denied => ApiError::BadToken,
                    AuthError::Book(error) => ApiError::Book(error),
                }),
            Err(error) => Err(error),
        };
        let access = access.map_err(|error| self.outside(error.answer()))?;
        let client = (access.merchant.0, access.credential);
        let counted = self
            .allowances
            .take(client, self.limits_of(&access), self.book.now().0);
        let allowance = counted.map_err(|too_many| {
            let retry_seconds = too_many.retry_seconds;
            let mut answer = ApiError::TooManyCalls { retry_seconds }.answer();
            mark(&mut answer, too_many.allowance);
            answer
        })?;
        let caller = Caller { access, allowance };
        if caller.access.user.is_some() != (mode == Mode::User) {
            let error = match mode {
                Mode::Client => ApiError::NotForUsers,
                Mode::User => ApiError::OnlyForUsers,
            };
            return Err(caller.tell(Err(error)));
        }
        if caller.access.scope < needed {
            return Err(caller.tell(Err(ApiError::ReadOnly)));
        }
        Ok(caller)
    }

    /// An answer to somebody who is not known as a client.
    pub(crate) fn outside(&self, mut answer: Answer) -> Answer {
        mark(
            &mut answer,
            Allowance::untouched(self.limits(), self.book.now().0),
        );
        answer
    }
}

/// Says what is left of the minute, when that has a limit.
fn mark(answer: &mut Answer, allowance: Allowance) {
    mark_version(answer);
    if let Some(Window {
        remaining,
        reset_seconds,
        ..
    }) = allowance.minute
    {
        answer.headers.insert(REMAINING, remaining.into());
        answer.headers.insert(RESET, reset_seconds.into());
    }
}

/// The one header that needs nothing to be known.
pub(crate) fn mark_version(answer: &mut Answer) {
    answer.headers.insert(VERSION, OUR_VERSION);
}
