//! Migrations: once, in order, and only ours.

use store::{Store, StoreError};
use tokio::task::JoinSet;

use crate::fixture::{Fixture, new, order, tamper};

pub(crate) async fn opening_twice_changes_nothing(f: Fixture) {
    f.put(1, vec![new(order(7))]).await;
    let second = Fixture {
        store: Store::open(&f.database).await.unwrap(),
        ..f.clone()
    };
    assert_eq!(second.order(1, 7).await, Some(order(7)));
    second.put(1, vec![new(order(8))]).await;
    second.store.ping().await.unwrap();
    assert_eq!(f.order(1, 8).await, Some(order(8)));
}

pub(crate) async fn many_may_open_at_once(f: Fixture) {
    const TABLES: [&str; 30] = [
        "audit",
        "merchants",
        "credentials",
        "tokens",
        "settings",
        "blocks",
        "orders",
        "order_names",
        "order_references",
        "order_products",
        "events",
        "history_baskets",
        "history_counts",
        "basket_counts",
        "documents",
        "answers",
        "deliveries",
        "unfollowed",
        "followers",
        "feed",
        "feed_days",
        "search_orders",
        "search_terms",
        "search_sorts",
        "totals",
        "seen",
        "seen_terms",
        "hook_deliveries",
        "console_sessions",
        "schema_migrations",
    ];
    // An empty database, as before the very first start.
    for view in [
        "report_orders",
        "report_lines",
        "report_captures",
        "report_refunds",
    ] {
        tamper(&f.database, &format!("DROP VIEW IF EXISTS {view}")).await;
    }
    for table in TABLES {
        tamper(&f.database, &format!("DROP TABLE {table}")).await;
    }
    let mut servers = JoinSet::new();
    for _ in 0..6 {
        let f = f.clone();
        servers.spawn(async move { Store::open(&f.database).await.map(|store| Fixture { store, ..f }) });
    }
    for (id, server) in (1..).zip(servers.join_all().await) {
        server.unwrap().put(1, vec![new(order(id))]).await;
    }
}

pub(crate) async fn a_newer_schema_is_refused(f: Fixture) {
    tamper(
        &f.database,
        "INSERT INTO schema_migrations (version, name, checksum) VALUES (99, 'later', 'x')",
    )
    .await;
    let refused = Store::open(&f.database).await;
    let Err(StoreError::Schema(why)) = refused else {
        panic!("{refused:?}")
    };
    assert!(why.contains("99") && why.contains("newer"), "{why}");
}

pub(crate) async fn a_changed_migration_is_refused(f: Fixture) {
    tamper(
        &f.database,
        "UPDATE schema_migrations SET checksum = 'x' WHERE version = 1",
    )
    .await;
    let refused = Store::open(&f.database).await;
    let Err(StoreError::Schema(why)) = refused else {
        panic!("{refused:?}")
    };
    assert!(why.contains("0001_tables"), "{why}");
}
