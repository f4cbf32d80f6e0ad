//! SQL, written once, over two drivers: rows in, rows out.
//!
//! [`Store`] keeps orders, documents, answers and deliveries, and knows nothing of what they mean. All that a request
//! writes goes through [`Store::transact`]: load, decide, append, in one transaction.
//!
//! Deliberately absent: time (it comes in as an argument), randomness, JSON, and any rule about money or status.

mod append;
mod audit;
mod backup;
mod blocks;
mod credentials;
mod deliveries;
mod documents;
mod driver;
mod due;
mod error;
mod exports;
mod feed;
mod follow;
mod freshness;
mod history;
mod hooks;
mod load;
mod measures;
mod merchants;
mod migrate;
mod moving;
mod orders;
mod pages;
mod reset;
pub mod rows;
mod search;
mod seen;
mod sessions;
mod settings;
mod spans;
mod sql;
mod tables;
mod tokens;
mod totals;
mod transact;
mod value;
mod verify;
mod views;

use std::path::PathBuf;
use std::sync::Arc;

pub use audit::{AuditFilter, AuditPlace};
pub use backup::{backup, restore};
pub use deliveries::Settlement;
pub use documents::DocumentFilter;
pub use error::{Cause, StoreError};
pub use exports::WholeOrder;
pub use feed::{FeedPlace, FeedRow};
pub use follow::{FollowBatch, Followed, SearchRow, SeenRow, SortRow, TotalRow, Unfollowed};
pub use freshness::{Freshness, Known, Stamp};
pub use history::basket;
pub use hooks::{HookDelivery, HookFilter};
pub use measures::{BacklogRow, Measures};
pub use moving::move_to_postgres;
pub use search::{SearchFilter, SearchRows};
pub use spans::{Asked, AskedObserver, observing_the_database};
pub use totals::PlacedTotals;
pub use transact::{Decided, More};

use driver::Driver;
use driver::postgres::Postgres;
use driver::sqlite::Sqlite;

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A directory, in which the file is `ordrebok.db`. Both are made when missing.
    Sqlite(PathBuf),
    /// A PostgreSQL URL, such as `postgres://user@host/database`.
    Postgres(String),
}

/// An open database. Cheap to clone: all clones share its connections.
#[derive(Clone)]
pub struct Store {
    driver: Arc<Driver>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match &*self.driver {
            Driver::Sqlite(_) => "Store(SQLite)",
            Driver::Postgres(_) => "Store(PostgreSQL)",
        })
    }
}

impl Store {
    /// Opens the database and brings its schema up to date. Refuses a schema that is newer than this program, or
    /// that was made by other migrations, with [`StoreError::Schema`], which says why.
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        let driver = match database {
            Database::Sqlite(directory) => Driver::Sqlite(Sqlite::open(directory)?),
            Database::Postgres(url) => Driver::Postgres(Box::new(Postgres::open(url).await?)),
        };
        Ok(Self {
            driver: Arc::new(driver),
        })
    }

    /// Whether the database answers, for readiness checks.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let sql = "SELECT COUNT(*) FROM schema_migrations";
        self.driver
            .query("schema_migrations", sql, &[], |row| row.int(0))
            .await
            .map(|_| ())
    }

    /// Waits for the writes under way and closes the database. What is written afterwards is refused with
    /// [`StoreError::Closed`].
    pub async fn close(&self) {
        match &*self.driver {
            Driver::Sqlite(sqlite) => sqlite.close().await,
            Driver::Postgres(postgres) => postgres.close(),
        }
    }
}
