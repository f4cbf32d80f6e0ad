//! What is set for one merchant while servers run. What is not set is as the configuration says.

use crate::work::{Stop, Work};
use crate::{Book, BookError};
use order::MerchantId;
use serde::{Deserialize, Serialize};
use store::rows::{DocumentKey, Load};

/// The kind, and the id, of the document that they are kept as.
const SETTINGS: &str = "settings";

/// What is set for one merchant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MerchantSettings {
    /// How many calls each of its credentials has in a second, of the APIs that count calls; zero for as many as it
    /// likes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls_a_second: Option<u32>,
    /// The same in a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls_a_minute: Option<u32>,
    /// After how many days a reservation lapses that was made without saying when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reservation_days: Option<u32>,
    /// How long a Marketplace order stays open before the server completes it, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete_after_milliseconds: Option<u32>,
}

/// The settings that stand, and how often they have been changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptSettings {
    /// What is set.
    pub settings: MerchantSettings,
    /// How often that was changed; zero when it never was.
    pub version: u64,
}

impl MerchantSettings {
    /// What is set, by the names that they go by outside.
    fn named(&self) -> [(&'static str, Option<u32>); 4] {
        [
            ("callsASecond", self.calls_a_second),
            ("callsAMinute", self.calls_a_minute),
            ("reservationDays", self.reservation_days),
            ("completeAfterMilliseconds", self.complete_after_milliseconds),
        ]
    }

    /// How these differ from what was set before, in words for the audit trail.
    fn changes_from(&self, before: &Self) -> String {
        let said =
            |value: Option<u32>| value.map_or_else(|| "as configured".to_owned(), |value| value.to_string());
        let pairs = self.named().into_iter().zip(before.named());
        let changed = pairs.filter(|((_, is), (_, was))| is != was);
        let changed =
            changed.map(|((name, is), (_, was))| format!("{name} {} instead of {}", said(is), said(was)));
        changed.collect::<Vec<_>>().join(", ")
    }
}

fn key() -> DocumentKey {
    DocumentKey {
        kind: SETTINGS.to_owned(),
        id: SETTINGS.to_owned(),
    }
}

fn version_of(version: i64) -> u64 {
    u64::try_from(version).unwrap_or_default()
}

impl Book {
    /// What is set for a merchant.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn settings(&self, merchant: MerchantId) -> Result<KeptSettings, BookError> {
        let kept = self.document(merchant, SETTINGS, SETTINGS).await?;
        Ok(KeptSettings {
            version: kept.as_ref().map_or(0, |kept| version_of(kept.version)),
            settings: kept.map(|kept| kept.body).unwrap_or_default(),
        })
    }

    /// Changes what is set for a merchant, when it is at one of these versions (any when there are none). None when it
    /// is not. It holds at once on this server, and within a second on all others.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn change_settings(
        &self,
        merchant: MerchantId,
        versions: Option<Vec<u64>>,
        change: impl Fn(&mut MerchantSettings) + Send + 'static,
    ) -> Result<Option<KeptSettings>, BookError> {
        let place = self.trail_place(merchant).await?;
        let book = self.clone();
        let load = Load {
            merchant: merchant.0,
            documents: vec![key()],
            ..Load::default()
        };
        let run = move |work: &mut Work<'_>| -> Result<Option<KeptSettings>, Stop> {
            let version = version_of(work.version_of(0));
            if versions
                .as_ref()
                .is_some_and(|versions| !versions.contains(&version))
            {
                return Ok(None);
            }
            let kept = work.document::<MerchantSettings>(0)?;
            let mut document = kept.unwrap_or_else(|| {
                crate::Document::new(
                    SETTINGS,
                    SETTINGS.to_owned(),
                    work.now(),
                    MerchantSettings::default(),
                )
            });
            let before = document.body;
            change(&mut document.body);
            let settings = document.body;
            if settings == before {
                return Ok(Some(KeptSettings { settings, version }));
            }
            work.put(&document)?;
            let changes = settings.changes_from(&before);
            let note = book.note("settings.change", SETTINGS.to_owned(), changes);
            work.note(&(place, note));
            let version = version.saturating_add(1);
            Ok(Some(KeptSettings { settings, version }))
        };
        let done = Box::pin(self.transact(load, run)).await?;
        self.inner.access.forget();
        Ok(done.ok().flatten())
    }
}
