//! Calls that leave the server: where they may go ([`Guard`]), and how they are made ([`Outbound`]).

mod call;
mod guard;

pub(crate) use call::{Outbound, Outcome, Reply, shown};
pub(crate) use guard::Guard;
