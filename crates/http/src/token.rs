//! OAuth 2.0 token requests in every form in which clients send them, and RFC 6749's errors.

use std::collections::BTreeMap;
use std::fmt;

use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

use crate::query::{Query, decode_form};
use crate::{Answer, headers};

/// A token request: its parameters from query, form or JSON body, and HTTP Basic, taken together.
///
/// The same parameter in several places is fine as long as its values agree. A parameter without a value counts
/// as absent (RFC 6749, section 3.2).
pub struct TokenRequest {
    parameters: BTreeMap<String, String>,
    basic: Option<(String, String)>,
}

impl TokenRequest {
    /// Puts the parameters together.
    pub fn read(query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Result<Self, OAuthError> {
        let mut request = Self {
            parameters: BTreeMap::new(),
            basic: headers::basic(headers),
        };
        let unreadable = || {
            OAuthError::new(
                OAuthCode::InvalidRequest,
                "the parameters are not UTF-8 text, or have a NUL character in them",
            )
        };
        for (name, value) in Query::parse(query.unwrap_or_default())
            .map_err(|_| unreadable())?
            .pairs()
        {
            request.add(name, value)?;
        }
        let body = std::str::from_utf8(body).map_err(|_| unreadable())?;
        if is_json(headers) {
            for (name, value) in json_parameters(body)? {
                request.add(&name, &value)?;
            }
        } else {
            for (name, value) in Query::parse(body).map_err(|_| unreadable())?.pairs() {
                request.add(name, value)?;
            }
        }
        request
            .basic
            .take_if(|(id, secret)| id.contains('\0') || secret.contains('\0'));
        if headers::tried_basic(headers) && request.basic.is_none() {
            let malformed = "the Authorization header is not HTTP Basic with client id and secret";
            return Err(OAuthError {
                basic: true,
                ..OAuthError::new(OAuthCode::InvalidClient, malformed)
            });
        }
        Ok(request)
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), OAuthError> {
        if value.is_empty() {
            return Ok(());
        }
        if name.contains('\0') || value.contains('\0') {
            return Err(OAuthError::new(
                OAuthCode::InvalidRequest,
                "a parameter has a NUL character in it",
            ));
        }
        let kept = self
            .parameters
            .entry(name.to_owned())
            .or_insert_with(|| value.to_owned());
        if kept == value {
            return Ok(());
        }
        let twice = format!("{name} is given more than once, with different values");
        Err(OAuthError::new(OAuthCode::InvalidRequest, twice))
    }

    /// One parameter, such as `grant_type`, `scope`, `redirect_uri`, `code`, `refresh_token`, `jwt_token`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// What the client may mean by its id and secret, likeliest first: RFC 6749 wants both form-encoded within
    /// HTTP Basic, and half of all clients don't do it. Empty when there is no pair; an error when Basic and the
    /// parameters name different clients.
    pub fn clients(&self) -> Result<Vec<(String, String)>, OAuthError> {
        let sent = self.get("client_id").zip(self.get("client_secret"));
        let Some((id, secret)) = &self.basic else {
            return Ok(sent
                .map(|(id, secret)| (id.to_owned(), secret.to_owned()))
                .into_iter()
                .collect());
        };
        let mut clients = vec![(id.clone(), secret.clone())];
        if let (Ok(id), Ok(secret)) = (decode_form(id), decode_form(secret))
            && !clients.contains(&(id.clone(), secret.clone()))
        {
            clients.push((id, secret));
        }
        clients.retain(|(id, secret)| {
            self.get("client_id").is_none_or(|sent| sent == id)
                && self.get("client_secret").is_none_or(|sent| sent == secret)
        });
        if clients.is_empty() {
            let twice = "the Authorization header and the parameters name different clients";
            return Err(OAuthError {
                basic: true,
                ..OAuthError::new(OAuthCode::InvalidRequest, twice)
            });
        }
        Ok(clients)
    }

    /// An error for this request, which knows how the client proved itself.
    pub fn refuse(&self, code: OAuthCode, description: impl Into<String>) -> OAuthError {
        OAuthError {
            basic: self.basic.is_some(),
            ..OAuthError::new(code, description)
        }
    }
}

/// Secrets stay out of logs.
impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parameters.keys().collect();
        f.debug_struct("TokenRequest")
            .field("parameters", &names)
            .field("basic", &self.basic.is_some())
            .finish()
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    content_type
        .trim_start()
        .to_ascii_lowercase()
        .starts_with("application/json")
}

/// The members of a JSON body. A client that says JSON and sends a form, or nothing, is understood as well.
fn json_parameters(body: &str) -> Result<Vec<(String, String)>, OAuthError> {
    if !body.trim_start().starts_with('{') {
        let pairs = Query::parse(body.trim()).unwrap_or_default();
        return Ok(pairs
            .pairs()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect());
    }
    serde_json::from_str::<BTreeMap<String, Option<String>>>(body)
        .map(|members| {
            members
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect()
        })
        .map_err(|_| {
            OAuthError::new(
                OAuthCode::InvalidRequest,
                "the body is not a JSON object whose members are text",
            )
        })
}

/// RFC 6749's error codes of the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OAuthCode {
    /// A parameter is missing, malformed or contradicts another.
    InvalidRequest,
    /// Unknown client, or wrong secret.
    InvalidClient,
    /// The code, the refresh token or the assertion is unknown, used or expired.
    InvalidGrant,
    /// The client may not use this grant.
    UnauthorizedClient,
    /// The server doesn't know this grant.
    UnsupportedGrantType,
    /// The scope is unknown or more than the client may have.
    InvalidScope,
}

/// A refused token request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{description}")]
pub struct OAuthError {
    /// Which of RFC 6749's errors it is.
    pub code: OAuthCode,
    /// What is wrong, for whoever reads the client's log.
    pub description: String,
    /// Whether the client used HTTP Basic, and is therefore told to use it properly.
    pub basic: bool,
}

impl OAuthError {
    /// An error of a client that did not use HTTP Basic.
    pub fn new(code: OAuthCode, description: impl Into<String>) -> Self {
        Self {
            code,
            description: description.into(),
            basic: false,
        }
    }

    /// The error as RFC 6749, section 5.2, has it.
    pub fn answer(&self) -> Answer {
        #[derive(Serialize)]
        struct Body<'e> {
            error: OAuthCode,
            error_description: &'e str,
        }
        let body = Body {
            error: self.code,
            error_description: &self.description,
        };
        if self.code != OAuthCode::InvalidClient {
            return Answer::json(StatusCode::BAD_REQUEST, &body).no_store();
        }
        let mut answer = Answer::json(StatusCode::UNAUTHORIZED, &body).no_store();
        if self.basic {
            answer.headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"ordrebok\""),
            );
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::AUTHORIZATION;
    use base64::Engine;

    const FORM: &str = "application/x-www-form-urlencoded";
    const BODY: &str = "grant_type=client_credentials&client_id=no.shop&client_secret=s%2Bcret";

    fn headers(content_type: &str, basic: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, content_type.parse().unwrap())]);
        if let Some(pair) = basic {
            let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
            headers.insert(AUTHORIZATION, format!("Basic {encoded}").parse().unwrap());
        }
        headers
    }

    /// Form body, query string with an empty body, both, JSON, Basic as RFC 6749 has it and Basic as it is.
    #[test]
    fn the_same_client_is_found_in_every_form() {
        let json = r#"{"grant_type":"client_credentials","client_id":"no.shop","client_secret":"s+cret","scope":null}"#;
        let grant = "grant_type=client_credentials&scope=";
        for (query, headers, body) in [
            (None, headers(FORM, None), BODY),
            (Some(BODY), headers(FORM, None), ""),
            (Some(BODY), headers(FORM, None), BODY),
            (None, headers("Application/JSON; charset=utf-8", None), json),
            (Some(BODY), headers("application/json", None), ""),
            (None, headers(FORM, Some("no.shop:s%2Bcret")), grant),
            (None, headers(FORM, Some("no.shop:s+cret")), grant),
            (None, headers(FORM, Some("no.shop:s%2Bcret")), BODY),
        ] {
            let request = TokenRequest::read(query, &headers, body.as_bytes()).unwrap();
            let expected = ("no.shop".to_owned(), "s+cret".to_owned());
            assert!(
                request.clients().unwrap().contains(&expected),
                "for {query:?} {body}"
            );
            assert_eq!(request.get("grant_type"), Some("client_credentials"));
            assert_eq!(request.get("scope"), None);
            assert!(
                !format!("{request:?}").contains("s+cret"),
                "secrets stay out of logs"
            );
        }
    }

    #[test]
    fn contradictions_and_garbage_are_told() {
        let (json, not_basic) = (headers("application/json", None), headers(FORM, Some("no colon")));
        let basic = "the Authorization header is not HTTP Basic with client id and secret";
        let text = "the parameters are not UTF-8 text, or have a NUL character in them";
        let member = "the body is not a JSON object whose members are text";
        let twice = "client_id is given more than once, with different values";
        let two = "the Authorization header and the parameters name different clients";
        for (query, headers, body, status, error, description) in [
            (
                Some("client_id=other"),
                headers(FORM, None),
                BODY,
                400,
                "invalid_request",
                twice,
            ),
            (
                None,
                headers(FORM, Some("other:s+cret")),
                BODY,
                400,
                "invalid_request",
                two,
            ),
            (None, not_basic, "", 401, "invalid_client", basic),
            (
                None,
                headers(FORM, Some("a:\0")),
                "",
                401,
                "invalid_client",
                basic,
            ),
            (
                None,
                headers(FORM, None),
                "client_id=%ff",
                400,
                "invalid_request",
                text,
            ),
            (
                None,
                headers(FORM, None),
                "client_id=%00",
                400,
                "invalid_request",
                text,
            ),
            (None, json, r#"{"client_id":1}"#, 400, "invalid_request", member),
        ] {
            let read = TokenRequest::read(query, &headers, body.as_bytes());
            let answer = read
                .and_then(|request| request.clients())
                .expect_err(description)
                .answer();
            let told = format!(r#"{{"error":"{error}","error_description":"{description}"}}"#);
            assert_eq!((answer.status.as_u16(), answer.body), (status, told.into()));
        }
    }

    #[test]
    fn a_client_that_used_basic_is_told_to_use_it_properly() {
        let request = TokenRequest::read(None, &headers(FORM, Some("a:b")), b"").unwrap();
        let answer = request
            .refuse(OAuthCode::InvalidClient, "unknown client")
            .answer();
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers[WWW_AUTHENTICATE], "Basic realm=\"ordrebok\"");
        assert_eq!(answer.headers["cache-control"], "no-store");
        let without = TokenRequest::read(None, &headers(FORM, None), b"").unwrap();
        assert!(
            without
                .refuse(OAuthCode::InvalidClient, "x")
                .answer()
                .headers
                .get(WWW_AUTHENTICATE)
                .is_none()
        );
    }
}
