//! One operation per file: what it takes, what it does, what it answers.

pub(crate) mod commitments;
pub(crate) mod create_customer;
pub(crate) mod create_order;
pub(crate) mod deployments;
pub(crate) mod get_customer;
pub(crate) mod get_order;
mod hand_back;
pub(crate) mod health;
mod kept;
pub(crate) mod linked_memberships;
pub(crate) mod list_customers;
pub(crate) mod memberships;
pub(crate) mod order_history;
pub(crate) mod pending_licences;
pub(crate) mod ping;
mod preview;
pub(crate) mod price_list;
pub(crate) mod promotions;
mod purchase;
pub(crate) mod recommendations;
mod renewal;
pub(crate) mod reseller_change;
pub(crate) mod resellers;
pub(crate) mod sandbox;
pub(crate) mod subscriptions;
pub(crate) mod switch;
pub(crate) mod switch_paths;
pub(crate) mod token;
pub(crate) mod update_customer;
pub(crate) mod update_order;

/// The first number of a transfer made here, whichever sort of transfer it is.
const FIRST_TRANSFER: i64 = 9_000_000_000;
