//! A customer with a million orders: pages of the history, memory at rest, start to first answer.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use stories::{Backend, Caller, Database, Merchant, Options, Server};

use crate::load::{Connection, request};
use crate::plan::Plan;
use crate::process::Memory;
use crate::row::{Finding, add};
use crate::table::{Figures, Table, at_share, grouped, median};

/// The customer with the long history, and one with 100 orders.
const LONG: &str = "9876543210";
const SHORT: &str = "9876543211";
const SHORT_ORDERS: u64 = 100;

/// Rows 5 to 9.
pub(super) async fn measure(table: &mut Table, plan: &Plan) {
    let (orders, rounds) = (plan.orders, plan.rounds);
    let database = Arc::new(Database::create(Backend::Sqlite).await);
    let loaded = tokio::spawn(load(Arc::clone(&database), orders));
    let Ok((merchant, note)) = loaded.await else {
        table.note("rows 5 to 9: the orders could not be imported, see above".to_owned());
        return;
    };
    table.note(note);
    let place = Place {
        database,
        merchant,
        orders,
    };
    if plan.wants(5) {
        for filter in FILTERS {
            let held = filter.matching(orders);
            let name = format!(
                "history page at 0 / {} / {}{}",
                grouped_count(held / 2),
                grouped_count(held - 25),
                filter.name
            );
            let beside = "first page of a customer with 100 orders";
            add(table, 5, &name, beside, pages(place.clone(), filter, rounds)).await;
        }
    }
    if plan.wants(6) {
        let name = format!("memory at rest with {} orders", grouped_count(orders));
        add(table, 6, &name, "-", memory(place.clone())).await;
    }
    if plan.wants(7) {
        add(
            table,
            7,
            "start to first answer",
            "-",
            start(place.clone(), rounds),
        )
        .await;
    }
    if plan.wants_any(&[8, 9]) {
        super::search::measure(table, &place, rounds).await;
    }
}

/// What the orders are about: one offer, or the first two of a row of them.
const OFFERS: [&str; 8] = [
    "80004567EA01A12",
    "80004561EA01A12",
    "65304479EA01A12",
    "65304520EA01A12",
    "65322651EA01A12",
    "65324918EA01A12",
    "30006208EA01A12",
    "30006209EA01A12",
];

/// One filter of histories: as it is asked, and which orders it holds for.
#[derive(Debug, Clone, Copy)]
struct Filter {
    name: &'static str,
    query: &'static str,
    holds: fn(&Shape) -> bool,
}

const FILTERS: [Filter; 4] = [
    Filter {
        name: "",
        query: "",
        holds: |_| true,
    },
    Filter {
        name: ", one offer",
        query: "&offer-id=80004567EA01A12",
        holds: |shape| shape.has(0),
    },
    Filter {
        name: ", one reseller",
        query: "&reseller-id=1000396138",
        holds: |shape| shape.reseller == RESELLERS[0],
    },
    Filter {
        name: ", two offers, a reseller, a type, a status",
        query: "&offer-id=80004567EA01A12&offer-id=65304479EA01A12&reseller-id=1000396138&order-type=NEW&status=1000",
        holds: |shape| {
            (shape.has(0) || shape.has(2))
                && shape.reseller == RESELLERS[0]
                && (shape.kind, shape.status) == ("NEW", "1000")
        },
    },
];

const RESELLERS: [&str; 2] = ["1000396138", "1000396139"];

impl Filter {
    fn matching(self, orders: u64) -> u64 {
        let held = (0..orders).filter(|index| (self.holds)(&Shape::of(*index)));
        u64::try_from(held.count()).expect("a count fits")
    }
}

/// What tells the orders of a history apart.
#[derive(Debug, Clone, Copy)]
struct Shape {
    offers: [usize; 2],
    kind: &'static str,
    status: &'static str,
    reseller: &'static str,
}

impl Shape {
    /// Every third order is about two offers, every tenth renews, one in 97 has failed, and one in five came through
    /// another reseller.
    fn of(index: u64) -> Self {
        let first = usize::try_from(index % 8).expect("it is below eight");
        Self {
            offers: [
                first,
                if index.is_multiple_of(3) {
                    (first + 1) % 8
                } else {
                    first
                },
            ],
            kind: if index % 10 == 9 { "RENEWAL" } else { "NEW" },
            status: if index % 97 == 96 { "1004" } else { "1000" },
            reseller: RESELLERS[usize::from(index % 5 == 4)],
        }
    }

    fn has(&self, offer: usize) -> bool {
        self.offers.contains(&offer)
    }

    /// The order's lines, as JSON.
    fn lines(&self, order: u64) -> String {
        let [first, second] = self.offers;
        let offers = if first == second {
            vec![first]
        } else {
            vec![first, second]
        };
        let line = |(place, offer): (usize, usize)| {
            format!(
                "{{\"extLineItemNumber\":{},\"offerId\":\"{}\",\"quantity\":1,\"subscriptionId\":\"86{order}\",\
                 \"status\":\"{}\",\"currencyCode\":\"USD\",\"deploymentId\":\"12345\"}}",
                place + 1,
                OFFERS[offer],
                self.status
            )
        };
        let lines: Vec<_> = offers.into_iter().enumerate().map(line).collect();
        lines.join(",")
    }
}

#[derive(Debug, Clone)]
pub(super) struct Place {
    database: Arc<Database>,
    pub(super) merchant: Merchant,
    pub(super) orders: u64,
}

impl Place {
    /// Starts a server, and makes a caller of it.
    pub(super) async fn server(&self) -> (Server, Caller) {
        let server = Server::start(&self.database, &Options::default());
        let merchant = server.known_merchant(&self.merchant.name);
        let partner = merchant.marketplace().await;
        (server, partner)
    }

    /// Where the database's file is.
    pub(super) fn folder(&self) -> String {
        self.database.location()
    }
}

/// Imports the orders the way in which a merchant's own would come.
async fn load(database: Arc<Database>, orders: u64) -> (Merchant, String) {
    let server = Server::start(&database, &Options::default());
    let merchant = server.merchant("Partner").await;
    drop(server);
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    write_orders(file.path(), orders);
    let size = file.path().metadata().map_or(0, |data| data.len());
    let started = Instant::now();
    let path = file
        .path()
        .to_str()
        .expect("a temporary file has a plain name")
        .to_owned();
    let name = merchant.name.clone();
    let imported = tokio::task::spawn_blocking({
        let database = Arc::clone(&database);
        move || database.run(&["import", "--merchant", &name, "--api", "marketplace", &path])
    });
    imported.await.expect("the import's task ends").expect(0);
    let seconds = started.elapsed().as_secs_f64();
    let all = float(orders + SHORT_ORDERS);
    let note = format!(
        "import of {} orders ({} MB of JSON lines): {seconds:.0} s, {}/s",
        grouped(all),
        grouped(float(size / 1_000_000)),
        grouped(all / seconds)
    );
    (merchant, note)
}

/// Orders as the Marketplace gives them, one in a line, two and a half minutes apart.
fn write_orders(path: &Path, orders: u64) {
    let mut file = BufWriter::new(File::create(path).expect("the orders' file can be written"));
    let customers = [(LONG, orders, 1_000_000), (SHORT, SHORT_ORDERS, 900_000)];
    for (customer, count, first) in customers {
        for index in 0..count {
            let order = first + index;
            let created = timestamp(index * 150);
            let shape = Shape::of(index);
            let (kind, status, reseller) = (shape.kind, shape.status, shape.reseller);
            let lines = shape.lines(order);
            writeln!(
                file,
                "{{\"externalReferenceId\":\"{order}\",\"orderId\":\"0{order}\",\"customerId\":\"{customer}\",\
                 \"resellerId\":\"{reseller}\",\"orderType\":\"{kind}\",\"referenceOrderId\":\"\",\
                 \"referencedOrderId\":\"\",\"currencyCode\":\"USD\",\"creationDate\":\"{created}\",\
                 \"status\":\"{status}\",\"lineItems\":[{lines}],\"links\":{{\"self\":{{\"uri\":\
                 \"/v3/customers/{customer}/orders/0{order}\",\"method\":\"GET\",\"headers\":[]}}}}}}"
            )
            .expect("the orders' file can be written");
        }
    }
    file.flush().expect("the orders' file can be written");
}

/// So many seconds after the beginning of 2019, in months of 28 days: easy to write, and a real date each.
fn timestamp(seconds: u64) -> String {
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = (2019 + days / 336, days % 336 / 28 + 1, days % 28 + 1);
    format!(
        "{year}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        time / 3600,
        time % 3600 / 60,
        time % 60
    )
}

async fn pages(place: Place, filter: Filter, rounds: usize) -> Finding {
    let (server, partner) = place.server().await;
    let mut connection = Connection::open(server.address()).await;
    let held = filter.matching(place.orders);
    let offsets = [0, held / 2, held - 25];
    let whole = FILTERS[0];
    let mut short = Vec::new();
    let mut long = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..rounds.max(1) {
        short.push(page(&mut connection, &partner, (SHORT, SHORT_ORDERS), whole, 0).await);
        for (times, offset) in long.iter_mut().zip(offsets) {
            times.push(page(&mut connection, &partner, (LONG, place.orders), filter, offset).await);
        }
    }
    let limit = median(&short);
    let ours = long.map(|times| median(&times));
    let ratio = ours.iter().fold(0.0, |most: f64, time| most.max(time / limit));
    let micros = |time: f64| grouped(time);
    Finding {
        figures: Figures {
            limit: format!("{} us", micros(limit)),
            ours: format!("{} us", ours.map(micros).join(" / ")),
            ratio: Some(ratio),
            hold: "<= 3".to_owned(),
            holds: ratio <= 3.0,
        },
        notes: Vec::new(),
    }
}

/// The median time of one page, in microseconds, and a look at what is on it.
async fn page(
    connection: &mut Connection,
    partner: &Caller,
    (customer, orders): (&str, u64),
    filter: Filter,
    offset: u64,
) -> f64 {
    let query = filter.query;
    let path =
        format!("/v3/customers/{customer}/orders?start-date=2018-01-01&limit=25&offset={offset}{query}");
    let held = filter.matching(orders);
    let request = get(partner, &path);
    let mut micros = Vec::new();
    let until = Instant::now() + Duration::from_secs(1);
    while micros.len() < 20 || Instant::now() < until {
        let before = Instant::now();
        let (status, body) = connection.exchange(&request).await;
        micros.push(before.elapsed().as_micros());
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(connection.received(0)));
        if micros.len() == 1 {
            let page: Value = serde_json::from_slice(connection.received(body)).expect("a page is JSON");
            assert_eq!(
                (page["totalCount"].as_u64(), page["count"].as_u64()),
                (Some(held), Some(25)),
                "{page}"
            );
        }
    }
    micros.sort_unstable();
    let middle = at_share(&micros, 0.5).copied().unwrap_or_default();
    f64::from(u32::try_from(middle).unwrap_or(u32::MAX))
}

async fn memory(place: Place) -> Finding {
    let (mut server, partner) = place.server().await;
    // Its token outlives the restart.
    server.kill();
    server.start_again();
    partner
        .get(&format!("/v3/customers/{LONG}/orders/01000000"))
        .await
        .expect(200);
    let rest = Memory::of(server.pid());
    let mut connection = Connection::open(server.address()).await;
    for offset in [0, place.orders / 2, place.orders - 25] {
        page(
            &mut connection,
            &partner,
            (LONG, place.orders),
            FILTERS[0],
            offset,
        )
        .await;
    }
    let used = Memory::of(server.pid());
    let mib = rest.resident / 1024.0;
    Finding {
        figures: Figures {
            limit: String::new(),
            ours: format!("{mib:.1} MiB"),
            ratio: None,
            hold: "<= 64 MiB".to_owned(),
            holds: mib <= 64.0,
        },
        notes: vec![format!(
            "resident after the first answer {rest}; after thousands of history pages {used}"
        )],
    }
}

async fn start(place: Place, rounds: usize) -> Finding {
    let (mut server, partner) = place.server().await;
    let mut millis = Vec::new();
    for _ in 0..rounds.max(1) * 3 {
        server.kill();
        let before = Instant::now();
        server.start_again();
        partner
            .get(&format!("/v3/customers/{LONG}/orders/01000000"))
            .await
            .expect(200);
        millis.push(before.elapsed().as_secs_f64() * 1000.0);
    }
    let middle = median(&millis);
    let all: Vec<_> = millis.iter().map(|time| format!("{time:.0}")).collect();
    Finding {
        figures: Figures {
            limit: String::new(),
            ours: format!("{middle:.0} ms"),
            ratio: None,
            hold: "<= 200 ms".to_owned(),
            holds: middle <= 200.0,
        },
        notes: vec![format!(
            "after a kill -9, with {} orders, in ms: {}",
            grouped_count(place.orders),
            all.join(" ")
        )],
    }
}

fn get(partner: &Caller, path: &str) -> Vec<u8> {
    let headers: Vec<_> = partner.headers().chain([("x-correlation-id", "bench")]).collect();
    request("GET", path, &headers, "")
}

fn float(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn grouped_count(number: u64) -> String {
    grouped(float(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_real_dates_in_order() {
        assert_eq!(timestamp(0), "2019-01-01T00:00:00Z");
        assert_eq!(timestamp(28 * 86_400 + 3_661), "2019-02-01T01:01:01Z");
        assert_eq!(timestamp(336 * 86_400), "2020-01-01T00:00:00Z");
        assert!(timestamp(150) < timestamp(300) && timestamp(149_999_850).starts_with("2024-"));
    }
}
