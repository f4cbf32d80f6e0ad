//! Searching among a million orders, and summing them up.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::OpenFlags;
use serde_json::Value;
use stories::Caller;

use crate::load::{Connection, request};
use crate::row::history::Place;
use crate::row::{Finding, add};
use crate::table::{Figures, Table, at_share, grouped, median};

/// What a page may take, in microseconds.
const HOLD: f64 = 100_000.0;

/// What row 8 is compared with: the newest 25 orders, by the index that searches walk, and nothing else.
const NEWEST: &str = "SELECT o.snapshot FROM (SELECT merchant, order_id FROM search_orders WHERE merchant = 1 \
     AND state = 'processed' AND origin = 'marketplace' AND currency = 'USD' \
     ORDER BY created_at DESC, order_id DESC LIMIT 25) AS s \
     JOIN orders o ON o.merchant = s.merchant AND o.id = s.order_id";

/// What row 9 is compared with: the kept totals, read and not added up.
const TOTALS: &str = "SELECT currency || ordered || captured FROM totals WHERE merchant = 1";

/// Rows 8 and 9.
pub(super) async fn measure(table: &mut Table, place: &Place, rounds: usize) {
    let middle = 1_000_000 + place.orders / 2;
    let searches = [
        ("an id", format!("q=0{middle}"), 1),
        ("a rare word", format!("q={middle}"), 1),
        ("a common word", "q=80004567ea".to_owned(), 25),
        (
            "filters",
            "dialect=marketplace&status=processed&currency=USD".to_owned(),
            25,
        ),
        (
            "a filter that nothing fits",
            "q=80004567ea&minTotal=999999999".to_owned(),
            0,
        ),
    ];
    let (server, _partner) = place.server().await;
    let client = server.known_merchant(&place.merchant.name).native().await;
    let note = caught_up(&client, place.orders).await;
    table.note(note);
    for (name, query, found) in searches {
        let name = format!("search: {name}");
        let path = format!("/ordrebok/v1/orders?{query}");
        let check = move |page: &Value| page["orders"].as_array().map(Vec::len) == Some(found);
        let measured = beside_sql(place.clone(), client.clone(), (path, NEWEST), rounds, check);
        add(table, 8, &name, "bare SQL: the newest 25 orders", measured).await;
    }
    let path = "/ordrebok/v1/totals?by=day&by=dialect&by=status".to_owned();
    let check = |page: &Value| page["totals"].as_array().is_some_and(|totals| !totals.is_empty());
    let measured = beside_sql(place.clone(), client, (path, TOTALS), rounds, check);
    add(
        table,
        9,
        "totals by day, API and status",
        "bare SQL: the kept rows",
        measured,
    )
    .await;
}

/// Waits until all orders have been followed, and tells how long that took.
async fn caught_up(client: &Caller, orders: u64) -> String {
    let started = Instant::now();
    loop {
        let totals = client.get("/ordrebok/v1/totals").await.expect(200).json();
        let counted = totals["totals"].as_array().into_iter().flatten();
        let counted: u64 = counted.filter_map(|total| total["orders"].as_u64()).sum();
        if counted >= orders {
            let seconds = started.elapsed().as_secs_f64();
            return format!(
                "following {counted} imported orders took {seconds:.0} s beyond what earlier rows gave it"
            );
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn beside_sql(
    place: Place,
    client: Caller,
    (path, sql): (String, &'static str),
    rounds: usize,
    check: impl Fn(&Value) -> bool,
) -> Finding {
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    let headers: Vec<_> = client.headers().collect();
    let request = request("GET", &path, &headers, "");
    let (server, _partner) = place.server().await;
    let mut connection = Connection::open(server.address()).await;
    for _ in 0..rounds.max(1) {
        bare.push(bare_sql(Path::new(&place.folder()), sql));
        let mut micros = Vec::new();
        let until = Instant::now() + Duration::from_secs(1);
        while micros.len() < 20 || Instant::now() < until {
            let before = Instant::now();
            let (status, body) = connection.exchange(&request).await;
            micros.push(before.elapsed().as_micros());
            assert_eq!(status, 200, "{path}");
            if micros.len() == 1 {
                let page: Value = serde_json::from_slice(connection.received(body)).expect("a page is JSON");
                assert!(check(&page), "{path}: {page}");
            }
        }
        ours.push(middle_of(micros));
    }
    let (ours, limit) = (median(&ours), median(&bare));
    Finding {
        figures: Figures {
            limit: format!("{} us", grouped(limit)),
            ours: format!("{} us", grouped(ours)),
            ratio: Some(ours / limit),
            hold: "<= 100 ms".to_owned(),
            holds: ours <= HOLD,
        },
        notes: Vec::new(),
    }
}

/// The median time of a prepared statement whose rows are read, in microseconds.
fn bare_sql(folder: &Path, sql: &str) -> f64 {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let file = folder.join("ordrebok.db");
    let database = rusqlite::Connection::open_with_flags(file, flags).expect("the database opens");
    let mut statement = database.prepare(sql).expect("the statement is sound");
    let mut micros = Vec::new();
    for _ in 0..50 {
        let before = Instant::now();
        let rows = statement
            .query_map([], |row| row.get::<_, String>(0))
            .expect("it runs");
        let bytes: usize = rows.map(|row| row.expect("a row").len()).sum();
        assert!(bytes > 0, "{sql} finds nothing");
        micros.push(before.elapsed().as_micros());
    }
    middle_of(micros)
}

fn middle_of(mut micros: Vec<u128>) -> f64 {
    micros.sort_unstable();
    let middle = at_share(&micros, 0.5).copied().unwrap_or_default();
    f64::from(u32::try_from(middle).unwrap_or(u32::MAX))
}
