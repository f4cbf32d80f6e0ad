//! Ordrebok's own API, under `/ordrebok/v1`: every order of a merchant, whichever API it came through, in one clear form.
//!
//! Each operation is a file in `operations`; what goes over the wire is in `wire`; `errors` has the one table from the
//! core's refusals to problem details (RFC 9457). `docs/ordrebok.md` says which error wins. There is no rule about money
//! or status here.

mod admin;
mod auth;
mod call;
mod conditions;
mod errors;
mod openapi;
mod operations;
mod parameters;
mod problem;
mod rate;
mod reading;
mod reference;
mod wire;

pub use errors::refuse;
pub use openapi::DocumentOf;
pub use operations::{document, endpoints, routes};
pub use wire::{message_of, render};

use book::Book;
use bytes::Bytes;
use http_kit::allowance::{Allowances, CallLimits};
use http_kit::body::BodyLimits;
use openapi::Documents;
use order::{Dialect, Order};
use std::sync::Arc;

/// What the operations work with.
#[derive(Clone)]
pub struct State {
    book: Book,
    limits: BodyLimits,
    /// How many calls each credential has, where nothing else is set for its merchant.
    calls: CallLimits,
    allowances: Arc<Allowances>,
    documents: Arc<Documents>,
    rendering: Rendering,
}

/// How an API shows an order: its own JSON.
pub type Rendering = fn(Dialect, &Order) -> Bytes;

impl State {
    /// The API over this book, and how each API shows an order.
    pub fn new(book: Book, limits: BodyLimits, rendering: Rendering) -> Self {
        Self {
            book,
            limits,
            calls: CallLimits::default(),
            allowances: Arc::default(),
            documents: Arc::new(Documents::with(&[])),
            rendering,
        }
    }

    /// The same, with so many calls for each credential.
    #[must_use]
    pub fn with_call_limits(self, calls: CallLimits) -> Self {
        Self { calls, ..self }
    }

    /// The same, with the OpenAPI documents of other APIs beside its own.
    #[must_use]
    pub fn with_documents(self, others: &[(&'static str, DocumentOf)]) -> Self {
        Self {
            documents: Arc::new(Documents::with(others)),
            ..self
        }
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
