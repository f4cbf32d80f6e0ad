//! The smaller tables, each with what it promises.

use std::collections::BTreeSet;

use store::rows::{
    Changes, CredentialRow, DocumentKey, DocumentWrite, Due, HistoryFilter, Load, Note, NoteRow, OrderKey,
    SessionRow, TokenRow,
};
use store::{AuditFilter, DocumentFilter, StoreError};
use tokio::task::JoinSet;

use crate::fixture::{Fixture, answer, answer_key, by_name, delivery, document, name, new, order};

pub(crate) fn credential(merchant: i64, id: i64, client: &str) -> CredentialRow {
    CredentialRow {
        merchant,
        id,
        api: "connect".to_owned(),
        client: client.to_owned(),
        secret_hash: "h".to_owned(),
        scope: "write".to_owned(),
        settings: String::new(),
        created_at: 5,
        revoked_at: None,
    }
}

pub(crate) fn note(action: &'static str) -> Note {
    Note {
        actor: "somebody".to_owned(),
        action,
        subject: "something".to_owned(),
        detail: String::new(),
    }
}

pub(crate) async fn merchants_do_not_see_each_other(f: Fixture) {
    let mut write = new(order(7));
    write.row.customer = "c".to_owned();
    write.names = vec![name("number", "a")];
    write.references = vec![name("external", "x")];
    write.products = vec!["p".to_owned()];
    let documents = vec![DocumentWrite {
        row: document("d"),
        before: None,
    }];
    let answer = Some(answer("k", "{}"));
    let deliveries = vec![delivery(1, 7, 5)];
    f.write(
        1,
        Changes {
            orders: vec![write],
            documents,
            answer,
            request: None,
            deliveries,
            notes: vec![NoteRow {
                id: 1,
                at: 5,
                note: note("credential.add"),
            }],
        },
    )
    .await
    .unwrap();
    let key = DocumentKey {
        kind: "customer".to_owned(),
        id: "d".to_owned(),
    };
    assert_eq!(f.order(2, 7).await, None);
    assert_eq!(f.store.order(2, &by_name("number", "a")).await.unwrap(), None);
    assert_eq!(
        f.store.orders_by_reference(2, "external", "x", 9).await.unwrap(),
        vec![]
    );
    assert_eq!(f.store.events(2, 7).await.unwrap(), vec![]);
    assert_eq!(f.store.deliveries_of(2, 7).await.unwrap(), vec![]);
    assert_eq!(f.store.document(2, &key).await.unwrap(), None);
    assert_eq!(f.store.answer(2, &answer_key("k")).await.unwrap(), None);
    only_the_first_has_a_trail(&f).await;
    assert_eq!(f.store.changed_orders(2, 0, None, 9).await.unwrap(), vec![]);
    let filter = DocumentFilter {
        merchant: 2,
        kind: "customer".to_owned(),
        owner: None,
    };
    assert_eq!(f.store.documents(&filter, 0, 9).await.unwrap(), (0, vec![]));
    let orders = vec![OrderKey::Id(7), by_name("number", "a")];
    let load = Load {
        merchant: 2,
        orders,
        documents: vec![key],
        answer: Some(answer_key("k")),
        ..Load::default()
    };
    let seen = f
        .store
        .transact::<_, ()>(load, |loaded| Ok((Changes::default(), loaded.clone())));
    let seen = Box::pin(seen).await.unwrap().unwrap();
    assert_eq!(
        (seen.orders, seen.documents, seen.answer),
        (vec![None, None], vec![None], None)
    );
}

async fn only_the_first_has_a_trail(f: &Fixture) {
    let trail = |merchant| AuditFilter {
        merchant: Some(merchant),
        ..AuditFilter::default()
    };
    assert_eq!(f.store.audit(&trail(2), 9).await.unwrap(), vec![]);
    assert_eq!(f.store.audit(&trail(1), 9).await.unwrap().len(), 1);
}

pub(crate) async fn merchants_have_histories_of_their_own(f: Fixture) {
    let mut write = new(order(7));
    write.row.customer = "c".to_owned();
    write.products = vec!["p".to_owned()];
    f.put(1, vec![write]).await;
    for products in [vec![], vec!["p".to_owned()]] {
        let filter = HistoryFilter {
            merchant: 2,
            customer: "c".to_owned(),
            products,
            from: i64::MIN,
            until: i64::MAX,
            ..HistoryFilter::default()
        };
        assert_eq!(f.store.history(&filter, 0, 9).await.unwrap().total, 0);
        let own = HistoryFilter {
            merchant: 1,
            ..filter
        };
        assert_eq!(f.store.history(&own, 0, 9).await.unwrap().total, 1);
    }
}

pub(crate) async fn merchants_have_unique_names(f: Fixture) {
    let a = f.store.add_merchant("a", 5, &note("merchant.add")).await.unwrap();
    let b = f.store.add_merchant("b", 6, &note("merchant.add")).await.unwrap();
    let taken = f.store.add_merchant("a", 7, &note("merchant.add")).await;
    assert!(matches!(taken, Err(StoreError::Taken(_))), "{taken:?}");
    assert_ne!(a.id, b.id);
    assert_eq!(f.store.merchants().await.unwrap(), vec![a.clone(), b.clone()]);
    assert_eq!(f.store.merchant_by_name("b").await.unwrap(), Some(b));
    assert_eq!(f.store.merchant_by_id(a.id).await.unwrap(), Some(a));
    assert_eq!(f.store.merchant_by_name("c").await.unwrap(), None);
}

pub(crate) async fn credentials_are_found_until_revoked(f: Fixture) {
    f.store
        .add_credential(&credential(1, 1, "x"), &note("credential.add"))
        .await
        .unwrap();
    let taken = f
        .store
        .add_credential(&credential(2, 1, "x"), &note("credential.add"))
        .await;
    assert!(matches!(taken, Err(StoreError::Taken(_))), "{taken:?}");
    f.store
        .add_credential(&credential(1, 2, "y"), &note("credential.add"))
        .await
        .unwrap();
    let found = f.store.credential_by_client("connect", "x", 20).await.unwrap();
    assert_eq!(found, Some(credential(1, 1, "x")));
    assert_eq!(
        f.store.credential_by_client("afterpay", "x", 20).await.unwrap(),
        None
    );
    assert!(
        f.store
            .revoke_credential((1, 1), 9, &note("credential.revoke"))
            .await
            .unwrap()
    );
    assert!(
        !f.store
            .revoke_credential((1, 1), 10, &note("credential.revoke"))
            .await
            .unwrap()
    );
    assert!(
        !f.store
            .revoke_credential((2, 2), 10, &note("credential.revoke"))
            .await
            .unwrap()
    );
    assert_eq!(
        f.store.credential_by_client("connect", "x", 20).await.unwrap(),
        None
    );
    let revoked = CredentialRow {
        revoked_at: Some(9),
        ..credential(1, 1, "x")
    };
    assert_eq!(f.store.credential(1, 1).await.unwrap(), Some(revoked.clone()));
    assert_eq!(
        f.store.credentials(1).await.unwrap(),
        vec![revoked, credential(1, 2, "y")]
    );
}

pub(crate) async fn tokens_come_with_their_credential(f: Fixture) {
    let token = |hash: &str, expires_at| TokenRow {
        merchant: 1,
        hash: hash.to_owned(),
        credential: 1,
        grants: "g".to_owned(),
        expires_at,
    };
    f.store
        .add_credential(&credential(1, 1, "x"), &note("credential.add"))
        .await
        .unwrap();
    f.store.add_token(&token("a", 10)).await.unwrap();
    f.store.add_token(&token("b", 20)).await.unwrap();
    f.store.add_token(&token("c", 20)).await.unwrap();
    assert_eq!(
        f.store.token(1, "a").await.unwrap(),
        Some((token("a", 10), credential(1, 1, "x")))
    );
    assert_eq!(f.store.token(2, "a").await.unwrap(), None);
    assert_eq!(f.store.delete_expired_tokens(10).await.unwrap(), 1);
    assert_eq!(f.store.token(1, "a").await.unwrap(), None);
    assert!(f.store.delete_token(1, "c").await.unwrap());
    assert!(!f.store.delete_token(1, "c").await.unwrap());
    assert!(f.store.token(1, "b").await.unwrap().is_some());
    f.store
        .revoke_credential((1, 1), 9, &note("credential.revoke"))
        .await
        .unwrap();
    assert_eq!(f.store.token(1, "b").await.unwrap(), None);
}

pub(crate) async fn sessions_last_until_they_end(f: Fixture) {
    let session = |hash: &str, expires_at| SessionRow {
        merchant: 0,
        hash: hash.to_owned(),
        grants: "g".to_owned(),
        expires_at,
    };
    f.store.add_session(&session("a", 10)).await.unwrap();
    f.store.add_session(&session("b", 20)).await.unwrap();
    assert!(f.store.add_session(&session("b", 30)).await.is_err());
    assert_eq!(f.store.session(0, "a").await.unwrap(), Some(session("a", 10)));
    assert_eq!(f.store.session(1, "a").await.unwrap(), None);
    assert_eq!(f.store.delete_expired_sessions(10).await.unwrap(), 1);
    assert_eq!(f.store.session(0, "a").await.unwrap(), None);
    assert!(!f.store.delete_session(1, "b").await.unwrap());
    assert!(f.store.delete_session(0, "b").await.unwrap());
    assert_eq!(f.store.session(0, "b").await.unwrap(), None);
}

pub(crate) async fn the_first_setting_stands(f: Fixture) {
    assert_eq!(f.store.setting("salt").await.unwrap(), None);
    let mut servers = JoinSet::new();
    for n in 0..8 {
        let f = f.clone();
        servers.spawn(async move {
            f.store
                .put_setting_if_absent("salt", &n.to_string())
                .await
                .unwrap()
        });
    }
    let standing: BTreeSet<String> = servers.join_all().await.into_iter().collect();
    assert_eq!(standing.len(), 1);
    assert_eq!(
        f.store.setting("salt").await.unwrap(),
        standing.into_iter().next()
    );
}

pub(crate) async fn blocks_never_overlap(f: Fixture) {
    assert_eq!(f.store.take_block(1, "order", 1000, 10).await.unwrap(), 1000);
    assert_eq!(f.store.take_block(2, "order", 1000, 10).await.unwrap(), 1000);
    assert_eq!(f.store.take_block(1, "delivery", 1, 10).await.unwrap(), 1);
    let mut servers = JoinSet::new();
    for size in 1..=20 {
        let f = f.clone();
        servers.spawn(async move {
            let start = f.store.take_block(1, "order", 1000, size).await.unwrap();
            (start..start + size).collect::<Vec<_>>()
        });
    }
    let mut all: Vec<i64> = servers.join_all().await.into_iter().flatten().collect();
    all.sort_unstable();
    assert_eq!(all, (1010..1010 + 210).collect::<Vec<_>>());
}

pub(crate) async fn references_are_shared(f: Fixture) {
    for id in [3, 1, 2] {
        let mut write = new(order(id));
        write.row.created_at = 1000 - id;
        write.references = vec![name("external", "x"), name("external", &id.to_string())];
        f.put(1, vec![write]).await;
    }
    let found = f.store.orders_by_reference(1, "external", "x", 2).await.unwrap();
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), vec![1, 2]);
    assert_eq!(
        f.store
            .orders_by_reference(1, "external", "3", 9)
            .await
            .unwrap()
            .len(),
        1
    );
}

pub(crate) async fn documents_are_listed_newest_first(f: Fixture) {
    let mut documents = Vec::new();
    for n in 0..10 {
        let mut row = document(&format!("d{n}"));
        row.created_at = 100 + n / 3;
        row.owner = if n % 2 == 0 {
            "even".to_owned()
        } else {
            String::new()
        };
        documents.push(DocumentWrite { row, before: None });
    }
    f.write(
        1,
        Changes {
            documents,
            ..Changes::default()
        },
    )
    .await
    .unwrap();
    let mut filter = DocumentFilter {
        merchant: 1,
        kind: "customer".to_owned(),
        owner: None,
    };
    let ids = |page: Vec<store::rows::DocumentRow>| page.into_iter().map(|row| row.id).collect::<Vec<_>>();
    let (total, page) = f.store.documents(&filter, 1, 4).await.unwrap();
    assert_eq!(
        (total, ids(page)),
        (10, vec!["d8".to_owned(), "d7".into(), "d6".into(), "d5".into()])
    );
    filter.owner = Some("even".to_owned());
    let (total, page) = f.store.documents(&filter, 0, 2).await.unwrap();
    assert_eq!((total, ids(page)), (5, vec!["d8".to_owned(), "d6".into()]));
    assert_eq!(f.store.documents(&filter, 50, 2).await.unwrap(), (5, vec![]));
}

pub(crate) async fn old_answers_are_forgotten(f: Fixture) {
    for n in 0..5 {
        let mut row = answer(&n.to_string(), "{}");
        row.created_at = n;
        f.write(
            1,
            Changes {
                answer: Some(row),
                ..Changes::default()
            },
        )
        .await
        .unwrap();
    }
    assert_eq!(f.store.purge_answers(4, 3).await.unwrap(), 3);
    assert_eq!(f.store.purge_answers(4, 3).await.unwrap(), 1);
    assert_eq!(f.store.purge_answers(4, 3).await.unwrap(), 0);
    assert!(f.store.answer(1, &answer_key("4")).await.unwrap().is_some());
}

pub(crate) async fn the_due_are_told_longest_overdue_first(f: Fixture) {
    for (id, wake_at) in [
        (1, Some(30)),
        (2, Some(10)),
        (3, None),
        (4, Some(20)),
        (5, Some(31)),
    ] {
        let mut write = new(order(id));
        write.row.wake_at = wake_at;
        f.put(id % 2 + 1, vec![write]).await;
        let mut row = document(&id.to_string());
        row.wake_at = wake_at;
        let documents = vec![DocumentWrite { row, before: None }];
        f.write(
            id % 2 + 1,
            Changes {
                documents,
                ..Changes::default()
            },
        )
        .await
        .unwrap();
    }
    let due = |merchant, key| Due { merchant, key };
    assert_eq!(
        f.store.due_orders(30, 9).await.unwrap(),
        vec![due(1, 2), due(1, 4), due(2, 1)]
    );
    assert_eq!(f.store.due_orders(30, 1).await.unwrap(), vec![due(1, 2)]);
    let documents = f.store.due_documents(30, 9).await.unwrap();
    let ids: Vec<(i64, &str)> = documents.iter().map(|due| (due.merchant, &*due.key.id)).collect();
    assert_eq!(ids, vec![(1, "2"), (1, "4"), (2, "1")]);
}
