//! Deliveries: each claimed by one worker at a time.

use store::Settlement;
use store::rows::Changes;
use tokio::task::JoinSet;

use crate::fixture::{Fixture, delivery};

async fn owe(f: &Fixture, count: i64) {
    for merchant in [1, 2] {
        let deliveries = (1..=count).map(|id| delivery(id, id, id)).collect();
        f.write(
            merchant,
            Changes {
                deliveries,
                ..Changes::default()
            },
        )
        .await
        .unwrap();
    }
}

pub(crate) async fn no_delivery_is_claimed_twice(f: Fixture) {
    owe(&f, 100).await;
    let mut workers = JoinSet::new();
    for _ in 0..8 {
        let f = f.clone();
        workers.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claimed = f.store.claim_deliveries(1000, 5000, 7).await.unwrap();
                if claimed.is_empty() {
                    return mine;
                }
                assert!(claimed.len() <= 7);
                mine.extend(
                    claimed
                        .into_iter()
                        .map(|claim| (claim.merchant, claim.delivery.id)),
                );
            }
        });
    }
    let mut claimed: Vec<(i64, i64)> = workers.join_all().await.into_iter().flatten().collect();
    claimed.sort_unstable();
    let all: Vec<(i64, i64)> = (1..=2).flat_map(|m| (1..=100).map(move |id| (m, id))).collect();
    assert_eq!(claimed, all);
}

pub(crate) async fn a_lease_runs_out(f: Fixture) {
    owe(&f, 1).await;
    assert_eq!(f.store.next_delivery_at().await.unwrap(), Some(1));
    assert_eq!(f.store.claim_deliveries(0, 50, 9).await.unwrap(), vec![]);
    let claimed = f.store.claim_deliveries(1, 50, 9).await.unwrap();
    assert_eq!(claimed.len(), 2);
    assert_eq!(claimed[0].delivery.next_at, 50);
    assert_eq!(f.store.next_delivery_at().await.unwrap(), Some(50));
    assert_eq!(f.store.claim_deliveries(49, 99, 9).await.unwrap(), vec![]);
    assert_eq!(f.store.claim_deliveries(50, 99, 9).await.unwrap().len(), 2);
}

pub(crate) async fn a_settled_delivery_is_left_alone(f: Fixture) {
    owe(&f, 2).await;
    let settlement = |state: &str, next_at| Settlement {
        state: state.to_owned(),
        attempts: 1,
        next_at,
        outcome: "200 OK".to_owned(),
        logged: "7 200 OK\n".to_owned(),
    };
    assert!(
        f.store
            .settle_delivery(1, 1, &settlement("done", 1))
            .await
            .unwrap()
    );
    assert!(
        f.store
            .settle_delivery(1, 2, &settlement("failed", 1))
            .await
            .unwrap()
    );
    assert!(
        f.store
            .settle_delivery(2, 1, &settlement("due", 70))
            .await
            .unwrap()
    );
    assert!(
        !f.store
            .settle_delivery(3, 1, &settlement("done", 1))
            .await
            .unwrap()
    );
    let claimed = f.store.claim_deliveries(10, 50, 9).await.unwrap();
    assert_eq!(
        claimed
            .iter()
            .map(|c| (c.merchant, c.delivery.id))
            .collect::<Vec<_>>(),
        vec![(2, 2)]
    );
    let settled = &f.store.deliveries_of(2, 1).await.unwrap()[0];
    assert_eq!(
        (settled.attempts, settled.next_at, &*settled.outcome),
        (1, 70, "200 OK")
    );
    assert_eq!(f.store.deliveries_of(1, 1).await.unwrap()[0].state, "done");
}

pub(crate) async fn deliveries_are_listed_youngest_first_and_hastened(f: Fixture) {
    owe(&f, 3).await;
    let ids = |rows: Vec<store::rows::DeliveryRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    let all = f.store.deliveries_in(1, "due", None, 9).await.unwrap();
    let mut sorted = all.clone();
    sorted.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.id)));
    assert_eq!(all, sorted);
    assert!(all.len() > 1);
    let first = f.store.deliveries_in(1, "due", None, 1).await.unwrap();
    let place = first.first().map(|row| (row.created_at, row.id));
    let rest = f.store.deliveries_in(1, "due", place, 9).await.unwrap();
    assert_eq!([ids(first), ids(rest)].concat(), ids(all.clone()));
    assert_eq!(f.store.deliveries_in(9, "due", None, 9).await.unwrap(), vec![]);

    let settlement = |state: &str| Settlement {
        state: state.to_owned(),
        attempts: 3,
        next_at: 500,
        outcome: "refused".to_owned(),
        logged: "7 refused\n".to_owned(),
    };
    let (done, failed) = (all[0].id, all[1].id);
    f.store
        .settle_delivery(1, done, &settlement("done"))
        .await
        .unwrap();
    f.store
        .settle_delivery(1, failed, &settlement("failed"))
        .await
        .unwrap();
    assert!(!f.store.hasten_delivery(1, done, 7).await.unwrap());
    assert!(!f.store.hasten_delivery(9, failed, 7).await.unwrap());
    assert!(f.store.hasten_delivery(1, failed, 7).await.unwrap());
    let again = f.store.deliveries_in(1, "due", None, 9).await.unwrap();
    let again = again.iter().find(|row| row.id == failed).unwrap();
    assert_eq!(
        (again.attempts, again.next_at, &*again.log),
        (3, 7, "7 refused\n")
    );
    f.store
        .settle_delivery(1, failed, &settlement("done"))
        .await
        .unwrap();
    let done = f.store.deliveries_in(1, "done", None, 9).await.unwrap();
    let done = done.iter().find(|row| row.id == failed).unwrap();
    assert_eq!(done.log, "7 refused\n7 refused\n");
}
