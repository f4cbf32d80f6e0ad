//! Access tokens: random text, of which only the hash is kept, so that any server can check one and none can forge
//! one from what the database holds.

use crate::callers::let_in;
use crate::credentials::{Api, Scope};
use crate::grants::Purpose;
use crate::secrets::random_text;
use crate::{Access, Book, BookError};
use order::{MerchantId, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::rows::TokenRow;

/// A token that was handed out. Only its hash is kept.
#[derive(Debug, Clone)]
pub struct IssuedToken {
    /// What the client shows from now on.
    pub text: String,
    /// For how many seconds.
    pub expires_in: i64,
    /// Who it speaks for.
    pub access: Access,
}

/// How long settled calls of webhooks can be looked at: thirty days.
const DELIVERIES_KEPT_MILLISECONDS: i64 = 30 * 24 * 3600 * 1000;
/// How many old answers go in one transaction.
const PURGED_AT_ONCE: i64 = 1000;

/// Why a caller is not let in.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// What was shown opens nothing: unknown, wrong, of another API, expired or taken back. Which of them is not told.
    #[error("the credential is not accepted")]
    Denied,
    /// It could not be checked.
    #[error(transparent)]
    Book(#[from] BookError),
}

/// What is kept with a token.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Grants {
    pub(crate) scope: Scope,
    #[serde(default)]
    pub(crate) purpose: Purpose,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) detail: String,
}

/// The row of a token with its grants, of this merchant's credential.
pub(crate) fn timed_row(
    (merchant, credential): (i64, i64),
    hash: String,
    grants: &Grants,
    expires_at: Timestamp,
) -> TokenRow {
    TokenRow {
        merchant,
        hash,
        credential,
        grants: serde_json::to_string(grants).unwrap_or_default(), // text keys only: it never fails
        expires_at: expires_at.0,
    }
}

impl Book {
    /// Gives a client an access token for its id and secret.
    ///
    /// # Errors
    /// [`AuthError::Denied`] when they are not right.
    pub async fn issue_token(
        &self,
        api: Api,
        client: &str,
        secret: &str,
        seconds: i64,
    ) -> Result<IssuedToken, AuthError> {
        let (access, _row) = self.authenticate_client(api, client, secret).await?;
        let text = format!(
            "{:x}.{}",
            access.merchant.0,
            random_text(self.inner.entropy.as_ref())
        );
        let grants = Grants {
            scope: access.scope,
            purpose: Purpose::Access,
            user: None,
            detail: String::new(),
        };
        let expires_at = self.now().plus_millis(seconds.saturating_mul(1000));
        let owner = (access.merchant.0, access.credential);
        let row = timed_row(owner, self.inner.salt.hash(&text), &grants, expires_at);
        self.store().add_token(&row).await.map_err(BookError::from)?;
        Ok(IssuedToken {
            text,
            expires_in: seconds,
            access,
        })
    }

    /// Who shows this token.
    ///
    /// # Errors
    /// [`AuthError::Denied`] when it opens nothing.
    pub async fn authenticate_token(&self, api: Api, text: &str) -> Result<Arc<Access>, AuthError> {
        let (hash, now) = (self.inner.salt.hash(text), self.now());
        if let Some(access) = self
            .inner
            .access
            .get(&hash, now)
            .filter(|access| access.api == api)
        {
            let_in(access.merchant);
            return Ok(access);
        }
        let merchant = merchant_in(text).ok_or(AuthError::Denied)?;
        let found = self
            .store()
            .token(merchant.0, &hash)
            .await
            .map_err(BookError::from)?;
        let (token, credential) = found.ok_or(AuthError::Denied)?;
        if token.expires_at <= now.0 || credential.revoked_at.is_some() || credential.api != api.as_str() {
            return Err(AuthError::Denied);
        }
        let grants: Grants = serde_json::from_str(&token.grants).map_err(|_error| AuthError::Denied)?;
        if grants.purpose != Purpose::Access {
            return Err(AuthError::Denied);
        }
        let mut access = self.access(&credential).await?;
        access.scope = access.scope.min(grants.scope);
        access.user = grants.user;
        let access = Arc::new(access);
        // One that ends within the second is asked for again, so that it never outlives its time.
        if token.expires_at.saturating_sub(now.0) > 1000 {
            self.inner.access.put(hash, &access, now);
        }
        let_in(access.merchant);
        Ok(access)
    }

    /// Removes tokens and sessions whose time is up, answers kept under keys for longer than `answers_for_millis`, and
    /// what webhooks were owed longer than thirty days ago.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn purge(&self, answers_for_millis: i64) -> Result<(), BookError> {
        let now = self.now().0;
        self.store().delete_expired_tokens(now).await?;
        self.store().delete_expired_sessions(now).await?;
        // In steps, so that a great many don't hold up the writes of others.
        let before = now.saturating_sub(answers_for_millis);
        while self.store().purge_answers(before, PURGED_AT_ONCE).await? > 0 {}
        let before = now.saturating_sub(DELIVERIES_KEPT_MILLISECONDS);
        while self.store().purge_hook_deliveries(before, PURGED_AT_ONCE).await? > 0 {}
        Ok(())
    }
}

/// The merchant that a token names before its dot, so that it is found within that merchant alone.
pub(crate) fn merchant_in(text: &str) -> Option<MerchantId> {
    let (merchant, _secret) = text.split_once('.')?;
    i64::from_str_radix(merchant, 16).ok().map(MerchantId)
}
