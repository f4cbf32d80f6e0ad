//! How a customer's history is counted and skipped without reading it.
//!
//! Beside the orders stand counts per period: per customer, kind and state, in buckets of four sizes, each 256 times
//! the one before, from a quarter of a second to fifty days. A period is counted as the few whole buckets that cover
//! it, and the orders in the ragged ends of less than the smallest bucket; an offset is skipped by walking those
//! pieces from the newest on, and then down into the one in which the page begins. This module only plans; `pages`
//! asks the database.

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

/// Asks for the number of orders in each piece, by kind and state: rows of (piece, kind, state, n).
pub(crate) fn count_question<'a>(filter: &'a HistoryFilter, pieces: &[Piece]) -> Question<'a> {
    let mut question = Question::new(filter.merchant);
    question.params.push(Value::Text(&filter.customer));
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            question.text(" UNION ALL ");
        }
        question.text(&format!("SELECT CAST({at} AS BIGINT) AS piece, "));
        match *piece {
            Piece::Buckets { level, first, past } => {
                question.text("kind, state, CAST(SUM(n) AS BIGINT) AS n FROM history_counts");
                question.text(&format!(
                    " WHERE merchant = $1 AND customer = $2 AND level = {level}"
                ));
                question.between("bucket", first, past);
                question.one_of("kind", &filter.kinds);
                question.one_of("state", &filter.states);
                question.text(" GROUP BY kind, state");
            }
            Piece::Times { from, until } => {
                question.text("s.kind, s.state, COUNT(*) AS n FROM (SELECT DISTINCT kind, state");
                question.text(" FROM history_counts WHERE merchant = $1 AND customer = $2");
                question.text(&format!(" AND level = {TOP}"));
                question.between("bucket", bucket(TOP, from), bucket(TOP, until).saturating_add(1));
                question.one_of("kind", &filter.kinds);
                question.one_of("state", &filter.states);
                // A cross join is taken in the order in which it is written: for each sort, its piece of the index.
                question.text(") AS s CROSS JOIN orders o WHERE o.merchant = $1 AND o.customer = $2");
                question.text(" AND o.customer <> '' AND o.kind = s.kind AND o.state = s.state");
                question.between("o.created_at", from, until);
                question.text(" GROUP BY s.kind, s.state");
            }
        }
    }
    question
}

/// Finds the smallest bucket, within a range of buckets of one level, that the order falls into which comes after
/// `skip` newer ones; and how many of them are left to skip in it. None when there are fewer. `ask` runs a statement
/// that answers rows of (bucket, n). Level by level: for a database in the same process, where a statement costs next
/// to nothing (in SQLite, the single statement of [`descent_question`] takes four times as long).
pub(crate) fn descend<'a, E>(
    filter: &'a HistoryFilter,
    top: usize,
    range: (i64, i64),
    skip: i64,
    ask: impl Fn(&Question<'a>) -> Result<Vec<(i64, i64)>, E>,
) -> Result<Option<(i64, i64)>, E> {
    let (mut range, mut skip, mut found) = (range, skip, None);
    for level in (1..=top).rev() {
        found = None;
        for (bucket, held) in ask(&buckets_question(filter, level, range))? {
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
fn buckets_question(filter: &HistoryFilter, level: usize, range: (i64, i64)) -> Question<'_> {
    let mut question = Question::new(filter.merchant);
    question.params.push(Value::Text(&filter.customer));
    question.text(&format!(
        "SELECT bucket, CAST(SUM(n) AS BIGINT) AS n FROM history_counts \
         WHERE merchant = $1 AND customer = $2 AND level = {level}"
    ));
    question.between("bucket", range.0, range.1);
    question.one_of("kind", &filter.kinds);
    question.one_of("state", &filter.states);
    question.text(" GROUP BY bucket ORDER BY bucket DESC");
    question
}

/// The same question for a database across a network, where each statement is a round trip.
///
/// Asks for the smallest bucket, within a range of buckets of one level, that the order falls into which comes after
/// `skip` newer ones; and how many of them are left to skip in it: one row of (bucket, skip). All levels in one
/// statement: in each, the buckets `b` are laid end to end, newest first, and the one is picked `p` in which the end
/// of what is skipped lies; its children are the buckets of the next.
pub(crate) fn descent_question(
    filter: &HistoryFilter,
    top: usize,
    range: (i64, i64),
    skip: i64,
) -> Question<'_> {
    let mut question = Question::new(filter.merchant);
    question.params.push(Value::Text(&filter.customer));
    for level in (1..=top).rev() {
        let above = level.saturating_add(1);
        question.text(if level == top { "WITH" } else { "," });
        question.text(&format!(
            " b{level} AS MATERIALIZED (SELECT bucket, CAST(SUM(n) AS BIGINT) AS held FROM history_counts \
             WHERE merchant = $1 AND customer = $2 AND level = {level}"
        ));
        if level == top {
            question.between("bucket", range.0, range.1);
        } else {
            question.text(&format!(
                " AND bucket >= (SELECT bucket * {FANOUT} FROM p{above}) \
                 AND bucket < (SELECT (bucket + 1) * {FANOUT} FROM p{above})"
            ));
        }
        question.one_of("kind", &filter.kinds);
        question.one_of("state", &filter.states);
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
                    "INSERT INTO history_counts VALUES (1, 'c', ?1, ?2, 'new', ?3, 1) ON CONFLICT DO UPDATE SET n = n + 1",
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
                let question = descent_question(&filter, TOP, (0, 99), skip);
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
            let beyond = descent_question(&filter, TOP, (0, 99), i64::try_from(matching.len()).unwrap());
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
