//! The AfterPay dialect through its front door.

mod errors;
mod get_order;
mod import;
mod keys;
mod life;
mod race;
