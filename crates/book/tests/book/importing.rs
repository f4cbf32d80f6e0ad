//! Orders that another system kept.

use crate::fixture::Fixture;
use book::{Imported, Reference, Request, Told};
use order::{Command, Dialect, Event, Fact, Order, OrderId, Timestamp, apply};

/// An order as another system tells it, with that system's own id.
async fn told(fixture: &Fixture, alias: &str) -> Told {
    let registration = fixture.registration(None, 100).await;
    let event = Event {
        at: Timestamp(1_500_000_000_000),
        fact: Fact::Registered(Box::new(registration)),
    };
    let mut order: Order = apply(None, &event).unwrap();
    order.aliases.insert(Dialect::Connect, alias.to_owned());
    order.origin = Dialect::Connect;
    Told {
        dialect: Dialect::Connect,
        order: Box::new(order),
    }
}

pub(crate) async fn the_same_order_again_changes_nothing(fixture: Fixture) {
    let told = told(&fixture, "9").await;
    let first = fixture
        .book
        .import(fixture.merchant, told.clone())
        .await
        .unwrap()
        .unwrap();
    let Imported::Added(id) = first else {
        panic!("{first:?}")
    };
    let again = fixture
        .other
        .import(fixture.merchant, told)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(again, Imported::Unchanged(id));
    let reference = Reference::Shown(Dialect::Connect, "9".to_owned());
    let order = fixture
        .book
        .order(fixture.merchant, &reference)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (order.imported, order.version, order.placed_at.0),
        (true, 1, 1_500_000_000_000)
    );
}

pub(crate) async fn an_order_that_has_moved_on_is_kept(fixture: Fixture) {
    let told = told(&fixture, "9").await;
    fixture
        .book
        .import(fixture.merchant, told.clone())
        .await
        .unwrap()
        .unwrap();
    let reference = Reference::Shown(Dialect::Connect, "9".to_owned());
    let confirm = Request::on(fixture.merchant, reference, Command::Confirm);
    let id = fixture
        .book
        .execute(confirm)
        .await
        .unwrap()
        .unwrap()
        .remove(0)
        .order
        .id;
    let again = fixture
        .book
        .import(fixture.merchant, told)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(again, Imported::Kept(id));
}

/// An imported order may go by an id that our own numbering has yet to reach. It keeps it, and ours goes on past it.
pub(crate) async fn a_fresh_id_steps_aside_for_an_imported_one(fixture: Fixture) {
    let next = fixture.registration(None, 100).await;
    let alias = OrderId(next.id.0 + 2).to_string();
    let mut imported = told(&fixture, &alias).await;
    imported.order.gross = crate::fixture::euros(55);
    fixture
        .book
        .import(fixture.merchant, imported)
        .await
        .unwrap()
        .unwrap();
    for _ in 0..4 {
        let mut registration = fixture.registration(None, 100).await;
        registration.origin = Dialect::Connect;
        let request = Request::register(fixture.merchant, registration, Vec::new());
        let made = fixture
            .book
            .execute(request)
            .await
            .unwrap()
            .unwrap()
            .remove(0)
            .order;
        assert_ne!(made.id.to_string(), alias);
    }
    let shown = Reference::Shown(Dialect::Connect, alias);
    let order = fixture
        .book
        .order(fixture.merchant, &shown)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(order.gross, crate::fixture::euros(55));
}

pub(crate) async fn what_is_written_verifies(fixture: Fixture) {
    fixture.reserved("ORDER1", 100).await;
    let told = told(&fixture, "9").await;
    fixture
        .book
        .import(fixture.merchant, told)
        .await
        .unwrap()
        .unwrap();
    let mut pages = 0;
    let verified = fixture.other.verify(|_orders| pages += 1).await.unwrap();
    assert_eq!((verified.orders, verified.events, pages), (2, 4, 1));
    assert_eq!(verified.findings, []);
}

/// A server goes on writing while everything is replayed: what is under way is no finding.
pub(crate) async fn verifying_beside_writers_finds_nothing(fixture: Fixture) {
    let writers = (0..4).map(|writer| {
        let fixture = fixture.clone();
        tokio::spawn(async move {
            for turn in 0..25 {
                let id = fixture.reserved(&format!("W{writer}-{turn}"), 100).await;
                let annex = order::Opaque::of(&turn).unwrap();
                let annotate = Command::Annotate {
                    dialect: Dialect::AfterPay,
                    annex,
                };
                let request = Request::on(fixture.merchant, Reference::Id(id), annotate);
                fixture.book.execute(request).await.unwrap().unwrap();
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    while writers.iter().any(|writer| !writer.is_finished()) {
        assert_eq!(fixture.other.verify(|_orders| {}).await.unwrap().findings, []);
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let verified = fixture.other.verify(|_orders| {}).await.unwrap();
    assert_eq!(
        (verified.orders, verified.events, verified.findings.len()),
        (100, 400, 0)
    );
}
