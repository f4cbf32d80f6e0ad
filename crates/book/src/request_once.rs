//! Requests that carry an id of their own beside their key: a new request must have a new id.

use crate::execute::{Idempotency, Reply};
use order::{MerchantId, Timestamp};
use store::rows::{AnswerKey, AnswerRow, Changes, Load, Loaded};

/// A request's own id. The same request again, under the same key, may have it again.
#[derive(Debug, Clone)]
pub struct RequestOnce {
    /// Within what it must be new.
    pub scope: String,
    /// The id.
    pub id: String,
    /// What is said when another request had it before.
    pub taken: Reply,
}

impl RequestOnce {
    fn key(&self) -> AnswerKey {
        AnswerKey {
            scope: self.scope.clone(),
            key: self.id.clone(),
        }
    }
}

impl Idempotency {
    /// What a transaction under this key must see: its answer, and whether its request's id came before.
    pub(crate) fn load(&self, merchant: MerchantId) -> Load {
        Load {
            merchant: merchant.0,
            answer: Some(self.answer_key()),
            request: self.request.as_ref().map(RequestOnce::key),
            ..Load::default()
        }
    }

    /// What is said when another request had the id before.
    pub(crate) fn taken(&self, loaded: &Loaded) -> Option<Reply> {
        let before = loaded.request.as_ref()?;
        let once = self.request.as_ref()?;
        (before.fingerprint != self.key).then(|| once.taken.clone())
    }

    /// The changes, with the answer under its key, and with the request's id unless another has it.
    pub(crate) fn kept(
        &self,
        mut changes: Changes,
        reply: &Reply,
        (now, loaded): (Timestamp, &Loaded),
    ) -> Changes {
        changes.answer = Some(AnswerRow {
            key: self.answer_key(),
            fingerprint: self.fingerprint.clone(),
            status: i64::from(reply.status),
            body: reply.body.clone(),
            created_at: now.0,
        });
        let new = self.request.as_ref().filter(|_| loaded.request.is_none());
        changes.request = new.map(|once| AnswerRow {
            key: once.key(),
            fingerprint: self.key.clone(),
            status: 0,
            body: String::new(),
            created_at: now.0,
        });
        changes
    }
}
