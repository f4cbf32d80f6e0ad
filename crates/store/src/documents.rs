//! Documents: what the dialects keep beside orders.

use crate::Store;
use crate::error::StoreError;
use crate::load::Question;
use crate::rows::{DocumentKey, DocumentRow};
use crate::value::{Row, Value};

pub(crate) const DOCUMENT_COLUMNS: &str =
    "d.kind, d.id, d.version, d.owner, d.created_at, d.updated_at, d.wake_at, d.body";

/// How many they are.
pub(crate) const DOCUMENT_WIDTH: usize = 8;

/// Which documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentFilter {
    /// The tenant.
    pub merchant: i64,
    /// Of this kind.
    pub kind: String,
    /// Hanging on this owner; none for any.
    pub owner: Option<String>,
}

impl Store {
    /// The document of that key, if there is one.
    pub async fn document(
        &self,
        merchant: i64,
        key: &DocumentKey,
    ) -> Result<Option<DocumentRow>, StoreError> {
        let sql = "SELECT d.kind, d.id, d.version, d.owner, d.created_at, d.updated_at, d.wake_at, d.body \
                   FROM documents d WHERE d.merchant = $1 AND d.kind = $2 AND d.id = $3";
        let params = [Value::Int(merchant), Value::Text(&key.kind), Value::Text(&key.id)];
        Ok(self
            .driver
            .query("documents", sql, &params, document_row)
            .await?
            .pop())
    }

    /// Removes a document; tells whether it was there.
    pub async fn remove_document(&self, merchant: i64, key: &DocumentKey) -> Result<bool, StoreError> {
        let sql = "DELETE FROM documents WHERE merchant = $1 AND kind = $2 AND id = $3 RETURNING version";
        let params = [Value::Int(merchant), Value::Text(&key.kind), Value::Text(&key.id)];
        let gone = self
            .driver
            .write("documents", sql, &params, |row| row.int(0))
            .await?;
        Ok(!gone.is_empty())
    }

    /// How many documents there are, and a page of them: newest first, then highest id first.
    pub async fn documents(
        &self,
        filter: &DocumentFilter,
        offset: u64,
        limit: u64,
    ) -> Result<(u64, Vec<DocumentRow>), StoreError> {
        let mut count = Question::new(filter.merchant);
        count.text("SELECT COUNT(*) FROM documents d");
        which(&mut count, filter);
        let total = self
            .driver
            .query("documents", &count.sql, &count.params, |row| row.int(0))
            .await?;
        let mut page = Question::new(filter.merchant);
        page.text(&format!("SELECT {DOCUMENT_COLUMNS} FROM documents d"));
        which(&mut page, filter);
        page.text(" ORDER BY d.created_at DESC, d.id DESC LIMIT ");
        page.param(Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)));
        page.text(" OFFSET ");
        page.param(Value::Int(i64::try_from(offset).unwrap_or(i64::MAX)));
        let rows = self
            .driver
            .query("documents", &page.sql, &page.params, document_row)
            .await?;
        let total = total.first().copied().unwrap_or_default();
        Ok((u64::try_from(total).unwrap_or_default(), rows))
    }
}

fn which<'a>(question: &mut Question<'a>, filter: &'a DocumentFilter) {
    question.text(" WHERE d.merchant = $1 AND d.kind = ");
    question.param(Value::Text(&filter.kind));
    if let Some(owner) = &filter.owner {
        question.text(" AND d.owner = ");
        question.param(Value::Text(owner));
    }
}

pub(crate) fn document_row(row: &Row<'_>) -> Result<DocumentRow, StoreError> {
    Ok(DocumentRow {
        kind: row.text(0)?,
        id: row.text(1)?,
        version: row.int(2)?,
        owner: row.text(3)?,
        created_at: row.int(4)?,
        updated_at: row.int(5)?,
        wake_at: row.maybe_int(6)?,
        body: row.text(7)?,
    })
}
