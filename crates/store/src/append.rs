//! From changes to rows: which tables an append touches, with which values, in which order.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{LEVELS, bucket};
use crate::rows::{Before, Changes, DocumentWrite, OrderWrite};
use crate::sql::Part;
use crate::tables::Target;
use crate::value::Value::{Int, MaybeInt, Text};

impl Changes {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
            && self.documents.is_empty()
            && self.answer.is_none()
            && self.request.is_none()
            && self.deliveries.is_empty()
            && self.notes.is_empty()
    }
}

/// What an order is counted under: customer, kind, state, reseller.
type Sort<'a> = (&'a str, &'a str, &'a str, &'a str);

/// One kept count: customer, basket (zero for the counts of all orders), level, bucket, kind, state, reseller.
type Count<'a> = (&'a str, i64, usize, i64, &'a str, &'a str, &'a str);

/// One place in the index by product: customer, product, creation, order.
type Place<'a> = (&'a str, &'a str, i64, i64);

/// Lays changes, of one transaction or of several that are written together, out as the rows of an append. Rows that
/// others may be locking too come sorted by their key.
pub(crate) fn parts<'a>(changes: &[&'a Changes]) -> Vec<Part<'a>> {
    let mut orders: Vec<&OrderWrite> = changes.iter().flat_map(|changes| &changes.orders).collect();
    orders.sort_by_key(|write| write.row.id);
    let mut documents: Vec<&DocumentWrite> = changes.iter().flat_map(|changes| &changes.documents).collect();
    documents.sort_by_key(|write| (&write.row.kind, &write.row.id));
    let mut parts = Vec::from(order_rows(&orders));
    parts.extend(document_rows(&documents));
    parts.extend(belongings(&orders));
    parts.extend(products(&orders));
    parts.push(baskets(&orders));
    parts.extend(counts(&orders));
    parts.push(unfollowed(&orders));
    parts.extend(answers_and_deliveries(changes));
    parts.push(notes(changes));
    parts.retain(|part| !part.is_empty());
    parts
}

fn order_rows<'a>(orders: &[&'a OrderWrite]) -> [Part<'a>; 2] {
    let mut new = Part::new(Target::NewOrders);
    let mut changed = Part::new(Target::Orders);
    for write in orders {
        let row = &write.row;
        let rest = [
            Int(row.version),
            Text(&row.uuid),
            Text(&row.origin),
            Text(&row.kind),
            Text(&row.state),
            Int(row.created_at),
            Int(row.updated_at),
            Text(&row.currency),
            Text(&row.gross),
            Text(&row.customer),
            Text(&row.reseller),
            Text(&row.reference),
            MaybeInt(row.wake_at),
            Text(&row.snapshot),
            Int(row.basket),
        ];
        match &write.before {
            None => new.extend([Int(row.id)], rest),
            Some(before) => changed.extend([Int(row.id), Int(before.version)], rest),
        }
    }
    [new, changed]
}

fn document_rows<'a>(documents: &[&'a DocumentWrite]) -> [Part<'a>; 2] {
    let mut new = Part::new(Target::NewDocuments);
    let mut changed = Part::new(Target::Documents);
    for write in documents {
        let row = &write.row;
        let rest = [
            Int(row.version),
            Text(&row.owner),
            Int(row.created_at),
            Int(row.updated_at),
            MaybeInt(row.wake_at),
            Text(&row.body),
        ];
        match write.before {
            None => new.extend([Text(&row.kind), Text(&row.id)], rest),
            Some(before) => changed.extend([Text(&row.kind), Text(&row.id), Int(before)], rest),
        }
    }
    [new, changed]
}

fn belongings<'a>(orders: &[&'a OrderWrite]) -> [Part<'a>; 3] {
    let mut events = Part::new(Target::Events);
    let mut names = Part::new(Target::Names);
    let mut references = Part::new(Target::References);
    for write in orders {
        let id = Int(write.row.id);
        for event in &write.events {
            events.push([
                id.clone(),
                Int(event.sequence),
                Int(event.at),
                Text(&event.kind),
                Text(&event.body),
            ]);
        }
        for name in &write.names {
            names.push([Text(&name.space), Text(&name.name), id.clone()]);
        }
        for name in &write.references {
            references.push([Text(&name.space), Text(&name.name), id.clone()]);
        }
    }
    [events, names, references]
}

/// What left the index by product, and what came into it: orders whose products are counted are found by their basket.
fn products<'a>(orders: &[&'a OrderWrite]) -> [Part<'a>; 2] {
    let mut changed: BTreeMap<Place<'a>, i64> = BTreeMap::new();
    for write in orders {
        let row = &write.row;
        let before = write.before.as_ref();
        let places = row.products_of(&write.products);
        for place in places {
            changed.insert(place, 1);
        }
        let gone = before.into_iter().flat_map(|before| before.places(row.id));
        for place in gone {
            // In both: nothing to do.
            if changed.remove(&place).is_none() {
                changed.insert(place, -1);
            }
        }
    }
    let mut gone = Part::new(Target::ProductsGone);
    let mut come = Part::new(Target::Products);
    for ((customer, product, created_at, order), change) in changed {
        let part = if change < 0 { &mut gone } else { &mut come };
        part.push([Text(customer), Text(product), Int(created_at), Int(order)]);
    }
    [gone, come]
}

impl crate::rows::OrderRow {
    fn products_of<'a>(&'a self, products: &'a [String]) -> impl Iterator<Item = Place<'a>> {
        let is_listed = !self.customer.is_empty() && self.basket == 0;
        let products = products.iter().filter(move |_| is_listed);
        products.map(|product| (&*self.customer, &**product, self.created_at, self.id))
    }
}

impl Before {
    fn places(&self, order: i64) -> impl Iterator<Item = Place<'_>> {
        let is_listed = !self.customer.is_empty() && self.basket == 0;
        let products = self.products.iter().filter(move |_| is_listed);
        products.map(move |product| (&*self.customer, &**product, self.created_at, order))
    }
}

/// The baskets that are new to their orders, each with its products.
fn baskets<'a>(orders: &[&'a OrderWrite]) -> Part<'a> {
    let mut baskets: BTreeSet<(&'a str, &'a str, i64)> = BTreeSet::new();
    for write in orders {
        let row = &write.row;
        let is_known = |before: &Before| before.basket == row.basket && before.customer == row.customer;
        if row.basket == 0 || write.before.as_ref().is_some_and(is_known) {
            continue;
        }
        let products = write.products.iter();
        baskets.extend(products.map(|product| (&*row.customer, &**product, row.basket)));
    }
    let mut part = Part::new(Target::Baskets);
    for (customer, product, basket) in baskets {
        part.push([Text(customer), Text(product), Int(basket)]);
    }
    part
}

/// By how much each kept count changes: of all orders, and of those in each basket. An order moves from one kind or
/// state to another by counting down the one and up the other, in each level.
fn counts<'a>(orders: &[&'a OrderWrite]) -> [Part<'a>; 2] {
    let mut counts: BTreeMap<Count<'a>, i64> = BTreeMap::new();
    let mut add = |(customer, kind, state, reseller): Sort<'a>, (at, basket): (i64, i64), change: i64| {
        if customer.is_empty() {
            return;
        }
        let counted_by = [Some(0), Some(basket).filter(|basket| *basket != 0)];
        for counted_by in counted_by.into_iter().flatten() {
            for level in LEVELS {
                let key = (
                    customer,
                    counted_by,
                    level,
                    bucket(level, at),
                    kind,
                    state,
                    reseller,
                );
                let n = counts.entry(key).or_default();
                *n = n.saturating_add(change);
            }
        }
    };
    for write in orders {
        let row = &write.row;
        if let Some(before) = &write.before {
            let sort = (
                &*before.customer,
                &*before.kind,
                &*before.state,
                &*before.reseller,
            );
            add(sort, (before.created_at, before.basket), -1);
        }
        let sort = (&*row.customer, &*row.kind, &*row.state, &*row.reseller);
        add(sort, (row.created_at, row.basket), 1);
    }
    let mut all = Part::new(Target::Counts);
    let mut by_basket = Part::new(Target::BasketCounts);
    counts.retain(|_, n| *n != 0);
    for ((customer, basket, level, bucket, kind, state, reseller), n) in counts {
        let level = Int(i64::try_from(level).unwrap_or(i64::MAX));
        let (kind, state, reseller) = (Text(kind), Text(state), Text(reseller));
        if basket == 0 {
            all.push([Text(customer), level, Int(bucket), kind, state, reseller, Int(n)]);
        } else {
            let place = [Text(customer), Int(basket), level, Int(bucket)];
            by_basket.extend(place, [kind, state, reseller, Int(n)]);
        }
    }
    [all, by_basket]
}

/// One row for all events of an order, for the journal's follower.
fn unfollowed<'a>(orders: &[&'a OrderWrite]) -> Part<'a> {
    let mut part = Part::new(Target::Unfollowed);
    for write in orders {
        if let (Some(first), Some(last)) = (write.events.first(), write.events.last()) {
            part.push([Int(write.row.id), Int(first.sequence), Int(last.sequence)]);
        }
    }
    part
}

fn answers_and_deliveries<'a>(changes: &[&'a Changes]) -> [Part<'a>; 2] {
    let mut answers = Part::new(Target::Answers);
    let kept = changes
        .iter()
        .flat_map(|changes| changes.answer.iter().chain(&changes.request));
    for answer in kept {
        answers.push([
            Text(&answer.key.scope),
            Text(&answer.key.key),
            Text(&answer.fingerprint),
            Int(answer.status),
            Text(&answer.body),
            Int(answer.created_at),
        ]);
    }
    let mut deliveries = Part::new(Target::Deliveries);
    for delivery in changes.iter().flat_map(|changes| &changes.deliveries) {
        deliveries.push([
            Int(delivery.id),
            Int(delivery.order),
            Text(&delivery.kind),
            Text(&delivery.url),
            Text(&delivery.payload),
            Text(&delivery.state),
            Int(delivery.attempts),
            Int(delivery.next_at),
            Text(&delivery.outcome),
            Int(delivery.created_at),
        ]);
    }
    [answers, deliveries]
}

fn notes<'a>(changes: &[&'a Changes]) -> Part<'a> {
    let mut part = Part::new(Target::Audit);
    for row in changes.iter().flat_map(|changes| &changes.notes) {
        let note = &row.note;
        part.push([
            Int(row.id),
            Int(row.at),
            Text(&note.actor),
            Text(note.action),
            Text(&note.subject),
            Text(&note.detail),
        ]);
    }
    part
}
