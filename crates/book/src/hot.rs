//! Answers that are asked for again and again, kept as they were rendered.
//!
//! An answer is given from here only when the store says that the order is still the one it was made of: the stamp
//! that it was kept with is older than any commit that this answer could miss. A cache that is lost costs time,
//! nothing else.

use crate::codec::order_of;
use crate::read::Reference;
use crate::{Book, BookError};
use bytes::Bytes;
use order::{Dialect, MerchantId, Order};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use store::{Freshness, Known, Stamp};

/// How many bytes of answers are kept at the most.
const BUDGET: usize = 8 << 20;
/// The cache is split so that workers seldom wait for each other.
const SHARDS: usize = 16;

#[derive(Default)]
pub(crate) struct HotAnswers {
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    kept: HashMap<Key, Kept>,
    bytes: usize,
}

type Key = (MerchantId, Dialect, Reference);

#[derive(Clone)]
struct Kept {
    stamp: Option<Stamp>,
    order: i64,
    version: i64,
    place: usize,
    body: Bytes,
}

impl HotAnswers {
    fn shard(&self, key: &Key) -> &Mutex<Shard> {
        use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
        let place = usize::try_from(hash).unwrap_or(0) % SHARDS;
        &self.shards[place]
    }

    fn get(&self, key: &Key) -> Option<Kept> {
        self.shard(key)
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .kept
            .get(key)
            .cloned()
    }

    fn put(&self, key: Key, kept: Kept) {
        let mut shard = self.shard(&key).lock().unwrap_or_else(PoisonError::into_inner);
        if shard.bytes.saturating_add(kept.body.len()) > BUDGET / SHARDS {
            // Starting anew is as good as any choice of victims, and needs no book-keeping on the hot path.
            shard.kept.clear();
            shard.bytes = 0;
        }
        shard.bytes = shard.bytes.saturating_add(kept.body.len());
        if let Some(before) = shard.kept.insert(key, kept) {
            shard.bytes = shard.bytes.saturating_sub(before.body.len());
        }
    }
}

impl Book {
    /// One order as a dialect shows it, if the merchant has it. `render` is called only when the order is not known
    /// as it stands; it must depend on nothing but the order.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn rendered(
        &self,
        merchant: MerchantId,
        dialect: Dialect,
        reference: Reference,
        render: impl Fn(&Order) -> Bytes,
    ) -> Result<Option<Bytes>, BookError> {
        let keys = reference.keys();
        let key = (merchant, dialect, reference);
        let known = self.inner.hot.get(&key);
        for (place, order_key) in keys.iter().enumerate() {
            let here = known.as_ref().filter(|known| known.place == place);
            let before = here.map(|here| Known {
                stamp: here.stamp,
                id: here.order,
                version: here.version,
            });
            let mut fresh = self
                .store()
                .order_if_changed(merchant.0, order_key, before)
                .await?;
            if before.is_some() && matches!(fresh, Freshness::Changed(None, _)) {
                // A sandbox took the order away, and its name may be another's by now.
                fresh = self.store().order_if_changed(merchant.0, order_key, None).await?;
            }
            match fresh {
                Freshness::Unchanged(stamp) => {
                    if let Some(here) = here {
                        if here.stamp != stamp {
                            self.inner.hot.put(
                                key,
                                Kept {
                                    stamp,
                                    ..here.clone()
                                },
                            );
                        }
                        return Ok(Some(here.body.clone()));
                    }
                }
                Freshness::Changed(Some(row), stamp) => {
                    let body = render(&order_of(&row)?);
                    let kept = Kept {
                        stamp,
                        order: row.id,
                        version: row.version,
                        place,
                        body: body.clone(),
                    };
                    self.inner.hot.put(key, kept);
                    return Ok(Some(body));
                }
                Freshness::Changed(None, _stamp) => {}
            }
        }
        Ok(None)
    }
}
