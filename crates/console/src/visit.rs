//! Who is there, for which merchant, and what they may do.

use crate::State;
use crate::trouble::{Trouble, number_in};
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use book::{Book, Merchant, Person, Role, same_text};
use http_kit::body::{BodyLimits, read};
use http_kit::headers::is_https;
use http_kit::path::PathIds;
use http_kit::query::Query;
use http_kit::{Answer, query};
use order::MerchantId;

/// How long a session lasts: a working day.
pub(crate) const SESSION_SECONDS: i64 = 12 * 3600;
/// The cookie of the session.
const SESSION: &str = "ordrebok_console";
/// The cookie that the sign-in form, which has no session yet, is tied to.
const FORM: &str = "ordrebok_console_form";
/// The hidden field that ties a form to its session.
pub(crate) const FORM_FIELD: &str = "form_token";

/// What a request carries beside its body.
#[derive(Debug)]
pub(crate) struct Asked {
    headers: HeaderMap,
    ids: PathIds,
    /// The query.
    pub(crate) query: Query,
    /// Path and query.
    pub(crate) here: String,
    is_read: bool,
}

impl Asked {
    async fn of(parts: &mut Parts, state: &State) -> Result<Self, Trouble> {
        let ids = match PathIds::from_request_parts(parts, state).await {
            Ok(ids) => ids,
            Err(never) => match never {},
        };
        let here = parts.uri.path_and_query().map(ToString::to_string);
        Ok(Self {
            headers: parts.headers.clone(),
            ids,
            query: Query::parse(parts.uri.query().unwrap_or_default())?,
            here: here.unwrap_or_default(),
            is_read: parts.method.is_safe(),
        })
    }

    fn cookie(&self, name: &str) -> Option<&str> {
        self.headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(have, _)| *have == name)
            .map(|(_, value)| value)
    }

    /// A cookie that scripts don't see and other sites' forms don't carry.
    fn set_cookie(&self, answer: &mut Answer, name: &str, value: &str, seconds: i64) {
        let secure = if is_https(&self.headers) { "; Secure" } else { "" };
        let cookie =
            format!("{name}={value}; Path=/console; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            answer.headers.append(SET_COOKIE, cookie);
        }
    }

    /// The answer, which begins a session.
    pub(crate) fn begin(&self, mut answer: Answer, session: &str) -> Answer {
        self.set_cookie(&mut answer, SESSION, session, SESSION_SECONDS);
        answer
    }

    /// The answer, which ends the session.
    pub(crate) fn end(&self, mut answer: Answer) -> Answer {
        self.set_cookie(&mut answer, SESSION, "", 0);
        answer
    }

    /// The session that the browser shows, whatever it is worth.
    pub(crate) fn session(&self) -> Option<&str> {
        self.cookie(SESSION)
    }

    /// What the sign-in form carries, and what the answer that shows it must set.
    pub(crate) fn form_token(&self, book: &Book) -> (String, bool) {
        match self.cookie(FORM).filter(|token| token.len() >= 32) {
            Some(token) => (token.to_owned(), false),
            None => (book.fresh_text(), true),
        }
    }

    /// The answer, which ties the sign-in form to this browser.
    pub(crate) fn with_form_token(&self, mut answer: Answer, token: &str) -> Answer {
        self.set_cookie(&mut answer, FORM, token, SESSION_SECONDS);
        answer
    }

    /// Refuses a sign-in form that another site has made this browser send.
    pub(crate) fn check_form(&self, form: &Query) -> Result<(), Trouble> {
        let kept = self.cookie(FORM).filter(|kept| !kept.is_empty());
        if kept.is_some_and(|kept| same_text(kept, field(form, FORM_FIELD))) {
            Ok(())
        } else {
            Err(Trouble::StaleForm)
        }
    }
}

impl FromRequestParts<State> for Asked {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Trouble> {
        Self::of(parts, state).await
    }
}

/// Somebody who is signed in.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) asked: Asked,
    pub(crate) person: Person,
    session: String,
    form_token: String,
}

impl FromRequestParts<State> for Visit {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Trouble> {
        let asked = Asked::of(parts, state).await?;
        // A form that comes too late is not sent again by itself: they begin anew where it stood.
        let next = if asked.is_read { asked.here.as_str() } else { "" };
        let nobody = Trouble::NotSignedIn {
            next: next.to_owned(),
        };
        let Some(session) = asked.session().map(ToOwned::to_owned) else {
            return Err(nobody);
        };
        let Some(person) = state.book().visitor(&session).await? else {
            return Err(nobody);
        };
        Ok(Self {
            form_token: state.book().form_token(&session),
            asked,
            person,
            session,
        })
    }
}

impl Visit {
    /// What every form of this session carries.
    pub(crate) fn form_token(&self) -> &str {
        &self.form_token
    }

    pub(crate) fn session(&self) -> &str {
        &self.session
    }

    /// A form's fields, once it is sure that this session was shown it.
    pub(crate) async fn form(&self, state: &State, body: Body) -> Result<Query, Trouble> {
        let form = read_form(state.limits(), body).await?;
        self.check_token(field(&form, FORM_FIELD))?;
        Ok(form)
    }

    pub(crate) fn check_token(&self, sent: &str) -> Result<(), Trouble> {
        if same_text(&self.form_token, sent) {
            Ok(())
        } else {
            Err(Trouble::StaleForm)
        }
    }
}

/// Somebody who is signed in, at work for one merchant whose orders they may see.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) visit: Visit,
    pub(crate) merchant: Merchant,
}

impl FromRequestParts<State> for Desk {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Trouble> {
        let visit = Visit::from_request_parts(parts, state).await?;
        if visit.person.must_change {
            return Err(Trouble::MustChangePassword);
        }
        let merchant = MerchantId(number_in(&visit.asked.ids, "merchant")?);
        if !visit.person.sees(merchant) {
            return Err(Trouble::NotFound);
        }
        let merchant = state.book().merchant_of(merchant).await?;
        let merchant = merchant.ok_or(Trouble::NotFound)?;
        Ok(Self { visit, merchant })
    }
}

impl Desk {
    /// The book, for what this person does: the audit trail has their name.
    pub(crate) fn book(&self, state: &State) -> book::Book {
        state
            .book()
            .acting_for(&format!("person {}", self.visit.person.name))
    }

    /// Refuses whoever has not this role.
    pub(crate) fn need(&self, role: Role) -> Result<(), Trouble> {
        if self.may(role) {
            Ok(())
        } else {
            Err(Trouble::MayNot(role))
        }
    }

    pub(crate) fn may(&self, role: Role) -> bool {
        self.visit.person.role >= role
    }

    /// A form's fields, from somebody who has this role and was shown it.
    pub(crate) async fn form(&self, state: &State, role: Role, body: Body) -> Result<Query, Trouble> {
        self.need(role)?;
        self.visit.form(state, body).await
    }

    /// The path of a page of this merchant's; empty for the first.
    pub(crate) fn path(&self, page: &str) -> String {
        if page.is_empty() {
            format!("/console/{}", self.merchant.id)
        } else {
            format!("/console/{}/{page}", self.merchant.id)
        }
    }

    pub(crate) fn query(&self) -> &Query {
        &self.visit.asked.query
    }

    /// A parameter of the query, trimmed; empty when it is not there.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        field(self.query(), name).trim()
    }

    /// A number in the path.
    pub(crate) fn number(&self, name: &str) -> Result<i64, Trouble> {
        number_in(&self.visit.asked.ids, name)
    }

    /// A text in the path.
    pub(crate) fn segment(&self, name: &str) -> Result<&str, Trouble> {
        Ok(self.visit.asked.ids.get(name)?)
    }

    /// The address of this page with some parameters replaced; those with an empty value are left out.
    pub(crate) fn here_with(&self, page: &str, replaced: &[(&str, &str)]) -> String {
        let stays = |name: &str| replaced.iter().all(|(other, _)| *other != name);
        let kept = self.query().pairs().filter(|(name, _)| stays(name));
        let pairs = kept
            .chain(replaced.iter().copied())
            .filter(|(_, value)| !value.is_empty());
        let query = query::write(pairs);
        if query.is_empty() {
            self.path(page)
        } else {
            format!("{}?{query}", self.path(page))
        }
    }
}

/// The first value of a field; empty when it is not there.
pub(crate) fn field<'q>(form: &'q Query, name: &str) -> &'q str {
    let mut pairs = form.pairs();
    pairs
        .find(|(have, _)| *have == name)
        .map_or("", |(_, value)| value)
}

/// The fields of a form, whoever sent it.
pub(crate) async fn read_form(limits: BodyLimits, body: Body) -> Result<Query, Trouble> {
    let body = read(body, limits).await?;
    let unreadable =
        Trouble::Malformed("The form is not URL-encoded UTF-8 text, or has a NUL character in it.");
    let Ok(text) = std::str::from_utf8(&body) else {
        return Err(unreadable);
    };
    Query::parse(text).map_err(|_error| unreadable)
}

/// Whether a path is one of the console's, to go on to after signing in: never another site.
pub(crate) fn is_path_here(path: &str) -> bool {
    (path == "/console" || path.starts_with("/console/"))
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}
