//! What several pages show: amounts, times, states, the money bar, tables that can be paged, charts.

pub(crate) mod amount;
pub(crate) mod bar;
pub(crate) mod chart;
pub(crate) mod json;
pub(crate) mod money;
pub(crate) mod row;
pub(crate) mod status;
pub(crate) mod time;
pub(crate) mod tries;

pub(crate) use amount::{amount, digits, quantity};
pub(crate) use money::Money;
pub(crate) use time::moment;
