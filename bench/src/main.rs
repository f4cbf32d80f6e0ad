//! The benchmarks: every number that Ordrebok holds itself to, measured in one run beside its limit on the same
//! machine. `bench/README.md` says how to run them and how to read the table.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measuring tool: it reads the clock, divides counts, prints a table, and a row that can't be measured \
              fails loudly; there is no money in it"
)]

mod limit;
mod load;
mod plan;
mod postgres;
mod process;
mod row;
mod table;

use std::time::Duration;

use clap::Parser;
use tokio::runtime::Runtime;

use crate::load::{Work, drive, request};
use crate::plan::{Arguments, CLIENTS, Plan, Task};

fn main() {
    let arguments = Arguments::parse();
    match arguments.task {
        // In a process of its own, so that a limit has the same machine as the server and not the load generator's heap.
        Some(Task::BareAxum { body }) => limit::bare_axum::serve(&body),
        Some(Task::Load {
            address,
            path,
            headers,
            length,
        }) => load(&address, &path, &headers, Duration::from_secs(length)),
        None => measure(&Plan::from(arguments)),
    }
}

fn load(address: &str, path: &str, headers: &[String], length: Duration) {
    let headers: Vec<_> = headers
        .iter()
        .filter_map(|header| header.split_once(": "))
        .collect();
    let work = Work::repeated(request("GET", path, &headers, ""));
    let mut tally = start_runtime().block_on(drive(address, work, CLIENTS, length));
    let (half, most) = (tally.micros_at(0.5), tally.micros_at(0.99));
    println!(
        "{}, {half} us at 50 %, {most} us at 99 %",
        table::per_second(tally.rate())
    );
}

fn measure(plan: &Plan) {
    build_the_server();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    let table = runtime.block_on(row::measure_all(plan));
    println!("\n{table}");
    if table.incomplete() {
        std::process::exit(1);
    }
}

fn start_runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts")
}

/// The table is about the source as it stands, not about whatever was built last.
fn build_the_server() {
    if std::env::var_os("ORDREBOK_PROGRAM").is_some() {
        return;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = std::process::Command::new(cargo)
        .args(["build", "--release", "--quiet", "-p", "ordrebok"])
        .status();
    assert!(built.expect("cargo runs").success(), "the server doesn't build");
}
