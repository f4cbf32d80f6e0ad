//! What an operator asks: how much waits, whether the book can work, and copies of the embedded database.

use crate::{Book, BookError};
use order::Timestamp;
use std::path::Path;

/// What waits, and what should have been done by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Calls that are owed to others.
    pub calls_owed: i64,
    /// Those whose time has come.
    pub calls_due: i64,
    /// Since when the oldest of them is owed.
    pub oldest_call: Option<Timestamp>,
    /// Calls that webhooks are owed, those of webhooks that are turned off among them.
    pub hook_calls_owed: i64,
    /// Those whose time has come.
    pub hook_calls_due: i64,
    /// Since when the oldest of them is owed.
    pub oldest_hook_call: Option<Timestamp>,
    /// Orders that the server must move on by now.
    pub orders_due: i64,
    /// Accounts and other documents that the server must move on by now.
    pub documents_due: i64,
}

impl Book {
    /// How many writes share a commit, and how many wait.
    pub fn measures(&self) -> store::Measures {
        self.store().measures()
    }

    /// What waits.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn backlog(&self) -> Result<Backlog, BookError> {
        let row = self.store().backlog(self.now().0).await?;
        Ok(Backlog {
            calls_owed: row.owed,
            calls_due: row.due,
            oldest_call: row.oldest.map(Timestamp),
            hook_calls_owed: row.hooks_owed,
            hook_calls_due: row.hooks_due,
            oldest_hook_call: row.hooks_oldest.map(Timestamp),
            orders_due: row.orders,
            documents_due: row.documents,
        })
    }

    /// Whether the database answers, and has the schema that this program knows.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check_ready(&self) -> Result<(), BookError> {
        Ok(self.store().check_schema().await?)
    }
}

/// Copies the embedded database in a folder into a new file, while servers run on it. `progress` is told how many parts of
/// how many are done.
///
/// # Errors
/// [`BookError::Exists`] when there is such a file; otherwise when the database or the file can't be used.
pub fn backup(folder: &Path, file: &Path, progress: impl FnMut(u64, u64)) -> Result<(), BookError> {
    store::backup(folder, file, progress).map_err(taken)
}

/// Puts such a copy into a folder that has no database.
///
/// # Errors
/// [`BookError::Exists`] when the folder has one; otherwise when the file is no copy, is damaged, or is newer than this
/// program.
pub fn restore(file: &Path, folder: &Path, progress: impl FnMut(u64, u64)) -> Result<(), BookError> {
    store::restore(file, folder, progress).map_err(taken)
}

/// Copies all that the embedded database in a folder holds into a PostgreSQL database that holds nothing yet, all of it or
/// nothing, and tells how many rows that were. The folder is left as it is. `progress` is told how many rows of how many
/// are done.
///
/// # Errors
/// [`BookError::Exists`] when the PostgreSQL database holds something; [`BookError::is_passing`] when a server or another
/// command has the folder open, or the PostgreSQL server can't be reached.
pub async fn move_to_postgres(
    folder: &Path,
    url: &str,
    progress: impl FnMut(u64, u64),
) -> Result<u64, BookError> {
    store::move_to_postgres(folder, url, progress)
        .await
        .map_err(taken)
}

fn taken(error: store::StoreError) -> BookError {
    if let store::StoreError::Taken(file) = error {
        BookError::Exists(file)
    } else {
        error.into()
    }
}
