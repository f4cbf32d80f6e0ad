//! The harness of the whole-program tests: it starts the real program on a real database and talks to it as the
//! clients of the three APIs do.
//!
//! # Adding a story
//!
//! A story is one behaviour, told through the front door (HTTP and the command line). It lives in
//! `tests/tests/stories/<topic>/`, in a module named after what it tells of, and runs once on SQLite and once on
//! PostgreSQL:
//!
//! ```text
//! use serde_json::json;
//! use stories::{Server, afterpay, story};
//!
//! story! {
//!     /// What is captured can't be voided.
//!     async fn a_captured_order_refuses_a_void(server: Server) {
//!         let shop = server.afterpay_shop().await;
//!         shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 100)).await.expect(200);
//!         shop.post("/api/v3/orders/ORDER1/captures", &json!(null)).await.expect(200);
//!         let refused = shop.post("/api/v3/orders/ORDER1/voids", &json!(null)).await.expect(400);
//!         refused.contains(&json!([{ "type": "BusinessError", "message": "[text]" }]));
//!     }
//! }
//! ```
//!
//! - A story takes one [`Scene`]: a [`Server`] that runs (with `--sandbox` off and no configuration file), or a
//!   [`Stage`], an empty database on which it starts servers itself with [`Options`] of its choice.
//! - Callers are values ([`Caller`]): `server.afterpay_shop()`, `server.connect_client()`,
//!   `server.marketplace_partner()` and `server.native_client()` each make a merchant with a credential through the
//!   command line. Several callers of one merchant come from [`Server::merchant`].
//! - A [`Call`] is sent by awaiting it; [`Reply::expect`] names the status and fails with the body. JSON is compared
//!   as values: numbers by what they are worth (`550.0` is `550`), all else exactly. [`Reply::matches`] wants the
//!   whole document, [`Reply::contains`] the members that are named. The words `"[uuid]"`, `"[time]"`, `"[date]"`,
//!   `"[integer]"`, `"[number]"`, `"[text]"` and `"[any]"` in the expected document stand for any such value.
//! - [`Receiver`] is a web server of the test's own, for callbacks. [`eventually`] waits for what the server does in
//!   the background.
//! - A story ends by `ordrebok verify`, and fails when that finds anything or when the server ever panicked. When it
//!   fails, the server's log is in the test's output.
//!
//! # Running them
//!
//! `./test` runs everything. By hand: `cargo build -p ordrebok && cargo test -p stories afterpay`, with
//! `ORDREBOK_TEST_POSTGRES=postgres://...` naming a server on which the tests may create databases. Without it the
//! PostgreSQL half fails, it is never skipped. `ORDREBOK_PROGRAM` names another binary to test.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::disallowed_methods,
    reason = "a test harness fails loudly, counts no money, waits in real time and reads the environment of the test run"
)]

pub mod afterpay;
mod browser;
mod caller;
pub mod connect;
mod database;
mod http;
pub mod json;
pub mod marketplace;
pub mod native;
mod program;
mod receiver;
mod server;
mod story;

use std::path::Path;

use serde_json::Value;

pub use browser::{FORM, Jar, attribute, hidden_fields};
pub use caller::{Caller, Credential, Merchant};
pub use database::{Backend, Database};
pub use http::{Call, Http, Reply, Unanswered};
pub use program::{Run, program, run};
pub use receiver::{Received, Receiver};
pub use server::{Options, Server};
pub use story::{Scene, Stage, eventually, tell};

/// The example body of one of the documents that the APIs are built to, from `tests/data/seeds`.
pub fn seed(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data/seeds")
        .join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
