//! The two databases behind three verbs: `query` reads, `write` runs one statement durably, `append` writes all that
//! a transaction decided. Everything above this module is written once.

pub(crate) mod postgres;
pub(crate) mod sqlite;

use crate::error::StoreError;
use crate::spans::asking;
use crate::value::{OwnedValue, Reader, Value, check};

/// Which database, with its connections.
pub(crate) enum Driver {
    Sqlite(sqlite::Sqlite),
    Postgres(Box<postgres::Postgres>),
}

impl Driver {
    /// Runs a short read. SQLite answers inline, on the calling thread.
    pub(crate) async fn query<T>(
        &self,
        table: &'static str,
        sql: &str,
        params: &[Value<'_>],
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        check(params)?;
        let _asked = asking("read", table);
        match self {
            Self::Sqlite(sqlite) => sqlite.query(table, sql, params, reader),
            Self::Postgres(postgres) => postgres.query(table, sql, params, reader).await,
        }
    }

    /// Runs a read that may take long (exports, checks), off the workers that answer requests.
    pub(crate) async fn query_long<T: Send + 'static>(
        &self,
        table: &'static str,
        sql: &str,
        params: &[Value<'_>],
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        check(params)?;
        let _asked = asking("read", table);
        match self {
            Self::Sqlite(sqlite) => {
                sqlite
                    .query_long(table, sql.to_owned(), own(params), reader)
                    .await
            }
            Self::Postgres(postgres) => postgres.query(table, sql, params, reader).await,
        }
    }

    /// Runs one writing statement and reads what it returns; it is durable when this answers.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        table: &'static str,
        sql: &str,
        params: &[Value<'_>],
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        check(params)?;
        let _asked = asking("write", table);
        match self {
            Self::Sqlite(sqlite) => {
                sqlite
                    .write_rows(table, sql.to_owned(), own(params), reader)
                    .await
            }
            Self::Postgres(postgres) => postgres.write(table, sql, params, reader).await,
        }
    }

    /// The one fragment that differs: how a claim passes over rows that another worker is claiming.
    pub(crate) fn skip_locked(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        }
    }
}

fn own(params: &[Value<'_>]) -> Vec<OwnedValue> {
    params.iter().map(Value::to_owned).collect()
}
