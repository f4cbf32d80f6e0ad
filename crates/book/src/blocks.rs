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
    /// Held while a block is taken, so that of many registrations that find none left, one takes the next.
    taking: tokio::sync::Mutex<()>,
}

impl Blocks {
    fn next(&self, merchant: MerchantId) -> Option<i64> {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_mut(&merchant)?
            .next()
    }

    /// Opens a block and takes its first id.
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
        let id = match self.inner.blocks.next(merchant) {
            Some(id) => id,
            None => self.next_of_fresh_block(merchant).await?,
        };
        Ok((OrderId(id), self.ids().uuid()))
    }

    async fn next_of_fresh_block(&self, merchant: MerchantId) -> Result<i64, BookError> {
        let blocks = &self.inner.blocks;
        let _taking = blocks.taking.lock().await;
        // Whoever waited for this finds the block that was taken meanwhile.
        if let Some(id) = blocks.next(merchant) {
            return Ok(id);
        }
        let start = self
            .store()
            .take_block(merchant.0, "order", OrderId::FIRST, BLOCK)
            .await?;
        Ok(blocks.open(merchant, start))
    }
}
