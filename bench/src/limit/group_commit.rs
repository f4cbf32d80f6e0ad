//! The same rows inserted with group commit and no HTTP: 64 producers, one writer thread, one fsync for all that wait.
//!
//! The rows are taken from an order that the server itself has just registered, and go into a database with the same
//! tables, indexes, page size and durability, so that it is the same work.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tokio::sync::oneshot;

use crate::plan::CLIENTS;

/// Every row that one registered order is made of.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    schema: Vec<String>,
    page_size: i64,
    inserts: Vec<Insert>,
}

#[derive(Debug, Clone)]
struct Insert {
    statement: String,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone)]
enum Cell {
    /// The same in every order.
    Same(Value),
    /// The order's id.
    Id,
    /// A name: the id stands between these two.
    Name(String, String),
}

struct Job {
    id: i64,
    done: oneshot::Sender<()>,
}

impl Rows {
    /// Reads the newest order of a server's database.
    pub(crate) fn of_newest_order(folder: &Path, number: &str) -> Self {
        let database = Connection::open(folder.join("ordrebok.db")).expect("the server's database opens");
        let text = |statement: &str| -> Vec<String> {
            let mut statement = database.prepare(statement).expect("the schema can be asked for");
            let rows = statement
                .query_map([], |row| row.get(0))
                .expect("the schema can be read");
            rows.map(|row| row.expect("a name or a statement")).collect()
        };
        let schema = text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC");
        let tables = text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
        let (merchant, id, customer): (i64, i64, String) = database
            .query_row(
                "SELECT merchant, id, customer FROM orders ORDER BY updated_at DESC, id DESC LIMIT 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .expect("an order was registered");
        let mut inserts = Vec::new();
        for table in tables {
            let sample = Sample {
                number,
                columns: text(&format!("SELECT name FROM pragma_table_info('{table}')")),
                table,
                id,
            };
            let key = match sample.table.as_str() {
                "orders" => "id",
                // What the journal's follower writes, later and by itself, is no part of the limit.
                "unfollowed" | "feed" | "search_orders" | "search_terms" | "hook_deliveries" => continue,
                "history_counts" if !customer.is_empty() => {
                    let keys =
                        text("SELECT name FROM pragma_table_info('history_counts') WHERE pk > 0 ORDER BY pk");
                    let which = format!("merchant = {merchant} AND customer = '{customer}' GROUP BY level");
                    let upsert = format!(
                        "ON CONFLICT ({}) DO UPDATE SET n = n + excluded.n",
                        keys.join(", ")
                    );
                    inserts.extend(sample.inserts(&database, &which, &upsert));
                    continue;
                }
                _ if sample.columns.iter().any(|column| column == "order_id") => "order_id",
                _ => continue,
            };
            let which = format!("merchant = {merchant} AND {key} = {id}");
            inserts.extend(sample.inserts(&database, &which, ""));
        }
        let page_size = database
            .query_row("PRAGMA page_size", [], |row| row.get(0))
            .expect("a page has a size");
        Self {
            schema,
            page_size,
            inserts,
        }
    }

    /// How many rows an order has, and what they weigh.
    pub(crate) fn describe(&self) -> String {
        let weight: usize = self
            .inserts
            .iter()
            .flat_map(|insert| &insert.cells)
            .map(Cell::weight)
            .sum();
        format!("{} rows with {weight} bytes of text", self.inserts.len())
    }

    fn database(&self, folder: &Path) -> Connection {
        let database = Connection::open(folder.join("limit.db")).expect("a database can be made");
        let pragmas = format!(
            "PRAGMA page_size = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;",
            self.page_size
        );
        database.execute_batch(&pragmas).expect("the pragmas are taken");
        for statement in &self.schema {
            database.execute_batch(statement).expect("the schema is taken");
        }
        database
    }
}

impl Cell {
    fn weight(&self) -> usize {
        match self {
            Self::Same(Value::Text(text)) => text.len(),
            Self::Name(before, after) => before.len() + 10 + after.len(),
            Self::Same(_) | Self::Id => 0,
        }
    }

    fn value(&self, id: i64) -> Value {
        match self {
            Self::Same(value) => value.clone(),
            Self::Id => Value::Integer(id),
            Self::Name(before, after) => Value::Text(format!("{before}{id}{after}")),
        }
    }
}

/// Where rows of the sampled order are.
struct Sample<'a> {
    number: &'a str,
    table: String,
    columns: Vec<String>,
    id: i64,
}

impl Sample<'_> {
    /// An insert for each row that these conditions find.
    fn inserts(&self, database: &Connection, which: &str, upsert: &str) -> Vec<Insert> {
        let (table, columns) = (&self.table, self.columns.join(", "));
        let places: Vec<_> = (1..=self.columns.len())
            .map(|place| format!("?{place}"))
            .collect();
        let statement = format!(
            "INSERT INTO {table} ({columns}) VALUES ({}) {upsert}",
            places.join(", ")
        );
        let mut query = database
            .prepare(&format!("SELECT {columns} FROM {table} WHERE {which}"))
            .expect("the rows can be asked for");
        let rows = query.query_map([], |row| {
            let cells = self
                .columns
                .iter()
                .enumerate()
                .map(|(index, column)| Ok(self.cell(column, row.get(index)?)));
            cells.collect::<Result<Vec<_>, rusqlite::Error>>()
        });
        let rows = rows.expect("the rows can be read");
        rows.map(|cells| Insert {
            statement: statement.clone(),
            cells: cells.expect("a row of the order"),
        })
        .collect()
    }

    fn cell(&self, column: &str, value: Value) -> Cell {
        if value == Value::Integer(self.id) {
            return Cell::Id;
        }
        if let Value::Text(text) = &value
            // Longer ones are snapshots and events, in which nothing has to be unique.
            && text.len() < 200
            && let Some(place) = text.to_lowercase().find(&self.number.to_lowercase())
        {
            let (before, rest) = text.split_at(place);
            return Cell::Name(
                before.to_owned(),
                rest.get(self.number.len()..).unwrap_or_default().to_owned(),
            );
        }
        if let Value::Text(text) = &value
            && (column == "name" || column == "uuid")
        {
            return Cell::Name(String::new(), text.get(10..).unwrap_or_default().to_owned());
        }
        Cell::Same(value)
    }
}

/// Inserts orders for this long; how many a second were durable.
pub(crate) async fn measure(rows: &Rows, turn: Duration) -> f64 {
    static NEXT: AtomicI64 = AtomicI64::new(5_000_000_000);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let database = rows.database(folder.path());
    let (sender, receiver) = mpsc::sync_channel::<Job>(1024);
    let inserts = rows.inserts.clone();
    let writer = std::thread::spawn(move || write(&database, &inserts, &receiver));
    let started = Instant::now();
    let until = started + turn;
    let sender = Arc::new(sender);
    let mut producers = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let sender = Arc::clone(&sender);
        producers.spawn(async move {
            let mut made = 0_u32;
            while Instant::now() < until {
                let (done, is_done) = oneshot::channel();
                sender
                    .send(Job {
                        id: NEXT.fetch_add(1, Ordering::Relaxed),
                        done,
                    })
                    .expect("the writer takes jobs");
                is_done.await.expect("the writer answers");
                made += 1;
            }
            made
        });
    }
    drop(sender);
    let made: u32 = producers.join_all().await.into_iter().sum();
    let elapsed = started.elapsed();
    writer.join().expect("the writer doesn't panic");
    f64::from(made) / elapsed.as_secs_f64()
}

fn write(database: &Connection, inserts: &[Insert], jobs: &mpsc::Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        batch.extend(jobs.try_iter().take(255));
        database
            .execute_batch("BEGIN IMMEDIATE")
            .expect("a transaction begins");
        for job in &batch {
            for insert in inserts {
                let mut statement = database
                    .prepare_cached(&insert.statement)
                    .expect("the statement is known");
                let values = insert.cells.iter().map(|cell| cell.value(job.id));
                statement
                    .execute(params_from_iter(values))
                    .expect("the row is taken");
            }
        }
        database
            .execute_batch("COMMIT")
            .expect("the transaction is durable");
        for job in batch {
            // A producer whose time is up may be gone.
            let _ = job.done.send(());
        }
    }
}
