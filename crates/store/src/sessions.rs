//! Sessions of the people who use the console, kept as hashes.

use crate::Store;
use crate::error::StoreError;
use crate::rows::SessionRow;
use crate::value::Value;

impl Store {
    /// Keeps a session. [`StoreError::Taken`] when its hash is.
    pub async fn add_session(&self, row: &SessionRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO console_sessions (merchant, hash, grants, expires_at) \
                   VALUES ($1, $2, $3, $4) RETURNING expires_at";
        let params = [
            Value::Int(row.merchant),
            Value::Text(&row.hash),
            Value::Text(&row.grants),
            Value::Int(row.expires_at),
        ];
        self.driver
            .write("console_sessions", sql, &params, |row| row.int(0))
            .await
            .map(|_| ())
    }

    /// The session of that hash. Whether it has expired is the caller's to see.
    pub async fn session(&self, merchant: i64, hash: &str) -> Result<Option<SessionRow>, StoreError> {
        let sql = "SELECT merchant, hash, grants, expires_at FROM console_sessions \
                   WHERE merchant = $1 AND hash = $2";
        let params = [Value::Int(merchant), Value::Text(hash)];
        let mut found = self
            .driver
            .query("console_sessions", sql, &params, |row| {
                Ok(SessionRow {
                    merchant: row.int(0)?,
                    hash: row.text(1)?,
                    grants: row.text(2)?,
                    expires_at: row.int(3)?,
                })
            })
            .await?;
        Ok(found.pop())
    }

    /// Ends a session. Tells whether it was there.
    pub async fn delete_session(&self, merchant: i64, hash: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM console_sessions WHERE merchant = $1 AND hash = $2 RETURNING expires_at";
        let params = [Value::Int(merchant), Value::Text(hash)];
        let gone = self
            .driver
            .write("console_sessions", sql, &params, |row| row.int(0))
            .await?;
        Ok(!gone.is_empty())
    }

    /// Forgets sessions that have expired; tells how many.
    pub async fn delete_expired_sessions(&self, now: i64) -> Result<usize, StoreError> {
        let sql = "DELETE FROM console_sessions WHERE expires_at <= $1 RETURNING expires_at";
        self.driver
            .write("console_sessions", sql, &[Value::Int(now)], |row| row.int(0))
            .await
            .map(|gone| gone.len())
    }
}
