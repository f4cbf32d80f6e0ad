//! The feed of all events of a merchant, in the order in which the follower saw them: complete, without gaps, and in
//! the order of each order's history.

use crate::Store;
use crate::error::StoreError;
use crate::orders::event_row;
use crate::rows::EventRow;
use crate::value::Row;
use crate::value::Value::Int;

/// One event with its place in the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRow {
    /// Its position: 1, 2, 3, ...
    pub position: i64,
    /// The order.
    pub order: i64,
    /// The order's UUID.
    pub uuid: String,
    /// The order's currency.
    pub currency: String,
    /// The event.
    pub event: EventRow,
}

/// A place of the feed as checks read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedPlace {
    /// Its position.
    pub position: i64,
    /// The order.
    pub order: i64,
    /// The event's place in the order's history.
    pub sequence: i64,
}

const FROM: &str = "SELECT e.sequence, e.at, e.kind, e.body, f.position, f.order_id, o.uuid, o.currency FROM feed f \
     JOIN events e ON e.merchant = f.merchant AND e.order_id = f.order_id AND e.sequence = f.sequence \
     JOIN orders o ON o.merchant = f.merchant AND o.id = f.order_id";

impl Store {
    /// The events after a position, at most `limit`.
    pub async fn feed(&self, merchant: i64, after: i64, limit: i64) -> Result<Vec<FeedRow>, StoreError> {
        let sql = format!("{FROM} WHERE f.merchant = $1 AND f.position > $2 ORDER BY f.position LIMIT $3");
        let params = [Int(merchant), Int(after), Int(limit)];
        self.driver.query("feed", &sql, &params, feed_row).await
    }

    /// The position of the newest event; zero when there is none.
    pub async fn feed_end(&self, merchant: i64) -> Result<i64, StoreError> {
        let sql = "SELECT position FROM followers WHERE merchant = $1";
        let found = self
            .driver
            .query("followers", sql, &[Int(merchant)], |row| row.int(0))
            .await?;
        Ok(found.first().copied().unwrap_or_default())
    }

    /// Between which positions the events of the days from `first` to `last` lie; none when there are none.
    pub async fn feed_of_days(
        &self,
        merchant: i64,
        first: i64,
        last: i64,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let sql =
            "SELECT MIN(first), MAX(last) FROM feed_days WHERE merchant = $1 AND day >= $2 AND day <= $3";
        let reader = |row: &Row<'_>| Ok(row.maybe_int(0)?.zip(row.maybe_int(1)?));
        let params = [Int(merchant), Int(first), Int(last)];
        let found = self.driver.query("feed_days", sql, &params, reader).await?;
        Ok(found.into_iter().next().flatten())
    }

    /// The places after a position up to another, at most `limit`, off the request path.
    pub async fn feed_places(
        &self,
        merchant: i64,
        (after, until): (i64, i64),
        limit: i64,
    ) -> Result<Vec<FeedPlace>, StoreError> {
        let sql = "SELECT position, order_id, sequence FROM feed \
                   WHERE merchant = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT $4";
        let params = [Int(merchant), Int(after), Int(until), Int(limit)];
        let reader = |row: &Row<'_>| {
            Ok(FeedPlace {
                position: row.int(0)?,
                order: row.int(1)?,
                sequence: row.int(2)?,
            })
        };
        self.driver.query_long("feed", sql, &params, reader).await
    }

    /// Merchants of whose events some are neither in the feed nor waiting for it, or in both; with how many there are
    /// too many.
    pub async fn unfed_events(&self) -> Result<Vec<(i64, i64)>, StoreError> {
        let sql = "SELECT merchant, CAST(SUM(n) AS BIGINT) FROM (\
                   SELECT merchant, COUNT(*) AS n FROM feed GROUP BY merchant UNION ALL \
                   SELECT merchant, SUM(last - first + 1) AS n FROM unfollowed GROUP BY merchant UNION ALL \
                   SELECT merchant, -COUNT(*) AS n FROM events GROUP BY merchant) AS counted \
                   GROUP BY merchant HAVING SUM(n) <> 0";
        let reader = |row: &Row<'_>| Ok((row.int(0)?, row.int(1)?));
        self.driver.query_long("feed", sql, &[], reader).await
    }
}

fn feed_row(row: &Row<'_>) -> Result<FeedRow, StoreError> {
    Ok(FeedRow {
        event: event_row(row)?,
        position: row.int(4)?,
        order: row.int(5)?,
        uuid: row.text(6)?,
        currency: row.text(7)?,
    })
}
