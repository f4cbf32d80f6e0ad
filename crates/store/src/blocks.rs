//! Numbers handed out in blocks, so that many servers need no shared counter per order.

use crate::Store;
use crate::error::{Cause, StoreError};
use crate::value::Value;

const TAKE: &str = "INSERT INTO blocks (merchant, name, next) VALUES ($1, $2, $3) \
     ON CONFLICT (merchant, name) DO UPDATE SET next = blocks.next + $4 RETURNING next";

impl Store {
    /// Takes `size` numbers of a counter for the caller alone, and answers the first of them. The counter begins at
    /// `first`. Numbers that aren't used are never handed out again.
    pub async fn take_block(
        &self,
        merchant: i64,
        name: &str,
        first: i64,
        size: i64,
    ) -> Result<i64, StoreError> {
        let after = first.saturating_add(size);
        let params = [
            Value::Int(merchant),
            Value::Text(name),
            Value::Int(after),
            Value::Int(size),
        ];
        let next = self
            .driver
            .write("blocks", TAKE, &params, |row| row.int(0))
            .await?;
        let next = next
            .first()
            .ok_or_else(|| StoreError::Database(Cause::new("a counter answered no row")))?;
        Ok(next.saturating_sub(size))
    }
}
