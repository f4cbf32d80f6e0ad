//! Who may say who else may: operators, administrators of a merchant, new secrets for old ones. The trail of what they
//! did is in `trail.rs`.

use crate::callers::let_in;
use crate::credentials::{AddedCredential, Api, Previous, Scope, info_of, is_key_only, kept_of};
use crate::merchant_settings::MerchantSettings;
use crate::secrets::random_text;
use crate::{AuthError, Book, BookError};
use order::{Dialect, MerchantId, Timestamp};
use store::rows::CredentialRow;

/// The merchant that an operator's credentials are of: none. The installation is theirs.
pub const OPERATOR: MerchantId = MerchantId(0);

/// Somebody who asks to administer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator {
    /// Whose merchant; none for an operator, who administers all.
    pub merchant: Option<MerchantId>,
    /// Their name for the audit trail.
    pub name: String,
    /// The credential that they showed.
    pub credential: i64,
    /// What they may do: they administer only with [`Scope::Admin`].
    pub scope: Scope,
    /// What is set for their merchant; nothing for an operator.
    pub settings: MerchantSettings,
}

/// A credential with its new secret.
#[derive(Debug, Clone)]
pub struct Rotated {
    /// The credential. An API that is opened by a key alone has a new one, of the same id.
    pub added: AddedCredential,
    /// Until when the secret before it is good.
    pub previous_until: Timestamp,
}

impl Book {
    /// Who shows this key of Ordrebok's own API, and whether they may administer.
    ///
    /// # Errors
    /// [`AuthError::Denied`] when the key opens nothing.
    pub async fn authenticate_admin(&self, key: &str) -> Result<Administrator, AuthError> {
        let hash = self.inner.salt.hash(key);
        let row = self.live_credential(Dialect::Ordrebok, &hash).await?;
        let row = row
            .filter(|row| self.inner.salt.matches(key, &row.secret_hash))
            .ok_or(AuthError::Denied)?;
        let access = self.access(&row).await?;
        let_in(access.merchant);
        let merchant = Some(access.merchant).filter(|merchant| *merchant != OPERATOR);
        let sort = if merchant.is_some() {
            "credential"
        } else {
            "operator"
        };
        Ok(Administrator {
            merchant,
            name: format!("{sort} {} {}", access.credential, access.client),
            credential: access.credential,
            scope: access.scope,
            settings: access.settings,
        })
    }

    /// Gives a credential a new secret. The one before stays good for so long.
    ///
    /// # Errors
    /// [`BookError::Unknown`] when there is no such credential, or it was revoked or replaced.
    pub async fn rotate_credential(
        &self,
        merchant: MerchantId,
        number: i64,
        overlap_seconds: u32,
    ) -> Result<Rotated, BookError> {
        let unknown = || BookError::Unknown(format!("credential {number}"));
        let row = self.store().credential(merchant.0, number).await?;
        let row = row.filter(|row| row.revoked_at.is_none()).ok_or_else(unknown)?;
        // A client that has no secret gets none.
        if kept_of(&row)?.public {
            return Err(unknown());
        }
        let now = self.now();
        let until = now.plus_millis(i64::from(overlap_seconds).saturating_mul(1000));
        let secret = random_text(self.inner.entropy.as_ref());
        let hash = self.inner.salt.hash(&secret);
        let api = Api::from_word(&row.api);
        let (rotated, done) = if api.is_some_and(is_key_only) {
            self.replace_key(&row, hash, (now, until)).await?
        } else {
            self.replace_secret(&row, hash, (now, until)).await?
        };
        self.inner.access.forget();
        if !done {
            return Err(unknown());
        }
        let info = info_of(&rotated)?;
        Ok(Rotated {
            added: AddedCredential { info, secret },
            previous_until: until,
        })
    }

    /// A key is found by its hash: the new one is a credential of its own.
    async fn replace_key(
        &self,
        row: &CredentialRow,
        hash: String,
        (now, until): (Timestamp, Timestamp),
    ) -> Result<(CredentialRow, bool), BookError> {
        let number = self.store().take_block(row.merchant, "credential", 1, 1).await?;
        let new = CredentialRow {
            id: number,
            client: hash.clone(),
            secret_hash: hash,
            created_at: now.0,
            ..row.clone()
        };
        let note = self.note(
            "credential.rotate",
            format!("credential {}", row.id),
            format!("replaced by credential {number}"),
        );
        let done = self
            .store()
            .replace_credential((row.id, until.0), &new, &note)
            .await?;
        Ok((new, done))
    }

    /// A client keeps its id, and has two secrets for a while.
    async fn replace_secret(
        &self,
        row: &CredentialRow,
        hash: String,
        (now, until): (Timestamp, Timestamp),
    ) -> Result<(CredentialRow, bool), BookError> {
        let mut kept = kept_of(row)?;
        kept.previous = Some(Previous {
            hash: row.secret_hash.clone(),
            until,
        });
        let new = CredentialRow {
            secret_hash: hash,
            settings: serde_json::to_string(&kept).unwrap_or_default(), // text keys only: it never fails
            ..row.clone()
        };
        let note = self.note(
            "credential.rotate",
            format!("credential {}", row.id),
            String::new(),
        );
        let replaced = (new.secret_hash.as_str(), new.settings.as_str());
        let done = self.store().replace_secret(row, replaced, (now.0, &note)).await?;
        Ok((new, done))
    }
}
