//! The published operations, one file each: what is asked, what is done, what is answered.

pub(crate) mod complete_order;
pub(crate) mod order_status;
pub(crate) mod register_order;
pub(crate) mod token;
