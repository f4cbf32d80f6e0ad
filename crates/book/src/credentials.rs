//! What clients prove themselves with.

use crate::administration::OPERATOR;
use crate::callers::let_in;
use crate::merchant_settings::MerchantSettings;
use crate::secrets::random_text;
use crate::{AuthError, Book, BookError};
use order::{Dialect, MerchantId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::StoreError;
use store::rows::CredentialRow;

/// The API that a credential opens.
pub type Api = Dialect;

/// What a credential may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Look.
    Read,
    /// Look and change.
    Write,
    /// That, and say who else may: add, rotate and revoke credentials.
    Admin,
}

impl Scope {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// The scope that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Admin]
            .into_iter()
            .find(|scope| scope.as_str() == word)
    }
}

/// A caller who has proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Whose orders they see.
    pub merchant: MerchantId,
    /// Which credential it was.
    pub credential: i64,
    /// Which API it opens.
    pub api: Api,
    /// The client's id, as it calls itself.
    pub client: String,
    /// What it may do.
    pub scope: Scope,
    /// The user who lets it, by their unique id; none when the client calls on its own account.
    pub user: Option<String>,
    /// What is set for the merchant, as of the last second.
    pub settings: MerchantSettings,
}

/// A credential that is to be added.
#[derive(Debug, Clone)]
pub struct NewCredential {
    /// Whose.
    pub merchant: MerchantId,
    /// Which API it opens.
    pub api: Api,
    /// The client id; made up when there is none.
    pub id: Option<String>,
    /// The secret or key; made up when there is none.
    pub secret: Option<String>,
    /// What it may do.
    pub scope: Scope,
    /// Where it lets users be sent back to.
    pub redirects: Vec<String>,
}

/// A credential that was added. The secret is not kept and is shown this once.
#[derive(Debug, Clone)]
pub struct AddedCredential {
    /// Which.
    pub info: CredentialInfo,
    /// The secret or key.
    pub secret: String,
}

/// A credential, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialInfo {
    /// Its number, unique within the merchant.
    pub number: i64,
    /// Which API it opens.
    pub api: Api,
    /// The client id.
    pub id: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was added.
    pub created_at: Timestamp,
    /// From when on it opens nothing.
    pub revoked_at: Option<Timestamp>,
    /// Until when the secret that it had before is good, if it has another by now.
    pub previous_until: Option<Timestamp>,
    /// Whether it has a secret at all.
    pub has_secret: bool,
}

/// What is kept with a credential beside its columns.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The client's id as it calls itself, where the look-up column holds a hash.
    pub(crate) id: String,
    /// Where it lets users be sent back to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) redirects: Vec<String>,
    /// Whether it has no secret.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) public: bool,
    /// The secret that it had before, for as long as that is still good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous: Option<Previous>,
}

/// A secret that has been replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Previous {
    /// Its hash.
    pub(crate) hash: String,
    /// Until when it is good.
    pub(crate) until: Timestamp,
}

/// How long a key is taken for good without asking the database. A credential that is taken back opens nothing more
/// after that, on any server.
const TRUSTED_FOR_MILLIS: i64 = 1000;

/// Callers who have proved who they are within the last second, by the hash of what they showed.
#[derive(Default)]
pub(crate) struct AccessCache {
    known: Mutex<HashMap<String, (Arc<Access>, Timestamp)>>,
}

impl AccessCache {
    /// How many callers are remembered at the most.
    const MOST: usize = 4096;

    pub(crate) fn get(&self, hash: &str, now: Timestamp) -> Option<Arc<Access>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (access, since) = known.get(hash)?;
        let age = now.0.saturating_sub(since.0);
        (0..TRUSTED_FOR_MILLIS).contains(&age).then(|| Arc::clone(access))
    }

    pub(crate) fn put(&self, hash: String, access: &Arc<Access>, now: Timestamp) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(hash, (Arc::clone(access), now));
    }

    pub(crate) fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Whether an API is opened by a key alone, without a client id.
pub(crate) fn is_key_only(api: Api) -> bool {
    match api {
        Dialect::AfterPay | Dialect::Ordrebok => true,
        Dialect::Connect | Dialect::Marketplace => false,
    }
}

impl Book {
    /// Adds a credential. What is not given is made up.
    ///
    /// # Errors
    /// [`BookError::Exists`] when another credential of the API has the same id, or the same key.
    pub async fn add_credential(&self, new: NewCredential) -> Result<AddedCredential, BookError> {
        let entropy = self.inner.entropy.as_ref();
        let secret = new.secret.unwrap_or_else(|| random_text(entropy));
        let id = new
            .id
            .unwrap_or_else(|| format!("{}-{}", new.api, &random_text(entropy)[..12]));
        let secret_hash = self.inner.salt.hash(&secret);
        let client = if is_key_only(new.api) {
            secret_hash.clone()
        } else {
            id.clone()
        };
        let start = self
            .store()
            .take_block(new.merchant.0, "credential", 1, 1)
            .await?;
        let kept = Kept {
            id: id.clone(),
            redirects: new.redirects,
            public: false,
            previous: None,
        };
        let row = CredentialRow {
            merchant: new.merchant.0,
            id: start,
            api: new.api.as_str().to_owned(),
            client,
            secret_hash,
            scope: new.scope.as_str().to_owned(),
            settings: serde_json::to_string(&kept).unwrap_or_default(),
            created_at: self.now().0,
            revoked_at: None,
        };
        let what = format!("{} {id} {}", new.api, new.scope.as_str());
        let note = self.note("credential.add", format!("credential {start}"), what);
        match self.store().add_credential(&row, &note).await {
            Ok(()) => Ok(AddedCredential {
                info: info_of(&row)?,
                secret,
            }),
            Err(StoreError::Taken(_)) => Err(BookError::Exists(format!(
                "{} credential {id}, or its key,",
                new.api
            ))),
            Err(error) => Err(error.into()),
        }
    }

    /// A merchant's credentials.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn credentials(&self, merchant: MerchantId) -> Result<Vec<CredentialInfo>, BookError> {
        self.store()
            .credentials(merchant.0)
            .await?
            .iter()
            .map(info_of)
            .collect()
    }

    /// Takes a credential back, and with it every token that it was given.
    ///
    /// # Errors
    /// [`BookError::Unknown`] when there is none with this number.
    pub async fn revoke_credential(&self, merchant: MerchantId, number: i64) -> Result<(), BookError> {
        let note = self.note("credential.revoke", format!("credential {number}"), String::new());
        let done = self
            .store()
            .revoke_credential((merchant.0, number), self.now().0, &note)
            .await?;
        self.inner.access.forget();
        if done {
            Ok(())
        } else {
            Err(BookError::Unknown(format!("credential {number}")))
        }
    }

    /// Whether a client id is one of an API's. It proves nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_client(&self, api: Api, client: &str) -> Result<bool, BookError> {
        Ok(self.live_credential(api, client).await?.is_some())
    }

    /// Who shows this key.
    ///
    /// # Errors
    /// [`AuthError::Denied`] when the key opens nothing.
    pub async fn authenticate_key(&self, api: Api, key: &str) -> Result<Arc<Access>, AuthError> {
        let (hash, now) = (self.inner.salt.hash(key), self.now());
        if let Some(access) = self
            .inner
            .access
            .get(&hash, now)
            .filter(|access| access.api == api)
        {
            let_in(access.merchant);
            return Ok(access);
        }
        let row = self.live_credential(api, &hash).await?;
        // What is an operator's opens no orders: there are none of merchant 0.
        let row = row
            .filter(|row| row.merchant != OPERATOR.0)
            .filter(|row| self.inner.salt.matches(key, &row.secret_hash))
            .ok_or(AuthError::Denied)?;
        let access = Arc::new(self.access(&row).await?);
        self.inner.access.put(hash, &access, now);
        let_in(access.merchant);
        Ok(access)
    }

    /// The credential of a client, unless it opens nothing by now.
    pub(crate) async fn live_credential(
        &self,
        api: Api,
        client: &str,
    ) -> Result<Option<CredentialRow>, BookError> {
        let now = self.now().0;
        Ok(self
            .store()
            .credential_by_client(api.as_str(), client, now)
            .await?)
    }

    /// Who has this client id and secret.
    pub(crate) async fn authenticate_client(
        &self,
        api: Api,
        client: &str,
        secret: &str,
    ) -> Result<(Access, CredentialRow), AuthError> {
        let row = self
            .live_credential(api, client)
            .await?
            .ok_or(AuthError::Denied)?;
        let previous = kept_of(&row)?.previous;
        let previous = previous.filter(|previous| previous.until > self.now());
        let is_right = self.inner.salt.matches(secret, &row.secret_hash)
            || previous.is_some_and(|previous| self.inner.salt.matches(secret, &previous.hash));
        if !is_right {
            return Err(AuthError::Denied);
        }
        let access = self.access(&row).await?;
        let_in(access.merchant);
        Ok((access, row))
    }

    /// What a credential opens.
    pub(crate) async fn access(&self, row: &CredentialRow) -> Result<Access, BookError> {
        let access = access_of(row)?;
        let settings = self.settings(access.merchant).await?.settings;
        Ok(Access { settings, ..access })
    }
}

pub(crate) fn kept_of(row: &CredentialRow) -> Result<Kept, BookError> {
    serde_json::from_str(&row.settings).map_err(|source| BookError::Corrupt {
        what: "credential",
        id: row.id.to_string(),
        source,
    })
}

fn words_of(row: &CredentialRow) -> Result<(Api, Scope), BookError> {
    let words = Dialect::from_word(&row.api).zip(Scope::from_word(&row.scope));
    words.ok_or_else(|| BookError::Corrupt {
        what: "credential",
        id: row.id.to_string(),
        source: serde::de::Error::custom(format!("{} {}", row.api, row.scope)),
    })
}

/// The same as the row alone tells it.
pub(crate) fn access_of(row: &CredentialRow) -> Result<Access, BookError> {
    let (api, scope) = words_of(row)?;
    let (merchant, client) = (MerchantId(row.merchant), kept_of(row)?.id);
    Ok(Access {
        merchant,
        credential: row.id,
        api,
        client,
        scope,
        user: None,
        settings: MerchantSettings::default(),
    })
}

/// Where a client lets users be sent back to, and whether it has no secret.
pub(crate) fn redirects_of(row: &CredentialRow) -> Result<(Vec<String>, bool), BookError> {
    let kept = kept_of(row)?;
    Ok((kept.redirects, kept.public))
}

pub(crate) fn info_of(row: &CredentialRow) -> Result<CredentialInfo, BookError> {
    let (api, scope) = words_of(row)?;
    let kept = kept_of(row)?;
    Ok(CredentialInfo {
        number: row.id,
        api,
        previous_until: kept.previous.map(|previous| previous.until),
        has_secret: !kept.public,
        id: kept.id,
        scope,
        created_at: Timestamp(row.created_at),
        revoked_at: row.revoked_at.map(Timestamp),
    })
}
