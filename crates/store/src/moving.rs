//! From the embedded database to PostgreSQL: all rows of all tables in one transaction, into a database that has none.

use std::path::Path;

use bytes::{BufMut, BytesMut};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::driver::postgres::{Postgres, Transaction};
use crate::driver::sqlite::{FILE, migrate, statement};
use crate::error::{Cause, StoreError};

/// How many bytes of rows are sent at once.
const CHUNK: usize = 64 * 1024;

/// The setting that each database has for itself; see `views`.
const OWN_SETTING: &str = "reporting views";

/// One table, as it is read and written.
struct Table {
    name: String,
    columns: Vec<String>,
}

/// Copies all that the database in `directory` holds into the PostgreSQL database at `url`, which must hold nothing yet,
/// and tells how many rows that were. The embedded database is left as it is. `progress` is told how many rows of how
/// many are done.
///
/// # Errors
/// [`StoreError::Busy`] when somebody else uses the embedded database; [`StoreError::Taken`] when the other one holds
/// something, with the table in which it does.
pub async fn move_to_postgres(
    directory: &Path,
    url: &str,
    progress: impl FnMut(u64, u64),
) -> Result<u64, StoreError> {
    let source = alone(directory)?;
    let tables = tables(&source)?;
    let target = Postgres::open(url).await?;
    let transaction = target.begin().await?;
    match copy(&source, &tables, &transaction, progress).await {
        Ok(rows) => transaction.end(true).await.map(|()| rows),
        // Dropping the transaction undoes it.
        Err(error) => Err(error),
    }
}

/// Opens the database so that nobody else can while it is copied: what was written meanwhile would be left behind.
fn alone(directory: &Path) -> Result<Connection, StoreError> {
    let file = directory.join(FILE);
    if !file.is_file() {
        return Err(StoreError::Schema(format!(
            "there is no database in {}",
            directory.display()
        )));
    }
    let mut source = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|error| StoreError::Unavailable(Cause::new(error)))?;
    // Refused while any other connection is open.
    source
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;")
        .map_err(statement::failed)?;
    migrate(&mut source)?;
    Ok(source)
}

/// All tables but the one that says which migrations were applied, since each database applies its own.
fn tables(source: &Connection) -> Result<Vec<Table>, StoreError> {
    let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                 AND name <> 'schema_migrations' ORDER BY name";
    let columns = "SELECT name FROM pragma_table_info($1) ORDER BY cid";
    let tables = texts(source, names, [])?.into_iter().map(|name| {
        Ok(Table {
            columns: texts(source, columns, [&name])?,
            name,
        })
    });
    tables.collect()
}

fn texts(source: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<String>, StoreError> {
    let mut asked = source.prepare(sql).map_err(statement::failed)?;
    let found = asked
        .query_map(params, |row| row.get(0))
        .map_err(statement::failed)?;
    found.collect::<Result<_, _>>().map_err(statement::failed)
}

async fn copy(
    source: &Connection,
    tables: &[Table],
    target: &Transaction<'_>,
    mut progress: impl FnMut(u64, u64),
) -> Result<u64, StoreError> {
    let mut total: u64 = 0;
    for table in tables {
        refuse_what_is_there(table, target).await?;
        total = total.saturating_add(table.count(source)?);
    }
    target
        .batch(&format!("DELETE FROM settings WHERE name <> '{OWN_SETTING}'"))
        .await?;
    let mut done: u64 = 0;
    for table in tables {
        let written = table
            .copy(source, target, |rows| progress(done.saturating_add(rows), total))
            .await?;
        done = done.saturating_add(written);
    }
    // Without it the first queries would be planned for empty tables.
    target.batch("ANALYZE").await?;
    Ok(done)
}

/// A database that was served may have made settings, and nothing else.
async fn refuse_what_is_there(table: &Table, target: &Transaction<'_>) -> Result<(), StoreError> {
    if table.name == "settings" {
        return Ok(());
    }
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM {} LIMIT 1) AS first",
        table.name
    );
    let found = target.query("copied", &sql, &[], |row| row.int(0)).await?;
    if found == [0] {
        Ok(())
    } else {
        Err(StoreError::Taken(table.name.clone()))
    }
}

impl Table {
    /// What is copied of it.
    fn rows(&self) -> String {
        if self.name == "settings" {
            format!("settings WHERE name <> '{OWN_SETTING}'")
        } else {
            self.name.clone()
        }
    }

    fn count(&self, source: &Connection) -> Result<u64, StoreError> {
        let sql = format!("SELECT COUNT(*) FROM {}", self.rows());
        let rows: i64 = source
            .query_row(&sql, [], |row| row.get(0))
            .map_err(statement::failed)?;
        Ok(u64::try_from(rows).unwrap_or_default())
    }

    async fn copy(
        &self,
        source: &Connection,
        target: &Transaction<'_>,
        mut progress: impl FnMut(u64),
    ) -> Result<u64, StoreError> {
        let columns = self.columns.join(", ");
        let mut asked = source
            .prepare(&format!("SELECT {columns} FROM {}", self.rows()))
            .map_err(statement::failed)?;
        let mut found = asked.query([]).map_err(statement::failed)?;
        let mut into = target
            .copy_in(&format!("COPY {} ({columns}) FROM STDIN", self.name))
            .await?;
        let mut chunk = BytesMut::with_capacity(CHUNK);
        let mut read: u64 = 0;
        while let Some(row) = found.next().map_err(statement::failed)? {
            self.write_row(row, &mut chunk)?;
            read = read.saturating_add(1);
            if chunk.len() >= CHUNK {
                into.send(chunk.split().freeze()).await?;
                progress(read);
            }
        }
        into.send(chunk.freeze()).await?;
        let written = into.finish().await?;
        progress(read);
        if written == read {
            Ok(read)
        } else {
            let text = format!("{written} of {read} rows of {} arrived", self.name);
            Err(StoreError::Database(Cause::new(text)))
        }
    }

    /// One row as PostgreSQL's text format has it.
    fn write_row(&self, row: &rusqlite::Row<'_>, into: &mut BytesMut) -> Result<(), StoreError> {
        for (place, column) in self.columns.iter().enumerate() {
            if place > 0 {
                into.put_u8(b'\t');
            }
            match row.get_ref(place).map_err(statement::failed)? {
                ValueRef::Null => into.put_slice(b"\\N"),
                ValueRef::Integer(number) => into.put_slice(number.to_string().as_bytes()),
                ValueRef::Text(text) => escape(text, into),
                // Neither is written by this program.
                ValueRef::Real(_) | ValueRef::Blob(_) => {
                    return Err(StoreError::Corrupt {
                        table: self.name.clone(),
                        column: column.clone(),
                        id: row.get::<_, i64>(0).unwrap_or_default().to_string(),
                    });
                }
            }
        }
        into.put_u8(b'\n');
        Ok(())
    }
}

fn escape(text: &[u8], into: &mut BytesMut) {
    for byte in text {
        match byte {
            b'\\' => into.put_slice(b"\\\\"),
            b'\t' => into.put_slice(b"\\t"),
            b'\n' => into.put_slice(b"\\n"),
            b'\r' => into.put_slice(b"\\r"),
            byte => into.put_u8(*byte),
        }
    }
}
