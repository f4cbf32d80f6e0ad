//! Hot answers: never stale, whoever committed.

use store::rows::OrderKey;
use store::{Database, Freshness, Known, Store};

use crate::fixture::{Fixture, by_name, name, new, order};

pub(crate) async fn a_known_order_is_unchanged_until_it_changes(f: Fixture) {
    let mut write = new(order(7));
    write.names = vec![name("number", "a")];
    f.put(1, vec![write, new(order(8))]).await;
    let sqlite = matches!(f.database, Database::Sqlite(_));
    let key = by_name("number", "a");
    let Freshness::Changed(Some(row), stamp) = f.store.order_if_changed(1, &key, None).await.unwrap() else {
        panic!("an order that nobody knows is new to him");
    };
    assert_eq!(*row, order(7));
    assert_eq!(stamp.is_some(), sqlite);
    let known = Known {
        stamp,
        id: 7,
        version: 1,
    };
    assert_eq!(
        f.store.order_if_changed(1, &key, Some(known)).await.unwrap(),
        Freshness::Unchanged(stamp)
    );
    // Another order changes: the stamp does, the order doesn't.
    f.change(1, 8, |row| row.state = "confirmed".to_owned())
        .await
        .unwrap();
    let Freshness::Unchanged(later) = f.store.order_if_changed(1, &key, Some(known)).await.unwrap() else {
        panic!("another order changed");
    };
    assert_eq!(later != stamp, sqlite);
    // The order changes, through another opening of the same database.
    let known = Known {
        stamp: later,
        ..known
    };
    let other = Fixture {
        store: Store::open(&f.database).await.unwrap(),
        ..f.clone()
    };
    other
        .change(1, 7, |row| row.state = "confirmed".to_owned())
        .await
        .unwrap();
    let Freshness::Changed(Some(row), _) = f.store.order_if_changed(1, &key, Some(known)).await.unwrap()
    else {
        panic!("the order changed");
    };
    assert_eq!(
        (row.version, &*row.state, &*row.snapshot),
        (2, "confirmed", "{\"n\":0}")
    );
    let missing = f
        .store
        .order_if_changed(1, &OrderKey::Id(99), None)
        .await
        .unwrap();
    assert!(matches!(missing, Freshness::Changed(None, _)), "{missing:?}");
    follow(&f, &key).await;
}

/// Readers that keep what they know while a writer changes it never see a version older than one that was
/// acknowledged before they asked.
async fn follow(f: &Fixture, key: &OrderKey) {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    let acknowledged = Arc::new(AtomicI64::new(2));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (f, key, acknowledged) = (f.clone(), key.clone(), Arc::clone(&acknowledged));
        readers.spawn(async move {
            let mut known: Option<Known> = None;
            loop {
                let at_least = acknowledged.load(Ordering::SeqCst);
                match f.store.order_if_changed(1, &key, known).await.unwrap() {
                    Freshness::Unchanged(stamp) => {
                        known = known.map(|known| Known { stamp, ..known });
                    }
                    Freshness::Changed(row, stamp) => {
                        let row = row.unwrap();
                        known = Some(Known {
                            stamp,
                            id: row.id,
                            version: row.version,
                        });
                    }
                }
                let version = known.unwrap().version;
                assert!(version >= at_least, "{version} after {at_least}");
                if version == 102 {
                    return;
                }
                tokio::task::yield_now().await;
            }
        });
    }
    for version in 3..=102 {
        f.change(1, 7, |_| {}).await.unwrap();
        acknowledged.store(version, Ordering::SeqCst);
    }
    readers.join_all().await;
}
