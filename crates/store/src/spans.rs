//! Who wants to know what a piece of work asks of the database, and when: traces do. Nobody does unless it was said, and
//! then it costs a look at a variable of the task.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;

/// One thing that is asked of the database: one round trip, or one turn of SQLite's writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// What: `read`, `write`, `load` (what a decision stands on), `append` (what it came to), or `transact` where both
    /// are one turn of the writer.
    pub what: &'static str,
    /// Of which table; the one that is read or written first.
    pub table: &'static str,
}

/// Is told when something is asked, and gives what is dropped once it is answered.
pub type AskedObserver = Arc<dyn Fn(Asked) -> Box<dyn Any + Send> + Send + Sync>;

tokio::task_local! {
    static OBSERVER: AskedObserver;
}

/// Runs some work, and tells `observer` what it asks of the database.
pub async fn observing_the_database<F: Future>(observer: AskedObserver, work: F) -> F::Output {
    OBSERVER.scope(observer, work).await
}

/// Something is asked, until what this gives is dropped. Nothing when nobody wants to know.
pub(crate) fn asking(what: &'static str, table: &'static str) -> Option<Box<dyn Any + Send>> {
    OBSERVER.try_with(|observer| observer(Asked { what, table })).ok()
}
