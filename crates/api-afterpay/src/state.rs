//! What the operations work with.

use crate::Settings;
use crate::errors::Refused;
use book::{Book, MerchantSettings};
use http_kit::body::BodyLimits;
use order::{MerchantId, Timestamp};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// What the operations work with.
#[derive(Clone)]
pub struct State {
    pub(crate) book: Book,
    pub(crate) limits: BodyLimits,
    pub(crate) settings: Arc<Settings>,
    /// The merchants' names, which never change.
    names: Arc<Mutex<HashMap<MerchantId, String>>>,
}

impl State {
    /// The dialect over this book.
    pub fn new(book: Book, limits: BodyLimits, settings: Settings) -> Self {
        Self {
            book,
            limits,
            settings: Arc::new(settings),
            names: Arc::default(),
        }
    }

    /// When a reservation lapses that is made at this time, as is set for its merchant, else for all.
    pub(crate) fn lapses_at(&self, from: Timestamp, own: MerchantSettings) -> Timestamp {
        let days = own.reservation_days.map(i64::from);
        from.plus_days(days.unwrap_or(self.settings.reservation_days))
    }

    /// A merchant's name, where a policy depends on it.
    pub(crate) async fn merchant_name(&self, merchant: MerchantId) -> Result<Option<String>, Refused> {
        if self.settings.risk.iter().all(|risk| risk.merchant.is_none()) {
            return Ok(None);
        }
        if let Some(name) = self
            .names
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&merchant)
        {
            return Ok(Some(name.clone()));
        }
        let known = self.book.merchants().await?;
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.extend(known.into_iter().map(|known| (known.id, known.name)));
        Ok(names.get(&merchant).cloned())
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
