//! Registering orders, each durable before its answer.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use stories::{Backend, Caller, Database, Options, Server, afterpay};

use crate::limit::group_commit::{self, Rows};
use crate::limit::pgbench::Script;
use crate::load::{Work, drive, request};
use crate::plan::CLIENTS;
use crate::postgres::Cluster;
use crate::row::{Finding, Turns};

/// On SQLite, beside the same rows inserted with group commit and no HTTP.
pub(super) async fn on_sqlite(rounds: usize, turn: Duration) -> Finding {
    let database = Arc::new(Database::create(Backend::Sqlite).await);
    let server = Server::start(&database, &Options::default());
    let shop = server.afterpay_shop().await;
    shop.post(
        "/api/v3/checkout/authorize",
        &afterpay::authorize("SAMPLE000001", 7),
    )
    .await
    .expect(200);
    let rows = Rows::of_newest_order(Path::new(&database.location()));
    let mut turns = Turns::default();
    for round in 0..rounds {
        turns.limit.push(group_commit::measure(&rows, turn).await);
        let mut tally = drive(server.address(), authorize(&shop, round), CLIENTS, turn).await;
        turns.ours.push(tally.rate());
        turns.slowest.push((tally.micros_at(0.5), tally.micros_at(0.99)));
    }
    turns.finding(0.5, vec![format!("one order is {}", rows.describe())])
}

/// On PostgreSQL, beside pgbench with the statement that the server sends.
pub(super) async fn on_postgres(cluster: Arc<Cluster>, rounds: usize, turn: Duration) -> Finding {
    let database = Arc::new(Database::on_postgres(cluster.url()).await);
    let server = Server::start(&database, &Options::default());
    let shop = server.afterpay_shop().await;
    // The first order of all also takes the block of ids: the second shows what every other one costs.
    shop.post(
        "/api/v3/checkout/authorize",
        &afterpay::authorize("SAMPLE000000", 7),
    )
    .await
    .expect(200);
    let executed = cluster
        .executed_during(async {
            shop.post(
                "/api/v3/checkout/authorize",
                &afterpay::authorize("SAMPLE000001", 7),
            )
            .await
            .expect(200);
        })
        .await;
    let append = executed
        .iter()
        .find(|executed| executed.text.contains("INSERT INTO orders"));
    let script = Script::registering(append.expect("the server inserts the order"), "SAMPLE000001");
    let notes = vec![format!(
        "statements that one authorize executes: {}",
        executed.len()
    )];
    let mut turns = Turns::default();
    for round in 0..rounds {
        cluster.checkpoint().await;
        turns
            .limit
            .push(script.measure(&cluster, &database.location(), turn).await);
        cluster.checkpoint().await;
        let mut tally = drive(server.address(), authorize(&shop, round), CLIENTS, turn).await;
        turns.ours.push(tally.rate());
        turns.slowest.push((tally.micros_at(0.5), tally.micros_at(0.99)));
    }
    turns.finding(0.7, notes)
}

/// Authorize calls, each for an order number that no other call of any round has.
fn authorize(shop: &Caller, round: usize) -> Work {
    let body = afterpay::authorize("############", 7).to_string();
    let request = request(
        "POST",
        "/api/v3/checkout/authorize",
        &[("X-Auth-Key", &shop.credential.secret)],
        &body,
    );
    let round = u64::try_from(round).unwrap_or_default();
    Work::numbered(&request, 1_000_000_000 * (round + 1))
}
