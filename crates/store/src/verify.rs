//! Checks of what the store derives: the history's counts, the index by product, names and events. Each statement
//! finds disagreements, never repairs them.

use crate::Store;
use crate::error::StoreError;
use crate::history::{LEVELS, bits};
use crate::value::Row;

/// How many findings of one sort are told: one is reason enough to look.
const FINDINGS: u32 = 20;

impl Store {
    /// Compares what is derived with what it is derived from. Answers a sentence for each disagreement, up to twenty
    /// of each sort; an empty answer is a sound database. Reads every order, so it takes its time.
    pub async fn check_counts(&self) -> Result<Vec<String>, StoreError> {
        let mut findings = Vec::new();
        for (table, basket, orders) in COUNTS {
            for level in LEVELS {
                let sql = miscounted((table, basket, orders), level);
                findings.extend(self.driver.query_long(table, &sql, &[], miscount).await?);
            }
        }
        for (table, sql, sentence) in CHECKS {
            let sql = format!("{sql} LIMIT {FINDINGS}");
            let reader = |row: &Row<'_>| Ok((row.int(0)?, row.int(1)?, row.text(2)?));
            let rows = self.driver.query_long(table, &sql, &[], reader).await?;
            let told = rows.into_iter().map(|(merchant, order, what)| {
                format!(
                    "merchant {merchant}, order {order}: {}",
                    sentence.replace("{}", &what)
                )
            });
            findings.extend(told);
        }
        Ok(findings)
    }
}

/// Tables of counts, with what tells baskets apart in them, and which orders they count.
const COUNTS: [(&str, &str, &str); 2] = [
    ("history_counts", "CAST(0 AS BIGINT)", "customer <> ''"),
    ("basket_counts", "basket", "basket <> 0"),
];

/// Statements that answer (merchant, order, what), with the sentence that tells of it.
const CHECKS: [(&str, &str, &str); 6] = [
    (
        "order_names",
        "SELECT k.merchant, k.order_id, k.space FROM order_names k \
         LEFT JOIN orders o ON o.merchant = k.merchant AND o.id = k.order_id WHERE o.id IS NULL",
        "a unique name in {} points at it, and it doesn't exist",
    ),
    (
        "order_references",
        "SELECT r.merchant, r.order_id, r.space FROM order_references r \
         LEFT JOIN orders o ON o.merchant = r.merchant AND o.id = r.order_id WHERE o.id IS NULL",
        "a reference in {} points at it, and it doesn't exist",
    ),
    (
        "order_products",
        "SELECT p.merchant, p.order_id, p.product FROM order_products p \
         LEFT JOIN orders o ON o.merchant = p.merchant AND o.id = p.order_id \
         AND o.customer = p.customer AND o.created_at = p.created_at WHERE o.id IS NULL",
        "the index by product has it under {}, and it doesn't exist so",
    ),
    (
        "history_baskets",
        "SELECT o.merchant, o.id, CAST(o.basket AS TEXT) FROM orders o \
         LEFT JOIN (SELECT DISTINCT merchant, customer, basket FROM history_baskets) b \
         ON b.merchant = o.merchant AND b.customer = o.customer AND b.basket = o.basket \
         WHERE o.basket <> 0 AND b.basket IS NULL",
        "its basket {} has no products",
    ),
    (
        "events",
        "SELECT o.merchant, o.id, CAST(o.version AS TEXT) FROM orders o \
         LEFT JOIN (SELECT merchant, order_id, COUNT(*) AS n, MAX(sequence) AS last FROM events \
         GROUP BY merchant, order_id) e ON e.merchant = o.merchant AND e.order_id = o.id \
         WHERE e.n IS NULL OR e.n <> o.version OR e.last <> o.version",
        "its version is {}, and it has not that many events",
    ),
    (
        "events",
        "SELECT e.merchant, e.order_id, e.kind FROM events e \
         LEFT JOIN orders o ON o.merchant = e.merchant AND o.id = e.order_id WHERE o.id IS NULL",
        "it has an event {}, and it doesn't exist",
    ),
];

/// Buckets whose count isn't the number of their orders.
fn miscounted((table, basket, orders): (&str, &str, &str), level: usize) -> String {
    format!(
        "SELECT customer, merchant, basket, bucket, kind, state, reseller, CAST(SUM(d) AS BIGINT) AS d FROM (\
         SELECT merchant, customer, {basket} AS basket, bucket, kind, state, reseller, n AS d \
         FROM {table} WHERE level = {level} \
         UNION ALL \
         SELECT merchant, customer, {basket} AS basket, created_at >> {} AS bucket, kind, state, reseller, \
         -COUNT(*) AS d FROM orders WHERE {orders} GROUP BY 1, 2, 3, 4, 5, 6, 7) AS compared \
         GROUP BY merchant, customer, basket, bucket, kind, state, reseller HAVING SUM(d) <> 0 LIMIT {FINDINGS}",
        bits(level)
    )
}

fn miscount(row: &Row<'_>) -> Result<String, StoreError> {
    Ok(format!(
        "merchant {}, customer {}: the history counts {} orders too many ({}, {}, reseller {:?}, basket {}) in bucket {}",
        row.int(1)?,
        row.text(0)?,
        row.int(7)?,
        row.text(5)?,
        row.text(4)?,
        row.text(6)?,
        row.int(2)?,
        row.int(3)?
    ))
}
