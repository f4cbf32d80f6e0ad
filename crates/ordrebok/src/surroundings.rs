//! What the server and its workers share beside the book.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::metrics::Metrics;
use crate::sandbox::Sandbox;
use crate::tracer::Tracer;

/// All of it. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// The sandbox that it is, if it is one.
    pub(crate) sandbox: Option<Arc<Sandbox>>,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
    /// Who takes spans, if anybody.
    pub(crate) tracer: Option<Tracer>,
    /// Whether the server is about to stop.
    pub(crate) stopping: Stopping,
}

/// Comes true once the server was told to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stopping(Arc<AtomicBool>);

impl Stopping {
    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
