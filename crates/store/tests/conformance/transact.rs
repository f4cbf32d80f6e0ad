//! Load, decide, append: nothing lost, nothing twice, nothing by halves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use store::rows::{Changes, DocumentKey, DocumentWrite, Load, NoteRow, OrderKey};
use store::{AuditFilter, StoreError};
use tokio::task::JoinSet;

use crate::fixture::{
    Fixture, answer, answer_key, by_name, delivery, document, event, name, new, new_document, next, order,
};
use crate::tables::note;

pub(crate) async fn what_is_written_is_read_back(f: Fixture) {
    let mut row = order(7);
    row.customer = "c".to_owned();
    row.reseller = "r".to_owned();
    row.reference = "6".to_owned();
    row.wake_at = Some(99);
    let mut write = new(row.clone());
    row.version = 2;
    write.row.version = 2;
    write.events = vec![event(1), event(2)];
    write.names = vec![name("number", "a"), name("uuid", "b")];
    write.references = vec![name("external", "x")];
    write.products = vec!["p".to_owned(), "q".to_owned()];
    let changes = Changes {
        orders: vec![write],
        documents: vec![DocumentWrite {
            row: document("d"),
            before: None,
        }],
        answer: Some(answer("k", "{}")),
        request: None,
        deliveries: vec![delivery(1, 7, 5), delivery(2, 7, 6)],
        notes: vec![NoteRow {
            id: 3,
            at: 5,
            note: note("settings.change"),
        }],
    };
    f.write(1, changes).await.unwrap();
    assert_eq!(f.order(1, 7).await.as_ref(), Some(&row));
    assert_eq!(
        f.store.order(1, &by_name("number", "a")).await.unwrap().as_ref(),
        Some(&row)
    );
    assert_eq!(
        f.store.order(1, &by_name("uuid", "b")).await.unwrap().as_ref(),
        Some(&row)
    );
    assert_eq!(f.store.order(1, &by_name("uuid", "a")).await.unwrap(), None);
    assert_eq!(
        f.store.orders_by_reference(1, "external", "x", 9).await.unwrap(),
        vec![row]
    );
    assert_eq!(f.store.events(1, 7).await.unwrap(), vec![event(1), event(2)]);
    assert_eq!(
        f.store.answer(1, &answer_key("k")).await.unwrap(),
        Some(answer("k", "{}"))
    );
    let key = DocumentKey {
        kind: "customer".to_owned(),
        id: "d".to_owned(),
    };
    assert_eq!(f.store.document(1, &key).await.unwrap(), Some(document("d")));
    assert_eq!(
        f.store.deliveries_of(1, 7).await.unwrap(),
        vec![delivery(1, 7, 5), delivery(2, 7, 6)]
    );
    let trail = f.store.audit(&AuditFilter::default(), 9).await.unwrap();
    let noted = trail
        .iter()
        .map(|row| (row.merchant, row.id, row.at, &*row.action));
    assert_eq!(noted.collect::<Vec<_>>(), [(1, 3, 5, "settings.change")]);
    assert_eq!(f.store.check_counts().await.unwrap(), Vec::<String>::new());
}

pub(crate) async fn parallel_writers_lose_no_update(f: Fixture) {
    f.put(1, vec![new(order(7))]).await;
    let mut writers = JoinSet::new();
    for _ in 0..16 {
        let f = f.clone();
        writers.spawn(async move {
            for _ in 0..10 {
                f.change(1, 7, |row| {
                    let n: i64 = row.snapshot["{\"n\":".len()..row.snapshot.len() - 1]
                        .parse()
                        .unwrap();
                    row.snapshot = format!("{{\"n\":{}}}", n + 1);
                })
                .await
                .unwrap();
            }
        });
    }
    writers.join_all().await;
    let row = f.order(1, 7).await.unwrap();
    assert_eq!((row.version, &*row.snapshot), (161, "{\"n\":160}"));
    let sequences: Vec<i64> = f
        .store
        .events(1, 7)
        .await
        .unwrap()
        .iter()
        .map(|event| event.sequence)
        .collect();
    assert_eq!(sequences, (1..=161).collect::<Vec<_>>());
}

pub(crate) async fn a_refusal_writes_nothing(f: Fixture) {
    let load = Load {
        merchant: 1,
        orders: vec![OrderKey::Id(7)],
        ..Load::default()
    };
    let refused = f.store.transact::<(), _>(load, |loaded| {
        assert_eq!(loaded.orders, vec![None]);
        Err("no")
    });
    assert_eq!(refused.await.unwrap(), Err("no"));
    assert_eq!(f.order(1, 7).await, None);
    let load = Load {
        merchant: 1,
        ..Load::default()
    };
    assert_eq!(
        f.store
            .transact::<_, ()>(load, |_| Ok((Changes::default(), 5)))
            .await
            .unwrap(),
        Ok(5)
    );
}

pub(crate) async fn a_refusal_spoils_nobody_elses_write(f: Fixture) {
    f.put(1, vec![OrderWriteNamed::taken(0)]).await;
    let mut writers = JoinSet::new();
    for id in 1..=60 {
        let f = f.clone();
        writers.spawn(async move {
            // Every third one is refused by the database after its first rows were written.
            let write = if id % 3 == 0 {
                OrderWriteNamed::taken(id)
            } else {
                new(order(id))
            };
            let changes = Changes {
                orders: vec![write],
                ..Changes::default()
            };
            (id, f.write(1, changes).await)
        });
    }
    for (id, outcome) in writers.join_all().await {
        if id % 3 == 0 {
            assert!(matches!(outcome, Err(StoreError::Taken(_))), "{outcome:?}");
        } else {
            outcome.unwrap();
        }
        assert_eq!(f.order(1, id).await.is_some(), id % 3 != 0);
        assert_eq!(
            f.store.events(1, id).await.unwrap().len(),
            usize::from(id % 3 != 0)
        );
    }
    assert_eq!(f.store.check_counts().await.unwrap(), Vec::<String>::new());
}

/// Orders that all want the same name.
struct OrderWriteNamed;

impl OrderWriteNamed {
    fn taken(id: i64) -> store::rows::OrderWrite {
        let mut write = new(order(id));
        write.row.customer = "c".to_owned();
        write.names = vec![name("number", "same")];
        write
    }
}

pub(crate) async fn a_panicking_decision_writes_nothing_and_harms_nobody(f: Fixture) {
    let mut writers = JoinSet::new();
    for id in 1..=20 {
        let f = f.clone();
        writers.spawn(async move {
            let load = Load {
                merchant: 1,
                ..Load::default()
            };
            let outcome = f.store.transact::<(), ()>(load, move |_| {
                assert!(id % 2 == 0, "an odd order");
                let orders = vec![new(order(id))];
                Ok((
                    Changes {
                        orders,
                        ..Changes::default()
                    },
                    (),
                ))
            });
            (id, outcome.await)
        });
    }
    for (id, outcome) in writers.join_all().await {
        match outcome {
            Err(StoreError::Panicked(text)) => assert!(id % 2 == 1 && text.contains("odd"), "{id}: {text}"),
            outcome => assert_eq!((id % 2, outcome.unwrap()), (0, Ok(()))),
        }
        assert_eq!(f.order(1, id).await.is_some(), id % 2 == 0);
    }
}

pub(crate) async fn one_of_many_gets_a_unique_name(f: Fixture) {
    let mut writers = JoinSet::new();
    for id in 1..=24 {
        let f = f.clone();
        writers.spawn(async move {
            let orders = vec![by_name("number", "same")];
            let load = Load {
                merchant: 1,
                orders,
                ..Load::default()
            };
            let outcome = f
                .store
                .transact::<i64, i64>(load, move |loaded| match &loaded.orders[0] {
                    Some(other) => Err(other.id),
                    None => Ok((
                        Changes {
                            orders: vec![OrderWriteNamed::taken(id)],
                            ..Changes::default()
                        },
                        id,
                    )),
                });
            outcome.await.unwrap()
        });
    }
    let outcomes = writers.join_all().await;
    let winners: Vec<i64> = outcomes.iter().filter_map(|outcome| outcome.ok()).collect();
    assert_eq!(winners.len(), 1, "{outcomes:?}");
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.is_ok() || *outcome == Err(winners[0])),
        "{outcomes:?}"
    );
    assert_eq!(f.store.check_counts().await.unwrap(), Vec::<String>::new());
}

pub(crate) async fn a_name_that_nobody_looked_for_is_taken(f: Fixture) {
    f.put(1, vec![OrderWriteNamed::taken(1)]).await;
    let changes = Changes {
        orders: vec![OrderWriteNamed::taken(2)],
        ..Changes::default()
    };
    assert!(matches!(f.write(1, changes).await, Err(StoreError::Taken(_))));
    // Another merchant has names of its own.
    f.put(2, vec![OrderWriteNamed::taken(2)]).await;
}

pub(crate) async fn a_repeated_request_gets_the_first_answer(f: Fixture) {
    let done = Arc::new(AtomicUsize::new(0));
    let mut writers = JoinSet::new();
    for id in 1..=24 {
        let (f, done) = (f.clone(), Arc::clone(&done));
        writers.spawn(async move {
            let load = Load {
                merchant: 1,
                answer: Some(answer_key("k")),
                ..Load::default()
            };
            let outcome = f.store.transact::<String, String>(load, move |loaded| {
                if let Some(first) = &loaded.answer {
                    return Err(first.body.clone());
                }
                let body = format!("order {id}");
                let orders = vec![new(order(id))];
                let answer = Some(answer("k", &body));
                Ok((
                    Changes {
                        orders,
                        answer,
                        ..Changes::default()
                    },
                    body,
                ))
            });
            let outcome = outcome.await.unwrap();
            if outcome.is_ok() {
                done.fetch_add(1, Ordering::SeqCst);
            }
            outcome.unwrap_or_else(|body| body)
        });
    }
    let bodies = writers.join_all().await;
    assert_eq!(done.load(Ordering::SeqCst), 1);
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    let mut orders = 0;
    for id in 1..=24 {
        orders += usize::from(f.order(1, id).await.is_some());
    }
    assert_eq!(orders, 1);
}

pub(crate) async fn a_guard_that_does_not_hold_writes_nothing(f: Fixture) {
    f.put(1, vec![new(order(7))]).await;
    let mut stale = order(7);
    stale.version = 5;
    let orders = vec![
        new(order(8)),
        next(&stale, |row| row.state = "confirmed".to_owned()),
    ];
    let outcome = f
        .write(
            1,
            Changes {
                orders,
                ..Changes::default()
            },
        )
        .await;
    assert!(matches!(outcome, Err(StoreError::Busy)), "{outcome:?}");
    assert_eq!(f.order(1, 7).await, Some(order(7)));
    assert_eq!(f.order(1, 8).await, None);
    // Nor does an update make an order.
    let orders = vec![next(&order(9), |_| {})];
    let outcome = f
        .write(
            1,
            Changes {
                orders,
                ..Changes::default()
            },
        )
        .await;
    assert!(matches!(outcome, Err(StoreError::Busy)), "{outcome:?}");
    assert_eq!(f.order(1, 9).await, None);
}

pub(crate) async fn several_orders_are_written_together_or_not_at_all(f: Fixture) {
    f.put(1, (1..=4).map(|id| new(order(id))).collect()).await;
    // Transfers between two of four orders, named in any order: no deadlock, and the versions add up.
    let mut writers = JoinSet::new();
    for n in 0..12_i64 {
        let f = f.clone();
        writers.spawn(async move {
            let keys = vec![OrderKey::Id(n % 4 + 1), OrderKey::Id((n + 1 + n % 3) % 4 + 1)];
            let load = Load {
                merchant: 1,
                orders: keys,
                ..Load::default()
            };
            let outcome = f.store.transact::<(), ()>(load, |loaded| {
                let both = loaded.orders.iter().flatten();
                let orders = both
                    .map(|row| next(row, |row| row.state = "confirmed".to_owned()))
                    .collect();
                Ok((
                    Changes {
                        orders,
                        ..Changes::default()
                    },
                    (),
                ))
            });
            outcome.await.unwrap().unwrap();
        });
    }
    writers.join_all().await;
    let mut versions = 0;
    for id in 1..=4 {
        versions += f.order(1, id).await.unwrap().version;
    }
    assert_eq!(versions, 4 + 24);
}

pub(crate) async fn many_keys_are_loaded_in_their_places(f: Fixture) {
    f.put(1, (0..250).map(|id| new(order(id))).collect()).await;
    let documents = (0..150)
        .map(|n| DocumentWrite {
            row: document(&n.to_string()),
            before: None,
        })
        .collect();
    f.write(
        1,
        Changes {
            documents,
            ..Changes::default()
        },
    )
    .await
    .unwrap();
    let orders = (0..300).rev().map(OrderKey::Id).collect();
    let keys = (0..160).map(|n: i64| DocumentKey {
        kind: "customer".to_owned(),
        id: n.to_string(),
    });
    let load = Load {
        merchant: 1,
        orders,
        documents: keys.collect(),
        answer: Some(answer_key("none")),
        ..Load::default()
    };
    let seen = f
        .store
        .transact::<_, ()>(load, |loaded| Ok((Changes::default(), loaded.clone())));
    let seen = Box::pin(seen).await.unwrap().unwrap();
    assert_eq!(seen.orders.len(), 300);
    for (place, found) in seen.orders.iter().enumerate() {
        let id = i64::try_from(299 - place).unwrap();
        assert_eq!(found.as_ref().map(|row| row.id), (id < 250).then_some(id));
    }
    for (place, found) in seen.documents.iter().enumerate() {
        assert_eq!(
            found.as_ref().map(|row| row.id.clone()),
            (place < 150).then(|| place.to_string())
        );
    }
    assert_eq!(seen.answer, None);
}

pub(crate) async fn documents_are_guarded_too(f: Fixture) {
    f.write(1, new_document(document("d"))).await.unwrap();
    let again = f.write(1, new_document(document("d"))).await;
    assert!(matches!(again, Err(StoreError::Taken(_))), "{again:?}");
    let key = DocumentKey {
        kind: "customer".to_owned(),
        id: "d".to_owned(),
    };
    let mut writers = JoinSet::new();
    for _ in 0..16 {
        let (f, key) = (f.clone(), key.clone());
        writers.spawn(async move {
            let load = Load {
                merchant: 1,
                documents: vec![key],
                ..Load::default()
            };
            let outcome = f.store.transact::<(), ()>(load, |loaded| {
                let mut row = loaded.documents[0].clone().unwrap();
                let before = Some(row.version);
                row.version += 1;
                row.body.push(' ');
                Ok((
                    Changes {
                        documents: vec![DocumentWrite { row, before }],
                        ..Changes::default()
                    },
                    (),
                ))
            });
            outcome.await.unwrap().unwrap();
        });
    }
    writers.join_all().await;
    let row = f.store.document(1, &key).await.unwrap().unwrap();
    assert_eq!((row.version, row.body.len()), (17, 18));
}

pub(crate) async fn nul_characters_are_refused(f: Fixture) {
    let mut row = order(7);
    row.customer = "a\0b".to_owned();
    let outcome = f
        .write(
            1,
            Changes {
                orders: vec![new(row)],
                ..Changes::default()
            },
        )
        .await;
    assert!(matches!(outcome, Err(StoreError::Unstorable)), "{outcome:?}");
    let outcome = f.store.order(1, &by_name("number", "a\0")).await;
    assert!(matches!(outcome, Err(StoreError::Unstorable)), "{outcome:?}");
    assert_eq!(f.order(1, 7).await, None);
}

pub(crate) async fn writes_after_closing_are_refused(f: Fixture) {
    f.put(1, vec![new(order(7))]).await;
    f.store.close().await;
    let outcome = f
        .write(
            1,
            Changes {
                orders: vec![new(order(8))],
                ..Changes::default()
            },
        )
        .await;
    assert!(matches!(outcome, Err(StoreError::Closed)), "{outcome:?}");
}
