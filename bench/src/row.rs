//! The rows of the table, each with what it takes to measure it.

mod get_order;
mod history;
mod register;

use std::future::Future;
use std::sync::Arc;

use crate::plan::Plan;
use crate::postgres::Cluster;
use crate::table::{Figures, Row, Table, median, per_second};

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
        add(
            &mut table,
            2,
            "register an order, 64 clients, SQLite",
            beside,
            register::on_sqlite(rounds, turn),
        )
        .await;
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
            let measured = register::on_postgres(Arc::clone(&cluster), rounds, turn);
            add(
                &mut table,
                4,
                "register an order, PostgreSQL",
                "pgbench, same statement, prepared",
                measured,
            )
            .await;
        }
    }
    if plan.wants_any(&[5, 6, 7]) {
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
}

impl Turns {
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
