//! Orders and documents whose time to act has come.

use crate::Store;
use crate::error::StoreError;
use crate::rows::{DocumentKey, Due};
use crate::value::Value;

impl Store {
    /// Orders whose `wake_at` has come, the longest overdue first.
    pub async fn due_orders(&self, now: i64, limit: i64) -> Result<Vec<Due<i64>>, StoreError> {
        let sql = "SELECT id, merchant FROM orders WHERE wake_at IS NOT NULL AND wake_at <= $1 \
                   ORDER BY wake_at LIMIT $2";
        let reader = |row: &crate::value::Row<'_>| {
            Ok(Due {
                merchant: row.int(1)?,
                key: row.int(0)?,
            })
        };
        self.driver
            .query("orders", sql, &[Value::Int(now), Value::Int(limit)], reader)
            .await
    }

    /// Documents whose `wake_at` has come, the longest overdue first.
    pub async fn due_documents(&self, now: i64, limit: i64) -> Result<Vec<Due<DocumentKey>>, StoreError> {
        let sql = "SELECT id, kind, merchant FROM documents WHERE wake_at IS NOT NULL AND wake_at <= $1 \
                   ORDER BY wake_at LIMIT $2";
        let reader = |row: &crate::value::Row<'_>| {
            Ok(Due {
                merchant: row.int(2)?,
                key: DocumentKey {
                    kind: row.text(1)?,
                    id: row.text(0)?,
                },
            })
        };
        self.driver
            .query("documents", sql, &[Value::Int(now), Value::Int(limit)], reader)
            .await
    }
}
