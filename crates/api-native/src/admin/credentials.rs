//! `/admin/credentials`: what clients prove themselves with: listed, added, given a new secret, revoked.

use super::call::{AdminCall, administrator, merchant_of, needed};
use crate::State;
use crate::errors::{CREDENTIAL_NOT_FOUND, CREDENTIAL_TAKEN};
use crate::parameters::Parameters;
use crate::problem::Problem;
use crate::reading::invalid;
use crate::wire::moment;
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use book::{AddedCredential, Api, BookError, CredentialInfo, NewCredential, Scope};
use http_kit::Answer;
use http_kit::path::PathIds;
use order::Dialect;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long a replaced secret stays good when nothing is said: a day.
const USUAL_OVERLAP_SECONDS: u32 = 86_400;
/// The longest: thirty days.
const LONGEST_OVERLAP_SECONDS: u32 = 2_592_000;
/// The longest id or secret, in characters: they travel in headers.
const LONGEST: usize = 200;

/// A credential that is to be added. What is left out is made up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AddCredential {
    /// `connect`, `afterpay`, `marketplace` or `ordrebok`.
    api: String,
    /// The client id that the merchant's systems use already.
    id: Option<String>,
    /// The secret or key that they use already.
    secret: Option<String>,
    /// `read`, `write` (when nothing is said) or, of `ordrebok`, `admin`.
    scope: Option<String>,
    /// Where a Connect client lets users be sent back to.
    #[serde(default)]
    redirect_uris: Vec<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Rotate {
    /// For how many seconds the secret before stays good: at most thirty days; a day when nothing is said.
    overlap_seconds: Option<u32>,
}

/// A credential. Its secret is shown once: when it is added, and when it gets another.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credential {
    number: i64,
    api: &'static str,
    id: String,
    scope: &'static str,
    created_at: String,
    /// From when on it opens nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// Until when the secret that it replaces is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_until: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Credentials {
    credentials: Vec<Credential>,
}

impl From<CredentialInfo> for Credential {
    fn from(info: CredentialInfo) -> Self {
        Self {
            number: info.number,
            api: info.api.as_str(),
            id: info.id,
            scope: info.scope.as_str(),
            created_at: moment(info.created_at),
            revoked_at: info.revoked_at.map(moment),
            secret: None,
            previous_until: None,
        }
    }
}

impl From<AddedCredential> for Credential {
    fn from(added: AddedCredential) -> Self {
        Self {
            secret: Some(added.secret),
            ..added.info.into()
        }
    }
}

impl AddCredential {
    fn read(self, merchant: order::MerchantId) -> Result<NewCredential, Problem> {
        let api = Api::from_word(&self.api)
            .ok_or_else(|| invalid("api", "must be one of connect, afterpay, marketplace, ordrebok"))?;
        let scope = self.scope.as_deref().map_or(Some(Scope::Write), Scope::from_word);
        let scope = scope.filter(|scope| *scope < Scope::Admin || api == Dialect::Ordrebok);
        let wrong = "must be read or write, or admin for ordrebok";
        let scope = scope.ok_or_else(|| invalid("scope", wrong))?;
        for (field, text) in [("id", &self.id), ("secret", &self.secret)] {
            let fits = |text: &String| {
                (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
            };
            if text.as_ref().is_some_and(|text| !fits(text)) {
                return Err(invalid(field, "must be 1 to 200 visible ASCII characters"));
            }
        }
        for (place, address) in self.redirect_uris.iter().enumerate() {
            let is_web = address.starts_with("https://") || address.starts_with("http://");
            let uri = address.parse::<Uri>();
            if !is_web || address.contains('#') || uri.is_err() || address.len() > 2000 {
                let wrong = "must be an http or https address without a fragment";
                return Err(invalid(&format!("redirectUris[{place}]"), wrong));
            }
        }
        Ok(NewCredential {
            merchant,
            api,
            id: self.id,
            secret: self.secret,
            scope,
            redirects: self.redirect_uris,
        })
    }
}

pub(super) async fn list(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let known = administrator(&state, &headers).await?;
    let parameters = Parameters::read(&uri, &["merchant"])?;
    let merchant = needed(merchant_of(&state, &known, &parameters).await?)?;
    let credentials = state.book.credentials(merchant).await?.into_iter();
    let credentials = credentials.map(Credential::from).collect();
    Ok(Answer::json(StatusCode::OK, &Credentials { credentials }).no_store())
}

pub(super) async fn add(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = AdminCall::read(&state, request).await?;
    let merchant = call.merchant(&state).await?;
    let new = call.parse::<AddCredential>()?.read(merchant)?;
    match call.book(&state).add_credential(new).await {
        Ok(added) => Ok(Answer::json(StatusCode::CREATED, &Credential::from(added)).no_store()),
        Err(BookError::Exists(_)) => {
            let detail = "Another credential of the API has this id, or this key.";
            Err(Problem::new(CREDENTIAL_TAKEN, detail))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn rotate(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = AdminCall::read(&state, request).await?;
    let merchant = call.merchant(&state).await?;
    let Rotate { overlap_seconds } = call.parse_or_default()?;
    let overlap = overlap_seconds.unwrap_or(USUAL_OVERLAP_SECONDS);
    if overlap > LONGEST_OVERLAP_SECONDS {
        return Err(invalid("overlapSeconds", "is more than thirty days"));
    }
    let rotated = call
        .book(&state)
        .rotate_credential(merchant, number(&ids)?, overlap)
        .await;
    let rotated = rotated.map_err(not_found)?;
    let credential = Credential {
        previous_until: Some(moment(rotated.previous_until)),
        ..rotated.added.into()
    };
    Ok(Answer::json(StatusCode::OK, &credential).no_store())
}

/// Nothing is to be said.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoke {}

pub(super) async fn revoke(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = AdminCall::read(&state, request).await?;
    let merchant = call.merchant(&state).await?;
    let Revoke {} = call.parse_or_default()?;
    let number = number(&ids)?;
    let revoked = call.book(&state).revoke_credential(merchant, number).await;
    revoked.map_err(not_found)?;
    let known = state.book.credentials(merchant).await?.into_iter();
    let credential = known.map(Credential::from).find(|one| one.number == number);
    let credential = credential.ok_or_else(no_such_credential)?;
    Ok(Answer::json(StatusCode::OK, &credential).no_store())
}

fn number(ids: &PathIds) -> Result<i64, Problem> {
    let text = ids.get("number").unwrap_or_default();
    let number = text
        .parse()
        .ok()
        .filter(|number: &i64| number.to_string() == text);
    number.ok_or_else(no_such_credential)
}

fn not_found(error: BookError) -> Problem {
    if matches!(error, BookError::Unknown(_)) {
        no_such_credential()
    } else {
        error.into()
    }
}

fn no_such_credential() -> Problem {
    Problem::new(
        CREDENTIAL_NOT_FOUND,
        "There is no such credential, or it was revoked or replaced.",
    )
}
