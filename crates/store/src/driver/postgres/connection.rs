//! One connection with its prepared statements.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, CopyInSink, NoTls, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{failed, is_about_the_connection, read, tls};
use crate::error::{Cause, StoreError};
use crate::value::{Reader, Value};

/// How many prepared statements a connection keeps. Lists of different lengths make different statements, so there
/// must be a bound; in practice a few dozen are in use.
const STATEMENTS: usize = 300;

/// Where the server is, and how to talk to it.
pub(super) struct Address {
    config: tokio_postgres::Config,
    tls: Option<MakeRustlsConnect>,
}

impl Address {
    /// Reads a URL. Beyond what the client knows, `sslrootcert=FILE` names the certificate authority, and
    /// `sslmode=verify-full` or `verify-ca` mean `require`, which verifies always.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let (url, authority) = tls::split(url);
        let mut config: tokio_postgres::Config = url
            .parse()
            .map_err(|error: tokio_postgres::Error| StoreError::Unavailable(Cause::new(error)))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        if config.get_application_name().is_none() {
            config.application_name("ordrebok");
        }
        config.target_session_attrs(tokio_postgres::config::TargetSessionAttrs::ReadWrite);
        let encrypted = config.get_ssl_mode() == tokio_postgres::config::SslMode::Require;
        let tls = if encrypted {
            Some(tls::connector(authority.as_deref())?)
        } else {
            None
        };
        Ok(Self { config, tls })
    }

    pub(super) async fn connect(&self) -> Result<Connection, StoreError> {
        let client = if let Some(tls) = &self.tls {
            let (client, connection) = self.config.connect(tls.clone()).await.map_err(failed)?;
            tokio::spawn(async move { report(connection.await) });
            client
        } else {
            let (client, connection) = self.config.connect(NoTls).await.map_err(failed)?;
            tokio::spawn(async move { report(connection.await) });
            client
        };
        Ok(Connection {
            client,
            statements: Mutex::new(HashMap::new()),
            broken: AtomicBool::new(false),
        })
    }
}

fn report(end: Result<(), tokio_postgres::Error>) {
    if let Err(error) = end {
        tracing::warn!(%error, "a connection to PostgreSQL broke");
    }
}

/// A connection. Many tasks may use it at once; their statements queue up in it.
pub(super) struct Connection {
    client: Client,
    statements: Mutex<HashMap<Box<str>, Statement>>,
    /// Set once a statement has failed for the connection's sake: the server says that it is going before it goes,
    /// and nobody should ask it again in between.
    broken: AtomicBool,
}

impl Connection {
    pub(super) fn is_closed(&self) -> bool {
        self.broken.load(Ordering::Relaxed) || self.client.is_closed()
    }

    async fn prepared(&self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        let known = self.statements().get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        let mut statements = self.statements();
        if statements.len() >= STATEMENTS {
            statements.clear();
        }
        statements.insert(sql.into(), statement.clone());
        Ok(statement)
    }

    fn statements(&self) -> std::sync::MutexGuard<'_, HashMap<Box<str>, Statement>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a prepared statement.
    pub(super) async fn run(
        &self,
        sql: &str,
        params: &[Value<'_>],
    ) -> Result<Vec<tokio_postgres::Row>, tokio_postgres::Error> {
        let done = self.run_prepared(sql, params).await;
        if done.as_ref().is_err_and(is_about_the_connection) {
            self.broken.store(true, Ordering::Relaxed);
        }
        done
    }

    async fn run_prepared(
        &self,
        sql: &str,
        params: &[Value<'_>],
    ) -> Result<Vec<tokio_postgres::Row>, tokio_postgres::Error> {
        let statement = self.prepared(sql).await?;
        let params: Vec<&(dyn ToSql + Sync)> = params
            .iter()
            .map(|value| -> &(dyn ToSql + Sync) { value })
            .collect();
        self.client.query(&statement, &params).await
    }

    pub(super) async fn query<T>(
        &self,
        table: &'static str,
        sql: &str,
        params: &[Value<'_>],
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.run(sql, params).await.map_err(failed)?;
        read(&rows, table, reader)
    }

    /// Runs a command without parameters, such as `BEGIN`.
    pub(super) async fn command(&self, sql: &str) -> Result<(), StoreError> {
        self.batch(sql).await
    }

    /// Begins to copy rows into a table.
    pub(super) async fn copy_in(&self, sql: &str) -> Result<CopyInSink<Bytes>, StoreError> {
        self.client.copy_in(sql).await.map_err(failed)
    }

    /// Runs several statements without parameters.
    pub(super) async fn batch(&self, sql: &str) -> Result<(), StoreError> {
        self.client.batch_execute(sql).await.map_err(failed)
    }
}
