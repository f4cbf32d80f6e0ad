//! Totals: what the orders of each day, currency, dialect and state come to.

use crate::Store;
use crate::error::StoreError;
use crate::follow::{SortRow, TotalRow};
use crate::value::Row;
use crate::value::Value::Int;

const COLUMNS: &str =
    "t.day, t.currency, t.origin, t.state, t.n, t.ordered, t.reserved, t.captured, t.refunded, t.cancelled";

/// All totals of a merchant, and how far its feed had got when they were read.
#[derive(Debug, Clone, Default)]
pub struct PlacedTotals {
    /// The tenant.
    pub merchant: i64,
    /// The last position of its feed.
    pub position: i64,
    /// The totals.
    pub totals: Vec<TotalRow>,
}

impl Store {
    /// The totals of the days from `from` to before `until`, by day, currency, dialect and state.
    pub async fn totals(&self, merchant: i64, from: i64, until: i64) -> Result<Vec<TotalRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM totals t WHERE t.merchant = $1 AND t.day >= $2 AND t.day < $3 AND t.n <> 0 \
             ORDER BY t.day, t.currency, t.origin, t.state"
        );
        let params = [Int(merchant), Int(from), Int(until)];
        self.driver.query("totals", &sql, &params, total_row).await
    }

    /// The totals of these days, as a follower reads them before it adds to them.
    pub async fn totals_of_days(&self, merchant: i64, days: &[i64]) -> Result<Vec<TotalRow>, StoreError> {
        let mut rows = Vec::new();
        for days in days.chunks(100) {
            let mut question = crate::load::Question::new(merchant);
            question.text(&format!(
                "SELECT {COLUMNS} FROM totals t WHERE t.merchant = $1 AND t.day IN ("
            ));
            for (at, day) in days.iter().enumerate() {
                question.text(if at == 0 { "" } else { ", " });
                question.param(Int(*day));
            }
            question.text(")");
            rows.extend(
                self.driver
                    .query_long("totals", &question.sql, &question.params, total_row)
                    .await?,
            );
        }
        Ok(rows)
    }

    /// How many orders a merchant has of each state, dialect and currency.
    pub async fn sorts(&self, merchant: i64) -> Result<Vec<SortRow>, StoreError> {
        let sql = "SELECT state, origin, currency, n FROM search_sorts WHERE merchant = $1 AND n > 0 \
                   ORDER BY state, origin, currency";
        let reader = |row: &Row<'_>| {
            Ok(SortRow {
                state: row.text(0)?,
                origin: row.text(1)?,
                currency: row.text(2)?,
                n: row.int(3)?,
            })
        };
        self.driver
            .query("search_sorts", sql, &[Int(merchant)], reader)
            .await
    }

    /// All totals of all merchants, each with how far the feed had got at that very moment.
    pub async fn all_totals(&self) -> Result<Vec<PlacedTotals>, StoreError> {
        let sql = "SELECT merchant FROM followers ORDER BY merchant";
        let merchants = self
            .driver
            .query_long("followers", sql, &[], |row| row.int(0))
            .await?;
        let mut all = Vec::new();
        for merchant in merchants {
            let sql = format!(
                "SELECT {COLUMNS}, f.position FROM followers f LEFT JOIN totals t ON t.merchant = f.merchant \
                 WHERE f.merchant = $1"
            );
            let reader = |row: &Row<'_>| {
                // Without any totals, the one row that there is has none.
                let total = row.maybe_int(0)?.map(|_| total_row(row)).transpose()?;
                Ok((row.int(10)?, total))
            };
            let rows = self
                .driver
                .query_long("totals", &sql, &[Int(merchant)], reader)
                .await?;
            all.push(PlacedTotals {
                merchant,
                position: rows.first().map_or(0, |(position, _)| *position),
                totals: rows.into_iter().filter_map(|(_, total)| total).collect(),
            });
        }
        Ok(all)
    }
}

fn total_row(row: &Row<'_>) -> Result<TotalRow, StoreError> {
    Ok(TotalRow {
        day: row.int(0)?,
        currency: row.text(1)?,
        origin: row.text(2)?,
        state: row.text(3)?,
        n: row.int(4)?,
        sums: [
            row.text(5)?,
            row.text(6)?,
            row.text(7)?,
            row.text(8)?,
            row.text(9)?,
        ],
    })
}
