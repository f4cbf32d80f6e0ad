//! The server: connections, limits, and which API a request belongs to.

mod assembly;
mod chain;
mod connections;
mod health;
pub(crate) mod problem;

pub(crate) use assembly::{Assembly, DOCUMENTS};
pub(crate) use connections::{Listening, stop_signal};
