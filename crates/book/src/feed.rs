//! The feed: everything that happens to any order of a merchant, once each, in one line that only grows.

use crate::codec::event_of;
use crate::{Book, BookError};
use order::{Currency, Event, MerchantId, OrderId, Timestamp};
use store::FeedRow;

/// One event with its place in the feed.
#[derive(Debug, Clone)]
pub struct FeedEvent {
    /// Its position: 1, 2, 3, ... Whoever has seen a position has seen all below it.
    pub position: i64,
    /// The order.
    pub order: OrderId,
    /// The order's UUID.
    pub uuid: String,
    /// The order's currency.
    pub currency: Currency,
    /// The event's place in the order's history.
    pub sequence: u64,
    /// The event.
    pub event: Event,
}

impl Book {
    /// The events after a position, at most `limit`.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn feed(
        &self,
        merchant: MerchantId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<FeedEvent>, BookError> {
        self.catch_up(merchant).await;
        self.fed(merchant, after, limit).await
    }

    /// The same of what was followed already.
    pub(crate) async fn fed(
        &self,
        merchant: MerchantId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<FeedEvent>, BookError> {
        let rows = self.store().feed(merchant.0, after, limit).await?;
        rows.into_iter().map(feed_event).collect()
    }

    /// The events at these positions: one read for each, so they are to be few.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn feed_at(
        &self,
        merchant: MerchantId,
        positions: &[i64],
    ) -> Result<Vec<FeedEvent>, BookError> {
        let mut events = Vec::new();
        for position in positions {
            let found = self.fed(merchant, position.saturating_sub(1), 1).await?;
            events.extend(found.into_iter().filter(|event| event.position == *position));
        }
        Ok(events)
    }

    /// The position of the newest event; zero when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn feed_end(&self, merchant: MerchantId) -> Result<i64, BookError> {
        self.catch_up(merchant).await;
        Ok(self.store().feed_end(merchant.0).await?)
    }

    /// Between which positions the events of the days of a period lie; none when nothing happened.
    pub(crate) async fn feed_of(
        &self,
        merchant: MerchantId,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Option<(i64, i64)>, BookError> {
        let day = |at: Timestamp| crate::Day::of(at).0;
        Ok(self
            .store()
            .feed_of_days(merchant.0, day(from), day(until))
            .await?)
    }
}

fn feed_event(row: FeedRow) -> Result<FeedEvent, BookError> {
    let unknown = || BookError::Unknown(format!("currency {}", row.currency));
    Ok(FeedEvent {
        position: row.position,
        order: OrderId(row.order),
        currency: Currency::from_code(&row.currency).ok_or_else(unknown)?,
        sequence: u64::try_from(row.event.sequence).unwrap_or_default(),
        event: event_of(&row.event, row.order)?,
        uuid: row.uuid,
    })
}
