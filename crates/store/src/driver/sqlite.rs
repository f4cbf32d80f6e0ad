//! SQLite: reads inline on the caller's thread, writes on one thread that commits many at once.
//!
//! Deliberately absent: a connection pool with waiting. A short read takes microseconds, so a mutex does.

mod readers;
pub(crate) mod statement;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::error::{AppendError, Cause, StoreError};
use crate::measures::Measures;
use crate::migrate;
use crate::sql::Part;
use crate::value::{OwnedValue, Reader, Value};
use crate::views;

pub(crate) use readers::Lane;
use readers::Readers;
use writer::Writer;

/// The file's name in the data directory.
pub(crate) const FILE: &str = "ordrebok.db";

/// An open SQLite database.
#[derive(Clone)]
pub(crate) struct Sqlite {
    readers: Arc<Readers>,
    /// For exports and checks, which would keep a request's reader for seconds.
    slow: Arc<Mutex<Connection>>,
    writer: Writer,
}

impl Sqlite {
    /// Opens the database in `directory`, making both when missing, and brings its schema up to date.
    pub(crate) fn open(directory: &Path) -> Result<Self, StoreError> {
        make_private(directory).map_err(|error| StoreError::Unavailable(Cause::new(error)))?;
        let path = directory.join(FILE);
        let mut conn = connect(&path)?;
        // 16 MiB: what a full batch touches stays in memory until it is committed.
        conn.execute_batch("PRAGMA cache_size = -16384;")
            .map_err(statement::failed)?;
        migrate(&mut conn)?;
        let readers = Readers::open(|| mapped(&path))?;
        let slow = Arc::new(Mutex::new(read_only(&path)?));
        Ok(Self {
            readers: Arc::new(readers),
            slow,
            writer: Writer::start(conn)?,
        })
    }

    /// Runs `work` on one of the read connections, on this thread.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&mut Lane<'_>) -> T) -> T {
        self.readers.with(work)
    }

    /// What the writer has counted.
    pub(crate) fn measures(&self) -> Measures {
        self.writer.measures()
    }

    /// See [`Lane::stamp`].
    pub(crate) fn stamp(&self) -> Result<u64, StoreError> {
        self.readers.lane().stamp()
    }

    pub(crate) fn query<T>(
        &self,
        table: &'static str,
        sql: &str,
        params: &[Value<'_>],
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.read(|lane| lane.query(table, sql, params, reader))
    }

    pub(crate) async fn query_long<T: Send + 'static>(
        &self,
        table: &'static str,
        sql: String,
        params: Vec<OwnedValue>,
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        let slow = Arc::clone(&self.slow);
        let task = tokio::task::spawn_blocking(move || {
            let conn = slow.lock().unwrap_or_else(PoisonError::into_inner);
            statement::query(&conn, table, &sql, &borrow(&params), reader)
        });
        task.await
            .map_err(|error| StoreError::Panicked(error.to_string()))?
    }

    pub(crate) async fn write_rows<T: Send + 'static>(
        &self,
        table: &'static str,
        sql: String,
        params: Vec<OwnedValue>,
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.writer
            .write(move |tx| tx.query(table, &sql, &borrow(&params), reader))
            .await
    }

    /// Runs `work` inside the next transaction of the writer thread; an error undoes what it wrote, and nobody
    /// else's. It may be run twice, but what it did the first time is then undone. Answers once the transaction is
    /// durable.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Writing<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.write(work).await
    }

    /// Waits for the writes under way, moves the log into the database file, and ends the writer.
    pub(crate) async fn close(&self) {
        self.writer.close().await;
    }
}

/// The writer's transaction, as one command sees it.
pub(crate) struct Writing<'a> {
    conn: &'a Connection,
}

impl Writing<'_> {
    pub(crate) fn query<T>(
        &self,
        table: &'static str,
        sql: &str,
        params: &[Value<'_>],
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        statement::query(self.conn, table, sql, params, reader)
    }

    /// The third verb: all parts, row by row, within the transaction that is open anyway.
    pub(crate) fn append(&self, merchant: i64, parts: &[Part<'_>]) -> Result<(), AppendError> {
        statement::append(self.conn, merchant, parts)
    }
}

fn borrow(params: &[OwnedValue]) -> Vec<Value<'_>> {
    params.iter().map(OwnedValue::borrow).collect()
}

/// A connection with the settings that all of ours share. Measured: 16 KiB pages make a smaller file; and with a
/// checkpoint every 1,000 of them there are half as many writes again a second as with one every 250, and no longer
/// pauses (64 writers, orders of 4 kB, 10,000 customers). A full batch touches some 250 pages by itself.
fn connect(path: &Path) -> Result<Connection, StoreError> {
    let conn = Connection::open(path).map_err(|error| StoreError::Unavailable(Cause::new(error)))?;
    conn.busy_timeout(std::time::Duration::from_secs(10))
        .map_err(statement::failed)?;
    conn.execute_batch(
        "PRAGMA page_size = 16384;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = 1000;
         PRAGMA temp_store = MEMORY;
         PRAGMA foreign_keys = OFF;",
    )
    .map_err(statement::failed)?;
    // Without this SQLite looks at the parameters while it plans, and prepares a statement again when one of them has
    // changed: a third of the writer's time went there.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(statement::failed)?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}

fn read_only(path: &Path) -> Result<Connection, StoreError> {
    let conn = connect(path)?;
    conn.execute_batch("PRAGMA query_only = ON;")
        .map_err(statement::failed)?;
    Ok(conn)
}

/// A connection for requests: it reads the file through memory, up to 256 MiB of it, which spares copying each page
/// (measured: a quarter to a half faster). The others don't: a writer or an export would only fill memory with it.
fn mapped(path: &Path) -> Result<Connection, StoreError> {
    let conn = read_only(path)?;
    conn.execute_batch("PRAGMA mmap_size = 268435456;")
        .map_err(statement::failed)?;
    Ok(conn)
}

/// Makes the directory when it is missing, for its owner alone: what is in it are other people's orders.
pub(crate) fn make_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Brings the schema up to date in one transaction, which also keeps a second process out meanwhile.
pub(crate) fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    let tx = conn
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(statement::failed)?;
    tx.execute_batch(migrate::TABLE).map_err(statement::failed)?;
    let applied = statement::query(&tx, "schema_migrations", migrate::APPLIED, &[], migrate::applied)?;
    let pending = migrate::pending(&applied)?;
    if !pending.is_empty() {
        // A view over what changes would stand in its way.
        tx.execute_batch(views::SQLITE_GONE).map_err(statement::failed)?;
    }
    for migration in pending {
        let text = migration.text.replace("/* WITHOUT ROWID */", "WITHOUT ROWID");
        tx.execute_batch(&text).map_err(statement::failed)?;
        let checksum = migration.checksum();
        let params = [
            Value::Int(migration.version),
            Value::Text(migration.name),
            Value::Text(&checksum),
        ];
        statement::execute(&tx, migrate::RECORD, &params)?;
    }
    let (text, made) = (
        views::sqlite(),
        statement::query(&tx, "settings", views::MADE, &[], |row| row.text(0))?,
    );
    let checksum = migrate::checksum(&text);
    if !pending.is_empty() || made.first() != Some(&checksum) {
        tx.execute_batch(&format!("{}\n{text}", views::SQLITE_GONE))
            .map_err(statement::failed)?;
        statement::execute(&tx, views::RECORD, &[Value::Text(&checksum)])?;
    }
    tx.commit().map_err(statement::failed)
}
