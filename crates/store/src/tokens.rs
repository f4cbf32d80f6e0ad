//! Tokens that were handed out, kept as hashes.

use crate::Store;
use crate::credentials::{credential_columns, credential_row};
use crate::error::StoreError;
use crate::rows::{CredentialRow, TokenRow};
use crate::value::Value;

const WITH_CREDENTIAL: &str = concat!(
    "SELECT ",
    credential_columns!(),
    ", t.merchant, t.hash, t.credential, t.grants, t.expires_at FROM tokens t \
     JOIN credentials c ON c.merchant = t.merchant AND c.id = t.credential \
     WHERE t.merchant = $1 AND t.hash = $2 AND c.revoked_at IS NULL"
);

impl Store {
    /// Keeps a token. [`StoreError::Taken`] when its hash is.
    pub async fn add_token(&self, row: &TokenRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO tokens (merchant, hash, credential, grants, expires_at) \
                   VALUES ($1, $2, $3, $4, $5) RETURNING expires_at";
        let params = [
            Value::Int(row.merchant),
            Value::Text(&row.hash),
            Value::Int(row.credential),
            Value::Text(&row.grants),
            Value::Int(row.expires_at),
        ];
        self.driver
            .write("tokens", sql, &params, |row| row.int(0))
            .await
            .map(|_| ())
    }

    /// The token of that hash with its credential, unless that was revoked. Whether the token has expired is the
    /// caller's to see.
    pub async fn token(
        &self,
        merchant: i64,
        hash: &str,
    ) -> Result<Option<(TokenRow, CredentialRow)>, StoreError> {
        let params = [Value::Int(merchant), Value::Text(hash)];
        let mut found = self
            .driver
            .query("tokens", WITH_CREDENTIAL, &params, |row| {
                let token = TokenRow {
                    merchant: row.int(9)?,
                    hash: row.text(10)?,
                    credential: row.int(11)?,
                    grants: row.text(12)?,
                    expires_at: row.int(13)?,
                };
                Ok((token, credential_row(row)?))
            })
            .await?;
        Ok(found.pop())
    }

    /// Forgets a token before its time, as a refresh does with the one that it replaces. Tells whether it was there,
    /// so that of two who spend the same token, one is told no.
    pub async fn delete_token(&self, merchant: i64, hash: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM tokens WHERE merchant = $1 AND hash = $2 RETURNING expires_at";
        let params = [Value::Int(merchant), Value::Text(hash)];
        Ok(!self
            .driver
            .write("tokens", sql, &params, |row| row.int(0))
            .await?
            .is_empty())
    }

    /// Forgets tokens that have expired; tells how many.
    pub async fn delete_expired_tokens(&self, now: i64) -> Result<usize, StoreError> {
        let sql = "DELETE FROM tokens WHERE expires_at <= $1 RETURNING expires_at";
        self.driver
            .write("tokens", sql, &[Value::Int(now)], |row| row.int(0))
            .await
            .map(|gone| gone.len())
    }
}
