//! Who visits a page: which client sent them, whether they are signed in, and where they go back to.

use super::html::redirect;
use super::trouble::Trouble;
use crate::State;
use crate::callback::with_parameters;
use axum::http::header::{COOKIE, HOST, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use book::{Client, Grant, Purpose, same_text};
use http_kit::Answer;
use http_kit::headers::is_https;
use http_kit::query::Query;
use order::Dialect;
use url::Url;

/// The cookie that a form must come back with.
const FORM_COOKIE: &str = "ordrebok_form";
/// What the cookies of sessions begin with.
const SESSION_COOKIE: &str = "ordrebok_user_";
/// How long somebody stays signed in, in seconds.
const SESSION_SECONDS: i64 = 12 * 60 * 60;

/// One request for a page.
pub(super) struct Visit {
    /// The path and the query.
    pub(super) here: String,
    query: Query,
    headers: HeaderMap,
}

impl Visit {
    pub(super) fn of(parts: Parts) -> Result<Self, Trouble> {
        let malformed = Trouble::Malformed("The address is not percent-encoded UTF-8.");
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self {
            here: parts
                .uri
                .path_and_query()
                .map(ToString::to_string)
                .unwrap_or_default(),
            query: Query::parse(query).map_err(|_error| malformed)?,
            headers: parts.headers,
        })
    }

    /// The first part of the path, which all of these pages share: `user` or `login`.
    pub(super) fn base(&self) -> &str {
        self.here.split('/').nth(1).unwrap_or("user")
    }

    /// The whole address of a path of these pages, as this browser reaches it; none when it does not say.
    pub(super) fn address_of(&self, path: &str) -> Option<String> {
        address_of(&self.headers, path)
    }

    /// A parameter of the query; none when it is absent or empty, trouble when it has two values.
    pub(super) fn parameter(&self, name: &str) -> Result<Option<&str>, Trouble> {
        let mut values = self.query.pairs().filter(|(have, _)| *have == name);
        let first = values.next().map(|(_, value)| value);
        if values.any(|(_, other)| Some(other) != first) {
            return Err(Trouble::Malformed(
                "A parameter is given twice, with different values.",
            ));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// The client that a parameter names.
    pub(super) async fn client(&self, state: &State, parameter: &str) -> Result<Client, Trouble> {
        let id = self.parameter(parameter)?.ok_or(Trouble::UnknownClient)?;
        client_named(state, id).await
    }

    /// The client that a parameter names; where it is absent, the one that this browser's only session came through.
    pub(super) async fn client_or_session(&self, state: &State, parameter: &str) -> Result<Client, Trouble> {
        if self.parameter(parameter)?.is_some() {
            return self.client(state, parameter).await;
        }
        let mut found = None;
        for text in self
            .cookies()
            .filter_map(|(name, text)| name.starts_with(SESSION_COOKIE).then_some(text))
        {
            let session = state
                .book
                .granted(Dialect::Connect, Purpose::Session, text)
                .await?;
            if let Some(session) = session
                && found.replace(session.client).is_some()
            {
                return Err(Trouble::UnknownClient);
            }
        }
        found.ok_or(Trouble::UnknownClient)
    }

    /// Who is signed in with the client's merchant.
    pub(super) async fn signed_in(&self, state: &State, client: &Client) -> Result<Option<Grant>, Trouble> {
        let Some(text) = self.cookie(&session_cookie(client)) else {
            return Ok(None);
        };
        let session = state
            .book
            .granted(Dialect::Connect, Purpose::Session, text)
            .await?;
        Ok(session.filter(|session| session.client.merchant == client.merchant))
    }

    /// The text of the session with the client's merchant, good or not.
    pub(super) fn session_text(&self, client: &Client) -> Option<&str> {
        self.cookie(&session_cookie(client))
    }

    fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
    }

    fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies()
            .find(|(have, _)| *have == name)
            .map(|(_, value)| value)
    }

    /// The address that a parameter names, when the client has registered its origin.
    pub(super) fn return_address(
        &self,
        client: &Client,
        parameter: &'static str,
    ) -> Result<Option<Url>, Trouble> {
        self.parameter(parameter)?
            .map(|address| registered(client, address).ok_or(Trouble::BadReturn { parameter }))
            .transpose()
    }

    /// The token that a form of this browser carries, and the cookie to set when it has none yet.
    pub(super) fn form_token(&self, state: &State) -> (String, Option<HeaderValue>) {
        if let Some(token) = self.cookie(FORM_COOKIE).filter(|token| token.len() >= 32) {
            return (token.to_owned(), None);
        }
        let token = state.book.fresh_text();
        let cookie = self.new_cookie(FORM_COOKIE, &token);
        (token, cookie)
    }

    /// Refuses a form that another site has made this browser send.
    pub(super) fn check_form(&self, form: &Query) -> Result<(), Trouble> {
        let sent = form.one("form_token").ok().flatten().unwrap_or_default();
        let is_ours = self
            .cookie(FORM_COOKIE)
            .is_some_and(|kept| !kept.is_empty() && same_text(kept, sent));
        if is_ours { Ok(()) } else { Err(Trouble::StaleForm) }
    }

    /// Signs a user in: the answer carries the session.
    pub(super) async fn sign_in(
        &self,
        state: &State,
        client: &Client,
        user: &str,
        mut answer: Answer,
    ) -> Result<Answer, Trouble> {
        let grant = Grant {
            client: client.clone(),
            user: user.to_owned(),
            detail: String::new(),
        };
        let text = state.book.give(&grant, Purpose::Session, SESSION_SECONDS).await?;
        if let Some(cookie) = self.new_cookie(&session_cookie(client), &text) {
            answer.headers.append(SET_COOKIE, cookie);
        }
        Ok(answer)
    }

    /// A cookie that scripts don't see and other sites' forms don't carry.
    fn new_cookie(&self, name: &str, value: &str) -> Option<HeaderValue> {
        let secure = if is_https(&self.headers) { "; Secure" } else { "" };
        HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}")).ok()
    }

    /// Takes the session's cookie away.
    pub(super) fn forget(client: &Client, mut answer: Answer) -> Answer {
        let cookie = format!(
            "{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
            session_cookie(client)
        );
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            answer.headers.append(SET_COOKIE, cookie);
        }
        answer
    }
}

/// The whole address of a path of these pages, as whoever sent these headers reaches it; none when they don't say.
pub(crate) fn address_of(headers: &HeaderMap, path: &str) -> Option<String> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let scheme = if is_https(headers) { "https" } else { "http" };
    let url = Url::parse(&format!("{scheme}://{host}")).ok()?;
    Some(url.join(path).ok()?.into())
}

/// The client of this id.
pub(super) async fn client_named(state: &State, id: &str) -> Result<Client, Trouble> {
    let client = state.book.client(Dialect::Connect, id).await?;
    client.ok_or(Trouble::UnknownClient)
}

/// Each merchant's users have a session of their own.
fn session_cookie(client: &Client) -> String {
    format!("{SESSION_COOKIE}{}", client.merchant)
}

/// The address, when it is on a site that the client has registered.
pub(crate) fn registered(client: &Client, address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    let is_known = client
        .redirects
        .iter()
        .filter_map(|registered| Url::parse(registered).ok())
        .any(|registered| registered.origin() == url.origin());
    (matches!(url.scheme(), "http" | "https") && is_known).then_some(url)
}

/// Sends the browser to a registered address, with these parameters added to it.
pub(super) fn send_to(url: &Url, parameters: &[(&str, &str)]) -> Answer {
    let address = with_parameters(url.as_str(), parameters);
    // A parsed address is plain ASCII, and parameters are encoded.
    redirect(&address)
        .unwrap_or_else(|| Trouble::Malformed("The address to go back to can't be called.").answer())
}

/// A path of these pages that a form goes on to: never another site.
pub(super) fn is_path_here(path: &str) -> bool {
    (path.starts_with("/user/") || path.starts_with("/login/"))
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}
