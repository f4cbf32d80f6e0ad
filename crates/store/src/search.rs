//! Searching orders, newest first, within bounded work.
//!
//! Two ways lead to a page. When one of the terms that are asked for is rare, all its orders are looked at, and the
//! page is exact. When every term is common (or there is none), the orders are walked from the newest on, each sort
//! (state, dialect, currency) by its own index and merged: what is asked for is then found soon, as there is much of
//! it. When it isn't, since common terms never meet, the walk stops after a while: the page is short, and says where
//! to go on.

use crate::Store;
use crate::error::StoreError;
use crate::follow::{SortRow, older_than};
use crate::load::Question;
use crate::orders::{ORDER_COLUMNS, order_row};
use crate::rows::OrderRow;
use crate::value::Row;
use crate::value::Value::{Int, Text};

/// A term with more orders than this is common.
const RARE: i64 = 5_000;

/// How many orders are looked at in one step of a walk; after the last step the page is given as it is.
const STEPS: [i64; 4] = [200, 800, 3_200, 12_800];

/// So many sorts are walked in one statement at the most: SQLite takes 500 parts.
const SORTS: usize = 200;

/// Which orders. All that is given must hold; empty lists hold for all.
#[derive(Debug, Clone, Default)]
pub struct SearchFilter {
    /// The tenant.
    pub merchant: i64,
    /// Beginnings of terms, each of which must be the beginning of one of the order's.
    pub beginnings: Vec<String>,
    /// Terms that the order must have.
    pub terms: Vec<String>,
    /// Any of these states.
    pub states: Vec<String>,
    /// Any of these dialects.
    pub origins: Vec<String>,
    /// Any of these currencies.
    pub currencies: Vec<String>,
    /// Of any of these kinds.
    pub kinds: Vec<String>,
    /// Of this customer.
    pub customer: Option<String>,
    /// At least this total, in ten-thousandths.
    pub least: Option<i64>,
    /// At most this total, in ten-thousandths.
    pub most: Option<i64>,
    /// Placed at or after this time.
    pub from: i64,
    /// Placed before this time.
    pub until: i64,
    /// After this place of the page before, as (placed at, id).
    pub before: Option<(i64, i64)>,
}

/// One page of a search, newest first.
#[derive(Debug, Clone, Default)]
pub struct SearchRows {
    /// The orders.
    pub orders: Vec<OrderRow>,
    /// Where to go on, as (placed at, id); none when there is no more.
    pub next: Option<(i64, i64)>,
}

/// A place in time: when an order was placed, and its id.
type Place = (i64, i64);

impl Store {
    /// A page of the orders that match.
    pub async fn search(&self, filter: &SearchFilter, limit: usize) -> Result<SearchRows, StoreError> {
        let rest = Rest::of(filter);
        let rarest = self.rarest(filter).await?;
        let (mut places, horizon) = match rarest {
            Some(Wanted { n: 0, .. }) => (Vec::new(), None),
            Some(wanted) if wanted.n <= RARE => (self.driven(&rest, &wanted, limit).await?, None),
            _ => self.walk(&rest, limit).await?,
        };
        let next = if places.len() > limit {
            places.truncate(limit);
            places.last().copied()
        } else {
            horizon
        };
        let orders = self.orders_at(filter.merchant, &places).await?;
        Ok(SearchRows { orders, next })
    }

    /// The ids of the orders that go by exactly this name in any of these spaces, which are unique.
    pub async fn orders_named(&self, merchant: i64, names: &[(&str, &str)]) -> Result<Vec<i64>, StoreError> {
        let mut question = Question::new(merchant);
        for (at, (space, name)) in names.iter().enumerate() {
            question.text(if at == 0 { "" } else { " UNION " });
            question.text("SELECT order_id FROM order_names WHERE merchant = $1 AND space = ");
            question.param(Text(space));
            question.text(" AND name = ");
            question.param(Text(name));
        }
        if names.is_empty() {
            return Ok(Vec::new());
        }
        self.driver
            .query("order_names", &question.sql, &question.params, |row| row.int(0))
            .await
    }

    /// The ids of the orders that a term finds, at most `limit`.
    pub async fn orders_of_term(
        &self,
        merchant: i64,
        term: &str,
        limit: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let sql =
            "SELECT order_id FROM search_terms WHERE merchant = $1 AND term = $2 ORDER BY order_id LIMIT $3";
        let params = [Int(merchant), Text(term), Int(limit)];
        self.driver
            .query("search_terms", sql, &params, |row| row.int(0))
            .await
    }

    /// The orders of these ids that there are, in the order of the ids.
    pub async fn orders_of_ids(&self, merchant: i64, ids: &[i64]) -> Result<Vec<OrderRow>, StoreError> {
        let mut found = Vec::new();
        for ids in ids.chunks(100) {
            let mut question = Question::new(merchant);
            question.text(&format!(
                "SELECT {ORDER_COLUMNS} FROM orders o WHERE o.merchant = $1 AND o.id IN ("
            ));
            for (at, id) in ids.iter().enumerate() {
                question.text(if at == 0 { "" } else { ", " });
                question.param(Int(*id));
            }
            question.text(")");
            let mut rows = self
                .driver
                .query("orders", &question.sql, &question.params, order_row)
                .await?;
            for id in ids {
                if let Some(at) = rows.iter().position(|row| row.id == *id) {
                    found.push(rows.swap_remove(at));
                }
            }
        }
        Ok(found)
    }

    async fn orders_at(&self, merchant: i64, places: &[Place]) -> Result<Vec<OrderRow>, StoreError> {
        let ids: Vec<i64> = places.iter().map(|(_, id)| *id).collect();
        self.orders_of_ids(merchant, &ids).await
    }

    /// The term with the fewest orders, counted up to where it is common; none when no term is asked for.
    async fn rarest(&self, filter: &SearchFilter) -> Result<Option<Wanted>, StoreError> {
        let mut rarest: Option<Wanted> = None;
        let whole = filter.terms.iter().map(|term| (term, false));
        let begun = filter.beginnings.iter().map(|term| (term, true));
        for (term, begins) in whole.chain(begun) {
            let mut wanted = Wanted {
                term: term.clone(),
                // U+10FFFF sorts behind every letter, byte by byte, and is none itself.
                past: begins.then(|| format!("{term}\u{10ffff}")),
                n: 0,
            };
            let mut question = Question::new(filter.merchant);
            question.text("SELECT COUNT(*) FROM (SELECT 1 FROM search_terms");
            wanted.condition(&mut question);
            question.text(" LIMIT ");
            let cap = rarest
                .as_ref()
                .map_or(RARE, |known| known.n.min(RARE))
                .saturating_add(1);
            question.param(Int(cap));
            question.text(") AS found");
            let counted = self
                .driver
                .query("search_terms", &question.sql, &question.params, |row| row.int(0))
                .await?;
            drop(question);
            wanted.n = counted.first().copied().unwrap_or_default();
            if rarest.as_ref().is_none_or(|known| wanted.n < known.n) {
                rarest = Some(wanted);
            }
        }
        Ok(rarest)
    }

    /// The newest of all orders of a rare term that match the rest, and one more than fits the page.
    async fn driven(&self, rest: &Rest<'_>, wanted: &Wanted, limit: usize) -> Result<Vec<Place>, StoreError> {
        let filter = rest.filter;
        let mut question = Question::new(filter.merchant);
        question.text("SELECT created_at, order_id FROM search_orders WHERE merchant = $1 AND order_id IN (");
        question.text("SELECT order_id FROM search_terms");
        wanted.condition(&mut question);
        question.text(")");
        question.between("created_at", filter.from, filter.until);
        older_than(&mut question, filter.before);
        question.one_of("state", &filter.states);
        question.one_of("origin", &filter.origins);
        question.one_of("currency", &filter.currencies);
        if let Some(condition) = rest.said(&mut question, "search_orders") {
            question.text(" AND ");
            question.text(&condition);
        }
        question.text(" ORDER BY created_at DESC, order_id DESC LIMIT ");
        question.param(Int(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)));
        self.driver
            .query("search_orders", &question.sql, &question.params, place)
            .await
    }

    /// Walks the orders from the newest on until a page and one more is found, and where it stopped when it didn't
    /// come to the end.
    async fn walk(&self, rest: &Rest<'_>, limit: usize) -> Result<(Vec<Place>, Option<Place>), StoreError> {
        let filter = rest.filter;
        let mut sorts = self.sorts(filter.merchant).await?;
        let is_one_of = |wanted: &[String], value: &String| wanted.is_empty() || wanted.contains(value);
        sorts.retain(|sort| {
            is_one_of(&filter.states, &sort.state)
                && is_one_of(&filter.origins, &sort.origin)
                && is_one_of(&filter.currencies, &sort.currency)
        });
        let mut found = Vec::new();
        let mut before = filter.before;
        if sorts.is_empty() {
            return Ok((found, None));
        }
        let page = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let steps = if rest.is_nothing() {
            vec![page]
        } else {
            STEPS.iter().map(|step| page.max(*step)).collect()
        };
        for step in steps {
            let rows = self.step(rest, &sorts, before, step).await?;
            let last = rows.last().map(|(place, _)| *place);
            let is_end = i64::try_from(rows.len()).is_ok_and(|n| n < step);
            found.extend(rows.into_iter().filter(|(_, fits)| *fits).map(|(place, _)| place));
            if found.len() > limit {
                return Ok((found, last));
            }
            if is_end {
                return Ok((found, None));
            }
            before = last;
        }
        Ok((found, before))
    }

    /// So many orders of these sorts after a place, newest first, and whether each matches the rest of the filter.
    async fn step(
        &self,
        rest: &Rest<'_>,
        sorts: &[SortRow],
        before: Option<Place>,
        n: i64,
    ) -> Result<Vec<(Place, bool)>, StoreError> {
        let mut found: Vec<(Place, bool)> = Vec::new();
        for sorts in sorts.chunks(SORTS) {
            let mut question = Question::new(rest.filter.merchant);
            let fits = rest.said(&mut question, "s");
            let fits = fits.map_or("1".to_owned(), |fits| {
                format!("CASE WHEN {fits} THEN 1 ELSE 0 END")
            });
            question.text(&format!(
                "SELECT s.created_at, s.order_id, CAST({fits} AS BIGINT)"
            ));
            question.text(" FROM (SELECT created_at, order_id FROM (");
            for (at, sort) in sorts.iter().enumerate() {
                question.text(if at == 0 { "" } else { " UNION ALL " });
                one_sort(&mut question, rest.filter, sort, (before, n));
                question.text(&format!(" AS s{at}"));
            }
            question.text(") AS merged ORDER BY created_at DESC, order_id DESC LIMIT ");
            question.param(Int(n));
            question.text(") AS w JOIN search_orders s ON s.merchant = $1 AND s.order_id = w.order_id");
            question.text(" ORDER BY w.created_at DESC, w.order_id DESC");
            let reader = |row: &Row<'_>| Ok((place(row)?, row.int(2)? == 1));
            found.extend(
                self.driver
                    .query("search_orders", &question.sql, &question.params, reader)
                    .await?,
            );
        }
        if sorts.len() > SORTS {
            found.sort_unstable_by_key(|found| std::cmp::Reverse(found.0));
            found.truncate(usize::try_from(n).unwrap_or(usize::MAX));
        }
        Ok(found)
    }
}

/// The newest orders of one sort after a place.
fn one_sort<'a>(
    question: &mut Question<'a>,
    filter: &SearchFilter,
    sort: &'a SortRow,
    (before, n): (Option<Place>, i64),
) {
    question.text("SELECT created_at, order_id FROM (SELECT created_at, order_id FROM search_orders");
    question.text(" WHERE merchant = $1 AND state = ");
    question.param(Text(&sort.state));
    question.text(" AND origin = ");
    question.param(Text(&sort.origin));
    question.text(" AND currency = ");
    question.param(Text(&sort.currency));
    question.between("created_at", filter.from, filter.until);
    older_than(question, before);
    question.text(" ORDER BY created_at DESC, order_id DESC LIMIT ");
    question.param(Int(n));
    question.text(")");
}

/// A term that is asked for, and how many orders it has.
struct Wanted {
    term: String,
    /// What sorts behind everything that begins with it; none when the whole term is meant.
    past: Option<String>,
    n: i64,
}

impl Wanted {
    fn condition<'q>(&'q self, question: &mut Question<'q>) {
        question.text(" WHERE merchant = $1 AND term ");
        question.text(if self.past.is_some() { ">= " } else { "= " });
        question.param(Text(&self.term));
        if let Some(past) = &self.past {
            question.text(" AND term < ");
            question.param(Text(past));
        }
    }
}

/// What no index of sorts answers.
struct Rest<'f> {
    filter: &'f SearchFilter,
    patterns: Vec<String>,
}

impl<'f> Rest<'f> {
    fn of(filter: &'f SearchFilter) -> Self {
        let begun = filter.beginnings.iter().map(|term| (term, "%"));
        let whole = filter.terms.iter().map(|term| (term, " %"));
        let pattern = |(term, end): (&String, &str)| format!("% {}{end}", escaped(term));
        Self {
            filter,
            patterns: begun.chain(whole).map(pattern).collect(),
        }
    }

    fn is_nothing(&self) -> bool {
        let Self { patterns, filter } = self;
        patterns.is_empty()
            && filter.customer.is_none()
            && filter.least.is_none()
            && filter.most.is_none()
            && filter.kinds.is_empty()
    }

    /// The condition on a row of `search_orders`, which the question calls so, and whose parameters are added to it; none
    /// when all will do.
    fn said<'q>(&'q self, question: &mut Question<'q>, called: &str) -> Option<String> {
        let filter = self.filter;
        let customer = filter
            .customer
            .iter()
            .map(|customer| ("customer =", Text(customer), ""));
        let least = filter.least.iter().map(|least| ("amount >=", Int(*least), ""));
        let most = filter.most.iter().map(|most| ("amount <=", Int(*most), ""));
        let like = |pattern: &'q String| ("terms LIKE", Text(pattern), " ESCAPE '\\'");
        let all = customer
            .chain(least)
            .chain(most)
            .chain(self.patterns.iter().map(like));
        let mut conditions = Vec::new();
        for (condition, value, end) in all {
            question.params.push(value);
            conditions.push(format!("{condition} ${}{end}", question.params.len()));
        }
        // The kind is the order's own column: what is searched has none of it, and need not be written for it.
        if !filter.kinds.is_empty() {
            let kinds = filter.kinds.iter().map(|kind| {
                question.params.push(Text(kind));
                format!("${}", question.params.len())
            });
            conditions.push(format!(
                "(SELECT o.kind FROM orders o WHERE o.merchant = $1 AND o.id = {called}.order_id) IN ({})",
                kinds.collect::<Vec<_>>().join(", ")
            ));
        }
        (!conditions.is_empty()).then(|| conditions.join(" AND "))
    }
}

/// A text that LIKE takes literally, with a backslash as its escape.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn place(row: &Row<'_>) -> Result<Place, StoreError> {
    Ok((row.int(0)?, row.int(1)?))
}
