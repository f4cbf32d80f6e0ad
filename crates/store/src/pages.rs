//! Pages of a customer's history. A page costs the same wherever it begins and however many orders don't match; of
//! products too, as long as those that are asked for come in a few dozen baskets. Orders that refer to one other are
//! read: there are never many.

use std::collections::BTreeSet;

use crate::Store;
use crate::driver::Driver;
use crate::error::StoreError;
use crate::history::{Counts, Piece, begin, count_question, descend, descent_question, plan};
use crate::load::Question;
use crate::orders::{ORDER_COLUMNS, order_row};
use crate::rows::{HistoryFilter, HistoryRows};
use crate::value::{Row, Value};

/// So few rows are skipped faster than looked for in the counts.
const NEAR: u64 = 64;

/// More sorts than this are too many for one statement; such a history is read as a whole.
const SORTS: usize = 240;

/// More baskets than this are read as a whole, too.
const BASKETS: usize = 64;

/// How often a page is read whose orders change meanwhile.
const TRIES: usize = 5;

/// Where a page begins: this many orders after the newest one that was placed before this time.
struct Start {
    before: i64,
    skip: u64,
}

/// What the counts tell apart. The basket is zero where they don't tell baskets apart.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sort {
    kind: String,
    state: String,
    reseller: String,
    basket: i64,
}

/// How many orders of one sort a piece holds.
struct Counted {
    piece: i64,
    sort: Sort,
    n: u64,
}

/// How many orders a page has.
fn expected(total: u64, offset: u64, limit: u64) -> usize {
    usize::try_from(total.saturating_sub(offset).min(limit)).unwrap_or(usize::MAX)
}

impl Store {
    /// One page of a customer's history, newest first, then highest id first, with the number of all that match.
    /// The page of an offset beyond that number is empty; its total is right all the same. A history of the empty
    /// customer is empty.
    pub async fn history(
        &self,
        filter: &HistoryFilter,
        offset: u64,
        limit: u64,
    ) -> Result<HistoryRows, StoreError> {
        let pieces = plan(filter.from, filter.until);
        if pieces.is_empty() || filter.customer.is_empty() {
            return Ok(HistoryRows::default());
        }
        let baskets = if filter.products.is_empty() {
            None
        } else {
            Some(self.baskets_with(filter).await?)
        };
        let is_counted = |baskets: &Vec<i64>| baskets.len() <= BASKETS && !baskets.contains(&0);
        if filter.reference.is_some() || !baskets.as_ref().is_none_or(is_counted) {
            return self.history_by_reading(filter, offset, limit).await;
        }
        let baskets = baskets.as_deref();
        if baskets.is_some_and(<[i64]>::is_empty) {
            return Ok(HistoryRows::default());
        }
        let counts = Counts { filter, baskets };
        let mut page = self.history_by_counts(counts, &pieces, (offset, limit)).await?;
        // Counts and page are statements of their own: an order that changes its state in between is missing from the
        // page. Then both are asked once more.
        for _again in 1..TRIES {
            if page.orders.len() == expected(page.total, offset, limit) {
                break;
            }
            page = self.history_by_counts(counts, &pieces, (offset, limit)).await?;
        }
        Ok(page)
    }

    /// The baskets with any of the products that are asked for; zero among them for orders whose products are not
    /// counted. One more than can be counted by is enough.
    async fn baskets_with(&self, filter: &HistoryFilter) -> Result<Vec<i64>, StoreError> {
        let mut question = Question::new(filter.merchant);
        question.params.push(Value::Text(&filter.customer));
        question.text("SELECT * FROM (SELECT DISTINCT basket FROM history_baskets");
        question.text(" WHERE merchant = $1 AND customer = $2");
        question.one_of("product", &filter.products);
        question.text(&format!(" LIMIT {}) AS counted", BASKETS.saturating_add(1)));
        question.text(" UNION ALL SELECT * FROM (SELECT CAST(0 AS BIGINT) AS basket FROM order_products");
        question.text(" WHERE merchant = $1 AND customer = $2");
        question.one_of("product", &filter.products);
        question.text(" LIMIT 1) AS uncounted");
        let reader = |row: &Row<'_>| row.int(0);
        self.driver
            .query("history_baskets", &question.sql, &question.params, reader)
            .await
    }

    async fn history_by_counts(
        &self,
        counts: Counts<'_>,
        pieces: &[Piece],
        (offset, limit): (u64, u64),
    ) -> Result<HistoryRows, StoreError> {
        let question = count_question(counts, pieces);
        let counted = self
            .driver
            .query("history_counts", &question.sql, &question.params, counted)
            .await?;
        let total = counted
            .iter()
            .fold(0_u64, |sum, counted| sum.saturating_add(counted.n));
        if offset >= total || limit == 0 {
            return Ok(HistoryRows {
                total,
                orders: Vec::new(),
            });
        }
        let start = self.start(counts, pieces, &counted, offset).await?;
        let sorts: BTreeSet<Sort> = counted
            .into_iter()
            .filter(|counted| counted.n > 0)
            .map(|counted| counted.sort)
            .collect();
        let page = if sorts.len() > SORTS {
            page_question(counts.filter, &start, limit)
        } else {
            sorted_question(counts.filter, &start, limit, &sorts)
        };
        let orders = self
            .driver
            .query("orders", &page.sql, &page.params, order_row)
            .await?;
        Ok(HistoryRows { total, orders })
    }

    /// Skips from piece to piece, and then down into the one that the offset falls into.
    async fn start(
        &self,
        counts: Counts<'_>,
        pieces: &[Piece],
        counted: &[Counted],
        offset: u64,
    ) -> Result<Start, StoreError> {
        let mut start = Start {
            before: counts.filter.until,
            skip: offset,
        };
        if offset <= NEAR {
            return Ok(start);
        }
        for (at, piece) in (0..).zip(pieces) {
            let held = counted
                .iter()
                .filter(|counted| counted.piece == at)
                .map(|counted| counted.n);
            let held = held.fold(0, u64::saturating_add);
            if start.skip >= held {
                start.skip = start.skip.saturating_sub(held);
                start.before = match *piece {
                    Piece::Buckets { level, first, .. } => begin(level, first),
                    Piece::Times { from, .. } => from,
                };
                continue;
            }
            if let Piece::Buckets { level, first, past } = *piece
                && start.skip > NEAR
            {
                let found = self
                    .descend(counts, level, (first, past), signed(start.skip))
                    .await?;
                // None: orders have moved since they were counted, and what is left is skipped one by one.
                if let Some((bucket, skip)) = found {
                    start.before = begin(1, bucket.saturating_add(1));
                    start.skip = unsigned(skip);
                }
            }
            break;
        }
        Ok(start)
    }

    /// The smallest bucket that the page begins in, and what is left to skip in it.
    async fn descend(
        &self,
        counts: Counts<'_>,
        top: usize,
        range: (i64, i64),
        skip: i64,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let reader = |row: &Row<'_>| Ok((row.int(0)?, row.int(1)?));
        match &*self.driver {
            Driver::Sqlite(sqlite) => sqlite.read(|lane| {
                let ask = |question: &Question<'_>| {
                    lane.query("history_counts", &question.sql, &question.params, reader)
                };
                descend(counts, top, range, skip, ask)
            }),
            Driver::Postgres(postgres) => {
                let question = descent_question(counts, top, range, skip);
                let found = postgres
                    .query("history_counts", &question.sql, &question.params, reader)
                    .await?;
                Ok(found.into_iter().next())
            }
        }
    }

    /// Exact for every filter, at the cost of reading what matches the most selective of them.
    async fn history_by_reading(
        &self,
        filter: &HistoryFilter,
        offset: u64,
        limit: u64,
    ) -> Result<HistoryRows, StoreError> {
        let mut count = Question::new(filter.merchant);
        count.text("SELECT COUNT(*) FROM orders o");
        matching(&mut count, filter, filter.until);
        let total = self
            .driver
            .query("orders", &count.sql, &count.params, |row| row.int(0))
            .await?;
        let total = unsigned(total.first().copied().unwrap_or_default());
        if offset >= total || limit == 0 {
            return Ok(HistoryRows {
                total,
                orders: Vec::new(),
            });
        }
        let page = page_question(
            filter,
            &Start {
                before: filter.until,
                skip: offset,
            },
            limit,
        );
        let orders = self
            .driver
            .query("orders", &page.sql, &page.params, order_row)
            .await?;
        Ok(HistoryRows { total, orders })
    }
}

fn counted(row: &Row<'_>) -> Result<Counted, StoreError> {
    Ok(Counted {
        piece: row.int(0)?,
        sort: Sort {
            kind: row.text(1)?,
            state: row.text(2)?,
            reseller: row.text(3)?,
            basket: row.int(4)?,
        },
        n: unsigned(row.int(5)?),
    })
}

fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Appends the whole filter as conditions on `o`.
fn matching<'a>(question: &mut Question<'a>, filter: &'a HistoryFilter, until: i64) {
    question.text(" WHERE o.merchant = $1 AND o.customer <> '' AND o.customer = ");
    question.param(Value::Text(&filter.customer));
    question.between("o.created_at", filter.from, until);
    question.one_of("o.kind", &filter.kinds);
    question.one_of("o.state", &filter.states);
    if let Some(reseller) = &filter.reseller {
        question.text(" AND o.reseller = ");
        question.param(Value::Text(reseller));
    }
    if let Some(reference) = &filter.reference {
        // The second condition is what lets the partial index be used.
        question.text(if reference.is_empty() {
            ""
        } else {
            " AND o.reference <> ''"
        });
        question.text(" AND o.reference = ");
        question.param(Value::Text(reference));
    }
    if !filter.products.is_empty() {
        question.text(" AND o.id IN (SELECT p.order_id FROM order_products p WHERE p.merchant = $1");
        question.text(" AND p.customer = ");
        question.param(Value::Text(&filter.customer));
        question.one_of("p.product", &filter.products);
        question.between("p.created_at", filter.from, until);
        question.text(" UNION ALL SELECT i.id FROM history_baskets b JOIN orders i");
        question.text(" ON i.merchant = b.merchant AND i.customer = b.customer AND i.basket = b.basket");
        question.text(" WHERE b.merchant = $1 AND i.basket <> 0 AND b.customer = ");
        question.param(Value::Text(&filter.customer));
        question.one_of("b.product", &filter.products);
        question.between("i.created_at", filter.from, until);
        question.text(")");
    }
}

fn page_question<'a>(filter: &'a HistoryFilter, start: &Start, limit: u64) -> Question<'a> {
    let mut question = Question::new(filter.merchant);
    question.text(&format!("SELECT {ORDER_COLUMNS} FROM orders o"));
    matching(&mut question, filter, start.before);
    question.text(" ORDER BY o.created_at DESC, o.id DESC");
    cut(&mut question, limit, start.skip);
    question
}

fn cut(question: &mut Question<'_>, limit: u64, skip: u64) {
    question.text(" LIMIT ");
    question.param(Value::Int(signed(limit)));
    question.text(" OFFSET ");
    question.param(Value::Int(signed(skip)));
}

/// The same page, merged from the newest of each sort that matches: what doesn't match is never read.
fn sorted_question<'a>(
    filter: &'a HistoryFilter,
    start: &Start,
    limit: u64,
    sorts: &'a BTreeSet<Sort>,
) -> Question<'a> {
    let mut question = Question::new(filter.merchant);
    question.params.push(Value::Text(&filter.customer));
    question.text(&format!(
        "SELECT {ORDER_COLUMNS} FROM (SELECT created_at, id FROM ("
    ));
    for (at, sort) in sorts.iter().enumerate() {
        question.text(if at == 0 { "" } else { " UNION ALL " });
        question.text("SELECT created_at, id FROM (SELECT created_at, id FROM orders");
        question.text(" WHERE merchant = $1 AND customer = $2");
        if sort.basket == 0 {
            question.text(" AND customer <> ''");
        } else {
            question.text(" AND basket <> 0 AND basket = ");
            question.param(Value::Int(sort.basket));
        }
        question.text(" AND kind = ");
        question.param(Value::Text(&sort.kind));
        question.text(" AND state = ");
        question.param(Value::Text(&sort.state));
        question.text(" AND reseller = ");
        question.param(Value::Text(&sort.reseller));
        question.between("created_at", filter.from, start.before);
        question.text(" ORDER BY created_at DESC, id DESC LIMIT ");
        question.param(Value::Int(signed(limit.saturating_add(start.skip))));
        question.text(&format!(") AS s{at}"));
    }
    // The page is cut before any order is read. A cross join is taken in the order in which it is written: SQLite,
    // left to choose, may read all of the merchant's orders to find the page's.
    question.text(") AS newest ORDER BY created_at DESC, id DESC");
    cut(&mut question, limit, start.skip);
    question.text(") AS found CROSS JOIN orders o WHERE o.merchant = $1 AND o.id = found.id");
    question.text(" ORDER BY found.created_at DESC, found.id DESC");
    question
}
