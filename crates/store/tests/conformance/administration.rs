//! Credentials that are replaced and revoked, and the trail of who did what.

use store::AuditFilter;
use store::rows::AuditRow;

use crate::fixture::Fixture;
use crate::tables::{credential, note};

/// Merchant `a` with a credential `x` that was replaced by `y` at 10 and holds on until 30.
async fn with_a_replaced_credential(f: &Fixture) -> i64 {
    let store = &f.store;
    let a = store
        .add_merchant("a", 5, &note("merchant.add"))
        .await
        .unwrap()
        .id;
    let first = credential(a, 1, "x");
    store
        .add_credential(&first, &note("credential.add"))
        .await
        .unwrap();
    let mut newer = credential(a, 2, "y");
    newer.created_at = 10;
    let noted = note("credential.rotate");
    let replaced = store.replace_credential((1, 30), &newer, &noted);
    assert!(replaced.await.unwrap());
    a
}

pub(crate) async fn a_replaced_credential_holds_on_for_a_while(f: Fixture) {
    let a = with_a_replaced_credential(&f).await;
    // It is replaced already: nothing is written, the new one neither.
    let another = credential(a, 3, "z");
    let noted = note("credential.rotate");
    let again = f.store.replace_credential((1, 40), &another, &noted);
    assert!(!again.await.unwrap());
    for (client, now, there) in [
        ("x", 29, true),
        ("x", 30, false),
        ("y", 99, true),
        ("z", 99, false),
    ] {
        let found = f
            .store
            .credential_by_client("connect", client, now)
            .await
            .unwrap();
        assert_eq!(found.is_some(), there, "{client} at {now}");
    }
}

pub(crate) async fn a_secret_is_replaced_by_whoever_knows_the_last_one(f: Fixture) {
    let a = with_a_replaced_credential(&f).await;
    let second = f.store.credential(a, 2).await.unwrap().unwrap();
    for is_first in [true, false] {
        let noted = note("credential.rotate");
        let replaced = f.store.replace_secret(&second, ("h2", "{}"), (11, &noted));
        assert_eq!(replaced.await.unwrap(), is_first);
    }
}

/// A note is written with its change, or not at all; the latest come first, of one merchant or of all.
pub(crate) async fn changes_of_the_administration_are_noted(f: Fixture) {
    let store = &f.store;
    let a = with_a_replaced_credential(&f).await;
    store
        .add_merchant("a", 6, &note("merchant.add"))
        .await
        .unwrap_err();
    for (id, at, there) in [(1, 20, true), (9, 21, false)] {
        let noted = note("credential.revoke");
        let revoked = store.revoke_credential((a, id), at, &noted);
        assert_eq!(revoked.await.unwrap(), there, "credential {id}");
    }
    let b = store
        .add_merchant("b", 7, &note("merchant.add"))
        .await
        .unwrap()
        .id;
    let told = |merchant: i64, at: i64, action: &str| (merchant, at, action.to_owned());
    let expected = [
        told(a, 20, "credential.revoke"),
        told(a, 10, "credential.rotate"),
        told(b, 7, "merchant.add"),
        told(a, 5, "credential.add"),
        told(a, 5, "merchant.add"),
    ];
    let filter = |merchant, before| AuditFilter {
        merchant,
        before,
        ..AuditFilter::default()
    };
    let all = store.audit(&filter(None, None), 9).await.unwrap();
    assert_eq!(said(&all), expected);
    assert_eq!(
        said(&store.audit(&filter(None, Some(place(&all[1]))), 1).await.unwrap()),
        expected[2..3]
    );
    let of_a = store.audit(&filter(Some(a), None), 9).await.unwrap();
    assert_eq!(said(&of_a), [&expected[..2], &expected[3..]].concat());
    let older = store
        .audit(&filter(Some(a), Some(place(&of_a[1]))), 2)
        .await
        .unwrap();
    assert_eq!(said(&older), expected[3..]);
    the_trail_is_narrowed(&f, &expected).await;
}

/// By action or a sort of them, by time, by actor.
async fn the_trail_is_narrowed(f: &Fixture, expected: &[(i64, i64, String)]) {
    let store = &f.store;
    let count = async |narrowed: AuditFilter| store.audit(&narrowed, 9).await.unwrap().len();
    let action = |word: &str| AuditFilter {
        action: Some(word.to_owned()),
        ..AuditFilter::default()
    };
    for (word, n) in [
        ("credential", 3),
        ("credential.add", 1),
        ("cred", 0),
        ("credential.", 0),
        ("merchant", 2),
    ] {
        assert_eq!(count(action(word)).await, n, "{word}");
    }
    let (from, until) = (Some(6), Some(10));
    let period = |from, until| AuditFilter {
        from,
        until,
        ..AuditFilter::default()
    };
    assert_eq!(
        count(period(None, until)).await,
        expected.iter().filter(|told| told.1 < 10).count()
    );
    assert_eq!(
        count(period(from, None)).await,
        expected.iter().filter(|told| told.1 >= 6).count()
    );
    let nobody = AuditFilter {
        actor: Some("nobody".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(count(nobody).await, 0);
}

/// Merchant, time, action.
fn said(rows: &[AuditRow]) -> Vec<(i64, i64, String)> {
    rows.iter()
        .map(|row| (row.merchant, row.at, row.action.clone()))
        .collect()
}

fn place(row: &AuditRow) -> (i64, i64, i64) {
    (row.at, row.merchant, row.id)
}
