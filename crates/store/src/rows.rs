//! The rows that the store keeps, in the store's own plain types.
//!
//! Times are milliseconds since 1970-01-01 UTC. Money is decimal text. Nothing here knows what an order means:
//! the book translates between these rows and the domain.

/// What a transaction wants to see before it decides.
#[derive(Debug, Clone, Default)]
pub struct Load {
    /// The tenant that everything below belongs to.
    pub merchant: i64,
    /// Orders to load; the answer has one place for each, in this order.
    pub orders: Vec<OrderKey>,
    /// Documents to load; the answer has one place for each, in this order.
    pub documents: Vec<DocumentKey>,
    /// The stored answer to look for, when the request carries an idempotency key.
    pub answer: Option<AnswerKey>,
    /// The same for the id of the request itself, when it carries one that must be new.
    pub request: Option<AnswerKey>,
    /// Whether what the decision asked for is among the documents ([`More`](crate::More)).
    pub more: bool,
}

/// How one order is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OrderKey {
    /// By its own id.
    Id(i64),
    /// By a name that is unique within the merchant and the name space.
    Name {
        /// The name space, such as `afterpay.number`.
        space: String,
        /// The name, already folded the way that its space compares.
        name: String,
    },
}

/// How one document is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DocumentKey {
    /// What sort of document, such as `marketplace.customer`.
    pub kind: String,
    /// Its id, unique within merchant and kind.
    pub id: String,
}

/// How one stored answer is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AnswerKey {
    /// Whose key it is: dialect, method and path, as that dialect scopes its keys.
    pub scope: String,
    /// The key that the client sent.
    pub key: String,
}

/// What a transaction has seen.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// One place for each [`Load::orders`].
    pub orders: Vec<Option<OrderRow>>,
    /// One place for each [`Load::documents`].
    pub documents: Vec<Option<DocumentRow>>,
    /// Whether what the decision asked for is among the documents ([`More`](crate::More)).
    pub more: bool,
    /// The stored answer, when one was asked for and exists.
    pub answer: Option<AnswerRow>,
    /// What was kept under the request's id, when that was asked for and exists.
    pub request: Option<AnswerRow>,
}

/// What a transaction writes, all of it or nothing.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Orders made or changed, each with the events that did it.
    pub orders: Vec<OrderWrite>,
    /// Documents made or changed.
    pub documents: Vec<DocumentWrite>,
    /// The answer to keep under its idempotency key.
    pub answer: Option<AnswerRow>,
    /// What to keep under the request's id.
    pub request: Option<AnswerRow>,
    /// Calls that are owed from now on.
    pub deliveries: Vec<DeliveryRow>,
    /// What the audit trail says of it.
    pub notes: Vec<NoteRow>,
}

/// A note with its place in the merchant's trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRow {
    /// Its number, unique within the merchant.
    pub id: i64,
    /// When.
    pub at: i64,
    /// What it says.
    pub note: Note,
}

/// One order as it is kept: promoted columns beside the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// The order's id, unique within the merchant.
    pub id: i64,
    /// The number of its events.
    pub version: i64,
    /// Its UUID.
    pub uuid: String,
    /// The dialect that placed it.
    pub origin: String,
    /// What sort of order: `new`, `return`, `renewal`, ...
    pub kind: String,
    /// The status as a word, finer than the enum where histories filter on it.
    pub state: String,
    /// When it was placed; the history's sort key.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The gross total as decimal text.
    pub gross: String,
    /// The customer's number; empty when there is none.
    pub customer: String,
    /// The reseller's id; empty when there is none.
    pub reseller: String,
    /// The id of the order that this one refers to, as its dialect writes it; empty when there is none.
    pub reference: String,
    /// When the server itself must act on it next.
    pub wake_at: Option<i64>,
    /// The order, encoded by the book.
    pub snapshot: String,
    /// Its products as one number ([`crate::basket`]), when the history counts them; else zero. An order that was
    /// written without stays without.
    pub basket: i64,
}

/// One order made or changed.
#[derive(Debug, Clone)]
pub struct OrderWrite {
    /// The order as it is afterwards.
    pub row: OrderRow,
    /// What it was before; none for a new order. Guards the write by its version and keeps the history's counts.
    pub before: Option<Before>,
    /// The events that lead from `before.version` to `row.version`, in order, one for each step.
    pub events: Vec<EventRow>,
    /// Unique names that it takes now.
    pub names: Vec<NameRow>,
    /// Names that it shares with other orders, for looking up.
    pub references: Vec<NameRow>,
    /// The products on its lines, each once.
    pub products: Vec<String>,
}

/// What the history must know of an order before it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// The version that the write replaces.
    pub version: i64,
    /// See [`OrderRow::created_at`].
    pub created_at: i64,
    /// See [`OrderRow::customer`].
    pub customer: String,
    /// See [`OrderRow::kind`].
    pub kind: String,
    /// See [`OrderRow::state`].
    pub state: String,
    /// See [`OrderRow::reseller`].
    pub reseller: String,
    /// See [`OrderRow::basket`].
    pub basket: i64,
    /// The products on its lines, each once.
    pub products: Vec<String>,
}

/// One event of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its place in the order's history: 1, 2, 3, ...
    pub sequence: i64,
    /// When it happened.
    pub at: i64,
    /// Its name.
    pub kind: String,
    /// The event, encoded by the book.
    pub body: String,
}

/// One name of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRow {
    /// The name space.
    pub space: String,
    /// The name.
    pub name: String,
}

/// One document: what a dialect keeps beside orders (customers, resellers, subscriptions, catalogue entries).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// What sort of document.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// How often it has been written: 1, 2, 3, ...
    pub version: i64,
    /// What it hangs on (a customer's id for a subscription); empty when nothing.
    pub owner: String,
    /// When it was made.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// When the server itself must act on it next.
    pub wake_at: Option<i64>,
    /// The document, encoded by its owner.
    pub body: String,
}

/// One document made or changed.
#[derive(Debug, Clone)]
pub struct DocumentWrite {
    /// The document as it is afterwards.
    pub row: DocumentRow,
    /// The version that it replaces; none for a new one. Guards the write.
    pub before: Option<i64>,
}

/// A stored answer: what a repeated request gets again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// Under which key.
    pub key: AnswerKey,
    /// A hash of the request that it answered.
    pub fingerprint: String,
    /// The HTTP status.
    pub status: i64,
    /// The body, byte for byte (JSON text).
    pub body: String,
    /// When it was given.
    pub created_at: i64,
}

/// A call that is owed to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its id, unique within the merchant.
    pub id: i64,
    /// The order that it tells of.
    pub order: i64,
    /// What sort of call, such as `connect.callback`.
    pub kind: String,
    /// Where to.
    pub url: String,
    /// What with, encoded by its owner; empty for a bare GET.
    pub payload: String,
    /// `due`, `done` or `failed`.
    pub state: String,
    /// How often it has been tried.
    pub attempts: i64,
    /// When it is to be tried next.
    pub next_at: i64,
    /// What the last try came to, in words; empty before the first.
    pub outcome: String,
    /// When it came to be owed.
    pub created_at: i64,
    /// What each try came to, a line for each; empty before the first.
    pub log: String,
}

/// A delivery with its merchant, as the worker that claimed it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedDelivery {
    /// The tenant.
    pub merchant: i64,
    /// The call.
    pub delivery: DeliveryRow,
}

/// Something whose time to act has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due<K> {
    /// The tenant.
    pub merchant: i64,
    /// The order's id or the document's key.
    pub key: K,
}

/// One tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantRow {
    /// Its id.
    pub id: i64,
    /// Its name, unique.
    pub name: String,
    /// When it was added.
    pub created_at: i64,
}

/// What is noted of a change of the administration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Who made it.
    pub actor: String,
    /// What was done, in one word such as `credential.add`.
    pub action: &'static str,
    /// To what.
    pub subject: String,
    /// What else there is to know; never a secret.
    pub detail: String,
}

/// An entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The tenant; 0 for the installation.
    pub merchant: i64,
    /// Its number, unique within the merchant.
    pub id: i64,
    /// When.
    pub at: i64,
    /// See [`Note`].
    pub actor: String,
    /// See [`Note`].
    pub action: String,
    /// See [`Note`].
    pub subject: String,
    /// See [`Note`].
    pub detail: String,
}

/// What a client proves itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRow {
    /// The tenant it opens.
    pub merchant: i64,
    /// Its own id, unique within the merchant.
    pub id: i64,
    /// `connect`, `afterpay`, `marketplace` or `ordrebok`.
    pub api: String,
    /// The client id that it is looked up by; for a key without one, the key's hash. Unique within `api`.
    pub client: String,
    /// The hash of its secret.
    pub secret_hash: String,
    /// `read`, `write` or `admin`.
    pub scope: String,
    /// Settings of this credential, encoded by the book; empty when none.
    pub settings: String,
    /// When it was added.
    pub created_at: i64,
    /// From when on it opens nothing.
    pub revoked_at: Option<i64>,
}

/// An access or refresh token that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// The tenant.
    pub merchant: i64,
    /// The hash of its text.
    pub hash: String,
    /// The credential that it was given to.
    pub credential: i64,
    /// What it is for, encoded by the book (mode, scope, user).
    pub grants: String,
    /// From when on it is worthless.
    pub expires_at: i64,
}

/// A session of somebody who uses the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The tenant: 0 for the installation's own, where people are.
    pub merchant: i64,
    /// The hash of its text.
    pub hash: String,
    /// Whose it is, encoded by the book.
    pub grants: String,
    /// From when on it is worthless.
    pub expires_at: i64,
}

/// Which orders of a customer's history.
#[derive(Debug, Clone, Default)]
pub struct HistoryFilter {
    /// The tenant.
    pub merchant: i64,
    /// Whose history.
    pub customer: String,
    /// Any of these kinds; empty for all.
    pub kinds: Vec<String>,
    /// Any of these states; empty for all.
    pub states: Vec<String>,
    /// With this reseller.
    pub reseller: Option<String>,
    /// Referring to this order.
    pub reference: Option<String>,
    /// With any of these products on a line; empty for all.
    pub products: Vec<String>,
    /// Placed at or after this time.
    pub from: i64,
    /// Placed before this time.
    pub until: i64,
}

/// One page of a history, newest first, then highest id first.
#[derive(Debug, Clone, Default)]
pub struct HistoryRows {
    /// How many orders match, on all pages.
    pub total: u64,
    /// The page.
    pub orders: Vec<OrderRow>,
}
