//! `ordrebok endpoints`: every operation of every API, from the tables that the routers are made of.

use std::process::ExitCode;

use clap::Args;
use http_kit::Endpoint;

use crate::output;

/// List every operation of the APIs and every page of the console: api, method, path, and what a caller must show for it
///
/// What must be shown is `nothing`, `person` (a page for a browser), `read`, `write`, `admin` (a merchant's administrator),
/// `operator`, or `user-read` and `user-write` (a token that a signed-in user has let the client have). What is listed under
/// `sandbox`, and every path with `/sandbox/` in it, is there with `--sandbox` alone.
#[derive(Debug, Args)]
pub(super) struct Endpoints {}

impl Endpoints {
    pub(super) fn run(self) -> ExitCode {
        let Self {} = self;
        let apis = [
            ("connect", api_connect::endpoints()),
            ("afterpay", api_afterpay::endpoints()),
            ("marketplace", api_marketplace::endpoints()),
            ("ordrebok", api_native::endpoints()),
            ("sandbox", crate::sandbox::endpoints()),
            ("console", console::endpoints()),
        ];
        for (api, endpoints) in apis {
            for Endpoint { method, path, needs } in endpoints {
                output::line(&format!("{api}\t{method}\t{path}\t{}", needs.word()));
            }
        }
        ExitCode::SUCCESS
    }
}
