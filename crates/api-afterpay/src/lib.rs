//! The AfterPay dialect: the order API of AfterPay (Arvato, Riverty), version 3, under `/api/v3`.
//!
//! Each operation is a file in `operations`: it reads its request leniently ([`reading`]), turns it into commands of
//! the core, and renders the outcome. `errors` has the one table from the core's refusals to AfterPay's messages;
//! `docs/afterpay.md` says which error wins. There is no rule about money or status here.

mod annex;
mod auth;
mod call;
mod checkout;
mod errors;
pub mod import;
mod installments;
mod judging;
mod language;
mod message;
mod operations;
mod placing;
mod profile;
mod reading;
mod render;
mod settings;
mod state;
mod wire;

pub use errors::refuse;
pub use operations::{document, endpoints, routes};
pub use render::render;
pub use settings::{InstallmentProfile, MerchantRisk, Settings};
pub use state::State;
