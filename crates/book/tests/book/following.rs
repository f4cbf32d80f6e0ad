//! What is kept beside the journal: the feed, searches, totals, customers and products.

use crate::fixture::{Fixture, euros};
use book::{
    Day, Imported, Reference, Request, SearchPage, SearchQuery, SeenSort, Told, Total, TotalsQuery, Webhook,
};
use order::{
    CancelRequest, CaptureRequest, Command, Customer, Dialect, Event, Fact, Figures, Order, OrderId, Sum,
    Timestamp, Wanted, apply,
};
use std::collections::{BTreeMap, BTreeSet};
use tokio::task::JoinSet;

impl Fixture {
    async fn do_to(&self, id: OrderId, command: Command) {
        let request = Request::on(self.merchant, Reference::Id(id), command);
        self.book.execute(request).await.unwrap().unwrap();
    }

    async fn named(&self, number: &str, customer: &str, name: &str) -> OrderId {
        let mut registration = self.registration(Some(number), 10).await;
        registration.customer = Some(Customer {
            number: Some(customer.to_owned()),
            name: Some(name.to_owned()),
            email: Some(format!("{customer}@Example.no")),
            contacts: Vec::new(),
        });
        let id = registration.id;
        let request = Request::register(self.merchant, registration, Vec::new());
        self.book.execute(request).await.unwrap().unwrap();
        self.clock.pass(1);
        id
    }

    async fn found(&self, query: &SearchQuery) -> Vec<OrderId> {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let SearchPage { orders, next } =
                self.other.search(self.merchant, query, after, 3).await.unwrap();
            assert!(orders.len() <= 3);
            found.extend(orders.iter().map(|order| order.id));
            after = next;
            if after.is_none() {
                return found;
            }
        }
    }

    async fn found_by(&self, text: &str) -> Vec<OrderId> {
        let text = Some(text.to_owned());
        self.found(&SearchQuery {
            text,
            ..SearchQuery::default()
        })
        .await
    }

    async fn whole_feed(&self) -> Vec<(i64, OrderId, u64)> {
        let mut feed = Vec::new();
        loop {
            let after = feed.last().map_or(0, |(position, _, _)| *position);
            let page = self.book.feed(self.merchant, after, 7).await.unwrap();
            if page.is_empty() {
                return feed;
            }
            feed.extend(
                page.iter()
                    .map(|event| (event.position, event.order, event.sequence)),
            );
        }
    }
}

/// Captures so much, or all that is left.
fn capture(amount: Option<i64>) -> Command {
    let exactly = |amount| Wanted::Exactly {
        gross: euros(amount),
        net: None,
    };
    Command::Capture(CaptureRequest {
        number: None,
        wanted: amount.map_or(Wanted::Remaining, exactly),
        items: Vec::new(),
        part_names_items: false,
        shipments: Vec::new(),
        annex: None,
    })
}

/// Writers, two followers and readers at once: each event has one position, without gaps, in order per order.
pub(crate) async fn each_event_is_followed_once_whoever_follows(fixture: Fixture) {
    let mut tasks = JoinSet::new();
    for writer in 0..4 {
        let f = fixture.clone();
        tasks.spawn(async move {
            for n in 0..15 {
                let id = f.reserved(&format!("W{writer}-{n}"), 100).await;
                f.do_to(id, capture(Some(10))).await;
            }
        });
    }
    for book in [fixture.book.clone(), fixture.other.clone()] {
        tasks.spawn(async move {
            for _ in 0..40 {
                book.follow().await.unwrap();
                tokio::task::yield_now().await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    while fixture.book.follow().await.unwrap().more {}
    let feed = fixture.whole_feed().await;
    let positions: Vec<i64> = feed.iter().map(|(position, _, _)| *position).collect();
    assert_eq!(
        positions,
        (1..=240).collect::<Vec<i64>>(),
        "60 orders of four events"
    );
    let mut seen: BTreeMap<OrderId, u64> = BTreeMap::new();
    for (_, order, sequence) in feed {
        let last = seen.entry(order).or_default();
        *last += 1;
        assert_eq!(sequence, *last, "order {order}");
    }
    let verified = fixture.other.verify(|_| {}).await.unwrap();
    assert_eq!(verified.findings, []);
}

pub(crate) async fn totals_are_those_of_the_orders(fixture: Fixture) {
    let one = fixture.reserved("ONE", 100).await;
    fixture.clock.pass(24 * 3_600_000);
    let two = fixture.reserved("TWO", 50).await;
    let totals = async |query: TotalsQuery| fixture.other.totals(fixture.merchant, query).await.unwrap();
    let sums = |total: &Total| (total.orders, total.figures.texts().join(" "));
    let all = totals(TotalsQuery::default()).await;
    assert_eq!(
        all.iter().map(sums).collect::<Vec<_>>(),
        [(2, "150 150 0 0 0".to_owned())]
    );
    fixture.do_to(one, capture(Some(30))).await;
    let cancel = CancelRequest {
        wanted: Wanted::Remaining,
        items: Vec::new(),
        annex: None,
    };
    fixture.do_to(two, Command::Cancel(cancel)).await;
    let by = TotalsQuery {
        by_day: true,
        by_dialect: true,
        by_status: true,
        ..TotalsQuery::default()
    };
    let rows = totals(by).await;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.status.clone().unwrap(), row.dialect, sums(row)))
        .collect();
    let afterpay = Some(Dialect::AfterPay);
    assert_eq!(
        told,
        [
            ("confirmed".to_owned(), afterpay, (1, "100 100 30 0 0".to_owned())),
            ("cancelled".to_owned(), afterpay, (1, "50 50 0 0 50".to_owned())),
        ]
    );
    let second = Day::of(fixture.book.now());
    let until = TotalsQuery {
        until: Some(second),
        ..TotalsQuery::default()
    };
    assert_eq!(totals(until).await[0].figures.captured, Sum::parse("30").unwrap());
    let from = TotalsQuery {
        from: Some(second),
        ..TotalsQuery::default()
    };
    assert_eq!(sums(&totals(from).await[0]), (1, "50 50 0 0 50".to_owned()));
    assert_ne!(rows[0].figures, Figures::default());
}

pub(crate) async fn orders_are_found_by_words_and_ids(fixture: Fixture) {
    let kari = fixture.named("WEB-1", "K1", "Kari Nordmann").await;
    let bjorn = fixture.named("WEB-2", "K2", "Bjørn Ærlig-Nordmann").await;
    let again = fixture.named("shop 3%", "K1", "Kari Nordmann").await;
    for (text, orders) in [
        ("nordmann", vec![again, bjorn, kari]),
        ("NORD kar", vec![again, kari]),
        ("bjorn", vec![bjorn]),
        ("Bjørn aerl", vec![bjorn]),
        ("web", vec![bjorn, kari]),
        ("web-1", vec![kari]),
        ("WEB-1", vec![kari]),
        ("shop 3", vec![again]),
        ("shop 3%", vec![again]),
        ("k1@example.no", vec![again, kari]),
        ("k1@ web", vec![kari]),
        ("P1", vec![again, bjorn, kari]),
        ("%", vec![]),
        ("_", vec![]),
        ("nordmann zebra", vec![]),
        ("?", vec![]),
        (&kari.to_string(), vec![kari]),
        ("99999999999999999999999999999999999999999", vec![]),
    ] {
        assert_eq!(fixture.found_by(text).await, orders, "for {text}");
    }
    let stranger = fixture.book.add_merchant("Other").await.unwrap().id;
    let theirs = fixture
        .book
        .search(stranger, &SearchQuery::default(), None, 10)
        .await
        .unwrap();
    assert!(theirs.orders.is_empty() && theirs.next.is_none());
}

/// What a search is narrowed to.
fn only(narrow: impl FnOnce(&mut SearchQuery)) -> SearchQuery {
    let mut query = SearchQuery::default();
    narrow(&mut query);
    query
}

pub(crate) async fn searches_are_narrowed_by_filters(fixture: Fixture) {
    let kari = fixture.named("WEB-1", "K1", "Kari Nordmann").await;
    let bjorn = fixture.named("WEB-2", "K2", "Bjørn Ærlig-Nordmann").await;
    let again = fixture.named("shop 3%", "K1", "Kari Nordmann").await;
    fixture.do_to(bjorn, Command::Confirm).await;
    let preliminary = |q: &mut SearchQuery| {
        q.states = vec!["preliminary".to_owned()];
        q.text = Some("kari".to_owned());
    };
    let of_product = |q: &mut SearchQuery| {
        q.product = Some("P1".into());
        q.customer = Some("K2".into());
    };
    let exactly_ten = |q: &mut SearchQuery| (q.least, q.most) = (Some(euros(10)), Some(euros(10)));
    for (query, orders) in [
        (only(|q| q.states = vec!["confirmed".to_owned()]), vec![bjorn]),
        (only(preliminary), vec![again, kari]),
        (only(|q| q.dialects = vec![Dialect::Connect]), vec![]),
        (
            only(|q| q.dialects = vec![Dialect::AfterPay]),
            vec![again, bjorn, kari],
        ),
        (only(|q| q.customer = Some("K1".into())), vec![again, kari]),
        (only(|q| q.customer = Some("k1".into())), vec![]),
        (only(of_product), vec![bjorn]),
        (only(|q| q.product = Some("p1".into())), vec![]),
        (only(exactly_ten), vec![again, bjorn, kari]),
        (only(|q| q.least = Some(euros(11))), vec![]),
        (only(|_| ()), vec![again, bjorn, kari]),
    ] {
        assert_eq!(fixture.found(&query).await, orders, "for {query:?}");
    }
}

/// Registers so many orders; which of them are found by what.
async fn many_orders(fixture: &Fixture, orders: i64) -> BTreeMap<&'static str, BTreeSet<i64>> {
    let mut expected: BTreeMap<&'static str, BTreeSet<i64>> = BTreeMap::new();
    let mut tasks = JoinSet::new();
    for n in 0..orders {
        let mut registration = fixture.registration(Some(&format!("N{n}")), 1 + n % 7).await;
        registration.customer = Some(Customer {
            number: Some(format!("C{}", n % 100)),
            name: Some(if n % 1_400 == 0 { "Common Rare" } else { "Common" }.to_owned()),
            ..Customer::default()
        });
        if n % 1_400 == 0 {
            expected.entry("common rare").or_default().insert(n);
        }
        if n % 7 == 6 && n % 100 == 3 {
            expected.entry("common c3").or_default().insert(n);
        }
        let (book, merchant) = (fixture.book.clone(), fixture.merchant);
        tasks.spawn(async move {
            let request = Request::register(merchant, registration, Vec::new());
            book.execute(request).await.unwrap().unwrap();
        });
        if n % 64 == 0 {
            while tasks.join_next().await.is_some() {}
        }
    }
    while tasks.join_next().await.is_some() {}
    expected
}

/// Words that are common are found by walking, rare ones by the index: both must find the same.
pub(crate) async fn a_search_through_many_orders_finds_what_a_naive_one_finds(fixture: Fixture) {
    const ORDERS: i64 = 5_600;
    let expected = many_orders(&fixture, ORDERS).await;
    while fixture.book.follow().await.unwrap().more {}
    for (text, least, customer) in [("common rare", 1, None), ("common c3", 7, Some("C3"))] {
        let query = SearchQuery {
            text: Some(if customer.is_some() { "common" } else { text }.to_owned()),
            least: Some(euros(least)),
            customer: customer.map(ToOwned::to_owned),
            ..SearchQuery::default()
        };
        let mut found = BTreeSet::new();
        let mut after = None;
        loop {
            let page = fixture
                .book
                .search(fixture.merchant, &query, after, 10)
                .await
                .unwrap();
            for order in &page.orders {
                let number = order.number.as_deref().unwrap().trim_start_matches('N');
                assert!(
                    found.insert(number.parse::<i64>().unwrap()),
                    "{number} came twice"
                );
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(Some(&found), expected.get(text), "for {text}");
    }
    // All have it: walked, and complete.
    let query = only(|q| q.text = Some("comm".to_owned()));
    let mut walked = 0;
    let mut after = None;
    loop {
        let page = fixture
            .other
            .search(fixture.merchant, &query, after, 100)
            .await
            .unwrap();
        walked += page.orders.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(i64::try_from(walked).unwrap(), ORDERS);
}

pub(crate) async fn customers_and_products_are_listed_with_their_orders(fixture: Fixture) {
    fixture.named("A", "K1", "Kari Nordmann").await;
    fixture.named("B", "K2", "Ola Nordmann").await;
    fixture.named("C", "K1", "Kari Normann-Hansen").await;
    let list = async |text: Option<&str>| {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let sort = (SeenSort::Customers, text);
            let page = fixture
                .other
                .list_seen(fixture.merchant, sort, after, 1)
                .await
                .unwrap();
            found.extend(page.seen.into_iter().map(|seen| (seen.id, seen.orders)));
            after = page.next;
            if after.is_none() {
                return found;
            }
        }
    };
    let (kari, ola) = (("K1".to_owned(), 2), ("K2".to_owned(), 1));
    assert_eq!(list(None).await, [kari.clone(), ola.clone()]);
    assert_eq!(
        list(Some("nor")).await,
        [ola.clone(), kari.clone()],
        "by the word that was found"
    );
    assert_eq!(list(Some("k")).await, [kari.clone(), ola]);
    assert_eq!(list(Some("hansen kari")).await, [kari]);
    assert_eq!(
        list(Some("nordmann kari")).await,
        [],
        "her newest order says otherwise"
    );
    let seen = fixture
        .book
        .seen(fixture.merchant, SeenSort::Customers, "K1")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen.name.as_deref(), Some("Kari Normann-Hansen"));
    assert_eq!(seen.email.as_deref(), Some("K1@Example.no"));
    let product = fixture
        .book
        .seen(fixture.merchant, SeenSort::Products, "P1")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(product.orders, 3);
    assert_eq!(
        fixture
            .book
            .seen(fixture.merchant, SeenSort::Products, "K1")
            .await
            .unwrap(),
        None
    );
}

pub(crate) async fn what_the_follower_keeps_is_checked(fixture: Fixture) {
    let id = fixture.reserved("ONE", 100).await;
    fixture.do_to(id, capture(None)).await;
    // Unfollowed as yet: nothing is amiss.
    assert_eq!(fixture.book.verify(|_| {}).await.unwrap().findings, []);
    while fixture.book.follow().await.unwrap().more {}
    assert_eq!(fixture.book.verify(|_| {}).await.unwrap().findings, []);
    for (damage, finding) in [
        (
            "UPDATE totals SET captured = '99' WHERE n > 0 AND state = 'processed'",
            "the orders come to",
        ),
        (
            "UPDATE feed SET sequence = 7 WHERE position = 2",
            "position 2 holds event 7",
        ),
        ("DELETE FROM feed WHERE position = 4", "events too many"),
    ] {
        fixture.damage(damage).await;
        let findings = fixture.book.verify(|_| {}).await.unwrap().findings;
        assert!(
            findings.iter().any(|one| one.problem.contains(finding)),
            "{damage}: {findings:?}"
        );
    }
}

/// Also orders that another system kept, and a redated one.
pub(crate) async fn imported_orders_are_followed_too(fixture: Fixture) {
    let registration = fixture.registration(Some("OLD"), 100).await;
    let event = Event {
        at: Timestamp(1_500_000_000_000),
        fact: Fact::Registered(Box::new(registration)),
    };
    let mut order: Order = apply(None, &event).unwrap();
    order.aliases.insert(Dialect::Connect, "9".to_owned());
    let told = Told {
        dialect: Dialect::Connect,
        order: Box::new(order),
    };
    let imported = fixture
        .book
        .import(fixture.merchant, told)
        .await
        .unwrap()
        .unwrap();
    let Imported::Added(id) = imported else {
        panic!("{imported:?}")
    };
    assert_eq!(fixture.found_by("9").await, [id]);
    let uuid = fixture
        .book
        .order(fixture.merchant, &Reference::Id(id))
        .await
        .unwrap()
        .unwrap()
        .uuid;
    let by_uuid = fixture.other.order_of_uuid(fixture.merchant, uuid).await.unwrap();
    assert_eq!(by_uuid.map(|order| order.id), Some(id));
    let totals = TotalsQuery {
        by_day: true,
        ..TotalsQuery::default()
    };
    let totals = fixture.book.totals(fixture.merchant, totals).await.unwrap();
    assert_eq!(totals[0].day, Some(Day::of(Timestamp(1_500_000_000_000))));
    let _kept: Vec<book::Document<Webhook>> = fixture.book.webhooks(fixture.merchant).await.unwrap();
    assert_eq!(fixture.book.verify(|_| {}).await.unwrap().findings, []);
}
