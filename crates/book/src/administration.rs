//! Who may say who else may: operators, administrators of a merchant, new secrets for old ones, and the trail of what
//! they did.

use crate::credentials::{AddedCredential, Api, Previous, Scope, access_of, info_of, is_key_only, kept_of};
use crate::secrets::random_text;
use crate::{AuthError, Book, BookError};
use order::{Dialect, MerchantId, Timestamp};
use store::rows::{AuditRow, CredentialRow, Note};

/// The merchant that an operator's credentials are of: none. The installation is theirs.
pub const OPERATOR: MerchantId = MerchantId(0);

/// Somebody who may administer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator {
    /// Whose merchant; none for an operator, who administers all.
    pub merchant: Option<MerchantId>,
    /// Their name for the audit trail.
    pub name: String,
}

/// A credential with its new secret.
#[derive(Debug, Clone)]
pub struct Rotated {
    /// The credential. An API that is opened by a key alone has a new one, of the same id.
    pub added: AddedCredential,
    /// Until when the secret before it is good.
    pub previous_until: Timestamp,
}

/// The place of an entry of the audit trail: its time, its merchant, its number.
pub type AuditPlace = store::AuditPlace;

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// To whose; none for the installation.
    pub merchant: Option<MerchantId>,
    /// Where older entries are read on from.
    pub place: AuditPlace,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// What was done, such as `credential.add`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// What else there is to know; empty for nothing.
    pub detail: String,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            merchant: Some(MerchantId(row.merchant)).filter(|merchant| *merchant != OPERATOR),
            place: (row.at, row.merchant, row.id),
            at: Timestamp(row.at),
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            detail: row.detail,
        }
    }
}

impl Book {
    /// Who shows this key of Ordrebok's own API, when they may administer; none when the key is good and they may not.
    ///
    /// # Errors
    /// [`AuthError::Denied`] when the key opens nothing.
    pub async fn authenticate_admin(&self, key: &str) -> Result<Option<Administrator>, AuthError> {
        let hash = self.inner.salt.hash(key);
        let row = self.live_credential(Dialect::Ordrebok, &hash).await?;
        let row = row
            .filter(|row| self.inner.salt.matches(key, &row.secret_hash))
            .ok_or(AuthError::Denied)?;
        let access = access_of(&row)?;
        let merchant = Some(access.merchant).filter(|merchant| *merchant != OPERATOR);
        let sort = if merchant.is_some() {
            "credential"
        } else {
            "operator"
        };
        Ok((access.scope == Scope::Admin).then(|| Administrator {
            merchant,
            name: format!("{sort} {} {}", access.credential, access.client),
        }))
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

    /// What was done to a merchant's administration, or to all, before a place; the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(
        &self,
        merchant: Option<MerchantId>,
        before: Option<AuditPlace>,
        limit: i64,
    ) -> Result<Vec<AuditEntry>, BookError> {
        let merchant = merchant.map(|merchant| merchant.0);
        let rows = self.store().audit(merchant, before, limit).await?;
        Ok(rows.into_iter().map(AuditEntry::from).collect())
    }

    /// What is noted of a change.
    pub(crate) fn note(&self, action: &'static str, subject: String, detail: String) -> Note {
        Note {
            actor: self.actor.as_deref().unwrap_or("the server").to_owned(),
            action,
            subject,
            detail,
        }
    }
}
