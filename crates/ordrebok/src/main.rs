//! Ordrebok, the program: its command line, configuration, server and background workers.
//!
//! This is the edge. Only here are the machine's clock, its randomness, its environment and its signals touched;
//! everything below gets them handed in.

mod command_error;
mod commands;
mod config;
mod dialects;
mod machine;
mod metrics;
mod outbound;
mod output;
mod place;
mod records;
mod sandbox;
mod server;
mod surroundings;
mod telemetry;
mod tracer;
mod workers;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match commands::run(commands::CommandLine::parse()) {
        Ok(code) => code,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}
