//! What an order is to searches, totals and lists, and how that changes.

use crate::terms;
use crate::{BookError, codec};
use order::{Amount, Figures, MoneyError, Order};
use std::collections::{BTreeMap, BTreeSet};
use store::{Followed, SearchRow, SeenRow, SortRow, TotalRow};

/// The milliseconds of a day.
pub(crate) const DAY: i64 = 86_400_000;

/// What sort of thing is seen on orders.
pub(crate) const CUSTOMER: &str = "customer";
pub(crate) const PRODUCT: &str = "product";

/// One order, as everything that is kept beside the journal sees it.
#[derive(Debug, Clone)]
pub(crate) struct Projection {
    row: SearchRow,
    terms: BTreeSet<String>,
    figures: Figures,
    /// Customers and products on it: sort and id, name and detail.
    seen: BTreeMap<(&'static str, String), (String, String)>,
}

/// Of which day, currency, dialect and state totals are.
pub(crate) type TotalKey = (i64, String, String, String);

impl Projection {
    pub(crate) fn of(order: &Order) -> Result<Self, BookError> {
        let figures = Figures::of(order).map_err(|source| BookError::Broken {
            id: order.id.0,
            source: order::Violation::Money(source),
        })?;
        let terms = terms::of_order(order);
        let text = terms.iter().fold(" ".to_owned(), |text, term| text + term + " ");
        let customer = order.customer.as_ref();
        let number = customer
            .and_then(|customer| customer.number.as_deref())
            .unwrap_or_default();
        Ok(Self {
            row: SearchRow {
                order: order.id.0,
                state: order.status.word(),
                origin: order.origin.as_str().to_owned(),
                currency: order.currency.code().to_owned(),
                created_at: order.placed_at.0,
                amount: Amount::ten_thousandths(order.gross),
                customer: storable(number),
                terms: text,
            },
            terms,
            figures,
            seen: seen(order, number),
        })
    }

    /// Where its amounts are counted.
    pub(crate) fn total_key(&self) -> TotalKey {
        let row = &self.row;
        let day = row.created_at.div_euclid(DAY);
        (day, row.currency.clone(), row.origin.clone(), row.state.clone())
    }

    pub(crate) fn figures(&self) -> Figures {
        self.figures
    }

    fn sort(&self) -> (String, String, String) {
        let row = &self.row;
        (row.state.clone(), row.origin.clone(), row.currency.clone())
    }
}

fn seen(order: &Order, number: &str) -> BTreeMap<(&'static str, String), (String, String)> {
    let mut seen = BTreeMap::new();
    if let Some(customer) = order.customer.as_ref().filter(|_| !number.is_empty()) {
        let name = storable(customer.name.as_deref().unwrap_or_default());
        let email = storable(customer.email.as_deref().unwrap_or_default());
        seen.insert((CUSTOMER, storable(number)), (name, email));
    }
    for line in order.lines.iter().filter(|line| !line.item.product.is_empty()) {
        let name = storable(&line.item.description);
        seen.insert((PRODUCT, storable(&line.item.product)), (name, String::new()));
    }
    seen
}

/// The text without what a database can't keep.
fn storable(text: &str) -> String {
    text.replace('\0', "")
}

/// How a batch changes what is kept.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    days: BTreeMap<i64, (i64, i64)>,
    orders: Vec<SearchRow>,
    terms_gone: Vec<(String, i64)>,
    terms: Vec<(String, i64)>,
    sorts: BTreeMap<(String, String, String), i64>,
    totals: BTreeMap<TotalKey, (i64, Figures)>,
    seen: BTreeMap<(&'static str, String), SeenRow>,
}

impl Changed {
    /// Notes an event's place.
    pub(crate) fn event(&mut self, at: i64, position: i64) {
        let day = self
            .days
            .entry(at.div_euclid(DAY))
            .or_insert((position, position));
        day.1 = position;
    }

    /// Notes what an order was, if it was, and what it is.
    pub(crate) fn order(
        &mut self,
        id: i64,
        was: Option<&Projection>,
        is: &Projection,
    ) -> Result<(), MoneyError> {
        let none = BTreeSet::new();
        let had = was.map_or(&none, |was| &was.terms);
        self.terms_gone
            .extend(had.difference(&is.terms).map(|term| (term.clone(), id)));
        self.terms
            .extend(is.terms.difference(had).map(|term| (term.clone(), id)));
        if was.is_none_or(|was| was.row != is.row) {
            self.orders.push(is.row.clone());
        }
        self.count_seen(was, is);
        if let Some(was) = was {
            count(&mut self.sorts, was.sort(), -1);
            self.add(was, -1)?;
        }
        count(&mut self.sorts, is.sort(), 1);
        self.add(is, 1)
    }

    fn add(&mut self, order: &Projection, n: i64) -> Result<(), MoneyError> {
        let total = self.totals.entry(order.total_key()).or_default();
        total.1 = if n < 0 {
            total.1.minus(order.figures)?
        } else {
            total.1.plus(order.figures)?
        };
        total.0 = total.0.saturating_add(n);
        Ok(())
    }

    fn count_seen(&mut self, was: Option<&Projection>, is: &Projection) {
        let at = is.row.created_at;
        let gone = was.into_iter().flat_map(|was| &was.seen);
        let gone = gone
            .filter(|(key, _)| !is.seen.contains_key(*key))
            .map(|seen| (seen, -1));
        let come = is.seen.iter().map(|seen| {
            let is_new = was.is_none_or(|was| !was.seen.contains_key(seen.0));
            (seen, i64::from(is_new))
        });
        for ((key, (name, detail)), n) in gone.chain(come) {
            let (sort, id) = key;
            let row = self.seen.entry(key.clone()).or_insert_with(|| SeenRow {
                sort: (*sort).to_owned(),
                id: id.clone(),
                name: name.clone(),
                detail: detail.clone(),
                n: 0,
                first_at: at,
                last_at: at,
            });
            row.n = row.n.saturating_add(n);
            row.first_at = row.first_at.min(at);
            if at >= row.last_at {
                row.last_at = at;
                for (kept, new) in [(&mut row.name, name), (&mut row.detail, detail)] {
                    if !new.is_empty() {
                        kept.clone_from(new);
                    }
                }
            }
        }
    }

    /// The days whose totals change.
    pub(crate) fn days(&self) -> Vec<i64> {
        let mut days: Vec<i64> = self.totals.keys().map(|key| key.0).collect();
        days.dedup();
        days
    }

    /// Lays the changes out as rows, on top of the totals that are kept.
    pub(crate) fn write(self, kept: &[TotalRow], followed: &mut Followed) {
        followed.days = self
            .days
            .into_iter()
            .map(|(day, (first, last))| (day, first, last))
            .collect();
        followed.orders = self.orders;
        followed.terms_gone = self.terms_gone;
        followed.terms = self.terms;
        followed.terms.sort_unstable();
        followed.sorts = self
            .sorts
            .into_iter()
            .filter(|(_, n)| *n != 0)
            .map(|((state, origin, currency), n)| SortRow {
                state,
                origin,
                currency,
                n,
            })
            .collect();
        followed.seen_terms = seen_terms(self.seen.values());
        followed.seen = self.seen.into_values().collect();
        followed.totals = totals(self.totals, kept);
    }
}

fn count(sorts: &mut BTreeMap<(String, String, String), i64>, sort: (String, String, String), n: i64) {
    let counted = sorts.entry(sort).or_default();
    *counted = counted.saturating_add(n);
}

fn seen_terms<'s>(rows: impl Iterator<Item = &'s SeenRow>) -> Vec<(String, String, String)> {
    let terms = rows.flat_map(|row| {
        let terms = terms::of_seen(&row.id, &row.name, &row.detail);
        terms
            .into_iter()
            .map(|term| (row.sort.clone(), term, row.id.clone()))
    });
    let mut terms: Vec<_> = terms.collect();
    terms.sort_unstable();
    terms
}

fn totals(changes: BTreeMap<TotalKey, (i64, Figures)>, kept: &[TotalRow]) -> Vec<TotalRow> {
    let kept: BTreeMap<TotalKey, &TotalRow> = kept.iter().map(|row| (codec::total_key(row), row)).collect();
    let moved = changes
        .into_iter()
        .filter(|(_, (n, figures))| *n != 0 || *figures != Figures::default());
    let rows = moved.filter_map(|(key, (n, figures))| {
        let before = kept.get(&key);
        let sums = before.map_or(Some(Figures::default()), |row| Figures::parse(&row.sums));
        let Some(sums) = sums.and_then(|sums| sums.plus(figures).ok()) else {
            tracing::error!(
                ?key,
                "totals can't be read or have grown too large, and are left as they are"
            );
            return None;
        };
        let (day, currency, origin, state) = key;
        Some(TotalRow {
            day,
            currency,
            origin,
            state,
            n: before.map_or(0, |row| row.n).saturating_add(n),
            sums: sums.texts(),
        })
    });
    rows.collect()
}
