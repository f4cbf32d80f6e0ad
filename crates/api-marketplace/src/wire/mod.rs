//! The API's JSON, as structs in its own order of members.

pub(crate) mod benefit;
pub(crate) mod customer;
pub(crate) mod fields;
pub(crate) mod link;
pub(crate) mod order;
pub(crate) mod page;
pub(crate) mod placement;
pub(crate) mod search;
pub(crate) mod status;
pub(crate) mod subscription;
pub(crate) mod switching;
