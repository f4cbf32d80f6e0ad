//! Whatever is asked twice, or by two at once, is done once.

use crate::fixture::{Fixture, euros};
use book::{Edit, Executed, Idempotency, KeyReuse, Outcome, Reference, Reply, Request};
use order::{CaptureRequest, Command, FulfilRequest, OrderId, Refusal, Wanted};

fn capture(amount: i64) -> Command {
    Command::Capture(CaptureRequest {
        number: None,
        wanted: Wanted::Exactly {
            gross: euros(amount),
            net: None,
        },
        items: Vec::new(),
        part_names_items: false,
        shipments: Vec::new(),
        annex: None,
    })
}

fn key(key: &str, body: &str, reuse: KeyReuse) -> Option<Idempotency> {
    let fingerprint = Idempotency::fingerprint(body.as_bytes());
    Some(Idempotency {
        scope: "test".to_owned(),
        key: key.to_owned(),
        fingerprint,
        reuse,
        request: None,
    })
}

fn tell(outcome: Result<&[Outcome], &Refusal>) -> Reply {
    match outcome {
        Ok(outcomes) => {
            let numbers = outcomes
                .iter()
                .flat_map(|outcome| &outcome.order.captures)
                .map(|c| c.number.clone());
            Reply {
                status: 200,
                body: format!("{:?}", numbers.collect::<Vec<_>>()),
            }
        }
        Err(refusal) => Reply {
            status: 400,
            body: format!("{:?}", refusal.to_string()),
        },
    }
}

fn on(fixture: &Fixture, id: OrderId, command: Command) -> Request {
    Request::on(fixture.merchant, Reference::Id(id), command)
}

pub(crate) async fn a_key_does_its_work_once_whoever_asks(fixture: Fixture) {
    let id = fixture.reserved("ORDER1", 100).await;
    let mut asked = Vec::new();
    for turn in 0..16 {
        let book = if turn % 2 == 0 {
            fixture.book.clone()
        } else {
            fixture.other.clone()
        };
        let request = on(&fixture, id, capture(10));
        asked.push(tokio::spawn(async move {
            book.answer(request, key("k", "b", KeyReuse::Refuse), tell).await
        }));
    }
    let mut bodies = Vec::new();
    let mut fresh = 0;
    for answer in asked {
        match answer.await.unwrap().unwrap() {
            Executed::Now(reply) => {
                fresh += 1;
                bodies.push(reply.body);
            }
            Executed::Before(reply) => bodies.push(reply.body),
            Executed::KeyReused => panic!("the request was the same"),
        }
    }
    bodies.dedup();
    assert_eq!((fresh, bodies.len()), (1, 1));
    let order = fixture
        .book
        .order(fixture.merchant, &Reference::Id(id))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(order.captured().unwrap(), euros(10));
}

pub(crate) async fn documents_are_written_once_for_a_key_whoever_asks(fixture: Fixture) {
    let mut asked = Vec::new();
    for turn in 0..16 {
        let book = if turn % 2 == 0 {
            fixture.book.clone()
        } else {
            fixture.other.clone()
        };
        let merchant = fixture.merchant;
        asked.push(tokio::spawn(async move {
            let count = |before: Option<u32>| before.unwrap_or_default() + 1;
            let note = move |_: Option<String>| turn.to_string();
            let edits = vec![
                Edit::new("count", "one", count),
                Edit::new("note", &turn.to_string(), note),
            ];
            let idempotency = key("k", "b", KeyReuse::Refuse).expect("there is a key");
            let reply = Reply {
                status: 200,
                body: turn.to_string(),
            };
            book.write_documents_once(merchant, edits, (idempotency, reply))
                .await
        }));
    }
    let mut told = std::collections::BTreeSet::new();
    for answer in asked {
        let (Executed::Now(reply) | Executed::Before(reply)) = answer.await.unwrap().unwrap() else {
            panic!("the request was the same")
        };
        told.insert(reply.body);
    }
    let count = fixture.book.document::<u32>(fixture.merchant, "count", "one");
    assert_eq!(count.await.unwrap().unwrap().body, 1);
    let notes = fixture
        .book
        .documents::<String>(fixture.merchant, ("note", None), 0, 20);
    let notes = notes.await.unwrap().documents;
    assert_eq!(
        notes.into_iter().map(|note| note.body).collect::<Vec<_>>(),
        told.into_iter().collect::<Vec<_>>()
    );
}

pub(crate) async fn a_key_with_another_request_is_refused_where_the_dialect_says_so(fixture: Fixture) {
    let id = fixture.reserved("ORDER1", 100).await;
    let ask = async |body: &str, reuse| {
        fixture
            .book
            .answer(on(&fixture, id, capture(10)), key("k", body, reuse), tell)
            .await
            .unwrap()
    };
    let Executed::Now(first) = ask("one", KeyReuse::Refuse).await else {
        panic!("the key is new")
    };
    assert_eq!(ask("two", KeyReuse::Refuse).await, Executed::KeyReused);
    assert_eq!(ask("two", KeyReuse::Replay).await, Executed::Before(first));
}

pub(crate) async fn a_refusal_is_kept_under_its_key_too(fixture: Fixture) {
    let id = fixture.reserved("ORDER1", 100).await;
    let refused = fixture.book.answer(
        on(&fixture, id, capture(101)),
        key("k", "b", KeyReuse::Replay),
        tell,
    );
    let Executed::Now(refused) = refused.await.unwrap() else {
        panic!("the key is new")
    };
    assert_eq!(refused.status, 400);
    let again = fixture.book.answer(
        on(&fixture, id, capture(1)),
        key("k", "b", KeyReuse::Replay),
        tell,
    );
    assert_eq!(again.await.unwrap(), Executed::Before(refused));
}

pub(crate) async fn racing_captures_never_exceed_the_reservation(fixture: Fixture) {
    let id = fixture.reserved("ORDER1", 100).await;
    let mut asked = Vec::new();
    for turn in 0..32 {
        let book = if turn % 2 == 0 {
            fixture.book.clone()
        } else {
            fixture.other.clone()
        };
        let request = on(&fixture, id, capture(7));
        asked.push(tokio::spawn(async move { book.execute(request).await.unwrap() }));
    }
    let mut done = 0;
    for answer in asked {
        match answer.await.unwrap() {
            Ok(_) => done += 1,
            Err(Refusal::CaptureExceedsReservation { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(done, 14, "fourteen times seven is ninety-eight");
}

pub(crate) async fn what_is_due_is_done_once_by_two_servers(fixture: Fixture) {
    let id = fixture.reserved("ORDER1", 100).await;
    assert_eq!(fixture.book.run_due(10).await.unwrap().found, 0);
    fixture.clock.pass(31 * 86_400_000);
    let (one, other) = tokio::join!(fixture.book.run_due(10), fixture.other.run_due(10));
    assert!(one.unwrap().done + other.unwrap().done >= 1);
    let order = fixture
        .book
        .order(fixture.merchant, &Reference::Id(id))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (order.cancellations.len(), order.remaining().unwrap()),
        (1, euros(0))
    );
    assert_eq!(order.status.word(), "failed:expired");
    assert_eq!(
        fixture.other.run_due(10).await.unwrap().found,
        0,
        "nothing is due twice"
    );
}

/// An order whose snapshot can't be read keeps no other from moving on.
pub(crate) async fn what_can_not_move_on_holds_up_nothing_else(fixture: Fixture) {
    let broken = fixture.reserved("ORDER1", 100).await;
    fixture.spoil(broken).await;
    fixture.clock.pass(1000);
    let sound = fixture.reserved("ORDER2", 100).await;
    fixture.clock.pass(32 * 86_400_000);
    let moved = fixture.book.run_due(10).await.unwrap();
    assert_eq!((moved.found, moved.done, moved.more), (2, 1, false));
    assert_eq!(moved.stuck.len(), 1);
    let stuck = &moved.stuck[0];
    assert_eq!(
        (stuck.merchant, &stuck.what),
        (fixture.merchant, &format!("order {broken}"))
    );
    assert!(
        fixture.book.run_due(1).await.unwrap().more,
        "it stays the first in line"
    );
    let order = fixture
        .book
        .order(fixture.merchant, &Reference::Id(sound))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(order.status.word(), "failed:expired");
}

pub(crate) async fn a_callback_is_owed_once_for_one_outcome(fixture: Fixture) {
    let registration = fixture.registration(None, 100).await;
    let id = registration.id;
    let fulfil = || {
        Command::Fulfil(FulfilRequest {
            callback: Some("https://shop.example/done".to_owned()),
            ..FulfilRequest::default()
        })
    };
    fixture
        .book
        .execute(Request::register(fixture.merchant, registration, vec![fulfil()]))
        .await
        .unwrap()
        .unwrap();
    fixture
        .book
        .execute(on(&fixture, id, fulfil()))
        .await
        .unwrap()
        .unwrap();
    let owed = fixture.book.deliveries(fixture.merchant, id).await.unwrap();
    assert_eq!(
        owed.iter().map(|call| call.payload.as_str()).collect::<Vec<_>>(),
        ["success"]
    );
    let lease = fixture.book.now().plus_millis(60_000);
    let (one, other) = tokio::join!(
        fixture.book.claim_deliveries(lease, 5),
        fixture.other.claim_deliveries(lease, 5)
    );
    assert_eq!(one.unwrap().len() + other.unwrap().len(), 1, "one worker has it");
}
