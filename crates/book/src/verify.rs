//! Replaying the journal, and checking everything that must hold.

use crate::codec::{event_of, names_of, order_of, order_row};
use crate::{Book, BookError, chain};
use order::{Order, Timestamp, check, replay};
use store::WholeOrder;
use store::rows::{EventRow, NameRow, OrderRow};

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: the merchant and the order, or a table.
    pub place: String,
    /// What.
    pub problem: String,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    /// How many orders.
    pub orders: u64,
    /// How many events.
    pub events: u64,
    /// What does not hold.
    pub findings: Vec<Finding>,
}

impl Book {
    /// Replays the journal of every order, compares it with the snapshot and the columns beside it, and checks every
    /// invariant. It may run while servers write. `seen` is told after each page how many orders have been looked at.
    ///
    /// # Errors
    /// When the database fails. What can't be read is a finding.
    pub async fn verify(&self, mut seen: impl FnMut(u64)) -> Result<Verified, BookError> {
        let mut verified = Verified::default();
        let mut following = self.following_to_verify().await?;
        let mut after = None;
        loop {
            let page = self.store().orders_after(after, 500).await?;
            let Some(last) = page.last() else {
                break;
            };
            after = Some((last.merchant, last.order.id));
            for WholeOrder {
                merchant,
                order: row,
                events,
                names,
            } in &page
            {
                verified.orders = verified.orders.saturating_add(1);
                verified.events = verified
                    .events
                    .saturating_add(u64::try_from(events.len()).unwrap_or(u64::MAX));
                let place = format!("merchant {merchant}, order {}", row.id);
                let mut problems = problems_of(row, events, names);
                problems.extend(following.order(*merchant, row.id, events));
                verified
                    .findings
                    .extend(problems.into_iter().map(|problem| Finding {
                        place: place.clone(),
                        problem,
                    }));
            }
            seen(verified.orders);
        }
        let counts = self.store().check_counts().await?;
        let found = counts.into_iter().map(|problem| Finding {
            place: "kept counts and names".to_owned(),
            problem,
        });
        verified.findings.extend(found);
        verified.findings.extend(following.findings());
        Ok(verified)
    }
}

fn problems_of(row: &OrderRow, events: &[EventRow], names: &[NameRow]) -> Vec<String> {
    // The events are read after the order, and a running server may have added some in between. Whether an order has
    // more events than its version says is one of the store's own checks, each of which is a single statement.
    let known = events
        .iter()
        .take_while(|event| event.sequence <= row.version)
        .count();
    let events = events.get(..known).unwrap_or(events);
    match (order_of(row), replayed(row, events)) {
        (Err(error), _) | (_, Err(error)) => vec![chain(&error)],
        (Ok(snapshot), Ok(replayed)) => compare(row, &snapshot, &replayed, events, names),
    }
}

fn replayed(row: &OrderRow, events: &[EventRow]) -> Result<Order, BookError> {
    let events = events
        .iter()
        .map(|event| event_of(event, row.id))
        .collect::<Result<Vec<_>, _>>()?;
    replay(&events).map_err(|source| BookError::Journal { id: row.id, source })
}

fn compare(
    row: &OrderRow,
    snapshot: &Order,
    replayed: &Order,
    events: &[EventRow],
    names: &[NameRow],
) -> Vec<String> {
    let mut problems = Vec::new();
    let in_sequence = (1..)
        .zip(events)
        .all(|(sequence, event)| event.sequence == sequence);
    if i64::try_from(events.len()).ok() != Some(row.version) || !in_sequence {
        problems.push(format!(
            "version {} with {} events, or not in sequence",
            row.version,
            events.len()
        ));
    }
    if snapshot != replayed {
        problems.push("the snapshot is not what its events come to".to_owned());
    }
    if let Err(violation) = check(replayed) {
        problems.push(violation.to_string());
    }
    match order_row(replayed, Timestamp(row.updated_at)) {
        Ok(expected) if columns(&expected, row) == columns(row, row) => {}
        Ok(_) => problems.push("the columns beside the snapshot differ from it".to_owned()),
        Err(error) => problems.push(chain(&error)),
    }
    if names_of(replayed).iter().any(|name| !names.contains(name)) {
        problems.push("it can't be found by one of its names".to_owned());
    }
    problems
}

/// The columns beside the snapshot. An order may have been written without a basket.
fn columns(row: &OrderRow, written: &OrderRow) -> OrderRow {
    OrderRow {
        snapshot: String::new(),
        basket: if written.basket == 0 { 0 } else { row.basket },
        ..row.clone()
    }
}
