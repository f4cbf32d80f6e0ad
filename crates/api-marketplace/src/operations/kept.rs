//! What is answered of documents: one that was made, and one that was changed.

use crate::errors::{ApiError, Kind};
use book::{Document, Reply};
use order::Refusal;

/// The answer to making one.
pub(super) fn opened<T>(
    outcome: Result<&Document<T>, &Refusal>,
    show: impl Fn(&Document<T>) -> String,
) -> Reply {
    match outcome {
        Ok(kept) => Reply {
            status: 201,
            body: show(kept),
        },
        Err(refusal) => ApiError::from(refusal).reply(),
    }
}

/// The answer to changing one; `missing` when it is not there.
pub(super) fn changed<T>(
    outcome: Option<Result<&Document<T>, &ApiError>>,
    missing: Kind,
    show: impl Fn(&Document<T>) -> String,
) -> Reply {
    match outcome {
        Some(Ok(kept)) => Reply {
            status: 200,
            body: show(kept),
        },
        Some(Err(error)) => error.reply(),
        None => ApiError::new(missing).reply(),
    }
}
