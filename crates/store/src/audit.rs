//! The audit trail: what was changed of the administration, and by whom, written with the change.

use crate::Store;
use crate::driver::Driver;
use crate::error::StoreError;
use crate::load::Question;
use crate::rows::{AuditRow, Note};
use crate::value::{OwnedValue, Row, Value};

const ADD: &str = "INSERT INTO audit (merchant, id, at, actor, action, subject, detail) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";

const COLUMNS: &str = "merchant, id, at, actor, action, subject, detail";

/// Which entries of the trail. All that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of this merchant; of all when there is none.
    pub merchant: Option<i64>,
    /// Older than this place.
    pub before: Option<AuditPlace>,
    /// By this actor.
    pub actor: Option<String>,
    /// Of this action, such as `credential.add`, or of any action of this sort, such as `credential`.
    pub action: Option<String>,
    /// At or after this time.
    pub from: Option<i64>,
    /// Before this time.
    pub until: Option<i64>,
}

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
        let _asked = crate::spans::asking("write", "audit");
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

    /// The entries that match, the latest first.
    pub async fn audit(&self, filter: &AuditFilter, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        let (at, of, id) = filter.before.unwrap_or((i64::MAX, i64::MAX, i64::MAX));
        // Merchants are numbered from 0: this is any of them.
        let mut question = Question::new(filter.merchant.unwrap_or(-1));
        question.text(&format!("SELECT {COLUMNS} FROM audit WHERE "));
        let (place, order) = match filter.merchant {
            Some(_) => ("merchant = $1 AND (at, id) < (", "at DESC, id DESC"),
            None => (
                "merchant > $1 AND (at, merchant, id) < (",
                "at DESC, merchant DESC, id DESC",
            ),
        };
        question.text(place);
        question.param(Value::Int(at));
        if filter.merchant.is_none() {
            question.text(", ");
            question.param(Value::Int(of));
        }
        question.text(", ");
        question.param(Value::Int(id));
        question.text(")");
        // A sort of action is the beginning of its words.
        let sort = filter.action.as_ref().map(|action| format!("{action}.%"));
        if let (Some(action), Some(sort)) = (&filter.action, &sort) {
            question.text(" AND (action = ");
            question.param(Value::Text(action));
            question.text(" OR action LIKE ");
            question.param(Value::Text(sort));
            question.text(")");
        }
        if let Some(actor) = &filter.actor {
            question.text(" AND actor = ");
            question.param(Value::Text(actor));
        }
        for (condition, at) in [(" AND at >= ", filter.from), (" AND at < ", filter.until)] {
            if let Some(at) = at {
                question.text(condition);
                question.param(Value::Int(at));
            }
        }
        question.text(&format!(" ORDER BY {order} LIMIT "));
        question.param(Value::Int(limit));
        self.driver
            .query("audit", &question.sql, &question.params, audit_row)
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
