//! Customers and products that orders name, by id or by the beginning of a word.

use crate::Store;
use crate::error::StoreError;
use crate::follow::SeenRow;
use crate::value::Row;
use crate::value::Value::{Int, Text};

const COLUMNS: &str = "s.sort, s.id, s.name, s.detail, s.n, s.first_at, s.last_at";

impl Store {
    /// The one of this id that orders name, if any does.
    pub async fn seen(&self, merchant: i64, sort: &str, id: &str) -> Result<Option<SeenRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM seen s WHERE s.merchant = $1 AND s.sort = $2 AND s.id = $3 AND s.n > 0"
        );
        let params = [Int(merchant), Text(sort), Text(id)];
        Ok(self.driver.query("seen", &sql, &params, seen_row).await?.pop())
    }

    /// Those after an id, by id, at most `limit`.
    pub async fn seen_after(
        &self,
        merchant: i64,
        (sort, after): (&str, &str),
        limit: i64,
    ) -> Result<Vec<SeenRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM seen s WHERE s.merchant = $1 AND s.sort = $2 AND s.id > $3 AND s.n > 0 \
             ORDER BY s.id LIMIT $4"
        );
        let params = [Int(merchant), Text(sort), Text(after), Int(limit)];
        self.driver.query("seen", &sql, &params, seen_row).await
    }

    /// Those with a term from `begins` to before `past`, each with that term, by term and id, after a place, at most
    /// `limit`.
    pub async fn seen_by_term(
        &self,
        merchant: i64,
        (sort, begins, past): (&str, &str, &str),
        after: (&str, &str),
        limit: i64,
    ) -> Result<Vec<(String, SeenRow)>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, t.term FROM (SELECT term, id FROM seen_terms WHERE merchant = $1 AND sort = $2 \
             AND term >= $3 AND term < $4 AND (term, id) > ($5, $6) ORDER BY term, id LIMIT $7) AS t \
             JOIN seen s ON s.merchant = $1 AND s.sort = $2 AND s.id = t.id ORDER BY t.term, t.id"
        );
        let params = [
            Int(merchant),
            Text(sort),
            Text(begins),
            Text(past),
            Text(after.0),
            Text(after.1),
            Int(limit),
        ];
        let reader = |row: &Row<'_>| Ok((row.text(7)?, seen_row(row)?));
        self.driver.query("seen", &sql, &params, reader).await
    }
}

fn seen_row(row: &Row<'_>) -> Result<SeenRow, StoreError> {
    Ok(SeenRow {
        sort: row.text(0)?,
        id: row.text(1)?,
        name: row.text(2)?,
        detail: row.text(3)?,
        n: row.int(4)?,
        first_at: row.int(5)?,
        last_at: row.int(6)?,
    })
}
