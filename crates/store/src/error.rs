//! What can go wrong with the database, told apart by what the caller can do about it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Why the store could not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database refused or failed for a reason that trying again won't cure.
    #[error("the database failed")]
    Database(#[source] Cause),
    /// The schema is newer than this program, or isn't what this program once made. The text says which.
    #[error("{0}")]
    Schema(String),
    /// A row is there but can't be what this program wrote.
    #[error("{table}.{column} of {id} can't be read")]
    Corrupt {
        /// The table that the row stands in.
        table: String,
        /// The column that can't be read.
        column: String,
        /// The row's first column, as text.
        id: String,
    },
    /// Something that must be unique exists already; the text names the key.
    #[error("{0} is taken")]
    Taken(String),
    /// A text holds a NUL character, which PostgreSQL can't keep and SQLite would cut off elsewhere.
    #[error("a text to be kept holds a NUL character")]
    Unstorable,
    /// The database can't be reached, or the connection broke. A write may or may not have been done.
    #[error("the database can't be reached")]
    Unavailable(#[source] Cause),
    /// Others kept changing the same rows, or held the lock, for too long. Nothing was written.
    #[error("the database is too busy with the same rows")]
    Busy,
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// The decision itself panicked. Nothing was written.
    #[error("a decision panicked: {0}")]
    Panicked(String),
}

/// The driver's own error, shared by all commands that one failed commit takes with it.
#[derive(Clone)]
pub struct Cause(Arc<dyn Error + Send + Sync>);

impl Cause {
    /// Wraps any error.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(error.into()))
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl StoreError {
    /// Names what is taken in the caller's words.
    pub(crate) fn taken_as(self, what: impl FnOnce() -> String) -> Self {
        if matches!(self, Self::Taken(_)) {
            Self::Taken(what())
        } else {
            self
        }
    }
}

/// Why an append wrote nothing.
#[derive(Debug)]
pub(crate) enum AppendError {
    /// A guarded row has another version by now.
    Stale,
    /// A unique key exists; the text names it.
    Taken(String),
    /// The database asks for the same again (serialisation failure, deadlock).
    Again,
    /// Anything else.
    Store(StoreError),
}

impl From<StoreError> for AppendError {
    fn from(error: StoreError) -> Self {
        if let StoreError::Taken(key) = error {
            Self::Taken(key)
        } else {
            Self::Store(error)
        }
    }
}
