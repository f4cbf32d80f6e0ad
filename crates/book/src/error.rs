//! What can go wrong that is nobody's request's fault.

use store::StoreError;

/// What can go wrong that is not a refusal: the caller did nothing wrong, and may try again.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// What is kept can't be read: it is not what this program wrote.
    #[error("{what} {id} can't be read")]
    Corrupt {
        /// What sort of thing.
        what: &'static str,
        /// Which one.
        id: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// An order's journal does not fit together.
    #[error("the journal of order {id} does not fit together")]
    Journal {
        /// Which one.
        id: i64,
        /// Why.
        #[source]
        source: order::Misplaced,
    },
    /// A rule would have led to an order that must not be; nothing was written.
    #[error("order {id} would break an invariant")]
    Broken {
        /// Which one.
        id: i64,
        /// What does not hold.
        #[source]
        source: order::Violation,
    },
    /// There is something of this name already.
    #[error("{0} exists already")]
    Exists(String),
    /// There is nothing of this name.
    #[error("there is no {0}")]
    Unknown(String),
}

impl BookError {
    /// Whether the database has another schema than this program's.
    pub fn is_about_the_schema(&self) -> bool {
        matches!(self, Self::Store(StoreError::Schema(_)))
    }

    /// Whether the same request may work in a moment: the database is busy, or can't be reached just now.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Busy | StoreError::Unavailable(_) | StoreError::Closed)
        )
    }
}

/// An error and all its causes, in one line: for the log, never for an answer.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
