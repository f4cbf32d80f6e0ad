//! The server: connections, limits, and which API a request belongs to.

mod assembly;
mod chain;
mod connections;
mod conventions;
mod health;
mod observer;
pub(crate) mod problem;
mod tls;

pub(crate) use assembly::{Assembly, DOCUMENTS};
pub(crate) use connections::{Listening, read_again_at_hangup, stop_signal};
pub(crate) use tls::Certificate;
