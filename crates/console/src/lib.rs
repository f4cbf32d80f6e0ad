//! The console under `/console`: the pages on which the operator's and the merchants' people look at orders and act
//! on them.
//!
//! Pages are made on the server and work without a script; a small one adds search as one types and keys to move by.
//! Nothing is loaded from elsewhere. Each page is a file in `pages`, what several of them show is in `parts`, and
//! `visit` says who is there and what they may do. Everything is read and changed through the book, as every API does
//! it; what the dialects make of an order comes in from the program as functions ([`Dialects`]).
//!
//! There is no rule about money or status here.

mod assets;
mod forms;
mod page;
mod pages;
mod parts;
mod reading;
mod trouble;
mod visit;

pub use pages::{endpoints, routes};
pub use trouble::refuse;

use book::Book;
use bytes::Bytes;
use http_kit::body::BodyLimits;
use order::{Dialect, Order};
use std::sync::Arc;

/// One record of an import's file: the line that it begins on, and its JSON text or why there is none.
#[derive(Debug, Clone)]
pub struct Record {
    /// From 1.
    pub line: usize,
    /// The text.
    pub text: Result<Vec<u8>, String>,
}

/// What the console knows of the dialects: functions, since it may not know them.
#[derive(Debug, Clone, Copy)]
pub struct Dialects {
    /// The order as this dialect's API answers it: JSON.
    pub render: fn(Dialect, &Order) -> Bytes,
    /// The records in an import's file.
    pub records: fn(&[u8]) -> Vec<Record>,
    /// The orders that one record tells of in this dialect, or why it tells of none.
    pub read: fn(Dialect, &[u8]) -> Result<Vec<book::Record>, String>,
}

/// What the pages work with. Cheap to clone.
#[derive(Clone)]
pub struct State {
    inner: Arc<Inner>,
}

struct Inner {
    book: Book,
    limits: BodyLimits,
    dialects: Dialects,
}

impl State {
    /// The console over this book.
    pub fn new(book: Book, limits: BodyLimits, dialects: Dialects) -> Self {
        let inner = Inner {
            book,
            limits,
            dialects,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    pub(crate) fn book(&self) -> &Book {
        &self.inner.book
    }

    pub(crate) fn limits(&self) -> BodyLimits {
        self.inner.limits
    }

    pub(crate) fn dialects(&self) -> &Dialects {
        &self.inner.dialects
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("limits", &self.inner.limits)
            .finish_non_exhaustive()
    }
}
