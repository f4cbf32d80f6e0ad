//! One operation per file: what it takes, what it does, what it answers.

pub(crate) mod create_customer;
pub(crate) mod create_order;
pub(crate) mod get_customer;
pub(crate) mod get_order;
pub(crate) mod order_history;
pub(crate) mod ping;
pub(crate) mod token;
pub(crate) mod update_order;
