//! Stock: counted down when an order is completed, in the transaction that completes it, and counted up again when that
//! order ends without having been done.
//!
//! An entry is a document of the catalogue, whatever members it has; two of them are a count. What an order took is noted
//! on it, so that just that much is given back. Entries without a count are not counted.

use crate::work::{Stop, Work};
use order::{Command, Event, Fact, Order, Refusal, Status, Taking};
use serde_json::Value;
use store::rows::DocumentKey;

/// The kind of the documents that stock is kept as, by the product's code.
pub const STOCK: &str = "connect.stock";

/// The members that may be an entry's count, the first that is there.
const COUNTS: [&str; 2] = ["inStock", "quantity"];

/// How many there are by an entry of the catalogue; none when it does not say, or not with a whole number.
pub fn in_stock(entry: &Value) -> Option<i64> {
    COUNTS
        .iter()
        .find_map(|member| entry.get(member))
        .and_then(Value::as_i64)
}

/// Makes another number the count of an entry that has one.
fn count_as(entry: &mut Value, left: i64) {
    let counting = COUNTS.iter().find(|member| entry.get(member).is_some());
    if let Some(count) = counting.and_then(|member| entry.get_mut(*member)) {
        *count = left.into();
    }
}

/// What becomes of the stock by what happens to an order.
enum Movement<'o> {
    Take(&'o [Taking]),
    GiveBack(&'o [Taking]),
}

impl<'o> Movement<'o> {
    fn of(order: &'o Order, events: &[Event]) -> Option<Self> {
        let is_completed = |event: &Event| matches!(event.fact, Fact::FulfilmentAsked { .. });
        let has_ended = matches!(order.status, Status::Failed { .. } | Status::Cancelled { .. });
        if has_ended {
            return (!order.taken.is_empty()).then_some(Self::GiveBack(&order.taken));
        }
        let takes = !order.takes.is_empty() && order.taken.is_empty();
        (takes && events.iter().any(is_completed)).then_some(Self::Take(&order.takes))
    }

    fn products(&self) -> &'o [Taking] {
        match self {
            Self::Take(taking) | Self::GiveBack(taking) => taking,
        }
    }
}

/// The command that notes on an order what is taken of stock for it, or given back; the stock is counted so. None when
/// it moves nothing.
pub(crate) fn moved(work: &mut Work<'_>, order: &Order, events: &[Event]) -> Result<Option<Command>, Stop> {
    let Some(movement) = Movement::of(order, events) else {
        return Ok(None);
    };
    let key = |taking: &Taking| DocumentKey {
        kind: STOCK.to_owned(),
        id: taking.product.clone(),
    };
    let entries = work.more::<Value>(movement.products().iter().map(key).collect())?;
    let mut taken = Vec::new();
    for (taking, entry) in movement.products().iter().zip(entries) {
        // What was not counted, or is no longer there, moves nothing.
        let Some(mut entry) = entry else { continue };
        let Some(count) = in_stock(&entry.body) else {
            continue;
        };
        let left = match movement {
            Movement::Take(_) if count < taking.quantity => {
                return Err(Stop::Refused(Refusal::OutOfStock {
                    product: taking.product.clone(),
                    left: count,
                }));
            }
            Movement::Take(_) => count.saturating_sub(taking.quantity),
            Movement::GiveBack(_) => count.saturating_add(taking.quantity),
        };
        count_as(&mut entry.body, left);
        work.put(&entry)?;
        taken.push(taking.clone());
    }
    Ok(Some(match movement {
        Movement::Take(_) => Command::TakeStock(taken),
        Movement::GiveBack(_) => Command::GiveStockBack,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_entry_counts_by_the_first_member_that_says_how_many() {
        for (entry, count) in [
            (json!({ "inStock": 7 }), Some(7)),
            (json!({ "quantity": 3, "warehouse": "A" }), Some(3)),
            (json!({ "inStock": 0, "quantity": 3 }), Some(0)),
            (json!({ "inStock": "many", "quantity": 3 }), None),
            (json!({ "inStock": 1.5 }), None),
            (json!({ "status": "in stock" }), None),
        ] {
            assert_eq!(in_stock(&entry), count, "{entry}");
        }
        let mut entry = json!({ "quantity": 3, "warehouse": "A" });
        count_as(&mut entry, 2);
        assert_eq!(entry, json!({ "quantity": 2, "warehouse": "A" }));
    }
}
