//! The rows of the table, each with what it takes to measure it.

mod get_order;
mod history;
mod register;
mod search;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use stories::Server;

use crate::load::{Work, drive};
use crate::plan::{CLIENTS, Plan};
use crate::postgres::Cluster;
use crate::process::cpu_seconds;
use crate::row::register::Door;
use crate::table::{Figures, Row, Table, median, per_second};

/// The APIs by which orders are registered in rows 2 and 4.
const DOORS: [(Door, &str); 2] = [(Door::AfterPay, "AfterPay"), (Door::Connect, "Connect")];

/// What one measurement found.
#[derive(Debug)]
struct Finding {
    figures: Figures,
    notes: Vec<String>,
}

/// Measures every row that the plan wants.
pub(crate) async fn measure_all(plan: &Plan) -> Table {
    let mut table = Table::default();
    let (rounds, turn) = (plan.rounds, plan.turn);
    if plan.wants(1) {
        let beside = "bare axum, the same bytes from memory";
        add(
            &mut table,
            1,
            "GetOrder of the seed's body, SQLite",
            beside,
            get_order::on_sqlite(rounds, turn),
        )
        .await;
    }
    if plan.wants(2) {
        let beside = "the same rows, group commit, no HTTP";
        for (door, name) in DOORS {
            let work = format!("register an order, 64 clients, SQLite ({name})");
            add(
                &mut table,
                2,
                &work,
                beside,
                register::on_sqlite(door, rounds, turn),
            )
            .await;
        }
    }
    if plan.wants_any(&[3, 4]) {
        let cluster = Arc::new(Cluster::start());
        if plan.wants(3) {
            let measured = get_order::on_postgres(Arc::clone(&cluster), rounds, turn);
            add(
                &mut table,
                3,
                "GetOrder of the seed's body, PostgreSQL",
                "pgbench, same SELECT, prepared",
                measured,
            )
            .await;
        }
        if plan.wants(4) {
            let beside = "pgbench, same statement, prepared";
            for (door, name) in DOORS {
                let work = format!("register an order, 64 clients, PostgreSQL ({name})");
                let measured = register::on_postgres(door, Arc::clone(&cluster), rounds, turn);
                add(&mut table, 4, &work, beside, measured).await;
            }
        }
    }
    if plan.wants_any(&[5, 6, 7, 8, 9]) {
        history::measure(&mut table, plan).await;
    }
    table
}

/// Adds a row, also when measuring it fails: the others are worth having.
async fn add(
    table: &mut Table,
    number: u8,
    work: &str,
    beside: &str,
    measured: impl Future<Output = Finding> + Send + 'static,
) {
    let (work, beside) = (work.to_owned(), beside.to_owned());
    match tokio::spawn(measured).await {
        Ok(finding) => {
            table.push(Row {
                number,
                work,
                beside,
                figures: Ok(finding.figures),
            });
            for note in finding.notes {
                table.note(format!("row {number}: {note}"));
            }
        }
        Err(_) => table.push(Row {
            number,
            work,
            beside,
            figures: Err("could not be measured, see above".to_owned()),
        }),
    }
}

/// Two rates in turns, the medians beside each other.
#[derive(Debug, Default)]
struct Turns {
    limit: Vec<f64>,
    ours: Vec<f64>,
    slowest: Vec<(u32, u32)>,
    /// Processor time per answer of the limit's process and of ours, in microseconds.
    cpu: Vec<(f64, f64)>,
}

impl Turns {
    /// One turn of ours.
    async fn ours(&mut self, server: &Server, work: Work, turn: Duration) -> f64 {
        let before = cpu_seconds(server.pid());
        let mut tally = drive(server.address(), work, CLIENTS, turn).await;
        self.ours.push(tally.rate());
        self.slowest.push((tally.micros_at(0.5), tally.micros_at(0.99)));
        tally.each(cpu_seconds(server.pid()) - before)
    }

    fn finding(self, hold: f64, mut notes: Vec<String>) -> Finding {
        let (limit, ours) = (median(&self.limit), median(&self.ours));
        let ratio = ours / limit;
        let list = |rates: &[f64]| {
            rates
                .iter()
                .map(|rate| per_second(*rate))
                .collect::<Vec<_>>()
                .join(" ")
        };
        notes.push(format!(
            "turns: limit {}; ours {}",
            list(&self.limit),
            list(&self.ours)
        ));
        let times: Vec<_> = self
            .slowest
            .iter()
            .map(|(half, most)| format!("{half}/{most}"))
            .collect();
        notes.push(format!(
            "ours, microseconds at 50 % / 99 % with 64 clients: {}",
            times.join(" ")
        ));
        let times: Vec<_> = self
            .cpu
            .iter()
            .map(|(limit, ours)| format!("{limit:.1}/{ours:.1}"))
            .collect();
        if !times.is_empty() {
            notes.push(format!(
                "microseconds of processor time an answer, limit/ours: {}",
                times.join(" ")
            ));
        }
        Finding {
            figures: Figures {
                limit: per_second(limit),
                ours: per_second(ours),
                ratio: Some(ratio),
                hold: format!(">= {hold}"),
                holds: ratio >= hold,
            },
            notes,
        }
    }
}
