//! PostgreSQL: single prepared statements over a few shared connections, which carry many at once, one behind the
//! other. Only what follows a conflict opens a transaction, on a connection of its own.

mod appender;
mod connection;
mod copying;
mod lanes;
mod reading;
mod tls;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_postgres::error::SqlState;

use crate::error::{AppendError, Cause, StoreError};
use crate::measures::Measures;
use crate::migrate;
use crate::rows::Changes;
use crate::sql::Part;
use crate::value::{Cells, Reader, Row, Value};
use crate::views;
use appender::Appender;
use connection::{Address, Connection};
use reading::Reading;

/// How many transactions with locks may be open at once.
const EXCLUSIVE: usize = 8;

/// How often a statement is tried again after a serialisation failure or a deadlock.
const TRIES: u32 = 20;

/// A PostgreSQL database.
pub(crate) struct Postgres {
    address: Arc<Address>,
    reading: Arc<Reading>,
    appender: Arc<Appender>,
    idle: Mutex<Vec<Arc<Connection>>>,
    exclusive: tokio::sync::Semaphore,
}

impl Postgres {
    /// Connects to `url` and brings the schema up to date.
    pub(crate) async fn open(url: &str) -> Result<Self, StoreError> {
        let address = Arc::new(Address::parse(url)?);
        let first = address.connect().await?;
        migrate(&first).await?;
        Ok(Self {
            appender: Arc::new(Appender::new(Arc::clone(&address))),
            reading: Arc::new(Reading::new(Arc::clone(&address), first)),
            address,
            idle: Mutex::new(Vec::new()),
            exclusive: tokio::sync::Semaphore::new(EXCLUSIVE),
        })
    }

    /// Reads.
    pub(crate) async fn query<T>(
        &self,
        table: &'static str,
        sql: &str,
        params: &[Value<'_>],
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.reading.query(table, sql, params, reader).await
    }

    /// The version that an order is in, if there is such an order.
    pub(crate) async fn version(&self, merchant: i64, id: i64) -> Result<Option<i64>, StoreError> {
        self.reading.version(merchant, id).await
    }

    /// Writes with one statement, which is its own transaction.
    pub(crate) async fn write<T>(
        &self,
        table: &'static str,
        sql: &str,
        params: &[Value<'_>],
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        for attempt in 0..TRIES {
            let connection = self.appender.writing.get(&self.address).await?;
            match connection.query(table, sql, params, reader).await {
                Err(StoreError::Busy) => pause(attempt).await,
                done => return done,
            }
        }
        Err(StoreError::Busy)
    }

    /// The third verb: all changes as one statement, which is its own transaction.
    pub(crate) async fn append(&self, merchant: i64, changes: Changes) -> Result<(), AppendError> {
        self.appender.append(merchant, changes).await
    }

    /// What the appender has counted.
    pub(crate) fn measures(&self) -> Measures {
        self.appender.meter.measures()
    }

    /// Opens a transaction on a connection of its own. Dropping it undoes it, by dropping the connection.
    pub(crate) async fn begin(&self) -> Result<Transaction<'_>, StoreError> {
        let permit = self.exclusive.acquire().await.map_err(|_| StoreError::Closed)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle.filter(|connection| !connection.is_closed()) {
            Some(connection) => connection,
            None => Arc::new(self.address.connect().await?),
        };
        connection.command("BEGIN").await?;
        Ok(Transaction {
            postgres: self,
            connection,
            _permit: permit,
        })
    }

    /// Lets go of all connections once what they carry is done.
    pub(crate) fn close(&self) {
        self.exclusive.close();
        self.reading.close();
        self.appender.writing.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A transaction that holds locks.
pub(crate) struct Transaction<'a> {
    postgres: &'a Postgres,
    connection: Arc<Connection>,
    _permit: tokio::sync::SemaphorePermit<'a>,
}

impl Transaction<'_> {
    pub(crate) async fn query<T>(
        &self,
        table: &'static str,
        sql: &str,
        params: &[Value<'_>],
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        crate::value::check(params)?;
        self.connection.query(table, sql, params, reader).await
    }

    pub(crate) async fn append(&self, merchant: i64, changes: &Changes) -> Result<(), AppendError> {
        self.append_parts(merchant, &crate::append::parts(&[changes]))
            .await
    }

    pub(crate) async fn append_parts(&self, merchant: i64, parts: &[Part<'_>]) -> Result<(), AppendError> {
        self.postgres
            .appender
            .append_on(&self.connection, merchant, parts)
            .await
    }

    /// Commits, or undoes, and gives the connection back.
    pub(crate) async fn end(self, commit: bool) -> Result<(), StoreError> {
        self.connection
            .command(if commit { "COMMIT" } else { "ROLLBACK" })
            .await?;
        self.postgres
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(self.connection);
        Ok(())
    }
}

/// Waits a little before the next attempt, longer each time, and not as long as others who began with this one.
pub(crate) async fn pause(attempt: u32) {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let turn = u64::try_from(TURN.fetch_add(1, Ordering::Relaxed)).unwrap_or_default();
    // Consecutive turns are spread over the whole span by multiplying with a large odd number.
    let spread = turn.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54;
    let span = 1_u64 << attempt.min(5);
    tokio::time::sleep(Duration::from_micros(
        spread.saturating_mul(span).saturating_add(200),
    ))
    .await;
}

/// Why an append was refused.
fn refused(error: tokio_postgres::Error) -> AppendError {
    match error.code() {
        Some(&SqlState::DIVISION_BY_ZERO) => AppendError::Stale,
        Some(&SqlState::UNIQUE_VIOLATION) => {
            let constraint = error.as_db_error().and_then(|db| db.constraint());
            AppendError::Taken(constraint.unwrap_or("a unique key").to_owned())
        }
        Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED) => AppendError::Again,
        _ => AppendError::Store(failed(error)),
    }
}

/// Sorts PostgreSQL's errors into ours.
fn failed(error: tokio_postgres::Error) -> StoreError {
    if is_about_the_connection(&error) {
        return StoreError::Unavailable(Cause::new(error));
    }
    let constraint = error.as_db_error().and_then(|db| db.constraint());
    match error.code() {
        Some(&SqlState::UNIQUE_VIOLATION) => {
            StoreError::Taken(constraint.unwrap_or("a unique key").to_owned())
        }
        Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED) => StoreError::Busy,
        _ => StoreError::Database(Cause::new(error)),
    }
}

/// Whether another connection may fare better. Whatever isn't an answer of the server is a failure to talk to it (a
/// row that can't be read is told apart where it is read). 08: connection, 53: resources, 57P: shutting down or
/// starting up, 25006: a standby after a failover.
fn is_about_the_connection(error: &tokio_postgres::Error) -> bool {
    let Some(code) = error.code() else {
        return true;
    };
    let text = code.code();
    ["08", "53", "57P"].iter().any(|class| text.starts_with(class)) || text == "25006"
}

/// Brings the schema up to date in one transaction that holds the table of migrations, so that of several servers
/// that start at once, one does it and the others find it done.
async fn migrate(connection: &Connection) -> Result<(), StoreError> {
    // The usual start finds everything in place, and waits for nobody.
    if let Ok(applied) = applied(connection).await
        && migrate::pending(&applied)?.is_empty()
        && has_views(connection).await?
    {
        return Ok(());
    }
    for attempt in 0..TRIES {
        // Two servers that create the same table at once may both be told that it isn't there; the loser of that
        // race sees a duplicate in the catalogue, and finds the table the next time.
        match connection.batch(&collated(migrate::TABLE)).await {
            Err(StoreError::Taken(_) | StoreError::Busy) => pause(attempt).await,
            Err(StoreError::Database(cause)) if attempt == 0 => {
                tracing::debug!(%cause, "creating the table of migrations is tried again");
            }
            done => {
                done?;
                break;
            }
        }
    }
    connection.command("BEGIN").await?;
    connection
        .batch("LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE")
        .await?;
    let done = apply(connection).await;
    connection
        .command(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })
        .await?;
    done
}

async fn applied(connection: &Connection) -> Result<Vec<migrate::Applied>, StoreError> {
    connection
        .query("schema_migrations", migrate::APPLIED, &[], migrate::applied)
        .await
}

async fn apply(connection: &Connection) -> Result<(), StoreError> {
    for migration in migrate::pending(&applied(connection).await?)? {
        connection.batch(&collated(migration.text)).await?;
        let checksum = migration.checksum();
        let params = [
            Value::Int(migration.version),
            Value::Text(migration.name),
            Value::Text(&checksum),
        ];
        connection.run(migrate::RECORD, &params).await.map_err(failed)?;
    }
    if !has_views(connection).await? {
        connection.batch(views::POSTGRES).await?;
        let checksum = migrate::checksum(views::POSTGRES);
        let params = [Value::Text(&checksum)];
        connection.run(views::RECORD, &params).await.map_err(failed)?;
    }
    Ok(())
}

/// Whether the reporting views are those that this program makes.
async fn has_views(connection: &Connection) -> Result<bool, StoreError> {
    let made = connection
        .query("settings", views::MADE, &[], |row| row.text(0))
        .await?;
    Ok(made.first() == Some(&migrate::checksum(views::POSTGRES)))
}

/// Text compares byte by byte, as it does in SQLite.
fn collated(text: &str) -> String {
    text.replace(" TEXT", " TEXT COLLATE \"C\"")
}

fn read<T>(
    rows: &[tokio_postgres::Row],
    table: &'static str,
    reader: Reader<T>,
) -> Result<Vec<T>, StoreError> {
    rows.iter()
        .map(|row| {
            reader(&Row {
                cells: Cells::Postgres(row),
                table,
            })
        })
        .collect()
}
