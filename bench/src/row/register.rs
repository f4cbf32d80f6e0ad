//! Registering orders, each durable before its answer.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::json;
use stories::{Backend, Caller, Database, Options, Server, afterpay, connect};

use crate::limit::group_commit::{self, Rows};
use crate::limit::pgbench::Script;
use crate::load::{NUMBER, Work, request};
use crate::postgres::Cluster;
use crate::row::{Finding, Turns};
use crate::table::grouped;

/// The number of the order whose rows the limits repeat.
const SAMPLE: &str = "900000000001";

/// By which API an order is registered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Door {
    AfterPay,
    Connect,
}

/// On SQLite, beside the same rows inserted with group commit and no HTTP.
pub(super) async fn on_sqlite(door: Door, rounds: usize, turn: Duration) -> Finding {
    let database = Arc::new(Database::create(Backend::Sqlite).await);
    let (server, client) = open(door, &database).await;
    door.register(&client, SAMPLE).await;
    let rows = Rows::of_newest_order(Path::new(&database.location()), SAMPLE);
    let mut turns = Turns::default();
    let mut behind = Vec::new();
    for round in 0..rounds {
        turns.limit.push(group_commit::measure(&rows, turn).await);
        turns.ours(&server, door.work(&client, round), turn).await;
        behind.push(made_up(Path::new(&database.location())).await);
    }
    let notes = vec![
        format!("one order is {}", rows.describe()),
        format!("after each turn the follower made up for: {}", behind.join(", ")),
    ];
    turns.finding(0.5, notes)
}

/// Waits until the journal's follower has made up for what it fell behind, so that the limit has the machine to
/// itself; tells how much that was, and how long it took.
async fn made_up(folder: &Path) -> String {
    let (first, started) = (behind(folder), Instant::now());
    while behind(folder) > 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let seconds = started.elapsed().as_secs_f64();
    format!("{} orders in {seconds:.1} s", grouped(f64::from(first)))
}

/// How many orders have changed since the follower saw them.
fn behind(folder: &Path) -> u32 {
    let database = Connection::open(folder.join("ordrebok.db")).expect("the server's database opens");
    let left = database.query_row("SELECT COUNT(*) FROM unfollowed", [], |row| row.get(0));
    left.expect("what is left to follow can be counted")
}

/// On PostgreSQL, beside pgbench with the statement that the server sends.
pub(super) async fn on_postgres(door: Door, cluster: Arc<Cluster>, rounds: usize, turn: Duration) -> Finding {
    let database = Arc::new(Database::on_postgres(cluster.url()).await);
    let (server, client) = open(door, &database).await;
    // The first order of all also takes the block of ids: the second shows what nearly every other one costs.
    door.register(&client, "900000000000").await;
    let executed = cluster.executed_during(door.register(&client, SAMPLE)).await;
    let append = executed
        .iter()
        .find(|executed| executed.text.contains("INSERT INTO orders"));
    let script = Script::registering(append.expect("the server inserts the order"), SAMPLE);
    let notes = vec![format!(
        "statements that one registration executes: {}",
        executed.len()
    )];
    let mut turns = Turns::default();
    for round in 0..rounds {
        cluster.checkpoint().await;
        turns
            .limit
            .push(script.measure(&cluster, &database.location(), turn).await);
        cluster.checkpoint().await;
        turns.ours(&server, door.work(&client, round), turn).await;
    }
    turns.finding(0.7, notes)
}

async fn open(door: Door, database: &Arc<Database>) -> (Server, Caller) {
    let unlimited = Options::default().configuration("[connect]\ncalls_a_second = 0\ncalls_a_minute = 0\n");
    let server = Server::start(database, &unlimited);
    let client = match door {
        Door::AfterPay => server.afterpay_shop().await,
        Door::Connect => server.connect_client().await,
    };
    (server, client)
}

impl Door {
    fn path(self) -> &'static str {
        match self {
            Self::AfterPay => "/api/v3/checkout/authorize",
            Self::Connect => "/capi/v1/client/order",
        }
    }

    /// An order of a customer of its own, as most orders of a web shop are.
    fn order(self, number: &str) -> String {
        match self {
            Self::AfterPay => {
                let mut order = afterpay::authorize(number, 7);
                order["customer"]["customerNumber"] = json!(number);
                order.to_string()
            }
            Self::Connect => {
                let mut order = connect::register(number, "invoice");
                order["payer"]["customerNumber"] = json!("[number]");
                order.to_string().replace("\"[number]\"", number)
            }
        }
    }

    async fn register(self, client: &Caller, number: &str) {
        let call = client.call(axum::http::Method::POST, self.path());
        call.body("application/json", self.order(number))
            .await
            .expect(200);
    }

    /// Registrations, each of an order that no other of any round is.
    fn work(self, client: &Caller, round: usize) -> Work {
        let headers: Vec<_> = client.headers().collect();
        let request = request("POST", self.path(), &headers, &self.order(NUMBER));
        let round = u64::try_from(round).unwrap_or_default();
        Work::numbered(&request, 100_000_000_000 + 10_000_000_000 * round)
    }
}
