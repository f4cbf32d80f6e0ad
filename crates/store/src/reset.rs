//! What the sandbox needs of the store: a merchant's data cleared away, and the next moment at which something is due.

use crate::driver::Driver;
use crate::error::StoreError;
use crate::value::Value;
use crate::{Store, migrate};

/// What a merchant keeps when its data are cleared away: who may call, who changed that, and the ids that were handed out, none of which
/// is ever given twice.
const KEPT: [&str; 4] = ["credentials", "tokens", "blocks", "audit"];

impl Store {
    /// Removes everything of a merchant but its credentials, in one transaction.
    pub async fn clear_merchant(&self, merchant: i64) -> Result<(), StoreError> {
        let statements: Vec<(&'static str, String)> = migrate::merchants_tables()
            .into_iter()
            .filter(|table| !KEPT.contains(table))
            .map(|table| (table, format!("DELETE FROM {table} WHERE merchant = $1")))
            .collect();
        match &*self.driver {
            Driver::Sqlite(sqlite) => {
                let work = move |tx: &crate::driver::sqlite::Writing<'_>| {
                    for (table, sql) in &statements {
                        tx.query(table, sql, &[Value::Int(merchant)], |_| Ok(()))?;
                    }
                    Ok(())
                };
                sqlite.write(work).await
            }
            Driver::Postgres(postgres) => {
                let transaction = postgres.begin().await?;
                for (table, sql) in &statements {
                    transaction
                        .query(table, sql, &[Value::Int(merchant)], |_| Ok(()))
                        .await?;
                }
                transaction.end(true).await
            }
        }
    }

    /// Whether no merchant has an order or a document.
    pub async fn is_without_data(&self) -> Result<bool, StoreError> {
        for (table, sql) in [
            ("orders", "SELECT id FROM orders LIMIT 1"),
            (
                "documents",
                "SELECT version FROM documents WHERE merchant <> 0 LIMIT 1",
            ),
        ] {
            if !self
                .driver
                .query(table, sql, &[], |row| row.int(0))
                .await?
                .is_empty()
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The first moment after `now` at which an order or a document is due.
    pub async fn next_wake_after(&self, now: i64) -> Result<Option<i64>, StoreError> {
        let mut first = None;
        for (table, sql) in [
            (
                "orders",
                "SELECT wake_at FROM orders WHERE wake_at IS NOT NULL AND wake_at > $1 ORDER BY wake_at LIMIT 1",
            ),
            (
                "documents",
                "SELECT wake_at FROM documents WHERE wake_at IS NOT NULL AND wake_at > $1 ORDER BY wake_at LIMIT 1",
            ),
        ] {
            let found = self
                .driver
                .query(table, sql, &[Value::Int(now)], |row| row.int(0))
                .await?;
            first = first.into_iter().chain(found).min();
        }
        Ok(first)
    }
}
