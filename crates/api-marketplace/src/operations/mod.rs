//! One operation per file: what it takes, what it does, what it answers.

pub(crate) mod create_customer;
pub(crate) mod create_order;
pub(crate) mod deployments;
pub(crate) mod get_customer;
pub(crate) mod get_order;
pub(crate) mod health;
pub(crate) mod list_customers;
pub(crate) mod order_history;
pub(crate) mod ping;
pub(crate) mod preview;
pub(crate) mod promotions;
pub(crate) mod resellers;
pub(crate) mod sandbox;
pub(crate) mod subscriptions;
pub(crate) mod token;
pub(crate) mod update_customer;
pub(crate) mod update_order;
