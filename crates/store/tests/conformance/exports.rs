//! Walks over many orders.

use crate::fixture::{Fixture, event, name, new, order};

pub(crate) async fn changed_orders_come_once_each(f: Fixture) {
    let mut writes = Vec::new();
    for id in 0..50 {
        let mut write = new(order(id));
        write.row.updated_at = 100 + id / 7;
        writes.push(write);
    }
    f.put(1, writes).await;
    f.put(2, vec![new(order(1))]).await;
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let page = f.store.changed_orders(1, 102, after, 5).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 5);
        after = Some((last.updated_at, last.id));
        walked.extend(page.into_iter().map(|row| row.id));
    }
    assert_eq!(walked, (14..50).collect::<Vec<_>>());
}

pub(crate) async fn orders_come_with_their_events_and_names(f: Fixture) {
    for merchant in [1, 2] {
        let mut writes = Vec::new();
        for id in 1..=9 {
            let mut write = new(order(id));
            write.row.version = id;
            write.events = (1..=id).map(event).collect();
            write.names = (0..id % 3)
                .map(|n| name(&format!("space{n}"), &id.to_string()))
                .collect();
            writes.push(write);
        }
        f.put(merchant, writes).await;
    }
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let page = f.store.orders_after(after, 4).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.merchant, last.order.id));
        walked.extend(page);
    }
    assert_eq!(walked.len(), 18);
    for (whole, at) in walked.iter().zip(0_i64..) {
        assert_eq!((whole.merchant, whole.order.id), (at / 9 + 1, at % 9 + 1));
        assert_eq!(whole.events, (1..=whole.order.id).map(event).collect::<Vec<_>>());
        assert_eq!(i64::try_from(whole.names.len()).unwrap(), whole.order.id % 3);
        assert!(
            whole
                .names
                .iter()
                .all(|name| name.name == whole.order.id.to_string())
        );
    }
    assert_eq!(f.store.check_counts().await.unwrap(), Vec::<String>::new());
}
