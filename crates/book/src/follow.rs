//! The journal's follower: gives each event its place in the feed, keeps the search index, the totals, and the
//! customers and products seen, and owes webhooks their calls.
//!
//! All of that is a projection of the journal, kept outside the transaction that writes an order: an append only
//! notes that it has yet to be followed. The follower takes a merchant's notes a batch at a time and writes all that
//! they come to in one transaction, which also takes the notes away. So each event is followed exactly once, whatever
//! crashes and however many servers there are (`store::follow`).
//!
//! What an order was before and is now is replayed from its events, so that the projections need no state of their
//! own, and `ordrebok verify` can tell what they must be at any position of the feed.

use crate::codec::event_of;
use crate::projection::{Changed, Projection};
use crate::{Book, BookError};
use order::{MerchantId, Timestamp, apply};
use store::rows::EventRow;
use store::{FollowBatch, Followed, Unfollowed};

/// How many rows a batch has at the most. An import writes one for each order.
const BATCH: i64 = 500;

/// How many batches a read that wants to be up to date lets the follower do first.
const CATCH_UP: usize = 2;

/// What following came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many events were followed.
    pub events: usize,
    /// Whether there may be more to do.
    pub more: bool,
    /// When the oldest of the events that were followed happened.
    pub oldest: Option<Timestamp>,
}

impl Book {
    /// Follows a batch of each merchant that has something to follow.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn follow(&self) -> Result<Progress, BookError> {
        let mut progress = Progress::default();
        let mut after = i64::MIN;
        while let Some(merchant) = self.store().unfollowed_merchant(after).await? {
            after = merchant;
            let one = self.follow_merchant(MerchantId(merchant)).await?;
            progress.events = progress.events.saturating_add(one.events);
            progress.more |= one.more;
            progress.oldest = match (progress.oldest, one.oldest) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        Ok(progress)
    }

    /// Lets the follower catch up with a merchant's newest events before a read, unless there are very many. A read
    /// is not refused because this fails: it then shows what was followed so far.
    pub(crate) async fn catch_up(&self, merchant: MerchantId) {
        for _ in 0..CATCH_UP {
            let behind = self.store().has_unfollowed(merchant.0).await;
            if !behind.unwrap_or(false) {
                return;
            }
            match self.follow_merchant(merchant).await {
                Ok(progress) if progress.more => {}
                Ok(_) => return,
                Err(error) => {
                    let error = crate::chain(&error);
                    tracing::warn!(error, "a read could not wait for the journal's follower");
                    return;
                }
            }
        }
    }

    /// Follows a batch of one merchant.
    async fn follow_merchant(&self, merchant: MerchantId) -> Result<Progress, BookError> {
        // Two of one server would only get in each other's way.
        let _turn = self.inner.following.lock().await;
        let batch = self.store().follow_batch(merchant.0, BATCH).await?;
        let rows = batch.unfollowed.len();
        if rows == 0 {
            return Ok(Progress::default());
        }
        let hooks = self.listening(merchant).await?;
        let now = self.now();
        let seen = tokio::task::spawn_blocking(move || Seen::of(&batch, merchant));
        let seen = seen
            .await
            .map_err(|error| BookError::Store(store::StoreError::Panicked(error.to_string())))?;
        let Some(mut seen) = seen else {
            // Another server followed some of it between two reads.
            return Ok(Progress {
                more: true,
                ..Progress::default()
            });
        };
        let owed = hooks.owed(&seen.kinds, seen.first_position);
        seen.followed.deliveries = owed
            .into_iter()
            .map(|(webhook, position)| (webhook, position, now.0))
            .collect();
        let kept = self
            .store()
            .totals_of_days(merchant.0, &seen.changed.days())
            .await?;
        seen.changed.write(&kept, &mut seen.followed);
        let progress = Progress {
            events: seen.kinds.len(),
            more: i64::try_from(rows).is_ok_and(|rows| rows >= BATCH),
            oldest: seen.oldest,
        };
        let calls = !seen.followed.deliveries.is_empty();
        if !self.store().follow(merchant.0, seen.followed).await? {
            return Ok(Progress {
                more: true,
                ..Progress::default()
            });
        }
        self.inner.followed.notify_waiters();
        if calls {
            self.inner.hooks.notify_one();
        }
        Ok(progress)
    }
}

/// What a batch comes to, but for the totals that are there already and the calls that are owed.
struct Seen {
    followed: Followed,
    changed: Changed,
    first_position: i64,
    /// The events' names, by their positions.
    kinds: Vec<String>,
    oldest: Option<Timestamp>,
}

impl Seen {
    /// None when the batch does not hold together: it was read while another server followed some of it.
    fn of(batch: &FollowBatch, merchant: MerchantId) -> Option<Self> {
        let mut seen = Self {
            followed: Followed {
                version: batch.version,
                position: batch.position,
                unfollowed: batch.unfollowed.clone(),
                ..Followed::default()
            },
            changed: Changed::default(),
            first_position: batch.position.saturating_add(1),
            kinds: Vec::new(),
            oldest: None,
        };
        for rows in batch.unfollowed.chunk_by(|one, other| one.order == other.order) {
            let (first, last) = (rows.first()?, rows.last()?);
            let events = batch.events.get(&first.order)?;
            let whole = usize::try_from(last.last)
                .ok()
                .and_then(|last| events.get(..last))?;
            seen.order(merchant, *first, whole);
        }
        Some(seen)
    }

    /// Follows one order, from the first of its events that was not followed yet to the last of these.
    fn order(
        &mut self,
        merchant: MerchantId,
        Unfollowed { order, first, .. }: Unfollowed,
        events: &[EventRow],
    ) {
        let before = usize::try_from(first.saturating_sub(1)).unwrap_or_default();
        for event in events.iter().skip(before) {
            self.followed.position = self.followed.position.saturating_add(1);
            let position = self.followed.position;
            self.followed.feed.push((position, order, event.sequence));
            self.changed.event(event.at, position);
            self.kinds.push(event.kind.clone());
            let at = Timestamp(event.at);
            self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
        }
        match projections(order, events, before) {
            Ok((was, is)) => {
                if let Err(error) = self.changed.order(order, was.as_ref(), &is) {
                    tracing::error!(%merchant, order, %error, "an order's totals can't be kept");
                }
            }
            // It is in the feed all the same, and holds up nobody else's orders. `verify` tells of it.
            Err(error) => {
                let error = crate::chain(&error);
                tracing::error!(%merchant, order, error, "an order's history can't be read");
            }
        }
    }
}

/// The order before so many events, if it was, and after all of them.
pub(crate) fn projections(
    id: i64,
    events: &[EventRow],
    before: usize,
) -> Result<(Option<Projection>, Projection), BookError> {
    let mut order = None;
    let mut was = None;
    for (at, row) in events.iter().enumerate() {
        if at == before {
            was = order.as_ref().map(Projection::of).transpose()?;
        }
        let event = event_of(row, id)?;
        order = Some(apply(order, &event).map_err(|source| BookError::Journal { id, source })?);
    }
    let order = order.ok_or(BookError::Unknown("event".to_owned()))?;
    Ok((was, Projection::of(&order)?))
}
