//! The rules of the order, from outside: what the crate promises to whoever calls it.
//!
//! `histories` runs random commands against an independent model of the amounts; `refusals_*` are tables that say
//! which refusal wins; the rest are stories, one rule each.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "in a test, what does not hold ends it"
)]

mod histories;
mod imports;
mod model;
mod money;
mod numbers;
mod refusals_amounts;
mod refusals_goods;
mod refusals_status;
mod remainders;
mod repeats;
mod revisions;
mod steps;
mod totals;
mod waking;
mod world;
