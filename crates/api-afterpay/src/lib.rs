//! The AfterPay dialect: the order API of AfterPay (Arvato, Riverty), version 3, under `/api/v3`.
//!
//! Each operation is a file in `operations`: it reads its request leniently ([`reading`]), turns it into commands of
//! the core, and renders the outcome. `errors` has the one table from the core's refusals to AfterPay's messages;
//! `docs/afterpay.md` says which error wins. There is no rule about money or status here.

mod annex;
mod auth;
#[allow(dead_code, reason = "operations that follow need it")]
mod call;
#[allow(dead_code, reason = "operations that follow need it")]
mod errors;
pub mod import;
#[allow(dead_code, reason = "operations that follow need it")]
mod language;
#[allow(dead_code, reason = "operations that follow need it")]
mod message;
mod operations;
mod reading;
mod render;
mod wire;

pub use errors::refuse;
pub use operations::routes;
pub use render::render;

use book::Book;
use http_kit::body::BodyLimits;

/// What the operations work with.
#[derive(Clone)]
pub struct State {
    book: Book,
    limits: BodyLimits,
    settings: std::sync::Arc<Settings>,
}

/// What an operator can set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// After how many days a reservation lapses.
    pub reservation_days: i64,
    /// Whether the documented test names decide how an authorize comes out.
    pub sandbox: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            reservation_days: 31,
            sandbox: false,
        }
    }
}

impl State {
    /// The dialect over this book.
    pub fn new(book: Book, limits: BodyLimits, settings: Settings) -> Self {
        Self {
            book,
            limits,
            settings: std::sync::Arc::new(settings),
        }
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
