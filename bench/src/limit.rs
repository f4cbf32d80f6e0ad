//! The limits: what the machine gives when everything but the bare work is left out.

pub(crate) mod bare_axum;
pub(crate) mod group_commit;
pub(crate) mod pgbench;
