//! Merchants: the tenants.

use crate::Store;
use crate::audit::Change;
use crate::error::StoreError;
use crate::rows::{MerchantRow, Note};
use crate::value::{Row, Value};

/// Merchants themselves are numbered by a counter that belongs to none of them.
const NOBODY: i64 = 0;

impl Store {
    /// Adds a merchant, and the note of it. [`StoreError::Taken`] when the name is.
    pub async fn add_merchant(&self, name: &str, now: i64, note: &Note) -> Result<MerchantRow, StoreError> {
        let id = self.take_block(NOBODY, "merchant", 1, 1).await?;
        let sql = "INSERT INTO merchants (id, name, created_at) VALUES ($1, $2, $3) RETURNING id";
        let params = [Value::Int(id), Value::Text(name), Value::Int(now)];
        let added = self
            .noted((id, now), vec![Change::new("merchants", sql, &params)], note)
            .await;
        added.map_err(|error| error.taken_as(|| format!("the merchant name {name}")))?;
        Ok(MerchantRow {
            id,
            name: name.to_owned(),
            created_at: now,
        })
    }

    /// All merchants, by id.
    pub async fn merchants(&self) -> Result<Vec<MerchantRow>, StoreError> {
        let sql = "SELECT id, name, created_at FROM merchants ORDER BY id";
        self.driver.query("merchants", sql, &[], merchant_row).await
    }

    /// The merchant of that name, if there is one.
    pub async fn merchant_by_name(&self, name: &str) -> Result<Option<MerchantRow>, StoreError> {
        let sql = "SELECT id, name, created_at FROM merchants WHERE name = $1";
        Ok(self
            .driver
            .query("merchants", sql, &[Value::Text(name)], merchant_row)
            .await?
            .pop())
    }

    /// The merchant of that id, if there is one.
    pub async fn merchant_by_id(&self, id: i64) -> Result<Option<MerchantRow>, StoreError> {
        let sql = "SELECT id, name, created_at FROM merchants WHERE id = $1";
        Ok(self
            .driver
            .query("merchants", sql, &[Value::Int(id)], merchant_row)
            .await?
            .pop())
    }
}

fn merchant_row(row: &Row<'_>) -> Result<MerchantRow, StoreError> {
    Ok(MerchantRow {
        id: row.int(0)?,
        name: row.text(1)?,
        created_at: row.int(2)?,
    })
}
