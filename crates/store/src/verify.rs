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
        for level in LEVELS {
            let rows = self
                .driver
                .query_long("history_counts", &miscounted(level), &[], miscount)
                .await?;
            findings.extend(rows);
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

/// Statements that answer (merchant, order, what), with the sentence that tells of it.
const CHECKS: [(&str, &str, &str); 5] = [
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
fn miscounted(level: usize) -> String {
    format!(
        "SELECT customer, merchant, bucket, kind, state, CAST(SUM(d) AS BIGINT) AS d FROM (\
         SELECT merchant, customer, bucket, kind, state, n AS d FROM history_counts WHERE level = {level} \
         UNION ALL \
         SELECT merchant, customer, created_at >> {} AS bucket, kind, state, -COUNT(*) AS d FROM orders \
         WHERE customer <> '' GROUP BY 1, 2, 3, 4, 5) AS compared \
         GROUP BY merchant, customer, bucket, kind, state HAVING SUM(d) <> 0 LIMIT {FINDINGS}",
        bits(level)
    )
}

fn miscount(row: &Row<'_>) -> Result<String, StoreError> {
    Ok(format!(
        "merchant {}, customer {}: the history counts {} orders too many ({}, {}) in bucket {}",
        row.int(1)?,
        row.text(0)?,
        row.int(5)?,
        row.text(3)?,
        row.text(4)?,
        row.int(2)?
    ))
}
