//! PostgreSQL only: connections break when a server restarts or another takes over, and the store goes on.

use store::rows::Changes;
use store::{Database, Store, StoreError};

use crate::fixture::{Fixture, new, on_postgres, order, tamper};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn broken_connections_are_replaced() {
    on_postgres(async |f: Fixture| {
        f.put(1, vec![new(order(1))]).await;
        for id in 2..6 {
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE datname = current_database() AND pid <> pg_backend_pid()";
            tamper(&f.database, end).await;
            // A read is repeated by itself.
            assert_eq!(f.order(1, 1).await, Some(order(1)));
            // A write isn't, since it may have been done; the caller asks again, and finds out.
            let changes = Changes {
                orders: vec![new(order(id))],
                ..Changes::default()
            };
            match f.write(1, changes.clone()).await {
                Ok(()) => {}
                Err(StoreError::Unavailable(_)) => match f.write(1, changes).await {
                    Ok(()) | Err(StoreError::Taken(_)) => {}
                    again => panic!("{again:?}"),
                },
                other => panic!("{other:?}"),
            }
            assert_eq!(f.order(1, id).await, Some(order(id)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let nowhere = Database::Postgres("postgres://nobody@127.0.0.1:1/nothing".to_owned());
    let refused = Store::open(&nowhere).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    let nonsense = Database::Postgres("postgres://nobody@127.0.0.1:1/nothing?colour=red".to_owned());
    let refused = Store::open(&nonsense).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}
