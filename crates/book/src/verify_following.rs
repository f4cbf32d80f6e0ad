//! Checking what the follower keeps: the feed against the journal, and the totals against what the orders came to at
//! the very position of the feed that the totals were read at. So it may be checked while servers write.

use crate::follow::projections;
use crate::projection::TotalKey;
use crate::{Book, BookError, Finding, codec};
use order::Figures;
use std::collections::BTreeMap;
use std::collections::HashMap;
use store::rows::EventRow;

/// How many places of the feed are read at once.
const PAGE: i64 = 50_000;

/// What was found out about one merchant's feed.
#[derive(Default)]
struct Fed {
    /// How many events of each order are in the feed.
    orders: HashMap<i64, i64>,
    kept: BTreeMap<TotalKey, (i64, Figures)>,
    counted: BTreeMap<TotalKey, (i64, Figures)>,
}

/// The follower's work, as far as it has been checked.
pub(crate) struct FollowingCheck {
    merchants: BTreeMap<i64, Fed>,
    findings: Vec<Finding>,
}

impl Book {
    /// Reads all totals and the whole feed up to where the totals are of.
    pub(crate) async fn following_to_verify(&self) -> Result<FollowingCheck, BookError> {
        let mut check = FollowingCheck {
            merchants: BTreeMap::new(),
            findings: Vec::new(),
        };
        for placed in self.store().all_totals().await? {
            let mut fed = Fed::default();
            for row in &placed.totals {
                match Figures::parse(&row.sums) {
                    Some(figures) if row.n != 0 || figures != Figures::default() => {
                        fed.kept.insert(codec::total_key(row), (row.n, figures));
                    }
                    Some(_) => {}
                    None => check.find(
                        placed.merchant,
                        format!("the totals of day {} can't be read", row.day),
                    ),
                }
            }
            let mut after = 0;
            while after < placed.position {
                let range = (after, placed.position);
                let places = self.store().feed_places(placed.merchant, range, PAGE).await?;
                for place in &places {
                    after = after.saturating_add(1);
                    let sequence = fed.orders.entry(place.order).or_default();
                    *sequence = sequence.saturating_add(1);
                    if (place.position, place.sequence) != (after, *sequence) {
                        let told = format!(
                            "position {} holds event {} of order {}, where position {after} and event {sequence} \
                             were to come",
                            place.position, place.sequence, place.order
                        );
                        check.find(placed.merchant, told);
                        (after, *sequence) = (place.position, place.sequence);
                    }
                }
                if places.is_empty() {
                    let told = format!("the feed ends at position {after} of {}", placed.position);
                    check.find(placed.merchant, told);
                    break;
                }
            }
            check.merchants.insert(placed.merchant, fed);
        }
        for (merchant, n) in self.store().unfed_events().await? {
            let told = format!("{n} events too many are in the feed or waiting for it");
            check.find(merchant, told);
        }
        Ok(check)
    }
}

impl FollowingCheck {
    /// Counts what an order came to when the totals were read.
    pub(crate) fn order(&mut self, merchant: i64, id: i64, events: &[EventRow]) -> Option<String> {
        let fed = self.merchants.get_mut(&merchant)?;
        let followed = fed.orders.remove(&id)?;
        let events = usize::try_from(followed).ok().and_then(|n| events.get(..n));
        let Some(events) = events else {
            return Some(format!(
                "{followed} events of it are in the feed, and it has not that many"
            ));
        };
        // What can't be read is told of as the order's own problem.
        let (_, order) = projections(id, events, 0).ok()?;
        let counted = fed.counted.entry(order.total_key()).or_default();
        counted.0 = counted.0.saturating_add(1);
        match counted.1.plus(order.figures()) {
            Ok(figures) => {
                counted.1 = figures;
                None
            }
            Err(error) => Some(format!("its amounts can't be added to the totals: {error}")),
        }
    }

    /// All that does not hold.
    pub(crate) fn findings(mut self) -> Vec<Finding> {
        for (merchant, mut fed) in std::mem::take(&mut self.merchants) {
            for order in std::mem::take(&mut fed.orders).into_keys() {
                self.find(
                    merchant,
                    format!("the feed has events of order {order}, and there is none"),
                );
            }
            for (key, counted) in &fed.counted {
                let kept = fed.kept.remove(key);
                if kept != Some(*counted) {
                    self.find(
                        merchant,
                        format!("the totals of {key:?} are {kept:?}, and the orders come to {counted:?}"),
                    );
                }
            }
            for key in fed.kept.into_keys() {
                self.find(
                    merchant,
                    format!("there are totals of {key:?}, and no such orders"),
                );
            }
        }
        self.findings
    }

    fn find(&mut self, merchant: i64, problem: String) {
        self.findings.push(Finding {
            place: format!("merchant {merchant}, feed and totals"),
            problem,
        });
    }
}
