//! What users let clients do: sessions, authorization codes, refresh and access tokens.
//!
//! All of them are random text of which the hash is kept, in one table with the tokens of clients, and each opens
//! only what its purpose says.

use crate::credentials::{Api, Scope, access_of, redirects_of};
use crate::secrets::random_text;
use crate::tokens::{Grants, merchant_in, timed_row};
use crate::{AuthError, Book, BookError};
use order::MerchantId;
use serde::{Deserialize, Serialize};
use store::rows::CredentialRow;

/// What a text opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// The API.
    #[default]
    Access,
    /// New access tokens.
    Refresh,
    /// One access token, once.
    Code,
    /// The pages on which users sign in.
    Session,
    /// Tokens for a user who signs in somewhere else, once.
    External,
    /// The page on which a user who was made for somebody chooses a password, once.
    Invitation,
}

/// A client, as it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Whose.
    pub merchant: MerchantId,
    /// Its credential's number.
    pub credential: i64,
    /// Its id.
    pub id: String,
    /// What it may do.
    pub scope: Scope,
    /// Where it lets users be sent back to.
    pub redirects: Vec<String>,
    /// Whether it has no secret, and so proves nothing.
    pub public: bool,
}

/// What a user has let a client do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The client.
    pub client: Client,
    /// The user's unique id.
    pub user: String,
    /// What is to be remembered with it.
    pub detail: String,
}

fn client_of(row: &CredentialRow) -> Result<Client, BookError> {
    let access = access_of(row)?;
    let (redirects, public) = redirects_of(row)?;
    Ok(Client {
        merchant: access.merchant,
        credential: access.credential,
        id: access.client,
        scope: access.scope,
        redirects,
        public,
    })
}

impl Book {
    /// The client of this id. It has proved nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn client(&self, api: Api, id: &str) -> Result<Option<Client>, BookError> {
        let row = self.live_credential(api, id).await?;
        row.as_ref().map(client_of).transpose()
    }

    /// The client that has this id and secret.
    ///
    /// # Errors
    /// [`AuthError::Denied`] when they are not right.
    pub async fn prove_client(&self, api: Api, id: &str, secret: &str) -> Result<Client, AuthError> {
        let (_access, row) = self.authenticate_client(api, id, secret).await?;
        Ok(client_of(&row)?)
    }

    /// Gives out a text that opens what its purpose says, for so many seconds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give(&self, grant: &Grant, purpose: Purpose, seconds: i64) -> Result<String, BookError> {
        let client = &grant.client;
        let text = format!(
            "{:x}.{}",
            client.merchant.0,
            random_text(self.inner.entropy.as_ref())
        );
        let grants = Grants {
            scope: client.scope,
            purpose,
            user: Some(grant.user.clone()),
            detail: grant.detail.clone(),
        };
        let expires_at = self.now().plus_millis(seconds.saturating_mul(1000));
        let owner = (client.merchant.0, client.credential);
        let row = timed_row(owner, self.inner.salt.hash(&text), &grants, expires_at);
        self.store().add_token(&row).await?;
        Ok(text)
    }

    /// What a text was given for, while it is good for this purpose.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn granted(&self, api: Api, purpose: Purpose, text: &str) -> Result<Option<Grant>, BookError> {
        let Some(merchant) = merchant_in(text) else {
            return Ok(None);
        };
        let hash = self.inner.salt.hash(text);
        let Some((token, credential)) = self.store().token(merchant.0, &hash).await? else {
            return Ok(None);
        };
        let grants: Option<Grants> = serde_json::from_str(&token.grants).ok();
        let Some(grants) = grants.filter(|grants| grants.purpose == purpose) else {
            return Ok(None);
        };
        let Some(user) = grants.user else {
            return Ok(None);
        };
        if token.expires_at <= self.now().0 || credential.api != api.as_str() {
            return Ok(None);
        }
        Ok(Some(Grant {
            client: client_of(&credential)?,
            user,
            detail: grants.detail,
        }))
    }

    /// The same for what is good only once: of two who spend the same text, one is told no.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn spend(&self, api: Api, purpose: Purpose, text: &str) -> Result<Option<Grant>, BookError> {
        let granted = self.granted(api, purpose, text).await?;
        Ok(if self.withdraw(text).await? { granted } else { None })
    }

    /// Takes a text back. Tells whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdraw(&self, text: &str) -> Result<bool, BookError> {
        match merchant_in(text) {
            Some(merchant) => {
                let hash = self.inner.salt.hash(text);
                Ok(self.store().delete_token(merchant.0, &hash).await?)
            }
            None => Ok(false),
        }
    }

    /// A text that nobody can guess.
    pub fn fresh_text(&self) -> String {
        random_text(self.inner.entropy.as_ref())
    }
}
