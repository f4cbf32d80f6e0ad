//! The read connections, and how they tell that nothing was committed since.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use rusqlite::Connection;

use super::statement;
use crate::error::StoreError;
use crate::value::{Reader, Value};

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Which connection this thread tries first: a thread that keeps its connection keeps its caches warm.
    static HOME: Cell<usize> = Cell::new(THREADS.fetch_add(1, Ordering::Relaxed));
}

/// As many connections as there are cores.
pub(super) struct Readers {
    slots: Vec<Mutex<Slot>>,
    /// Grows whenever any connection notices that something was committed; see [`Lane::stamp`].
    epoch: AtomicU64,
}

struct Slot {
    conn: Connection,
    /// SQLite's `data_version` as this connection saw it last: it differs once another connection, of this or of
    /// any other process, has committed.
    seen: i64,
}

/// One read connection, for as long as it is borrowed.
pub(crate) struct Lane<'a> {
    slot: MutexGuard<'a, Slot>,
    epoch: &'a AtomicU64,
}

impl Readers {
    pub(super) fn open(connect: impl Fn() -> Result<Connection, StoreError>) -> Result<Self, StoreError> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let slots = (0..cores.clamp(2, 16)).map(|_| {
            let conn = connect()?;
            let seen = data_version(&conn)?;
            Ok(Mutex::new(Slot { conn, seen }))
        });
        Ok(Self {
            slots: slots.collect::<Result<_, StoreError>>()?,
            epoch: AtomicU64::new(0),
        })
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Lane<'_>) -> T) -> T {
        work(&mut self.lane())
    }

    /// Borrows a connection.
    pub(super) fn lane(&self) -> Lane<'_> {
        Lane {
            slot: self.lock(),
            epoch: &self.epoch,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        let home = HOME.get().checked_rem(self.slots.len()).unwrap_or_default();
        let (before, after) = self.slots.split_at(home);
        for slot in after.iter().chain(before) {
            match slot.try_lock() {
                Ok(slot) => return slot,
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        self.slots[home].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane<'_> {
    /// A number that stays the same only while nobody commits anything.
    ///
    /// Proof: a commit after the stamp was taken is noticed by each connection the first time that it looks after
    /// the commit, and makes the epoch grow then. So a connection that looks, and still finds the epoch that the
    /// stamp was taken at, knows that there was no commit between. What is read after taking the stamp may hold
    /// more than the stamp tells of, never less: the mistake costs one more read, never a stale answer.
    pub(crate) fn stamp(&mut self) -> Result<u64, StoreError> {
        let now = data_version(&self.slot.conn)?;
        if now != self.slot.seen {
            self.slot.seen = now;
            self.epoch.fetch_add(1, Ordering::SeqCst);
        }
        Ok(self.epoch.load(Ordering::SeqCst))
    }

    pub(crate) fn query<T>(
        &self,
        table: &'static str,
        sql: &str,
        params: &[Value<'_>],
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        statement::query(&self.slot.conn, table, sql, params, reader)
    }
}

fn data_version(conn: &Connection) -> Result<i64, StoreError> {
    let mut statement = conn
        .prepare_cached("PRAGMA data_version")
        .map_err(statement::failed)?;
    statement
        .query_row([], |row| row.get(0))
        .map_err(statement::failed)
}
