//! A book over a database of its own, with a clock that only the test moves.

use book::{Book, Clock, Database, Entropy, Request, Settings};
use order::{
    Amount, Command, Currency, Customer, Dialect, Item, Kind, MerchantId, OrderId, Payment, PaymentMethod,
    Quantity, Registration, ReserveRequest, Timestamp,
};
use rust_decimal::Decimal;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use store::Store;
use store::rows::{Before, Changes, EventRow, Load, Loaded, OrderKey, OrderWrite};

pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn pass(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "a test is an edge of its own")]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).unwrap();
    }
}

/// Several books over one database, as several servers would be.
#[derive(Clone)]
pub(crate) struct Fixture {
    pub(crate) book: Book,
    pub(crate) other: Book,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) merchant: MerchantId,
    pub(crate) database: Database,
}

impl Fixture {
    async fn over(database: &Database) -> Self {
        let clock = Arc::new(TestClock(AtomicI64::new(1_700_000_000_000)));
        let open = async || {
            let clock: Arc<TestClock> = Arc::clone(&clock);
            Book::open(database, Settings::default(), clock, Arc::new(SystemEntropy))
                .await
                .unwrap()
        };
        let (book, other) = (open().await, open().await);
        let merchant = book.add_merchant("Nordpolen").await.unwrap().id;
        Self {
            book,
            other,
            clock,
            merchant,
            database: database.clone(),
        }
    }

    /// Makes an order's snapshot unreadable, as a damaged disk might.
    pub(crate) async fn spoil(&self, id: OrderId) {
        let store = Store::open(&self.database).await.unwrap();
        let mut row = store
            .order(self.merchant.0, &OrderKey::Id(id.0))
            .await
            .unwrap()
            .unwrap();
        let before = Before {
            version: row.version,
            created_at: row.created_at,
            customer: row.customer.clone(),
            kind: row.kind.clone(),
            state: row.state.clone(),
            reseller: row.reseller.clone(),
            basket: row.basket,
            products: vec!["P1".to_owned()],
        };
        row.version += 1;
        "{}".clone_into(&mut row.snapshot);
        let event = EventRow {
            sequence: row.version,
            at: row.updated_at,
            kind: "spoiled".to_owned(),
            body: "{}".to_owned(),
        };
        let (merchant, products) = (self.merchant.0, before.products.clone());
        let decide = move |_: &Loaded| {
            let order = OrderWrite {
                row: row.clone(),
                before: Some(before.clone()),
                events: vec![event.clone()],
                names: Vec::new(),
                references: Vec::new(),
                products: products.clone(),
            };
            let changes = Changes {
                orders: vec![order],
                ..Changes::default()
            };
            Ok::<_, ()>((changes, ()))
        };
        let load = Load {
            merchant,
            ..Load::default()
        };
        Box::pin(store.transact(load, decide)).await.unwrap().unwrap();
        store.close().await;
    }

    /// Changes what is kept behind the book's back.
    pub(crate) async fn damage(&self, sql: &str) {
        match &self.database {
            Database::Sqlite(directory) => {
                let file = rusqlite::Connection::open(directory.join("ordrebok.db")).unwrap();
                file.execute(sql, []).unwrap();
            }
            Database::Postgres(url) => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                client.execute(sql, &[]).await.unwrap();
            }
        }
    }

    async fn close(&self) {
        self.book.close().await;
        self.other.close().await;
    }

    /// An order of so much in euros, reserved and ready to be captured.
    pub(crate) async fn reserved(&self, number: &str, amount: i64) -> OrderId {
        let registration = self.registration(Some(number), amount).await;
        let id = registration.id;
        let reserve = ReserveRequest {
            amount: euros(amount),
            expires_at: Some(self.book.now().plus_days(31)),
        };
        let request = Request::register(
            self.merchant,
            registration,
            vec![Command::Confirm, Command::Reserve(reserve)],
        );
        self.book.execute(request).await.unwrap().unwrap();
        id
    }

    /// An order that is about to be registered.
    pub(crate) async fn registration(&self, number: Option<&str>, amount: i64) -> Registration {
        let (id, uuid) = self.book.identify(self.merchant).await.unwrap();
        Registration {
            id,
            uuid,
            origin: Dialect::AfterPay,
            kind: Kind::New,
            number: number.map(ToOwned::to_owned),
            reference: None,
            refers_to: None,
            customer: Some(Customer {
                number: Some("C1".to_owned()),
                ..Customer::default()
            }),
            reseller: None,
            currency: Currency::from_code("EUR").unwrap(),
            gross: euros(amount),
            net: None,
            items: vec![Item {
                number: Some(1),
                product: "P1".to_owned(),
                description: String::new(),
                quantity: Quantity::ONE,
                unit_gross: Some(euros(amount)),
                unit_net: None,
                unit_vat: None,
                vat_percent: None,
                annex: None,
            }],
            payment: Payment {
                method: PaymentMethod::Invoice,
                prepaid: false,
                pending: false,
            },
            ordered_at: None,
            completes_at: None,
            entails: order::Entailed::default(),
            annex: std::collections::BTreeMap::new(),
        }
    }
}

pub(crate) fn euros(amount: i64) -> Amount {
    Amount::new(Decimal::from(amount)).unwrap()
}

pub(crate) async fn on_sqlite<F: Future<Output = ()>>(behaviour: impl FnOnce(Fixture) -> F) {
    let directory = tempfile::tempdir().unwrap();
    let fixture = Fixture::over(&Database::Sqlite(directory.path().join("data"))).await;
    behaviour(fixture.clone()).await;
    fixture.close().await;
}

pub(crate) async fn on_postgres<F>(behaviour: impl FnOnce(Fixture) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    static NEXT: AtomicU32 = AtomicU32::new(0);
    #[expect(
        clippy::disallowed_methods,
        reason = "where the test server is, is told by the environment"
    )]
    let server = std::env::var("ORDREBOK_TEST_POSTGRES").expect(
        "ORDREBOK_TEST_POSTGRES must hold the URL of a PostgreSQL server where databases may be created",
    );
    let name = format!(
        "book_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let (admin, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    admin
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    let (base, query) = server
        .split_once('?')
        .map_or((server.as_str(), ""), |(base, query)| (base, query));
    let (scheme, rest) = base.split_once("://").unwrap();
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    let fixture = Fixture::over(&Database::Postgres(format!("{scheme}://{host}/{name}?{query}"))).await;
    // In a task, so that the database is dropped even when the behaviour panics.
    let outcome = tokio::spawn(behaviour(fixture.clone())).await;
    fixture.close().await;
    admin
        .batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .await
        .unwrap();
    outcome.unwrap();
}
