//! Secrets are kept as hashes, and compared in constant time.
//!
//! Keys, client secrets and tokens are hashed with SHA-256 and a salt of the database's own. They are looked up by
//! that hash, so it can't be one that is slow or salted for each; those that we make carry 192 random bits, and
//! those that merchants bring are their providers' own random keys. Passwords of people are not kept this way.

use crate::signature::{WebhookSecret, keyed_hash};
use crate::{BookError, Entropy};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use store::Store;
use subtle::ConstantTimeEq;

/// The salt of one database's hashes.
pub(crate) struct Salt(String);

impl Salt {
    /// The database's salt, made when it has none yet. Two servers that start at once agree on one.
    pub(crate) async fn of_database(store: &Store, entropy: &dyn Entropy) -> Result<Self, BookError> {
        let made = random_text(entropy);
        Ok(Self(store.put_setting_if_absent("salt", &made).await?))
    }

    /// The hash of a secret, as it is kept.
    pub(crate) fn hash(&self, secret: &str) -> String {
        hash_text(&[self.0.as_bytes(), b":", secret.as_bytes()])
    }

    /// The secret with which webhooks of this name are signed. It is kept nowhere: it is made anew of the salt.
    pub(crate) fn webhook(&self, name: &str) -> WebhookSecret {
        WebhookSecret::of_hash(keyed_hash(self.0.as_bytes(), &[b"webhook:", name.as_bytes()]))
    }

    /// Whether a secret is the one whose hash is kept.
    pub(crate) fn matches(&self, secret: &str, kept: &str) -> bool {
        same_text(&self.hash(secret), kept)
    }
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub fn same_text(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// The SHA-256 of some parts, as text.
pub(crate) fn hash_text(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    URL_SAFE_NO_PAD.encode(hasher.finalize())
}

/// 192 random bits as hexadecimal digits: text that a double click selects and no shell takes for an option.
pub(crate) fn random_text(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 24];
    entropy.fill(&mut bytes);
    bytes.iter().fold(String::with_capacity(48), |mut text, byte| {
        // Writing into a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
