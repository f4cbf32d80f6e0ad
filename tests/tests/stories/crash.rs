//! `kill -9` at random moments under concurrent writes through all three APIs: every acknowledged write is there
//! exactly once, what was not acknowledged is done once when it is sent again with its key, and the journal verifies.
//!
//! `./test` runs some tens of rounds. For longer: `ORDREBOK_CRASH_ROUNDS=1000 cargo test -p stories crash`. What is
//! written, and when the server is killed, follows from `ORDREBOK_CRASH_SEED` (1 unless set).

mod afterpay;
mod connect;
mod marketplace;
mod writer;

use std::time::Duration;

use stories::{Merchant, Options, Server, Stage, run, story};
use tokio::task::JoinSet;

use self::writer::{Random, Writer};

/// Without Connect's limits on calls, which would have its writers wait most of the time, and with orders of the
/// Marketplace that are completed while the others are written.
const UNHURRIED: &str = "
[connect]
calls_a_second = 0
calls_a_minute = 0
[marketplace]
complete_after_milliseconds = 50
";

/// Writers of each API.
const WRITERS: u64 = 3;

story! {
    /// Tens of kills, nothing lost, nothing twice.
    async fn what_was_acknowledged_survives(stage: Stage) {
        let mut server = stage.start(&Options::default().configuration(UNHURRIED));
        let mut random = Random::new(setting("ORDREBOK_CRASH_SEED", 1));
        let merchant = server.merchant("Fjord Forlag").await;
        let mut writers = writers(&merchant, &mut random).await;
        for round in 1..=setting("ORDREBOK_CRASH_ROUNDS", 20) {
            let writing = start(writers);
            tokio::time::sleep(Duration::from_millis(random.below(400))).await;
            server.kill();
            writers = writing.join_all().await;
            server.start_again();
            for writer in &mut writers {
                writer.settle().await;
                writer.check_touched().await;
            }
            // It replays everything that was ever written, so not after each kill.
            if round % 5 == 0 {
                server.run(&["verify"]).expect(0);
            }
        }
        for writer in &mut writers {
            writer.check_all().await;
        }
        each_is_exported_once(&server, &merchant, &writers);
        let written: usize = writers.iter().map(|writer| writer.acknowledged().len()).sum();
        assert!(written > writers.len(), "hardly anything was written: {written} orders");
        eprintln!("{written} orders");
    }
}

async fn writers(merchant: &Merchant, random: &mut Random) -> Vec<Writer> {
    let (shop, client) = (merchant.afterpay().await, merchant.connect().await);
    let partner = merchant.marketplace().await;
    let mut writers = Vec::new();
    for number in 1..=WRITERS {
        writers.push(Writer::afterpay(number, shop.clone(), random.fork()));
        writers.push(Writer::connect(number, client.clone(), random.fork()));
        writers.push(Writer::marketplace(number, partner.clone(), random.fork()).await);
    }
    writers
}

fn start(writers: Vec<Writer>) -> JoinSet<Writer> {
    let mut writing = JoinSet::new();
    for writer in writers {
        writing.spawn(writer.write_until_killed());
    }
    writing
}

/// The export has a line for each order that was acknowledged, and no second one.
fn each_is_exported_once(server: &Server, merchant: &Merchant, writers: &[Writer]) {
    let command = server
        .database()
        .command(&["export", "--merchant", &merchant.name, "--format", "jsonl"]);
    let exported = run(&command).expecting(0).stdout;
    for name in writers.iter().flat_map(Writer::acknowledged) {
        let lines = exported
            .lines()
            .filter(|line| line.contains(&format!("\"{name}\"")))
            .count();
        assert_eq!(lines, 1, "{name} is exported {lines} times");
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "a longer run is asked for in the environment"
)]
fn setting(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no whole number: {text}")),
        Err(_) => otherwise,
    }
}
