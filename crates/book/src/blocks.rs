//! Order ids, taken from the database a block at a time, so that an order costs no counter of its own.

use crate::{Book, BookError};
use order::{MerchantId, OrderId};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// How many ids a server takes at a time. A restart skips what is left of a block.
const BLOCK: i64 = 256;

/// The ids that this server may still hand out.
#[derive(Default)]
pub(crate) struct Blocks {
    open: Mutex<HashMap<MerchantId, Range<i64>>>,
}

impl Blocks {
    fn next(&self, merchant: MerchantId) -> Option<i64> {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_mut(&merchant)?
            .next()
    }

    /// Opens a block and takes its first id. A block that another task opened meanwhile is dropped: ids may be
    /// skipped, never given twice.
    fn open(&self, merchant: MerchantId, start: i64) -> i64 {
        let block = start.saturating_add(1)..start.saturating_add(BLOCK);
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(merchant, block);
        start
    }
}

impl Book {
    /// The id and UUID of an order that is about to be registered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn identify(&self, merchant: MerchantId) -> Result<(OrderId, Uuid), BookError> {
        let id = if let Some(id) = self.inner.blocks.next(merchant) {
            id
        } else {
            let start = self
                .store()
                .take_block(merchant.0, "order", OrderId::FIRST, BLOCK)
                .await?;
            self.inner.blocks.open(merchant, start)
        };
        Ok((OrderId(id), self.ids().uuid()))
    }
}
