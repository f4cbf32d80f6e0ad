//! The audit trail: who changed what of the administration, written in the transaction of the change.
//!
//! A use case that may have something to note takes a place in the trail first ([`Book::trail_place`]) and notes it
//! with its changes ([`Work::note`](crate::Work)). A place that nobody takes up is a gap in the numbers, and no more.

use crate::administration::OPERATOR;
use crate::work::{Stop, Work};
use crate::{Book, BookError};
use order::{MerchantId, Timestamp};
use store::rows::{AuditRow, Load, Note};

/// The place of an entry of the audit trail: its time, its merchant, its number.
pub type AuditPlace = store::AuditPlace;

/// A note, with its place in a merchant's trail.
pub(crate) type Placed = (i64, Note);

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// To whose; none for the installation.
    pub merchant: Option<MerchantId>,
    /// Where older entries are read on from.
    pub place: AuditPlace,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// What was done, such as `credential.add`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// What else there is to know; empty for nothing.
    pub detail: String,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            merchant: Some(MerchantId(row.merchant)).filter(|merchant| *merchant != OPERATOR),
            place: (row.at, row.merchant, row.id),
            at: Timestamp(row.at),
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            detail: row.detail,
        }
    }
}

/// Which entries of the trail. All that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// Of this merchant; of the installation and all merchants when there is none.
    pub merchant: Option<MerchantId>,
    /// Older than this place.
    pub before: Option<AuditPlace>,
    /// By this actor.
    pub actor: Option<String>,
    /// Of this action, such as `credential.add`, or of all of a sort, such as `credential`.
    pub action: Option<String>,
    /// At or after this time.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

impl Book {
    /// What was done to the administration, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(&self, query: AuditQuery, limit: i64) -> Result<Vec<AuditEntry>, BookError> {
        let filter = store::AuditFilter {
            merchant: query.merchant.map(|merchant| merchant.0),
            before: query.before,
            actor: query.actor,
            action: query.action,
            from: query.from.map(|at| at.0),
            until: query.until.map(|at| at.0),
        };
        let rows = self.store().audit(&filter, limit).await?;
        Ok(rows.into_iter().map(AuditEntry::from).collect())
    }

    /// Notes in the trail what has been done in more than one transaction, such as an import.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_done(
        &self,
        merchant: MerchantId,
        action: &'static str,
        subject: &str,
        detail: &str,
    ) -> Result<(), BookError> {
        let note = self.note(action, subject.to_owned(), detail.to_owned());
        let placed = self.placed(merchant, note).await?;
        let load = Load {
            merchant: merchant.0,
            ..Load::default()
        };
        let run = move |work: &mut Work<'_>| {
            work.note(&placed);
            Ok::<_, Stop>(())
        };
        // Nothing here refuses.
        let _done = Box::pin(self.transact(load, run)).await?;
        Ok(())
    }

    /// A place in a merchant's trail.
    pub(crate) async fn trail_place(&self, merchant: MerchantId) -> Result<i64, BookError> {
        Ok(self.store().take_block(merchant.0, "audit", 1, 1).await?)
    }

    /// What is noted of a change.
    pub(crate) fn note(&self, action: &'static str, subject: String, detail: String) -> Note {
        self.note_by("the server", action, subject, detail)
    }

    /// The same, of what `whoever` did unless the book acts for somebody.
    pub(crate) fn note_by(
        &self,
        whoever: &str,
        action: &'static str,
        subject: String,
        detail: String,
    ) -> Note {
        Note {
            actor: self.actor.as_deref().unwrap_or(whoever).to_owned(),
            action,
            subject,
            detail,
        }
    }

    /// A note of a change in this merchant's trail, with its place there.
    pub(crate) async fn placed(&self, merchant: MerchantId, note: Note) -> Result<Placed, BookError> {
        Ok((self.trail_place(merchant).await?, note))
    }
}
