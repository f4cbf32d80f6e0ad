//! What to measure, and for how long.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

/// The command line.
#[derive(Debug, Parser)]
#[command(about = "Measures Ordrebok beside its limits and prints one table.")]
pub(crate) struct Arguments {
    /// Only these rows of the table, such as `1,3`
    #[arg(long, value_delimiter = ',')]
    rows: Vec<u8>,
    /// How many orders the long history has
    #[arg(long, default_value_t = 1_000_000)]
    orders: u64,
    /// How often ours and the limit take turns; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds of one turn
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// One round of one second, and a history of 20,000 orders: shows that everything runs, measures nothing
    #[arg(long)]
    quick: bool,
    #[command(subcommand)]
    pub(crate) task: Option<Task>,
}

/// What the benchmark starts itself for.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Answers every GET with the bytes of a file
    #[command(hide = true)]
    BareAxum {
        /// The file
        body: PathBuf,
    },
    /// Sends one GET again and again on 64 connections, for looking at a server while it works
    Load {
        /// Where, such as 127.0.0.1:8080
        address: String,
        /// What, such as /api/v3/orders/ORDER1
        path: String,
        /// A header, such as 'X-Auth-Key: secret'
        #[arg(long = "header")]
        headers: Vec<String>,
        /// For how long
        #[arg(long = "for", default_value_t = 10, value_name = "SECONDS")]
        length: u64,
    },
}

/// What to measure.
#[derive(Debug)]
pub(crate) struct Plan {
    rows: BTreeSet<u8>,
    pub(crate) orders: u64,
    pub(crate) rounds: usize,
    pub(crate) turn: Duration,
}

/// Connections of the load generator, and clients of pgbench.
pub(crate) const CLIENTS: usize = 64;

impl Plan {
    pub(crate) fn wants(&self, row: u8) -> bool {
        self.rows.is_empty() || self.rows.contains(&row)
    }

    pub(crate) fn wants_any(&self, rows: &[u8]) -> bool {
        rows.iter().any(|row| self.wants(*row))
    }
}

impl From<Arguments> for Plan {
    fn from(arguments: Arguments) -> Self {
        let rows = arguments.rows.into_iter().collect();
        if arguments.quick {
            return Self {
                rows,
                orders: 20_000,
                rounds: 1,
                turn: Duration::from_secs(1),
            };
        }
        Self {
            rows,
            orders: arguments.orders.max(1_000),
            rounds: arguments.rounds.max(1),
            turn: Duration::from_secs(arguments.seconds.max(1)),
        }
    }
}
