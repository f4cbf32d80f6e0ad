//! Administration, under `/ordrebok/v1/admin`: merchants, credentials, settings, and the trail of who did what.
//!
//! An operator's credential administers every merchant, and names the one it means by the parameter `merchant`. A
//! merchant's own, of scope `admin`, administers that merchant alone; any other is as unknown to it as one that does
//! not exist. What is answered can hold a secret, so answers are not kept and `Idempotency-Key` is refused.

mod audit;
mod call;
mod credentials;
mod merchants;
mod openapi;
mod settings;

use crate::State;
use http_kit::{Needs, Routes};

pub(crate) use openapi::describe;

const ADMIN: &str = "/ordrebok/v1/admin";

/// Every operation: a row here is its route and its place in the list.
pub(crate) fn table() -> Routes<State> {
    use Needs::{Admin, Operator};
    let at = |path: &str| format!("{ADMIN}/{path}");
    Routes::default()
        .get(&at("merchants"), Operator, merchants::list)
        .post(&at("merchants"), Operator, merchants::add)
        .get(&at("credentials"), Admin, credentials::list)
        .post(&at("credentials"), Admin, credentials::add)
        .post(&at("credentials/{number}/rotate"), Admin, credentials::rotate)
        .post(&at("credentials/{number}/revoke"), Admin, credentials::revoke)
        .get(&at("settings"), Admin, settings::get)
        .patch(&at("settings"), Admin, settings::change)
        .get(&at("audit"), Admin, audit::list)
}
