//! Documents: what a dialect keeps beside orders, such as customers and catalogues.

use crate::execute::{Executed, Idempotency, Reply};
use crate::trail::Placed;
use crate::work::Stop;
use crate::{Book, BookError, Work};
use order::{MerchantId, Refusal, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use store::DocumentFilter;
use store::rows::{DocumentKey, DocumentRow, Load};

/// One document.
#[derive(Debug, Clone)]
pub struct Document<T> {
    /// What sort of document, such as `account`.
    pub kind: String,
    /// Its id, unique within merchant and kind.
    pub id: String,
    /// How often it has been written; zero for a new one.
    pub version: i64,
    /// What it hangs on; empty when nothing.
    pub owner: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the server itself must act on it next.
    pub wake_at: Option<Timestamp>,
    /// What it says.
    pub body: T,
}

impl<T> Document<T> {
    /// A document that is not kept yet.
    pub fn new(kind: &str, id: String, created_at: Timestamp, body: T) -> Self {
        Self {
            kind: kind.to_owned(),
            id,
            version: 0,
            owner: String::new(),
            created_at,
            wake_at: None,
            body,
        }
    }
}

/// One page of documents, newest first.
#[derive(Debug, Clone)]
pub struct DocumentPage<T> {
    /// How many there are on all pages.
    pub total: u64,
    /// The page.
    pub documents: Vec<Document<T>>,
}

impl<T: DeserializeOwned> Document<T> {
    pub(crate) fn of_row(row: &DocumentRow) -> Result<Self, BookError> {
        let body = serde_json::from_str(&row.body).map_err(|source| BookError::Corrupt {
            what: "document",
            id: format!("{} {}", row.kind, row.id),
            source,
        })?;
        Ok(Self {
            kind: row.kind.clone(),
            id: row.id.clone(),
            version: row.version,
            owner: row.owner.clone(),
            created_at: Timestamp(row.created_at),
            wake_at: row.wake_at.map(Timestamp),
            body,
        })
    }
}

impl<T> Document<T> {
    pub(crate) fn key(&self) -> DocumentKey {
        DocumentKey {
            kind: self.kind.clone(),
            id: self.id.clone(),
        }
    }
}

impl<T: Serialize> Document<T> {
    /// The row of its next version, and the version that it replaces.
    pub(crate) fn to_row(&self, now: Timestamp) -> Result<(DocumentRow, Option<i64>), BookError> {
        let body = serde_json::to_string(&self.body).map_err(|source| BookError::Corrupt {
            what: "document",
            id: format!("{} {}", self.kind, self.id),
            source,
        })?;
        let row = DocumentRow {
            kind: self.kind.clone(),
            id: self.id.clone(),
            version: self.version.saturating_add(1),
            owner: self.owner.clone(),
            created_at: self.created_at.0,
            updated_at: now.0,
            wake_at: self.wake_at.map(|at| at.0),
            body,
        };
        Ok((row, Some(self.version).filter(|version| *version > 0)))
    }
}

/// Writes the document at this place of what is loaded.
type Write = Box<dyn Fn(&mut Work<'_>, usize) -> Result<(), Stop> + Send>;

/// A change of one document, to be written together with others.
pub struct Edit {
    key: DocumentKey,
    write: Write,
}

impl std::fmt::Debug for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Edit").field(&self.key).finish()
    }
}

impl Edit {
    /// What `change` makes of what is kept under this id, if anything is. It may be called more than once; only its
    /// last answer counts.
    pub fn new<T, F>(kind: &str, id: &str, change: F) -> Self
    where
        T: Serialize + DeserializeOwned + 'static,
        F: Fn(Option<T>) -> T + Send + 'static,
    {
        let key = DocumentKey {
            kind: kind.to_owned(),
            id: id.to_owned(),
        };
        let (kind, id) = (key.kind.clone(), key.id.clone());
        let write = move |work: &mut Work<'_>, place: usize| {
            let document = match work.document::<T>(place)? {
                Some(kept) => Document {
                    kind: kept.kind,
                    id: kept.id,
                    version: kept.version,
                    owner: kept.owner,
                    created_at: kept.created_at,
                    wake_at: kept.wake_at,
                    body: change(Some(kept.body)),
                },
                None => Document::new(&kind, id.clone(), work.now(), change(None)),
            };
            Ok(work.put(&document)?)
        };
        Self {
            key,
            write: Box::new(write),
        }
    }
}

fn load_of(merchant: MerchantId, edits: &[Edit], idempotency: Option<&Idempotency>) -> Load {
    Load {
        merchant: merchant.0,
        documents: edits.iter().map(|edit| edit.key.clone()).collect(),
        answer: idempotency.map(Idempotency::answer_key),
        ..Load::default()
    }
}

fn write_all(work: &mut Work<'_>, edits: &[Edit]) -> Result<(), Stop> {
    for (place, edit) in edits.iter().enumerate() {
        (edit.write)(work, place)?;
    }
    Ok(())
}

impl Book {
    /// One document.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn document<T: DeserializeOwned>(
        &self,
        merchant: MerchantId,
        kind: &str,
        id: &str,
    ) -> Result<Option<Document<T>>, BookError> {
        let key = DocumentKey {
            kind: kind.to_owned(),
            id: id.to_owned(),
        };
        self.store()
            .document(merchant.0, &key)
            .await?
            .as_ref()
            .map(Document::of_row)
            .transpose()
    }

    /// A page of the documents of one kind, or of those that hang on one owner, newest first.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn documents<T: DeserializeOwned>(
        &self,
        merchant: MerchantId,
        (kind, owner): (&str, Option<&str>),
        offset: u64,
        limit: u64,
    ) -> Result<DocumentPage<T>, BookError> {
        let filter = DocumentFilter {
            merchant: merchant.0,
            kind: kind.to_owned(),
            owner: owner.map(ToOwned::to_owned),
        };
        let (total, rows) = self.store().documents(&filter, offset, limit).await?;
        let documents = rows.iter().map(Document::of_row).collect::<Result<_, _>>()?;
        Ok(DocumentPage { total, documents })
    }

    /// Writes one document: what `change` makes of what is kept under this id, if anything is. `change` may be called
    /// more than once; only its last answer counts.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn write_document<T, F>(
        &self,
        merchant: MerchantId,
        (kind, id): (&str, &str),
        change: F,
    ) -> Result<(), BookError>
    where
        T: Serialize + DeserializeOwned + 'static,
        F: Fn(Option<T>) -> T + Send + 'static,
    {
        self.write_documents(merchant, vec![Edit::new(kind, id, change)])
            .await
    }

    /// Writes documents, all of them or none.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn write_documents(&self, merchant: MerchantId, edits: Vec<Edit>) -> Result<(), BookError> {
        self.write_noted(merchant, edits, None).await
    }

    /// The same, with a note of it in the audit trail.
    pub(crate) async fn write_noted(
        &self,
        merchant: MerchantId,
        edits: Vec<Edit>,
        note: Option<Placed>,
    ) -> Result<(), BookError> {
        let load = load_of(merchant, &edits, None);
        let write = move |work: &mut Work<'_>| {
            write_all(work, &edits)?;
            if let Some(note) = &note {
                work.note(note);
            }
            Ok(())
        };
        // No rule of orders is asked, so none refuses.
        match Box::pin(self.transact(load, write)).await? {
            Ok(()) => Ok(()),
            Err(refusal) => Err(BookError::Unknown(refusal.to_string())),
        }
    }

    /// Writes documents, and keeps the answer under its key in the same transaction. Nothing is written when the key
    /// was answered before.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn write_documents_once(
        &self,
        merchant: MerchantId,
        edits: Vec<Edit>,
        (idempotency, reply): (Idempotency, Reply),
    ) -> Result<Executed, BookError> {
        let load = load_of(merchant, &edits, Some(&idempotency));
        let write = move |work: &mut Work<'_>| write_all(work, &edits);
        let kept = reply.clone();
        let written = self.transact_once(load, idempotency, write, move |_outcome| kept.clone());
        Ok(Box::pin(written).await?.unwrap_or(Executed::Now(reply)))
    }

    /// A new id for a document of some kind: a number, from the first one up.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn new_id(&self, merchant: MerchantId, kind: &str, first: i64) -> Result<String, BookError> {
        Ok(self
            .store()
            .take_block(merchant.0, kind, first, 1)
            .await?
            .to_string())
    }

    /// Keeps a new document, and the answer under its key in the same transaction. A document of the same kind and id
    /// refuses it.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn open_document<T, R>(
        &self,
        (merchant, document): (MerchantId, Document<T>),
        idempotency: Idempotency,
        render: R,
    ) -> Result<Executed, BookError>
    where
        T: Serialize + DeserializeOwned + Clone + Send + 'static,
        R: Fn(Result<&Document<T>, &Refusal>) -> Reply + Send + 'static,
    {
        let kind = document.kind.clone();
        let load = Load {
            documents: vec![document.key()],
            ..idempotency.load(merchant)
        };
        let run = move |work: &mut Work<'_>| {
            if work.document::<T>(0)?.is_some() {
                return Err(Refusal::AlreadyExists.into());
            }
            work.put(&document)?;
            Ok(document.clone())
        };
        let executed = Box::pin(self.transact_once(load, idempotency, run, render)).await?;
        executed.ok_or(BookError::Exists(kind))
    }

    /// Changes a document, and keeps the answer under its key in the same transaction. `change` says what is new, or
    /// why it can't be; then nothing is. None stands for a document that is not there.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn change_document<T, E, C, R>(
        &self,
        (merchant, kind, id): (MerchantId, &str, &str),
        idempotency: Idempotency,
        change: C,
        render: R,
    ) -> Result<Executed, BookError>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        E: Send + 'static,
        C: Fn(&mut Document<T>) -> Result<(), E> + Send + 'static,
        R: Fn(Option<Result<&Document<T>, &E>>) -> Reply + Send + 'static,
    {
        let key = DocumentKey {
            kind: kind.to_owned(),
            id: id.to_owned(),
        };
        let load = Load {
            documents: vec![key],
            ..idempotency.load(merchant)
        };
        let run = move |work: &mut Work<'_>| {
            let Some(mut kept) = work.document::<T>(0)? else {
                return Ok(None);
            };
            let done = change(&mut kept);
            if done.is_ok() {
                work.put(&kept)?;
            }
            Ok(Some(done.map(|()| kept)))
        };
        let render = move |outcome: Result<&Option<Result<Document<T>, E>>, &Refusal>| {
            render(outcome.ok().and_then(|kept| kept.as_ref().map(Result::as_ref)))
        };
        let executed = Box::pin(self.transact_once(load, idempotency, run, render)).await?;
        executed.ok_or_else(|| BookError::Unknown(kind.to_owned()))
    }

    /// Keeps documents, each in the place of the one that had its kind and id; all of them or none.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn put_documents<T>(
        &self,
        merchant: MerchantId,
        documents: Vec<Document<T>>,
    ) -> Result<Result<(), Refusal>, BookError>
    where
        T: Serialize + DeserializeOwned + Clone + Send + 'static,
    {
        let load = Load {
            merchant: merchant.0,
            documents: documents.iter().map(Document::key).collect(),
            ..Load::default()
        };
        let run = move |work: &mut Work<'_>| {
            for (place, document) in documents.iter().enumerate() {
                let before = work.version_of(place);
                work.put(&Document {
                    version: before,
                    ..document.clone()
                })?;
            }
            Ok(())
        };
        Box::pin(self.transact(load, run)).await
    }

    /// Writes documents, all of them or none. One that is there already is given to `merge` with what is new, which
    /// says whether anything changes by it; its owner and its time are then the new one's.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn merge_documents<T, M>(
        &self,
        merchant: MerchantId,
        documents: Vec<Document<T>>,
        merge: M,
    ) -> Result<(), BookError>
    where
        T: Serialize + DeserializeOwned + Clone + Send + 'static,
        M: Fn(&mut T, &T) -> bool + Send + 'static,
    {
        self.merge_documents_telling(merchant, documents, merge, |_written, _is_new| None)
            .await
    }
}
