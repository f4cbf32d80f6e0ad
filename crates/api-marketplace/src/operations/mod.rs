//! One operation per file: what it takes, what it does, what it answers.

pub(crate) mod create_customer;
pub(crate) mod create_order;
pub(crate) mod deployments;
pub(crate) mod get_customer;
pub(crate) mod get_order;
mod hand_back;
pub(crate) mod health;
mod kept;
pub(crate) mod list_customers;
pub(crate) mod order_history;
pub(crate) mod ping;
mod preview;
pub(crate) mod price_list;
pub(crate) mod promotions;
mod purchase;
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
