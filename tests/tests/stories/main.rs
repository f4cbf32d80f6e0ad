//! Whole-program stories: one binary, a folder for each topic. How to add one stands in the `stories` crate.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::similar_names,
    clippy::unwrap_used,
    reason = "a test fails loudly and says `receiver` and `received`; clippy's own exemption reaches only the functions marked as tests"
)]

mod afterpay;
mod authorisation;
mod connect;
mod console;
mod crash;
mod harness;
mod import;
mod isolation;
mod malformed;
mod marketplace;
mod native;
mod program;
mod race;
mod verify;
