//! What the orders of a merchant come to, by day, currency, dialect and status.

use crate::projection::DAY;
use crate::{Book, BookError};
use order::{Dialect, Figures, MerchantId, Timestamp};
use std::collections::BTreeMap;

/// A day in UTC, by how many there were since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// The day of a moment.
    pub fn of(at: Timestamp) -> Self {
        Self(at.0.div_euclid(DAY))
    }

    /// Its first moment.
    pub fn begins(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(DAY))
    }
}

/// Which totals, and how they are told apart. They are told apart by their currency in any case.
#[derive(Debug, Clone, Copy, Default)]
pub struct TotalsQuery {
    /// Of orders placed on this day or later.
    pub from: Option<Day>,
    /// Of orders placed before this day.
    pub until: Option<Day>,
    /// A row for each day.
    pub by_day: bool,
    /// A row for each dialect.
    pub by_dialect: bool,
    /// A row for each status.
    pub by_status: bool,
}

/// What some orders come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// The day on which they were placed, when the totals are by day.
    pub day: Option<Day>,
    /// ISO 4217 code.
    pub currency: String,
    /// The dialect that placed them, when the totals are by dialect.
    pub dialect: Option<Dialect>,
    /// Their status (`failed` whatever the reason), when the totals are by status.
    pub status: Option<String>,
    /// How many orders.
    pub orders: u64,
    /// What they come to.
    pub figures: Figures,
}

/// Day, currency, dialect and status, as far as totals are told apart by them.
type TotalOf = (Option<i64>, String, Option<String>, Option<String>);

impl Book {
    /// The totals, sorted by day, currency, dialect and status. An order counts on the day on which it was placed,
    /// with all that has become of it since.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn totals(&self, merchant: MerchantId, query: TotalsQuery) -> Result<Vec<Total>, BookError> {
        self.catch_up(merchant).await;
        let from = query.from.map_or(i64::MIN, |day| day.0);
        let until = query.until.map_or(i64::MAX, |day| day.0);
        let rows = self.store().totals(merchant.0, from, until).await?;
        let mut totals: BTreeMap<TotalOf, (i64, Figures)> = BTreeMap::new();
        for row in rows {
            let day = query.by_day.then_some(row.day);
            let origin = query.by_dialect.then_some(row.origin);
            let status = query.by_status.then(|| status_of(&row.state).to_owned());
            let unreadable = || BookError::Unknown(format!("total of day {}", row.day));
            let figures = Figures::parse(&row.sums).ok_or_else(unreadable)?;
            let sum = totals.entry((day, row.currency, origin, status)).or_default();
            sum.0 = sum.0.saturating_add(row.n);
            sum.1 = sum.1.plus(figures).map_err(|_too_large| unreadable())?;
        }
        let total = |(day, currency, origin, status): TotalOf, (n, figures): (i64, Figures)| Total {
            day: day.map(Day),
            currency,
            dialect: origin.as_deref().and_then(Dialect::from_word),
            status,
            orders: u64::try_from(n).unwrap_or_default(),
            figures,
        };
        Ok(totals.into_iter().map(|(of, sums)| total(of, sums)).collect())
    }
}

/// The status that a state is of: `failed` for `failed:expired`.
fn status_of(state: &str) -> &str {
    state.split(':').next().unwrap_or(state)
}
