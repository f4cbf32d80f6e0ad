//! Public clients: apps and pages that can't keep a secret. They prove nothing by themselves; a code that a user has
//! let them have is theirs by PKCE alone.

use crate::credentials::{CredentialInfo, Kept, info_of};
use crate::secrets::random_text;
use crate::{Api, Book, BookError, Scope};
use order::MerchantId;
use store::StoreError;
use store::rows::CredentialRow;

/// A public client that is to be added.
#[derive(Debug, Clone)]
pub struct NewPublicClient {
    /// Whose.
    pub merchant: MerchantId,
    /// Which API its users open.
    pub api: Api,
    /// The client id; made up when there is none.
    pub id: Option<String>,
    /// What it may do for its users.
    pub scope: Scope,
    /// Where it lets users be sent back to.
    pub redirects: Vec<String>,
}

impl Book {
    /// Adds a client that has no secret.
    ///
    /// # Errors
    /// [`BookError::Exists`] when another credential of the API has the same id.
    pub async fn add_public_client(&self, new: NewPublicClient) -> Result<CredentialInfo, BookError> {
        let entropy = self.inner.entropy.as_ref();
        let made = random_text(entropy);
        let id = new
            .id
            .unwrap_or_else(|| format!("{}-{}", new.api, made.get(..12).unwrap_or_default()));
        let number = self
            .store()
            .take_block(new.merchant.0, "credential", 1, 1)
            .await?;
        let kept = Kept {
            id: id.clone(),
            redirects: new.redirects,
            public: true,
            previous: None,
        };
        let row = CredentialRow {
            merchant: new.merchant.0,
            id: number,
            api: new.api.as_str().to_owned(),
            client: id.clone(),
            // The hash of a text that nobody was told: no secret opens it.
            secret_hash: self.inner.salt.hash(&random_text(entropy)),
            scope: new.scope.as_str().to_owned(),
            settings: serde_json::to_string(&kept).unwrap_or_default(), // text keys only: it never fails
            created_at: self.now().0,
            revoked_at: None,
        };
        let what = format!("{} {id} {} public", new.api, new.scope.as_str());
        let note = self.note("credential.add", format!("credential {number}"), what);
        match self.store().add_credential(&row, &note).await {
            Ok(()) => info_of(&row),
            Err(StoreError::Taken(_)) => Err(BookError::Exists(format!("{} credential {id}", new.api))),
            Err(error) => Err(error.into()),
        }
    }
}
