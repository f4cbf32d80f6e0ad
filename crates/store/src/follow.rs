//! The journal's follower: which events it has yet to see, and what it writes of them, all in one transaction.
//!
//! Each merchant has one row that says how far its feed has got. Whoever follows a batch replaces the version of that
//! row with it, so that of several servers one writes the batch, once, and the others find it written.

use std::collections::HashMap;

use crate::Store;
use crate::driver::Driver;
use crate::error::{AppendError, StoreError};
use crate::orders::event_row;
use crate::rows::EventRow;
use crate::sql::Part;
use crate::tables::Target;
use crate::value::Value::{Int, Text};
use crate::value::{Row, Value};

/// Events of one order that were written together and have yet to be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfollowed {
    /// The order.
    pub order: i64,
    /// The first of them.
    pub first: i64,
    /// The last of them.
    pub last: i64,
}

/// What a follower sees of one merchant.
#[derive(Debug, Clone, Default)]
pub struct FollowBatch {
    /// The version of the merchant's place in the feed, which [`Store::follow`] replaces.
    pub version: i64,
    /// The last position that was given.
    pub position: i64,
    /// What is to be followed, by order and sequence.
    pub unfollowed: Vec<Unfollowed>,
    /// All events of these orders, from the first on. There may be later ones than those that are to be followed.
    pub events: HashMap<i64, Vec<EventRow>>,
}

/// What following a batch comes to.
#[derive(Debug, Clone, Default)]
pub struct Followed {
    /// The version of the place that the batch began at.
    pub version: i64,
    /// The last position that was given.
    pub position: i64,
    /// What was followed.
    pub unfollowed: Vec<Unfollowed>,
    /// Events by their positions: position, order, sequence.
    pub feed: Vec<(i64, i64, i64)>,
    /// The first and the last position of each day's events: day, first, last.
    pub days: Vec<(i64, i64, i64)>,
    /// Orders as searches see them from now on.
    pub orders: Vec<SearchRow>,
    /// Terms that no longer find an order.
    pub terms_gone: Vec<(String, i64)>,
    /// Terms that find an order from now on.
    pub terms: Vec<(String, i64)>,
    /// By how much the number of orders of each sort changes.
    pub sorts: Vec<SortRow>,
    /// Totals as they are from now on.
    pub totals: Vec<TotalRow>,
    /// Customers and products that were seen, with by how much their number of orders changes.
    pub seen: Vec<SeenRow>,
    /// Terms that find them: sort, term, id.
    pub seen_terms: Vec<(String, String, String)>,
    /// Calls that webhooks are owed: webhook, position, since when.
    pub deliveries: Vec<(String, i64, i64)>,
}

/// One order as searches see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRow {
    /// The order.
    pub order: i64,
    /// See [`crate::rows::OrderRow::state`].
    pub state: String,
    /// The dialect that placed it.
    pub origin: String,
    /// ISO 4217 code.
    pub currency: String,
    /// When it was placed.
    pub created_at: i64,
    /// The gross total in ten-thousandths, rounded down.
    pub amount: i64,
    /// The customer's number; empty when there is none.
    pub customer: String,
    /// All its terms, each between blanks.
    pub terms: String,
}

/// How many orders there are of one sort.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortRow {
    /// See [`SearchRow::state`].
    pub state: String,
    /// See [`SearchRow::origin`].
    pub origin: String,
    /// See [`SearchRow::currency`].
    pub currency: String,
    /// How many, or by how much that changes.
    pub n: i64,
}

/// What the orders of one day, currency, dialect and state come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalRow {
    /// The day on which they were placed, since 1970, in UTC.
    pub day: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The dialect that placed them.
    pub origin: String,
    /// Their state.
    pub state: String,
    /// How many.
    pub n: i64,
    /// Decimal text: ordered, reserved, captured, refunded, cancelled.
    pub sums: [String; 5],
}

/// A customer or a product that orders name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRow {
    /// `customer` or `product`.
    pub sort: String,
    /// Its id.
    pub id: String,
    /// The name that the newest order has for it; empty when none has.
    pub name: String,
    /// A customer's mail address; empty when there is none.
    pub detail: String,
    /// How many orders name it, or by how much that changes.
    pub n: i64,
    /// When the first of them was placed.
    pub first_at: i64,
    /// When the last of them was placed.
    pub last_at: i64,
}

const PLACE: &str = "SELECT version, position FROM followers WHERE merchant = $1";

impl Store {
    /// The next merchant after this one of whose events some have yet to be followed.
    pub async fn unfollowed_merchant(&self, after: i64) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT merchant FROM unfollowed WHERE merchant > $1 ORDER BY merchant LIMIT 1";
        let found = self
            .driver
            .query("unfollowed", sql, &[Int(after)], |row| row.int(0))
            .await?;
        Ok(found.first().copied())
    }

    /// Whether any event of a merchant has yet to be followed.
    pub async fn has_unfollowed(&self, merchant: i64) -> Result<bool, StoreError> {
        let sql = "SELECT order_id FROM unfollowed WHERE merchant = $1 LIMIT 1";
        let found = self
            .driver
            .query("unfollowed", sql, &[Int(merchant)], |row| row.int(0))
            .await?;
        Ok(!found.is_empty())
    }

    /// What a follower has to do next for a merchant: at most `limit` rows, by order.
    pub async fn follow_batch(&self, merchant: i64, limit: i64) -> Result<FollowBatch, StoreError> {
        let (version, position) = self.place(merchant).await?;
        let params = [Int(merchant), Int(limit)];
        let sql = "SELECT order_id, first, last FROM unfollowed WHERE merchant = $1 \
                   ORDER BY order_id, first LIMIT $2";
        let reader = |row: &Row<'_>| {
            Ok(Unfollowed {
                order: row.int(0)?,
                first: row.int(1)?,
                last: row.int(2)?,
            })
        };
        let unfollowed = self.driver.query_long("unfollowed", sql, &params, reader).await?;
        let sql = "SELECT e.sequence, e.at, e.kind, e.body, e.order_id FROM events e WHERE e.merchant = $1 \
                   AND e.order_id IN (SELECT order_id FROM unfollowed WHERE merchant = $1 \
                   ORDER BY order_id, first LIMIT $2) ORDER BY e.order_id, e.sequence";
        let reader = |row: &Row<'_>| Ok((row.int(4)?, event_row(row)?));
        let mut events: HashMap<i64, Vec<EventRow>> = HashMap::new();
        for (order, event) in self.driver.query_long("events", sql, &params, reader).await? {
            events.entry(order).or_default().push(event);
        }
        Ok(FollowBatch {
            version,
            position,
            unfollowed,
            events,
        })
    }

    /// The merchant's place in the feed, made when it has none yet.
    async fn place(&self, merchant: i64) -> Result<(i64, i64), StoreError> {
        let reader = |row: &Row<'_>| Ok((row.int(0)?, row.int(1)?));
        let params = [Int(merchant)];
        if let Some(place) = self
            .driver
            .query("followers", PLACE, &params, reader)
            .await?
            .pop()
        {
            return Ok(place);
        }
        let sql = "INSERT INTO followers (merchant, version, position) VALUES ($1, 1, 0) \
                   ON CONFLICT (merchant) DO UPDATE SET position = followers.position RETURNING version, position";
        let made = self.driver.write("followers", sql, &params, reader).await?;
        Ok(made.into_iter().next().unwrap_or((1, 0)))
    }

    /// Writes what following a batch comes to, all of it or nothing. False when another follower was there first:
    /// then nothing is written.
    pub async fn follow(&self, merchant: i64, followed: Followed) -> Result<bool, StoreError> {
        match self.write_parts(merchant, followed, parts).await {
            Ok(()) => Ok(true),
            Err(StoreError::Busy) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes the calls alone that are owed.
    pub(crate) async fn write_owed(&self, merchant: i64, owed: Followed) -> Result<(), StoreError> {
        if owed.deliveries.is_empty() {
            return Ok(());
        }
        self.write_parts(merchant, owed, only_owed).await
    }

    async fn write_parts(
        &self,
        merchant: i64,
        followed: Followed,
        parts: fn(&Followed) -> Vec<Part<'_>>,
    ) -> Result<(), StoreError> {
        match &*self.driver {
            Driver::Sqlite(sqlite) => {
                let write = move |tx: &crate::driver::sqlite::Writing<'_>| {
                    tx.append(merchant, &parts(&followed)).map_err(given_way)
                };
                sqlite.write(write).await
            }
            Driver::Postgres(postgres) => {
                let tx = postgres.begin().await?;
                let appended = tx.append_parts(merchant, &parts(&followed)).await;
                tx.end(appended.is_ok()).await?;
                appended.map_err(given_way)
            }
        }
    }
}

/// Another follower's batch is told by the place's version, or by a position that is taken already.
fn given_way(error: AppendError) -> StoreError {
    match error {
        AppendError::Stale | AppendError::Again | AppendError::Taken(_) => StoreError::Busy,
        AppendError::Store(error) => error,
    }
}

fn parts(followed: &Followed) -> Vec<Part<'_>> {
    let mut place = Part::new(Target::Follower);
    place.push([
        Int(followed.version),
        Int(followed.version.saturating_add(1)),
        Int(followed.position),
    ]);
    let mut parts = vec![place];
    parts.extend(feed(followed));
    parts.extend(search(followed));
    parts.extend(figures(followed));
    parts.retain(|part| !part.is_empty());
    parts
}

fn only_owed(owed: &Followed) -> Vec<Part<'_>> {
    let [_, _, _, deliveries] = feed(owed);
    vec![deliveries]
}

fn feed(followed: &Followed) -> [Part<'_>; 4] {
    let mut done = Part::new(Target::Followed);
    for Unfollowed { order, first, .. } in &followed.unfollowed {
        done.push([Int(*order), Int(*first)]);
    }
    let triples = |target, rows: &[(i64, i64, i64)]| {
        let mut part = Part::new(target);
        for (one, two, three) in rows {
            part.push([Int(*one), Int(*two), Int(*three)]);
        }
        part
    };
    let mut deliveries = Part::new(Target::HookDeliveries);
    for (webhook, position, at) in &followed.deliveries {
        deliveries.push([
            Text(webhook),
            Int(*position),
            Text("due"),
            Int(0),
            Int(*at),
            Text(""),
            Int(*at),
        ]);
    }
    [
        done,
        triples(Target::Feed, &followed.feed),
        triples(Target::FeedDays, &followed.days),
        deliveries,
    ]
}

fn search(followed: &Followed) -> [Part<'_>; 4] {
    let mut orders = Part::new(Target::SearchOrders);
    for row in &followed.orders {
        orders.push([
            Int(row.order),
            Text(&row.state),
            Text(&row.origin),
            Text(&row.currency),
            Int(row.created_at),
            Int(row.amount),
            Text(&row.customer),
            Text(&row.terms),
        ]);
    }
    let mut sorts = Part::new(Target::SearchSorts);
    for row in &followed.sorts {
        sorts.push([
            Text(&row.state),
            Text(&row.origin),
            Text(&row.currency),
            Int(row.n),
        ]);
    }
    [
        orders,
        terms(Target::SearchTermsGone, &followed.terms_gone),
        terms(Target::SearchTerms, &followed.terms),
        sorts,
    ]
}

fn terms(target: Target, rows: &[(String, i64)]) -> Part<'_> {
    let mut part = Part::new(target);
    for (term, order) in rows {
        part.push([Text(term), Int(*order)]);
    }
    part
}

fn figures(followed: &Followed) -> [Part<'_>; 3] {
    let mut totals = Part::new(Target::Totals);
    for row in &followed.totals {
        let [ordered, reserved, captured, refunded, cancelled] = row.sums.each_ref().map(|sum| Text(sum));
        totals.push([
            Int(row.day),
            Text(&row.currency),
            Text(&row.origin),
            Text(&row.state),
            Int(row.n),
            ordered,
            reserved,
            captured,
            refunded,
            cancelled,
        ]);
    }
    let mut seen = Part::new(Target::Seen);
    for row in &followed.seen {
        seen.push([
            Text(&row.sort),
            Text(&row.id),
            Text(&row.name),
            Text(&row.detail),
            Int(row.n),
            Int(row.first_at),
            Int(row.last_at),
        ]);
    }
    let mut seen_terms = Part::new(Target::SeenTerms);
    for (sort, term, id) in &followed.seen_terms {
        seen_terms.push([Text(sort), Text(term), Text(id)]);
    }
    [totals, seen, seen_terms]
}

/// Appends ` AND (a, b) < (...)`: what comes after a place when the newest come first.
pub(crate) fn older_than(question: &mut crate::load::Question<'_>, before: Option<(i64, i64)>) {
    if let Some((created_at, order)) = before {
        question.text(" AND (created_at, order_id) < (");
        question.param(Value::Int(created_at));
        question.text(", ");
        question.param(Value::Int(order));
        question.text(")");
    }
}
