//! GetOrder of the seed's body.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use stories::{Backend, Caller, Database, Options, Server, json};

use crate::limit::bare_axum::BareAxum;
use crate::limit::pgbench::Script;
use crate::load::{Connection, Work, drive, request};
use crate::plan::CLIENTS;
use crate::postgres::Cluster;
use crate::process::cpu_seconds;
use crate::row::{Finding, Turns};

const SEED: &str = include_str!("../../../tests/data/seeds/afterpay-get-order.json");
const PATH: &str = "/api/v3/orders/ORDER00001";

/// On SQLite, beside the bare web framework.
pub(super) async fn on_sqlite(rounds: usize, turn: Duration) -> Finding {
    let database = Arc::new(Database::create(Backend::Sqlite).await);
    let (server, shop) = with_the_seed(&database).await;
    let request = get_order(&shop);
    let mut connection = Connection::open(server.address()).await;
    let (_, body) = connection.exchange(&request).await;
    let limit = BareAxum::start(connection.received(body));
    let mut turns = Turns::default();
    for _ in 0..rounds {
        let before = cpu_seconds(limit.pid());
        let tally = drive(&limit.address, Work::repeated(request.clone()), CLIENTS, turn).await;
        let theirs = tally.each(cpu_seconds(limit.pid()) - before);
        turns.limit.push(tally.rate());
        let ours = turns.ours(&server, Work::repeated(request.clone()), turn).await;
        turns.cpu.push((theirs, ours));
    }
    turns.finding(0.6, Vec::new())
}

/// On PostgreSQL, beside pgbench with the SELECT that the server sends.
pub(super) async fn on_postgres(cluster: Arc<Cluster>, rounds: usize, turn: Duration) -> Finding {
    let database = Arc::new(Database::on_postgres(cluster.url()).await);
    let (server, shop) = with_the_seed(&database).await;
    let executed = cluster
        .executed_during(async {
            shop.get(PATH).await.expect(200);
        })
        .await;
    let select = executed
        .iter()
        .find(|executed| executed.text.contains("snapshot"))
        .or(executed.first());
    let script = Script::repeating(select.expect("the server asks PostgreSQL for the order"));
    let notes = vec![format!(
        "statements that one GetOrder executes: {}",
        executed.len()
    )];
    let mut turns = Turns::default();
    for _ in 0..rounds {
        turns
            .limit
            .push(script.measure(&cluster, &database.location(), turn).await);
        turns.ours(&server, Work::repeated(get_order(&shop)), turn).await;
    }
    turns.finding(0.7, notes)
}

/// A server that has imported the seed's order and gives it back as it stands in the seed.
async fn with_the_seed(database: &Arc<Database>) -> (Server, Caller) {
    let server = Server::start(database, &Options::default());
    let shop = server.afterpay_shop().await;
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    std::fs::write(file.path(), SEED).expect("the seed can be written");
    let file = file.path().to_str().expect("a temporary file has a plain name");
    server
        .run(&[
            "import",
            "--merchant",
            &shop.merchant.name,
            "--api",
            "afterpay",
            file,
        ])
        .expect(0);
    let seed: Value = serde_json::from_str(SEED).expect("the seed is JSON");
    json::assert_matches("GetOrder", &shop.get(PATH).await.expect(200).json(), &seed);
    (server, shop)
}

fn get_order(shop: &Caller) -> Vec<u8> {
    request("GET", PATH, &[("X-Auth-Key", &shop.credential.secret)], "")
}
