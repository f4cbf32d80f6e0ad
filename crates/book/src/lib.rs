//! The order book: what can be done with orders, each use case in one transaction.
//!
//! This is the only layer that opens a transaction. A use case loads what it touches, lets the pure rules of the
//! [`order`] crate decide, and writes events, snapshot, names, idempotency answer and owed calls together or not at
//! all. Dialects, pages and commands of the program call it; none of them knows the store.
//!
//! - [`Book::execute`] and [`Book::answer`] run commands on orders
//! - [`Book::preview`] tells what commands would do, and does nothing
//! - [`Book::order`], [`Book::rendered`], [`Book::history`] read them
//! - [`Book::import`] takes orders over; [`Book::verify`] replays and checks everything
//! - [`Book::issue_token`], [`Book::authenticate_token`], [`Book::authenticate_key`] say who calls
//! - [`Book::authenticate_admin`], [`Book::rotate_credential`], [`Book::settings`], [`Book::audit`] are the
//!   administration's side
//! - [`Book::run_due`], [`Book::claim_deliveries`] are the background workers' side
//!
//! Deliberately absent: HTTP, wire formats, the machine's clock and randomness ([`Clock`], [`Entropy`] bring them).

mod account_surroundings;
mod accounts;
mod administration;
mod blocks;
mod callers;
mod codec;
mod connectors;
mod credentials;
mod deliveries;
mod documents;
mod due;
mod edge;
mod error;
mod execute;
mod export;
mod feed;
mod follow;
mod grants;
mod happening;
mod history;
mod hook_calls;
mod hot;
mod import;
mod listeners;
mod merchant_settings;
mod merchants;
mod operations;
mod owed;
mod passwords;
mod people;
mod projection;
mod public_clients;
mod reach;
mod read;
mod renewal;
mod request_once;
mod sandbox;
mod search;
mod secrets;
mod seen;
mod signature;
mod staff;
mod stock;
mod terms;
mod tokens;
mod totals;
mod trail;
mod transfers;
mod users;
mod verify;
mod verify_following;
mod webhooks;
mod work;

pub use account_surroundings::{RESELLER, SALE, Sale, Seller};
pub use accounts::{AccountOrder, HandBack, KeptAccount};
pub use administration::{Administrator, OPERATOR, Rotated};
pub use callers::{CallerObserver, observing_callers};
pub use connectors::{Connector, ConnectorKind, PaymentPlace};
pub use credentials::{Access, AddedCredential, Api, CredentialInfo, NewCredential, Scope};
pub use deliveries::{Attempt, OwedCall, Tried};
pub use documents::{Document, DocumentPage, Edit};
pub use due::{Moved, Stuck};
pub use edge::{Clock, Entropy};
pub use error::{BookError, chain};
pub use execute::{Executed, Idempotency, KeyReuse, Preview, Reply, Request, Step, Target};
pub use export::Exported;
pub use feed::FeedEvent;
pub use follow::Progress;
pub use grants::{Client, Grant, Purpose};
pub use happening::{Happening, SUBSCRIPTION, Telling};
pub use history::{HistoryPage, HistoryQuery};
pub use hook_calls::{HookCall, HookNews, HookOwed, HookPage, HookPatience, HookTry};
pub use import::{Became, Imported, ImportedAccount, Record, Told, ToldAccount};
pub use merchant_settings::{KeptSettings, MerchantSettings};
pub use merchants::Merchant;
pub use operations::{Backlog, backup, move_to_postgres, restore};
pub use people::{NewPerson, Person, Role};
pub use public_clients::NewPublicClient;
pub use reach::Reach;
pub use read::Reference;
pub use renewal::{Renewal, Renewer};
pub use request_once::RequestOnce;
pub use search::{SearchPage, SearchPlace, SearchQuery};
pub use secrets::same_text;
pub use seen::{Seen, SeenPage, SeenSort};
pub use signature::{BadSecret, ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, WebhookSecret, sign};
pub use staff::{Staffing, Unstaffed};
pub use stock::{STOCK, in_stock};
pub use store::{Asked, AskedObserver, Database, Measures, observing_the_database};
pub use tokens::{AuthError, IssuedToken};
pub use totals::{Day, Total, TotalsQuery};
pub use trail::{AuditEntry, AuditPlace, AuditQuery};
pub use transfers::MEMBERSHIP;
pub use users::{NewUser, NotSignedIn, User};
pub use verify::{Finding, Verified};
pub use webhooks::{LONGEST_HOOK_TEXT, MOST_WEBHOOKS, Standing, Webhook, event_type};
pub use work::{Outcome, RECEIVED, Work};

use blocks::Blocks;
use order::NumberStyle;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Store;
use tokio::sync::Notify;

/// The order book. Cheap to clone; all clones are the same book.
#[derive(Clone)]
pub struct Book {
    inner: Arc<Inner>,
    /// Who does what is done through this handle, for the audit trail.
    actor: Option<Arc<str>>,
}

/// What an operator can set.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// How captures, refunds and cancellations are numbered.
    pub numbers: NumberStyle,
    /// How subscriptions go on by themselves; without it they end with their period.
    pub renewer: Option<Renewer>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    settings: Settings,
    salt: secrets::Salt,
    blocks: Blocks,
    access: credentials::AccessCache,
    passwords: passwords::Passwords,
    hot: hot::HotAnswers,
    listeners: listeners::Listeners,
    /// Told when a call has come to be owed.
    calls: Notify,
    /// Told when an order is due soon.
    orders: Notify,
    /// Told when something has happened that is to be followed.
    happened: Notify,
    /// Told when something was followed.
    followed: Notify,
    /// Told when a webhook has come to be owed a call.
    hooks: Notify,
    /// Held while a batch is followed.
    following: tokio::sync::Mutex<()>,
    /// Whether the server is stopping.
    stop: tokio::sync::watch::Sender<bool>,
    /// How many transactions this server has run.
    transactions: AtomicU64,
}

impl Book {
    /// Opens the book over a database, and brings the database's schema up to date.
    ///
    /// # Errors
    /// [`BookError::Store`] when the database can't be reached, or its schema is not one that this program knows.
    pub async fn open(
        database: &Database,
        settings: Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, BookError> {
        let store = Store::open(database).await?;
        let salt = secrets::Salt::of_database(&store, entropy.as_ref()).await?;
        let inner = Inner {
            store,
            clock,
            entropy,
            settings,
            salt,
            blocks: Blocks::default(),
            access: credentials::AccessCache::default(),
            passwords: passwords::Passwords::default(),
            hot: hot::HotAnswers::default(),
            listeners: listeners::Listeners::default(),
            calls: Notify::new(),
            orders: Notify::new(),
            happened: Notify::new(),
            followed: Notify::new(),
            hooks: Notify::new(),
            following: tokio::sync::Mutex::new(()),
            stop: tokio::sync::watch::Sender::new(false),
            transactions: AtomicU64::new(0),
        };
        Ok(Self {
            inner: Arc::new(inner),
            actor: None,
        })
    }

    /// The same book, for somebody whose name the audit trail is to have.
    #[must_use]
    pub fn acting_for(&self, who: &str) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            actor: Some(who.into()),
        }
    }

    /// The time, as the book sees it.
    pub fn now(&self) -> order::Timestamp {
        self.inner.clock.now()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), BookError> {
        Ok(self.inner.store.ping().await?)
    }

    /// Finishes what is being written and lets go of the database.
    pub async fn close(&self) {
        self.inner.store.close().await;
    }

    /// The secret with which webhooks of one merchant and one name are signed. It is not kept: it follows from the
    /// database's salt and the two, so that any server of a cluster signs alike. A new name is a new secret.
    pub fn webhook_secret(&self, merchant: order::MerchantId, name: &str) -> WebhookSecret {
        self.inner.salt.webhook(&format!("{}:{name}", merchant.0))
    }

    /// Waits until a call has come to be owed through this server. The worker looks by itself from time to time as
    /// well, since another server may have put one there.
    pub async fn call_owed(&self) {
        self.inner.calls.notified().await;
    }

    /// Waits until an order that this server wrote is due. The worker looks by itself from time to time as well.
    pub async fn order_due(&self) {
        self.inner.orders.notified().await;
    }

    /// Waits until this server has written something that is to be followed. The worker looks by itself as well.
    pub async fn event_happened(&self) {
        self.inner.happened.notified().await;
    }

    /// Waits until this server has followed something. Whoever waits looks by itself as well, since another server
    /// may have followed it.
    pub async fn event_followed(&self) {
        self.inner.followed.notified().await;
    }

    /// Waits until a webhook has come to be owed a call through this server.
    pub async fn hook_owed(&self) {
        self.inner.hooks.notified().await;
    }

    /// Ends what would wait for events as long as the server runs.
    pub fn stop_streams(&self) {
        self.inner.stop.send_replace(true);
    }

    /// Waits until [`Book::stop_streams`].
    pub async fn stopping(&self) {
        // It fails only when the sender is gone, and then the server is.
        let _ = self.inner.stop.subscribe().wait_for(|stop| *stop).await;
    }

    /// How many transactions this server has run so far: what tells background work how busy it is.
    pub fn transactions(&self) -> u64 {
        self.inner.transactions.load(Ordering::Relaxed)
    }

    fn store(&self) -> &Store {
        &self.inner.store
    }
}
