//! The audit trail: what was changed of the administration, and by whom, written with the change.

use crate::Store;
use crate::driver::Driver;
use crate::error::StoreError;
use crate::rows::{AuditRow, Note};
use crate::value::{OwnedValue, Row, Value};

const ADD: &str = "INSERT INTO audit (merchant, id, at, actor, action, subject, detail) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";

const OF_MERCHANT: &str = "SELECT merchant, id, at, actor, action, subject, detail FROM audit \
     WHERE merchant = $1 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4";

const OF_ALL: &str = "SELECT merchant, id, at, actor, action, subject, detail FROM audit \
     WHERE (at, merchant, id) < ($1, $2, $3) ORDER BY at DESC, merchant DESC, id DESC LIMIT $4";

/// A writing statement, one of several in a transaction.
pub(crate) struct Change {
    table: &'static str,
    sql: &'static str,
    params: Vec<OwnedValue>,
}

impl Change {
    pub(crate) fn new(table: &'static str, sql: &'static str, params: &[Value<'_>]) -> Self {
        Self {
            table,
            sql,
            params: params.iter().map(Value::to_owned).collect(),
        }
    }

    fn params(&self) -> Vec<Value<'_>> {
        self.params.iter().map(OwnedValue::borrow).collect()
    }
}

/// The place of an entry, from which older ones are read: its time, its merchant, its number.
pub type AuditPlace = (i64, i64, i64);

impl Store {
    /// Writes changes, and the note of them, in one transaction. The first must touch a row, or else nothing is
    /// written; tells whether it did.
    pub(crate) async fn noted(
        &self,
        (merchant, at): (i64, i64),
        mut changes: Vec<Change>,
        note: &Note,
    ) -> Result<bool, StoreError> {
        let id = self.take_block(merchant, "audit", 1, 1).await?;
        let params = [
            Value::Int(merchant),
            Value::Int(id),
            Value::Int(at),
            Value::Text(&note.actor),
            Value::Text(note.action),
            Value::Text(&note.subject),
            Value::Text(&note.detail),
        ];
        changes.push(Change::new("audit", ADD, &params));
        for change in &changes {
            crate::value::check(&change.params())?;
        }
        match &*self.driver {
            Driver::Sqlite(sqlite) => {
                let work = move |tx: &crate::driver::sqlite::Writing<'_>| {
                    for change in &changes {
                        if tx
                            .query(change.table, change.sql, &change.params(), |_| Ok(()))?
                            .is_empty()
                        {
                            return Ok(false);
                        }
                    }
                    Ok(true)
                };
                sqlite.write(work).await
            }
            Driver::Postgres(postgres) => {
                let transaction = postgres.begin().await?;
                for change in &changes {
                    let touched = transaction
                        .query(change.table, change.sql, &change.params(), |_| Ok(()))
                        .await?;
                    if touched.is_empty() {
                        return transaction.end(false).await.map(|()| false);
                    }
                }
                transaction.end(true).await.map(|()| true)
            }
        }
    }

    /// The entries of a merchant, or of all, that are older than a place; the latest first.
    pub async fn audit(
        &self,
        merchant: Option<i64>,
        before: Option<AuditPlace>,
        limit: i64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let (at, of, id) = before.unwrap_or((i64::MAX, i64::MAX, i64::MAX));
        let (sql, params) = match merchant {
            Some(merchant) => (OF_MERCHANT, [merchant, at, id, limit]),
            None => (OF_ALL, [at, of, id, limit]),
        };
        self.driver
            .query("audit", sql, &params.map(Value::Int), audit_row)
            .await
    }
}

fn audit_row(row: &Row<'_>) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        merchant: row.int(0)?,
        id: row.int(1)?,
        at: row.int(2)?,
        actor: row.text(3)?,
        action: row.text(4)?,
        subject: row.text(5)?,
        detail: row.text(6)?,
    })
}
