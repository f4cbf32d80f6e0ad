//! The history against a naive filter over the same orders.

use store::rows::{Changes, HistoryFilter, HistoryRows, Load, OrderKey, OrderRow, OrderWrite};

use crate::fixture::{Fixture, new, next, order, tamper};

/// A small generator of numbers from a seed: any failure replays.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn int(&mut self, sides: i64) -> i64 {
        i64::try_from(self.roll(u64::try_from(sides).unwrap())).unwrap()
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.roll(u64::try_from(from.len()).unwrap())).unwrap()]
    }

    /// None to two of them.
    fn some(&mut self, from: &[&str]) -> Vec<String> {
        (0..self.roll(3)).map(|_| self.pick(from).to_owned()).collect()
    }
}

const KINDS: [&str; 3] = ["new", "return", "renewal"];
const STATES: [&str; 4] = ["preliminary", "confirmed", "processed", "failed"];
const CUSTOMERS: [&str; 3] = ["a", "b", ""];
const PRODUCTS: [&str; 4] = ["p", "q", "r", "s"];
const NOW: i64 = 1_700_000_000_000;

struct Model {
    dice: Dice,
    /// One in so many orders is written without a basket.
    uncounted: u64,
    orders: Vec<(OrderRow, Vec<String>)>,
}

impl Model {
    /// Times cluster: bursts within a bucket, ties, and years between.
    fn time(&mut self) -> i64 {
        match self.dice.roll(4) {
            0 => NOW,
            1 => NOW + self.dice.int(700),
            2 => NOW + self.dice.int(200_000),
            _ => NOW + self.dice.int(100_000_000_000) - 50_000_000_000,
        }
    }

    fn place(&mut self, id: i64) -> OrderWrite {
        let mut row = order(id);
        row.created_at = self.time();
        row.customer = self.dice.pick(&CUSTOMERS).to_owned();
        row.kind = self.dice.pick(&KINDS).to_owned();
        row.state = self.dice.pick(&STATES).to_owned();
        row.reseller = self.dice.pick(&["", "r1", "r2"]).to_owned();
        row.reference = self.dice.pick(&["", "", "17"]).to_owned();
        let mut products = self.dice.some(&PRODUCTS);
        products.sort();
        products.dedup();
        // Some orders' products are not counted, and stay so; of two customers, most are.
        if self.dice.roll(self.uncounted) != 0 && !row.customer.is_empty() && !products.is_empty() {
            row.basket = store::basket(&products);
        }
        self.orders.push((row.clone(), products.clone()));
        OrderWrite { products, ..new(row) }
    }

    /// Changes one of the orders, sometimes its place in the history too.
    fn change(&mut self) -> OrderWrite {
        let at = usize::try_from(self.dice.roll(u64::try_from(self.orders.len()).unwrap())).unwrap();
        let (row, products) = self.orders[at].clone();
        let (state, kind) = (
            self.dice.pick(&STATES).to_owned(),
            self.dice.pick(&KINDS).to_owned(),
        );
        let moved = (self.dice.roll(5) == 0).then(|| (self.time(), self.dice.pick(&CUSTOMERS).to_owned()));
        let mut write = next(&row, |row| {
            row.state = state;
            if let Some((created_at, customer)) = moved {
                row.kind = kind;
                row.created_at = created_at;
                row.customer = customer;
            }
        });
        let mut after = if self.dice.roll(3) == 0 {
            self.dice.some(&PRODUCTS)
        } else {
            products.clone()
        };
        after.sort();
        after.dedup();
        write.before.as_mut().unwrap().products = products;
        if row.basket != 0 {
            let is_counted = !write.row.customer.is_empty() && !after.is_empty();
            write.row.basket = if is_counted { store::basket(&after) } else { 0 };
        }
        write.products.clone_from(&after);
        self.orders[at] = (write.row.clone(), after);
        write
    }

    fn filter(&mut self) -> HistoryFilter {
        let mut filter = HistoryFilter {
            merchant: 1,
            customer: self.dice.pick(&CUSTOMERS).to_owned(),
            kinds: self.dice.some(&KINDS),
            states: self.dice.some(&STATES),
            from: i64::MIN,
            until: i64::MAX,
            ..HistoryFilter::default()
        };
        if self.dice.roll(2) == 0 {
            filter.from = self.time();
        }
        if self.dice.roll(2) == 0 {
            filter.until = self.time();
        }
        if self.dice.roll(3) == 0 {
            filter.products = self.dice.some(&PRODUCTS);
        }
        if self.dice.roll(4) == 0 {
            filter.reseller = Some(self.dice.pick(&["r1", "r2", ""]).to_owned());
        }
        if self.dice.roll(8) == 0 {
            filter.reference = Some(self.dice.pick(&["17", "18", ""]).to_owned());
        }
        filter
    }

    fn naive(&self, filter: &HistoryFilter, offset: u64, limit: u64) -> HistoryRows {
        let any = |wanted: &[String], value: &str| wanted.is_empty() || wanted.iter().any(|w| w == value);
        let matches = |(row, products): &&(OrderRow, Vec<String>)| {
            !filter.customer.is_empty()
                && row.customer == filter.customer
                && any(&filter.kinds, &row.kind)
                && any(&filter.states, &row.state)
                && filter
                    .reseller
                    .as_ref()
                    .is_none_or(|reseller| *reseller == row.reseller)
                && filter
                    .reference
                    .as_ref()
                    .is_none_or(|reference| *reference == row.reference)
                && (filter.products.is_empty() || products.iter().any(|p| filter.products.contains(p)))
                && (filter.from..filter.until).contains(&row.created_at)
        };
        let mut all: Vec<&OrderRow> = self.orders.iter().filter(matches).map(|(row, _)| row).collect();
        all.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.id)));
        let page = all
            .iter()
            .skip(usize::try_from(offset).unwrap())
            .take(usize::try_from(limit).unwrap());
        HistoryRows {
            total: u64::try_from(all.len()).unwrap(),
            orders: page.map(|row| (*row).clone()).collect(),
        }
    }

    async fn compare(&mut self, f: &Fixture) {
        let filter = self.filter();
        let offset = self.dice.roll(400);
        let limit = self.dice.roll(30);
        let page = f.store.history(&filter, offset, limit).await.unwrap();
        let expected = self.naive(&filter, offset, limit);
        assert_eq!(page.total, expected.total, "{filter:?} {offset} {limit}");
        assert_eq!(page.orders, expected.orders, "{filter:?} {offset} {limit}");
    }
}

pub(crate) async fn pages_are_those_of_a_naive_filter(f: Fixture) {
    // Without baskets here and there, and with a basket for each.
    for (seed, uncounted) in [(1, 9), (2, u64::MAX)] {
        let mut model = Model {
            dice: Dice(seed),
            uncounted,
            orders: Vec::new(),
        };
        let mut id = i64::try_from(seed).unwrap() * 1_000_000;
        tamper(&f.database, "DELETE FROM orders").await;
        for table in [
            "order_products",
            "history_counts",
            "history_baskets",
            "basket_counts",
            "events",
        ] {
            tamper(&f.database, &format!("DELETE FROM {table}")).await;
        }
        for _ in 0..8 {
            let mut writes = Vec::new();
            for _ in 0..120 {
                id += 1;
                writes.push(model.place(id));
            }
            f.put(1, writes).await;
            for _ in 0..40 {
                let write = model.change();
                f.put(1, vec![write]).await;
            }
            for _ in 0..60 {
                model.compare(&f).await;
            }
        }
        assert_eq!(f.store.check_counts().await.unwrap(), Vec::<String>::new());
    }
}

pub(crate) async fn a_burst_is_paged_exactly(f: Fixture) {
    let mut model = Model {
        dice: Dice(7),
        uncounted: u64::MAX,
        orders: Vec::new(),
    };
    for batch in 0..10 {
        let mut writes = Vec::new();
        for n in 0..300 {
            let mut write = model.place(batch * 300 + n);
            // Nine of ten at one place: more than a bucket would hold of an ordinary customer.
            write.row.created_at = if n % 10 == 0 { NOW - n } else { NOW };
            write.row.customer = "a".to_owned();
            if !write.products.is_empty() {
                write.row.basket = store::basket(&write.products);
            }
            let at = model.orders.len() - 1;
            model.orders[at].0 = write.row.clone();
            writes.push(write);
        }
        f.put(1, writes).await;
    }
    let all = HistoryFilter {
        merchant: 1,
        customer: "a".to_owned(),
        from: i64::MIN,
        until: i64::MAX,
        ..HistoryFilter::default()
    };
    let rare = HistoryFilter {
        states: vec!["failed".to_owned()],
        kinds: vec!["return".to_owned()],
        ..all.clone()
    };
    let of_product = HistoryFilter {
        products: vec!["p".to_owned(), "q".to_owned()],
        reseller: Some("r1".to_owned()),
        ..all.clone()
    };
    for filter in [all, rare, of_product] {
        for offset in [0, 1, 63, 64, 65, 250, 2000, 2699, 2700, 2999, 3000, 9000] {
            let page = f.store.history(&filter, offset, 25).await.unwrap();
            let expected = model.naive(&filter, offset, 25);
            assert_eq!(page.total, expected.total);
            let ids = |rows: &[OrderRow]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
            assert_eq!(ids(&page.orders), ids(&expected.orders), "{offset}");
        }
    }
}

pub(crate) async fn an_edited_count_is_found(f: Fixture) {
    let mut row = order(7);
    row.customer = "c".to_owned();
    f.put(1, vec![new(row)]).await;
    assert_eq!(f.store.check_counts().await.unwrap(), Vec::<String>::new());
    tamper(&f.database, "UPDATE history_counts SET n = 3 WHERE level = 2").await;
    tamper(
        &f.database,
        "INSERT INTO order_names (merchant, space, name, order_id) VALUES (1, 's', 'n', 8)",
    )
    .await;
    tamper(&f.database, "DELETE FROM events").await;
    let findings = f.store.check_counts().await.unwrap();
    assert_eq!(findings.len(), 3, "{findings:?}");
    assert!(findings[0].contains("2 orders too many"), "{findings:?}");
    assert!(findings[1].contains("order 8"), "{findings:?}");
    assert!(findings[2].contains("order 7"), "{findings:?}");
    // A guarded write goes on working beside it.
    let load = Load {
        merchant: 1,
        orders: vec![OrderKey::Id(7)],
        ..Load::default()
    };
    let seen = f
        .store
        .transact::<_, ()>(load, |loaded| Ok((Changes::default(), loaded.orders.len())));
    assert_eq!(seen.await.unwrap(), Ok(1));
}
