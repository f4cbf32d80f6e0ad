//! Many rows at once, within a transaction: PostgreSQL's `COPY`.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::SinkExt;
use tokio_postgres::CopyInSink;

use super::{Transaction, failed};
use crate::error::StoreError;

/// A table that takes rows, in the text format of `COPY`.
pub(crate) struct CopyIn(Pin<Box<CopyInSink<Bytes>>>);

impl Transaction<'_> {
    /// Begins a `COPY ... FROM STDIN`.
    pub(crate) async fn copy_in(&self, sql: &str) -> Result<CopyIn, StoreError> {
        let sink = self.connection.copy_in(sql).await?;
        Ok(CopyIn(Box::pin(sink)))
    }

    /// Runs a command without parameters.
    pub(crate) async fn batch(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.batch(sql).await
    }
}

impl CopyIn {
    /// Sends so many rows.
    pub(crate) async fn send(&mut self, rows: Bytes) -> Result<(), StoreError> {
        self.0.send(rows).await.map_err(failed)
    }

    /// Ends it; tells how many rows the table took.
    pub(crate) async fn finish(mut self) -> Result<u64, StoreError> {
        self.0.as_mut().finish().await.map_err(failed)
    }
}
