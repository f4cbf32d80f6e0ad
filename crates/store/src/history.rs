//! How a customer's history is counted and skipped without reading it.
//!
//! Beside the orders stand counts per period: per customer, kind, state and reseller, in buckets of four sizes, each
//! 256 times the one before, from a quarter of a second to fifty days. A period is counted as the few whole buckets
//! that cover it, and the orders in the ragged ends of less than the smallest bucket; an offset is skipped by walking
//! those pieces from the newest on, and then down into the one in which the page begins. This module only plans;
//! `pages` asks the database.
//!
//! Where a history is asked for by product, the same counts are kept once more for each *basket*, which is a set of
//! products that some order holds: an order is in one basket, so that the orders with any of several products are
//! those of the baskets with any of them, each counted once.

use sha2::{Digest, Sha256};

use crate::load::Question;
use crate::rows::HistoryFilter;
use crate::value::Value;

/// The sizes of buckets, smallest first.
pub(crate) const LEVELS: [usize; 4] = [1, 2, 3, 4];

/// The level of the largest.
const TOP: usize = 4;

/// A bucket of one level holds this many, as a power of two, of the level below.
const FANOUT_BITS: usize = 8;

/// The same as a number.
const FANOUT: i64 = 1 << FANOUT_BITS;

/// Times beyond these (140,000 years from now, either way) are taken for these, so that nothing overflows.
const EDGE: i64 = 1 << 52;

/// A piece of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Whole buckets of one level: from the first to before the last.
    Buckets { level: usize, first: i64, past: i64 },
    /// Orders placed from a time to before another, less than the smallest bucket apart (or nearly).
    Times { from: i64, until: i64 },
}

/// The bucket of a level that a time (in milliseconds) falls into.
pub(crate) fn bucket(level: usize, at: i64) -> i64 {
    at >> bits(level)
}

/// When a bucket begins; it ends where the next one begins.
pub(crate) fn begin(level: usize, bucket: i64) -> i64 {
    bucket << bits(level)
}

/// By how many bits a time is shifted to make its bucket.
pub(crate) fn bits(level: usize) -> usize {
    level.saturating_mul(FANOUT_BITS)
}

/// Covers a period with as few pieces as can be, at most nine, newest first.
pub(crate) fn plan(from: i64, until: i64) -> Vec<Piece> {
    let mut pieces = Vec::new();
    cover(
        LEVELS.len(),
        from.clamp(-EDGE, EDGE),
        until.clamp(-EDGE, EDGE),
        &mut pieces,
    );
    pieces
}

fn cover(level: usize, from: i64, until: i64, pieces: &mut Vec<Piece>) {
    if from >= until {
        return;
    }
    let Some(below) = level.checked_sub(1) else {
        pieces.push(Piece::Times { from, until });
        return;
    };
    // The first bucket that begins at `from` or later, and the one that `until` falls into.
    let first = bucket(level, from.saturating_sub(1)).saturating_add(1);
    let past = bucket(level, until);
    if first >= past {
        cover(below, from, until, pieces);
        return;
    }
    cover(below, begin(level, past), until, pieces);
    pieces.push(Piece::Buckets { level, first, past });
    cover(below, from, begin(level, first), pieces);
}

/// The number of a set of products, which are sorted: never zero, and the same wherever the set comes again. Two sets of
/// one customer that share a number are one in 2^64 pairs, and `verify` tells.
pub fn basket(products: &[String]) -> i64 {
    let mut hash = Sha256::new();
    for product in products {
        hash.update(product.as_bytes());
        hash.update([0]);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let first = digest.first_chunk().copied().unwrap_or_default();
    i64::from_be_bytes(first).max(i64::MIN + 1) | 1
}

/// Which counts answer: those of all orders, or those of some baskets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counts<'a> {
    pub(crate) filter: &'a HistoryFilter,
    /// The baskets that hold any of the products that are asked for; none when any order will do.
    pub(crate) baskets: Option<&'a [i64]>,
}

impl<'a> Counts<'a> {
    /// A question about them, whose second parameter is the customer.
    fn question(self) -> Question<'a> {
        let mut question = Question::new(self.filter.merchant);
        question.params.push(Value::Text(&self.filter.customer));
        question
    }

    /// The column, or what stands for it, that tells in which basket an order is.
    fn basket(self) -> &'static str {
        match self.baskets {
            None => "CAST(0 AS BIGINT)",
            Some(_) => "basket",
        }
    }

    /// Appends the counts of one level as a source with its conditions, but for the period.
    fn source(self, question: &mut Question<'a>, level: usize) {
        question.text(match self.baskets {
            None => "history_counts WHERE merchant = $1 AND customer = $2",
            Some(_) => "basket_counts WHERE merchant = $1 AND customer = $2",
        });
        for (at, basket) in self.baskets.into_iter().flatten().enumerate() {
            question.text(if at == 0 { " AND basket IN (" } else { ", " });
            question.param(Value::Int(*basket));
        }
        question.text(if self.baskets.is_some() { ")" } else { "" });
        question.text(&format!(" AND level = {level}"));
        question.one_of("kind", &self.filter.kinds);
        question.one_of("state", &self.filter.states);
        if let Some(reseller) = &self.filter.reseller {
            question.text(" AND reseller = ");
            question.param(Value::Text(reseller));
        }
    }
}

/// Asks for the number of orders in each piece, by what the counts tell apart: rows of (piece, kind, state, reseller,
/// basket, n).
pub(crate) fn count_question<'a>(counts: Counts<'a>, pieces: &[Piece]) -> Question<'a> {
    let mut question = counts.question();
    let basket = counts.basket();
    for (at, piece) in pieces.iter().enumerate() {
        question.text(if at > 0 { " UNION ALL " } else { "" });
        question.text(&format!("SELECT CAST({at} AS BIGINT) AS piece, "));
        match *piece {
            Piece::Buckets { level, first, past } => {
                question.text(&format!(
                    "kind, state, reseller, {basket} AS basket, CAST(SUM(n) AS BIGINT) AS n FROM "
                ));
                counts.source(&mut question, level);
                question.between("bucket", first, past);
            }
            Piece::Times { from, until } => {
                question.text(&format!(
                    "s.kind, s.state, s.reseller, s.basket, COUNT(*) AS n \
                     FROM (SELECT DISTINCT kind, state, reseller, {basket} AS basket FROM "
                ));
                counts.source(&mut question, TOP);
                question.between("bucket", bucket(TOP, from), bucket(TOP, until).saturating_add(1));
                // A cross join is taken in the order in which it is written: for each sort, its piece of the index.
                question.text(") AS s CROSS JOIN orders o WHERE o.merchant = $1 AND o.customer = $2");
                question.text(match counts.baskets {
                    None => " AND o.customer <> ''",
                    Some(_) => " AND o.basket <> 0 AND o.basket = s.basket",
                });
                question.text(" AND o.kind = s.kind AND o.state = s.state AND o.reseller = s.reseller");
                question.between("o.created_at", from, until);
            }
        }
        // The basket is the fifth of what is selected; a constant where there is none.
        question.text(" GROUP BY 2, 3, 4, 5");
    }
    question
}

/// Finds the smallest bucket, within a range of buckets of one level, that the order falls into which comes after
/// `skip` newer ones; and how many of them are left to skip in it. None when there are fewer. `ask` runs a statement
/// that answers rows of (bucket, n). Level by level: for a database in the same process, where a statement costs next
/// to nothing (in SQLite, the single statement of [`descent_question`] takes four times as long).
pub(crate) fn descend<'a, E>(
    counts: Counts<'a>,
    top: usize,
    range: (i64, i64),
    skip: i64,
    ask: impl Fn(&Question<'a>) -> Result<Vec<(i64, i64)>, E>,
) -> Result<Option<(i64, i64)>, E> {
    let (mut range, mut skip, mut found) = (range, skip, None);
    for level in (1..=top).rev() {
        found = None;
        for (bucket, held) in ask(&buckets_question(counts, level, range))? {
            if skip < held {
                found = Some((bucket, skip));
                range = (
                    bucket.saturating_mul(FANOUT),
                    bucket.saturating_add(1).saturating_mul(FANOUT),
                );
                break;
            }
            skip = skip.saturating_sub(held);
        }
        if found.is_none() {
            break;
        }
    }
    Ok(found)
}

/// Asks how many orders each bucket of a range holds, newest first: rows of (bucket, n).
fn buckets_question(counts: Counts<'_>, level: usize, range: (i64, i64)) -> Question<'_> {
    let mut question = counts.question();
    question.text("SELECT bucket, CAST(SUM(n) AS BIGINT) AS n FROM ");
    counts.source(&mut question, level);
    question.between("bucket", range.0, range.1);
    question.text(" GROUP BY bucket ORDER BY bucket DESC");
    question
}

/// The same question for a database across a network, where each statement is a round trip.
///
/// Asks for the smallest bucket, within a range of buckets of one level, that the order falls into which comes after
/// `skip` newer ones; and how many of them are left to skip in it: one row of (bucket, skip). All levels in one
/// statement: in each, the buckets `b` are laid end to end, newest first, and the one is picked `p` in which the end
/// of what is skipped lies; its children are the buckets of the next.
pub(crate) fn descent_question(counts: Counts<'_>, top: usize, range: (i64, i64), skip: i64) -> Question<'_> {
    let mut question = counts.question();
    for level in (1..=top).rev() {
        let above = level.saturating_add(1);
        question.text(if level == top { "WITH" } else { "," });
        question.text(&format!(
            " b{level} AS MATERIALIZED (SELECT bucket, CAST(SUM(n) AS BIGINT) AS held FROM "
        ));
        counts.source(&mut question, level);
        if level == top {
            question.between("bucket", range.0, range.1);
        } else {
            question.text(&format!(
                " AND bucket >= (SELECT bucket * {FANOUT} FROM p{above}) \
                 AND bucket < (SELECT (bucket + 1) * {FANOUT} FROM p{above})"
            ));
        }
        question.text(&format!(
            " GROUP BY bucket), p{level} AS MATERIALIZED (SELECT w.bucket, a.skip - w.newer AS skip FROM \
             (SELECT bucket, held, CAST(SUM(held) OVER (ORDER BY bucket DESC) AS BIGINT) - held AS newer \
             FROM b{level}) AS w CROSS JOIN "
        ));
        if level == top {
            question.text("(SELECT CAST(");
            question.param(Value::Int(skip));
            question.text(" AS BIGINT) AS skip) AS a");
        } else {
            question.text(&format!("p{above} AS a"));
        }
        question.text(" WHERE w.newer <= a.skip AND a.skip < w.newer + w.held)");
    }
    question.text(" SELECT bucket, skip FROM p1");
    question
}

impl Question<'_> {
    /// Appends ` AND column >= from AND column < until`.
    pub(crate) fn between(&mut self, column: &str, from: i64, until: i64) {
        self.text(&format!(" AND {column} >= "));
        self.param(Value::Int(from));
        self.text(&format!(" AND {column} < "));
        self.param(Value::Int(until));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(filter: &HistoryFilter) -> Counts<'_> {
        Counts {
            filter,
            baskets: None,
        }
    }

    #[test]
    fn baskets_tell_sets_of_products_apart() {
        let of = |products: &[&str]| basket(&products.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        let sets: [&[&str]; 5] = [&["a"], &["b"], &["a", "b"], &["ab"], &["a", "b", ""]];
        let numbers: std::collections::BTreeSet<i64> = sets.iter().map(|set| of(set)).collect();
        assert_eq!(numbers.len(), sets.len());
        assert!(!numbers.contains(&0));
    }

    fn span(piece: &Piece) -> (i64, i64) {
        match *piece {
            Piece::Buckets { level, first, past } => (begin(level, first), begin(level, past)),
            Piece::Times { from, until } => (from, until),
        }
    }

    #[test]
    fn pieces_cover_the_period_once_and_come_newest_first() {
        let edges = [
            i64::MIN,
            -EDGE,
            -257,
            -256,
            -1,
            0,
            1,
            255,
            256,
            65_535,
            65_536,
            70_000,
            1 << 24,
            (1 << 32) - 1,
            1 << 32,
            (1 << 32) + 300,
            1_700_000_000_000,
            EDGE,
            i64::MAX,
        ];
        for from in edges {
            for until in edges {
                let pieces = plan(from, until);
                assert!(pieces.len() <= 9, "{from} {until}: {pieces:?}");
                let mut end = until.clamp(-EDGE, EDGE);
                for piece in &pieces {
                    let (first, past) = span(piece);
                    assert_eq!(past, end, "{from} {until}: {pieces:?}");
                    assert!(first < past);
                    end = first;
                }
                if from < until {
                    assert_eq!(end, from.clamp(-EDGE, EDGE), "{from} {until}: {pieces:?}");
                } else {
                    assert!(pieces.is_empty());
                }
            }
        }
    }

    #[test]
    fn a_bucket_is_made_of_its_children() {
        for at in [-1_i64, 0, 255, 256, 1_700_000_000_123] {
            for level in [2, 3, 4] {
                let first = bucket(level, at) * FANOUT;
                assert_eq!(begin(level, bucket(level, at)), begin(level - 1, first));
                assert!((first..first + FANOUT).contains(&bucket(level - 1, at)));
            }
        }
    }

    #[test]
    fn ragged_ends_are_shorter_than_two_of_the_smallest_buckets() {
        for piece in plan(1_699_999_999_999, 1_700_000_000_321) {
            if let Piece::Times { from, until } = piece {
                assert!(until - from < 512, "{piece:?}");
            }
        }
    }

    /// The descent against adding up by hand: wherever a page begins, it is looked for in the right bucket.
    #[test]
    fn the_descent_ends_in_the_bucket_where_the_page_begins() {
        let directory = tempfile::tempdir().unwrap();
        let sqlite = crate::driver::sqlite::Sqlite::open(directory.path()).unwrap();
        let conn = rusqlite::Connection::open(directory.path().join("ordrebok.db")).unwrap();
        // Times in clusters, some of them equal, over years; an odd number of them in each of two states.
        let times: Vec<i64> = (0..400_i64)
            .map(|n| (n % 7) * 9_000_000_000 + (n % 13) * 70_000 + n / 3)
            .collect();
        for (n, at) in times.iter().enumerate() {
            let state = if n % 3 == 0 { "failed" } else { "confirmed" };
            for level in LEVELS {
                conn.execute(
                    "INSERT INTO history_counts VALUES (1, 'c', ?1, ?2, 'new', ?3, '', 1) ON CONFLICT DO UPDATE SET n = n + 1",
                    rusqlite::params![i64::try_from(level).unwrap(), bucket(level, *at), state],
                )
                .unwrap();
            }
        }
        for (states, step) in [(vec![], 1), (vec!["failed".to_owned()], 3)] {
            let mut matching: Vec<i64> = times.iter().copied().step_by(step).collect();
            matching.sort_unstable_by(|a, b| b.cmp(a));
            let filter = HistoryFilter {
                merchant: 1,
                customer: "c".to_owned(),
                states,
                ..HistoryFilter::default()
            };
            for (skip, at) in (0_i64..).zip(&matching) {
                let question = descent_question(all(&filter), TOP, (0, 99), skip);
                let reader = |row: &crate::value::Row<'_>| Ok((row.int(0)?, row.int(1)?));
                let found = sqlite
                    .query("history_counts", &question.sql, &question.params, reader)
                    .unwrap();
                let newer = matching
                    .iter()
                    .filter(|other| bucket(1, **other) > bucket(1, *at))
                    .count();
                assert_eq!(
                    found,
                    vec![(bucket(1, *at), skip - i64::try_from(newer).unwrap())],
                    "{skip}"
                );
            }
            let beyond = descent_question(all(&filter), TOP, (0, 99), i64::try_from(matching.len()).unwrap());
            let reader = |row: &crate::value::Row<'_>| row.int(0);
            assert_eq!(
                sqlite
                    .query("history_counts", &beyond.sql, &beyond.params, reader)
                    .unwrap(),
                vec![]
            );
        }
    }
}
