//! A database of its own for each test, and rows to fill it with.

use std::sync::atomic::{AtomicU32, Ordering};

use store::rows::{
    AnswerKey, AnswerRow, Before, Changes, DeliveryRow, DocumentRow, DocumentWrite, EventRow, Load, NameRow,
    OrderKey, OrderRow, OrderWrite,
};
use store::{Database, Store, StoreError};

/// What a test is given.
#[derive(Clone)]
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) database: Database,
}

pub(crate) async fn on_sqlite<F>(behaviour: impl FnOnce(Fixture) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let directory = tempfile::tempdir().unwrap();
    let database = Database::Sqlite(directory.path().join("data"));
    let store = Store::open(&database).await.unwrap();
    behaviour(Fixture {
        store: store.clone(),
        database,
    })
    .await;
    store.close().await;
}

pub(crate) async fn on_postgres<F>(behaviour: impl FnOnce(Fixture) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var_os("ORDREBOK_TEST_POSTGRES").expect(
        "ORDREBOK_TEST_POSTGRES must hold the URL of a PostgreSQL server where databases may be created",
    );
    let server = server.into_string().unwrap();
    let name = format!(
        "ordrebok_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let admin = raw(&server).await;
    admin
        .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        .await
        .unwrap();
    admin
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    let database = Database::Postgres(beside(&server, &name));
    let store = Store::open(&database).await.unwrap();
    // In a task, so that the database is dropped even when the behaviour panics.
    let outcome = tokio::spawn(behaviour(Fixture {
        store: store.clone(),
        database,
    }))
    .await;
    store.close().await;
    admin
        .batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .await
        .unwrap();
    outcome.unwrap();
}

/// The URL of another database on the same server.
fn beside(server: &str, name: &str) -> String {
    let (base, query) = server
        .split_once('?')
        .map_or((server, None), |(base, query)| (base, Some(query)));
    let (scheme, rest) = base.split_once("://").expect("a URL");
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    let query = query.map_or(String::new(), |query| format!("?{query}"));
    format!("{scheme}://{host}/{name}{query}")
}

/// A connection beside the store's, for what the store has no verb for.
pub(crate) async fn raw(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(async move {
        let _ = connection.await;
    });
    client
}

/// Runs a statement behind the store's back.
pub(crate) async fn tamper(database: &Database, sql: &str) {
    match database {
        Database::Sqlite(directory) => {
            let conn = rusqlite::Connection::open(directory.join("ordrebok.db")).unwrap();
            conn.execute_batch(sql).unwrap();
        }
        Database::Postgres(url) => raw(url).await.batch_execute(sql).await.unwrap(),
    }
}

pub(crate) fn order(id: i64) -> OrderRow {
    OrderRow {
        id,
        version: 1,
        uuid: format!("uuid-{id}"),
        origin: "ordrebok".to_owned(),
        kind: "new".to_owned(),
        state: "preliminary".to_owned(),
        created_at: 1_700_000_000_000 + id,
        updated_at: 1_700_000_000_000 + id,
        currency: "NOK".to_owned(),
        gross: "125.00".to_owned(),
        customer: String::new(),
        reseller: String::new(),
        reference: String::new(),
        wake_at: None,
        snapshot: "{\"n\":0}".to_owned(),
        basket: 0,
    }
}

pub(crate) fn event(sequence: i64) -> EventRow {
    EventRow {
        sequence,
        at: 1_700_000_000_000,
        kind: "registered".to_owned(),
        body: format!("{{\"{sequence}\":1}}"),
    }
}

/// A new order as it is written.
pub(crate) fn new(row: OrderRow) -> OrderWrite {
    let events = vec![event(row.version)];
    OrderWrite {
        row,
        before: None,
        events,
        names: Vec::new(),
        references: Vec::new(),
        products: Vec::new(),
    }
}

/// The next version of an order.
pub(crate) fn next(row: &OrderRow, change: impl FnOnce(&mut OrderRow)) -> OrderWrite {
    let before = Before {
        version: row.version,
        created_at: row.created_at,
        customer: row.customer.clone(),
        kind: row.kind.clone(),
        state: row.state.clone(),
        reseller: row.reseller.clone(),
        basket: row.basket,
        products: Vec::new(),
    };
    let mut after = row.clone();
    after.version += 1;
    change(&mut after);
    OrderWrite {
        before: Some(before),
        ..new(after)
    }
}

pub(crate) fn name(space: &str, name: &str) -> NameRow {
    NameRow {
        space: space.to_owned(),
        name: name.to_owned(),
    }
}

pub(crate) fn by_name(space: &str, name: &str) -> OrderKey {
    OrderKey::Name {
        space: space.to_owned(),
        name: name.to_owned(),
    }
}

pub(crate) fn document(id: &str) -> DocumentRow {
    DocumentRow {
        kind: "customer".to_owned(),
        id: id.to_owned(),
        version: 1,
        owner: String::new(),
        created_at: 1_700_000_000_000,
        updated_at: 1_700_000_000_000,
        wake_at: None,
        body: "{}".to_owned(),
    }
}

pub(crate) fn new_document(row: DocumentRow) -> Changes {
    Changes {
        documents: vec![DocumentWrite { row, before: None }],
        ..Changes::default()
    }
}

pub(crate) fn answer(key: &str, body: &str) -> AnswerRow {
    AnswerRow {
        key: answer_key(key),
        fingerprint: "f".to_owned(),
        status: 201,
        body: body.to_owned(),
        created_at: 1_700_000_000_000,
    }
}

pub(crate) fn answer_key(key: &str) -> AnswerKey {
    AnswerKey {
        scope: "ordrebok POST /orders".to_owned(),
        key: key.to_owned(),
    }
}

pub(crate) fn delivery(id: i64, order: i64, next_at: i64) -> DeliveryRow {
    DeliveryRow {
        id,
        order,
        kind: "connect.callback".to_owned(),
        url: "https://example.com/".to_owned(),
        payload: String::new(),
        state: "due".to_owned(),
        attempts: 0,
        next_at,
        outcome: String::new(),
        created_at: next_at,
        log: String::new(),
    }
}

impl Fixture {
    /// Writes without looking at anything.
    pub(crate) async fn write(&self, merchant: i64, changes: Changes) -> Result<(), StoreError> {
        let load = Load {
            merchant,
            ..Load::default()
        };
        let writing = self
            .store
            .transact::<(), ()>(load, move |_| Ok((changes.clone(), ())));
        let done = Box::pin(writing).await?;
        done.expect("nothing refuses");
        Ok(())
    }

    /// Writes orders without looking at anything.
    pub(crate) async fn put(&self, merchant: i64, orders: Vec<OrderWrite>) {
        self.write(
            merchant,
            Changes {
                orders,
                ..Changes::default()
            },
        )
        .await
        .unwrap();
    }

    /// Changes an order by its id.
    pub(crate) async fn change(
        &self,
        merchant: i64,
        id: i64,
        change: impl Fn(&mut OrderRow) + Send + 'static,
    ) -> Result<(), StoreError> {
        let load = Load {
            merchant,
            orders: vec![OrderKey::Id(id)],
            ..Load::default()
        };
        let writing = self.store.transact::<(), ()>(load, move |loaded| {
            let row = loaded.orders[0].as_ref().unwrap();
            let orders = vec![next(row, &change)];
            Ok((
                Changes {
                    orders,
                    ..Changes::default()
                },
                (),
            ))
        });
        let done = Box::pin(writing).await?;
        done.expect("nothing refuses");
        Ok(())
    }

    pub(crate) async fn order(&self, merchant: i64, id: i64) -> Option<OrderRow> {
        self.store.order(merchant, &OrderKey::Id(id)).await.unwrap()
    }
}
