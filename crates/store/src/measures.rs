//! What the store counts of itself: how many writes share a commit, and how many wait for one.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Store;
use crate::driver::Driver;
use crate::error::StoreError;
use crate::value::Value;

/// The sizes that are counted apart: so many writes in one commit, at the most.
const SIZES: [u64; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

/// What was counted since the database was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measures {
    /// How many writes wait now.
    pub waiting: u64,
    /// How many commits there were.
    pub commits: u64,
    /// How many writes were in them.
    pub writes: u64,
    /// How many commits had at most so many writes, each bound with its count.
    pub commits_up_to: Vec<(u64, u64)>,
}

/// What waits, and what should have been done by now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BacklogRow {
    /// Calls that are owed.
    pub owed: i64,
    /// Those whose time has come.
    pub due: i64,
    /// Since when the oldest is owed.
    pub oldest: Option<i64>,
    /// Orders that are due.
    pub orders: i64,
    /// Documents that are due.
    pub documents: i64,
    /// Calls that webhooks are owed.
    pub hooks_owed: i64,
    /// Those whose time has come.
    pub hooks_due: i64,
    /// Since when the oldest of them is owed.
    pub hooks_oldest: Option<i64>,
}

/// The counters behind [`Measures`].
#[derive(Debug, Default)]
pub(crate) struct Meter {
    sizes: [AtomicU64; SIZES.len()],
    commits: AtomicU64,
    writes: AtomicU64,
    waiting: AtomicU64,
}

impl Meter {
    /// A write begins to wait.
    pub(crate) fn wait(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    /// So many writes go into one commit, and wait no longer.
    pub(crate) fn commit(&self, writes: usize) {
        let writes = u64::try_from(writes).unwrap_or_default();
        let place = SIZES.partition_point(|size| *size < writes);
        if let Some(size) = self.sizes.get(place) {
            size.fetch_add(1, Ordering::Relaxed);
        }
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(writes, Ordering::Relaxed);
        self.waiting.fetch_sub(writes, Ordering::Relaxed);
    }

    pub(crate) fn measures(&self) -> Measures {
        let mut so_far = 0_u64;
        let commits_up_to = SIZES.iter().zip(&self.sizes).map(|(bound, count)| {
            so_far = so_far.saturating_add(count.load(Ordering::Relaxed));
            (*bound, so_far)
        });
        Measures {
            commits_up_to: commits_up_to.collect(),
            waiting: self.waiting.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
        }
    }
}

impl Store {
    /// What was counted so far.
    pub fn measures(&self) -> Measures {
        match &*self.driver {
            Driver::Sqlite(sqlite) => sqlite.measures(),
            Driver::Postgres(postgres) => postgres.measures(),
        }
    }

    /// What waits. Each number is counted in an index that has nothing else.
    pub async fn backlog(&self, now: i64) -> Result<BacklogRow, StoreError> {
        let sql = "SELECT COUNT(*), MIN(created_at), \
                   (SELECT COUNT(*) FROM deliveries WHERE state = 'due' AND next_at <= $1), \
                   (SELECT COUNT(*) FROM orders WHERE wake_at IS NOT NULL AND wake_at <= $1), \
                   (SELECT COUNT(*) FROM documents WHERE wake_at IS NOT NULL AND wake_at <= $1), \
                   (SELECT COUNT(*) FROM hook_deliveries WHERE state = 'due'), \
                   (SELECT COUNT(*) FROM hook_deliveries WHERE state = 'due' AND next_at <= $1), \
                   (SELECT MIN(created_at) FROM hook_deliveries WHERE state = 'due') \
                   FROM deliveries WHERE state = 'due'";
        let params = [Value::Int(now)];
        let rows = self.driver.query_long("deliveries", sql, &params, |row| {
            Ok(BacklogRow {
                owed: row.int(0)?,
                oldest: row.maybe_int(1)?,
                due: row.int(2)?,
                orders: row.int(3)?,
                documents: row.int(4)?,
                hooks_owed: row.int(5)?,
                hooks_due: row.int(6)?,
                hooks_oldest: row.maybe_int(7)?,
            })
        });
        Ok(rows.await?.pop().unwrap_or_default())
    }

    /// Whether the schema is still the one that this program knows: a newer one may have brought it further since.
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        let applied = self
            .driver
            .query(
                "schema_migrations",
                crate::migrate::APPLIED,
                &[],
                crate::migrate::applied,
            )
            .await?;
        if crate::migrate::pending(&applied)?.is_empty() {
            return Ok(());
        }
        Err(StoreError::Schema(
            "the database's schema is older than this program's".to_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_counted_by_size() {
        let meter = Meter::default();
        for size in [1_usize, 1, 3, 4, 200] {
            for _ in 0..size {
                meter.wait();
            }
            meter.commit(size);
        }
        meter.wait();
        let measures = meter.measures();
        assert_eq!((measures.commits, measures.writes, measures.waiting), (5, 209, 1));
        assert_eq!(measures.commits_up_to[..3], [(1, 2), (2, 2), (4, 4)]);
        assert_eq!(measures.commits_up_to.last(), Some(&(128, 4)));
    }
}
