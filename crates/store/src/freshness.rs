//! Whether an order that a caller has in its hands is still the order: the read that hot answers are served by.

use crate::Store;
use crate::driver::Driver;
use crate::error::StoreError;
use crate::load::Question;
use crate::orders::order_row;
use crate::rows::{OrderKey, OrderRow};
use crate::value::Value;

/// A moment in the database's life: two stamps of one [`Store`] that are equal have no commit between them, by
/// whichever process. There are none on PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(u64);

/// What a caller knows of an order from an earlier read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The stamp that came with it.
    pub stamp: Option<Stamp>,
    /// The order's id.
    pub id: i64,
    /// Its version.
    pub version: i64,
}

/// What has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// What the caller knows is what stands. The stamp is the one to ask with next time.
    Unchanged(Option<Stamp>),
    /// What stands now; none when there is no such order.
    Changed(Option<Box<OrderRow>>, Option<Stamp>),
}

impl Store {
    /// The present stamp; none on PostgreSQL.
    pub fn stamp(&self) -> Result<Option<Stamp>, StoreError> {
        match &*self.driver {
            Driver::Sqlite(sqlite) => sqlite.stamp().map(|stamp| Some(Stamp(stamp))),
            Driver::Postgres(_) => Ok(None),
        }
    }

    /// Reads the order of that key unless it is the one that the caller knows. A name stays with its order for good,
    /// so a known order is looked up by its id.
    ///
    /// The stamp is taken before the row is read: a commit in between costs a needless read next time, and never
    /// makes an old answer pass for a fresh one.
    pub async fn order_if_changed(
        &self,
        merchant: i64,
        key: &OrderKey,
        known: Option<Known>,
    ) -> Result<Freshness, StoreError> {
        let version = known.map(|known| known.version);
        let fresh = |found: Option<OrderRow>, stamp| match found {
            Some(row) if Some(row.version) == version => Freshness::Unchanged(stamp),
            found => Freshness::Changed(found.map(Box::new), stamp),
        };
        let _asked = crate::spans::asking("read", "orders");
        match &*self.driver {
            Driver::Sqlite(sqlite) => sqlite.read(|lane| {
                let stamp = Some(Stamp(lane.stamp()?));
                if known.is_some_and(|known| known.stamp == stamp) {
                    return Ok(Freshness::Unchanged(stamp));
                }
                let question = question(merchant, key, known);
                crate::value::check(&question.params)?;
                let mut found = lane.query("orders", &question.sql, &question.params, order_row)?;
                Ok(fresh(found.pop(), stamp))
            }),
            Driver::Postgres(postgres) => {
                if let Some(known) = known {
                    match postgres.version(merchant, known.id).await? {
                        Some(version) if version == known.version => return Ok(Freshness::Unchanged(None)),
                        Some(_) => {}
                        None => return Ok(Freshness::Changed(None, None)),
                    }
                }
                let question = question(merchant, key, None);
                crate::value::check(&question.params)?;
                let mut found = postgres
                    .query("orders", &question.sql, &question.params, order_row)
                    .await?;
                Ok(fresh(found.pop(), None))
            }
        }
    }
}

/// The order, with its snapshot left out when it is the version that is known.
fn question(merchant: i64, key: &OrderKey, known: Option<Known>) -> Question<'_> {
    let mut question = Question::new(merchant);
    let id = match (known, key) {
        (Some(known), _) => known.id,
        (None, OrderKey::Id(id)) => *id,
        (None, OrderKey::Name { space, name }) => {
            question.text(crate::orders::BY_NAME);
            question.params.extend([Value::Text(space), Value::Text(name)]);
            return question;
        }
    };
    question.params.push(Value::Int(id));
    match known {
        None => question.text(crate::orders::BY_ID),
        Some(known) => {
            question.text(crate::orders::UNLESS_VERSION);
            question.params.push(Value::Int(known.version));
        }
    }
    question
}
