//! Decisions that ask for more than was loaded for them.

use store::rows::{Changes, DocumentKey, DocumentWrite, Load};
use store::{More, StoreError};
use tokio::task::JoinSet;

use crate::fixture::{Fixture, document, new_document};

/// A decision that asks for more sees it, guarded like the rest: of ten that count one document up, each counts.
pub(crate) async fn a_decision_sees_what_it_asks_for(f: Fixture) {
    let mut counted = document("d");
    counted.body = "0".to_owned();
    f.write(1, new_document(counted)).await.unwrap();
    let mut counting = JoinSet::new();
    for _ in 0..10 {
        let f = f.clone();
        counting.spawn(async move { count_up(&f).await });
    }
    counting.join_all().await;
    let row = f.store.document(1, &key("d")).await.unwrap().unwrap();
    assert_eq!(row.body, "10");
    // Who asks again and again is refused.
    let asking = f
        .store
        .transact_asking::<(), ()>(Load::default(), |_| Err(More(Vec::new())));
    let refused = Box::pin(asking).await;
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
}

fn key(id: &str) -> DocumentKey {
    DocumentKey {
        kind: "customer".to_owned(),
        id: id.to_owned(),
    }
}

async fn count_up(f: &Fixture) {
    let load = Load {
        merchant: 1,
        ..Load::default()
    };
    let counting = f.store.transact_asking::<(), ()>(load, |loaded| {
        if !loaded.more {
            return Err(More(vec![key("nobody"), key("d")]));
        }
        assert!(loaded.documents[0].is_none());
        let mut row = loaded.documents[1].clone().unwrap();
        let before = Some(row.version);
        row.version += 1;
        row.body = (row.body.parse::<i64>().unwrap() + 1).to_string();
        let documents = vec![DocumentWrite { row, before }];
        let changes = Changes {
            documents,
            ..Changes::default()
        };
        Ok(Ok((changes, ())))
    });
    Box::pin(counting).await.unwrap().unwrap();
}
