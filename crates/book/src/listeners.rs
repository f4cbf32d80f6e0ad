//! Which merchants are told what happens: those with an event connector. It is known for a second, so that the writing
//! of orders asks the database for it once a second and merchant at the most.

use crate::{Book, BookError, ConnectorKind};
use order::{MerchantId, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// For how long it is known.
const KNOWN_FOR_MILLIS: i64 = 1000;
/// Of how many merchants it is known.
const MOST: usize = 4096;

/// Who listens, as of the last second.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    known: Mutex<HashMap<MerchantId, (bool, Timestamp)>>,
}

impl Listeners {
    fn get(&self, merchant: MerchantId, now: Timestamp) -> Option<bool> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (listens, since) = known.get(&merchant)?;
        let age = now.0.saturating_sub(since.0);
        (0..KNOWN_FOR_MILLIS).contains(&age).then_some(*listens)
    }

    fn put(&self, merchant: MerchantId, listens: bool, now: Timestamp) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(merchant, (listens, now));
    }
}

impl Book {
    /// Whether a merchant is told what happens.
    pub(crate) async fn listens(&self, merchant: MerchantId) -> Result<bool, BookError> {
        let now = self.now();
        if let Some(listens) = self.inner.listeners.get(merchant, now) {
            return Ok(listens);
        }
        let listens = self.connector(merchant, ConnectorKind::Event).await?.is_some();
        self.inner.listeners.put(merchant, listens, now);
        Ok(listens)
    }
}
