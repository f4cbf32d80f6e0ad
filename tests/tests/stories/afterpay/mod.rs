//! The AfterPay dialect through its front door.

mod checkout;
mod clients;
mod errors;
mod get_order;
mod import;
mod keys;
mod life;
mod lookups;
mod model;
mod race;
mod table;
