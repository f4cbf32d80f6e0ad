//! Settings of the whole installation, such as the salt of its hashes.

use crate::Store;
use crate::error::{Cause, StoreError};
use crate::value::Value;

impl Store {
    /// The setting of that name, if there is one.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM settings WHERE name = $1";
        Ok(self
            .driver
            .query("settings", sql, &[Value::Text(name)], |row| row.text(0))
            .await?
            .pop())
    }

    /// Keeps a setting unless there is one already, and answers the one that stands: of several servers that start
    /// at once, all get the same.
    pub async fn put_setting_if_absent(&self, name: &str, value: &str) -> Result<String, StoreError> {
        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) \
                   ON CONFLICT (name) DO UPDATE SET value = settings.value RETURNING value";
        let params = [Value::Text(name), Value::Text(value)];
        let stands = self
            .driver
            .write("settings", sql, &params, |row| row.text(0))
            .await?
            .pop();
        stands.ok_or_else(|| StoreError::Database(Cause::new("a setting answered no row")))
    }

    /// Removes a setting. Tells whether there was one.
    pub async fn remove_setting(&self, name: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM settings WHERE name = $1 RETURNING name";
        let removed = self
            .driver
            .write("settings", sql, &[Value::Text(name)], |row| row.text(0))
            .await?;
        Ok(!removed.is_empty())
    }
}
