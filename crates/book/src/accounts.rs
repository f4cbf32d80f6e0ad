//! Customers' accounts: opening them, changing them, and handing orders back.

use crate::execute::{Executed, Idempotency, Reply};
use crate::read::Reference;
use crate::work::{Outcome, Stop, Work};
use crate::{Book, BookError, Document, HistoryQuery};
use order::{
    Account, Command, Line, MerchantId, Order, Refusal, Registration, ReturnPolicy, ReturnedLine, Timestamp,
};
use std::ops::Range;
use std::sync::Arc;
use store::rows::{DocumentKey, Load};

/// The kind of the documents that accounts are kept as.
const KIND: &str = "account";

/// The first id that an account opened here gets: ten digits, clear of the ids that other systems hand out.
const FIRST: i64 = 7_000_000_000;

/// An account as it is kept: its id is the customer's number.
pub type KeptAccount = Document<Account>;

/// Handing lines of an order back: a new order, which says what, and the one that they go back to.
#[derive(Debug, Clone)]
pub struct HandBack {
    /// The order that was placed before.
    pub reference: Reference,
    /// Which of its lines.
    pub lines: Vec<ReturnedLine>,
    /// Under which rules.
    pub policy: ReturnPolicy,
    /// The new order. Its lines are told which subscriptions they are about.
    pub registration: Registration,
}

pub(crate) fn account_key(customer: &str) -> DocumentKey {
    DocumentKey {
        kind: KIND.to_owned(),
        id: customer.to_owned(),
    }
}

pub(crate) fn new_account(customer: &str, now: Timestamp, account: Account) -> KeptAccount {
    Document::new(KIND, customer.to_owned(), now, account)
}

impl Book {
    /// A customer's account, when there is one.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn account(
        &self,
        merchant: MerchantId,
        customer: &str,
    ) -> Result<Option<KeptAccount>, BookError> {
        self.document(merchant, KIND, customer).await
    }

    /// Whether the merchant has any order of this customer, whichever way it came in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_orders(&self, merchant: MerchantId, customer: &str) -> Result<bool, BookError> {
        let page = self.history(merchant, HistoryQuery::of(customer), 0, 0).await?;
        Ok(page.total > 0)
    }

    /// When the customer's first order was placed, if there is one.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn first_order_at(
        &self,
        merchant: MerchantId,
        customer: &str,
    ) -> Result<Option<Timestamp>, BookError> {
        let query = HistoryQuery::of(customer);
        let total = self.history(merchant, query.clone(), 0, 0).await?.total;
        let page = self.history(merchant, query, total.saturating_sub(1), 1).await?;
        Ok(page.orders.first().map(|order| order.placed_at))
    }

    /// Opens an account under a new id, and keeps the answer under its key in the same transaction.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn open_account<R>(
        &self,
        merchant: MerchantId,
        account: Account,
        idempotency: Idempotency,
        render: R,
    ) -> Result<Executed, BookError>
    where
        R: Fn(Result<&KeptAccount, &Refusal>) -> Reply + Clone + Send + 'static,
    {
        loop {
            let id = self
                .store()
                .take_block(merchant.0, KIND, FIRST, 1)
                .await?
                .to_string();
            let load = Load {
                merchant: merchant.0,
                documents: vec![account_key(&id)],
                answer: Some(idempotency.answer_key()),
                ..Load::default()
            };
            if self.has_orders(merchant, &id).await? {
                continue; // another system's customer goes by this id
            }
            let (account, render) = (account.clone(), render.clone());
            let run = move |work: &mut Work<'_>| {
                if work.document::<Account>(0)?.is_some() {
                    return Err(Stop::IdTaken);
                }
                let kept = new_account(&id, work.now(), account.clone());
                work.put(&kept)?;
                Ok(kept)
            };
            if let Some(executed) = self.transact_once(load, idempotency.clone(), run, render).await? {
                return Ok(executed);
            }
        }
    }

    /// Changes an account, and keeps the answer under its key in the same transaction. `change` says what is new, or
    /// why it can't be; then nothing is. An account that was known by its orders alone is made first.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn change_account<C, T, E, R>(
        &self,
        (merchant, customer): (MerchantId, &str),
        idempotency: Idempotency,
        change: C,
        render: R,
    ) -> Result<Executed, BookError>
    where
        C: Fn(&mut KeptAccount, &mut Work<'_>) -> Result<T, E> + Send + 'static,
        R: Fn(Result<(&KeptAccount, &T), &E>) -> Reply + Send + 'static,
        T: Send + 'static,
        E: From<Refusal> + Send + 'static,
    {
        let load = Load {
            merchant: merchant.0,
            documents: vec![account_key(customer)],
            answer: Some(idempotency.answer_key()),
            ..Load::default()
        };
        let customer = customer.to_owned();
        let run = move |work: &mut Work<'_>| {
            let mut kept = match work.document(0)? {
                Some(kept) => kept,
                None => new_account(&customer, work.now(), Account::bare()),
            };
            let done = match change(&mut kept, work) {
                Ok(done) => {
                    work.put(&kept)?;
                    Ok(done)
                }
                Err(error) => Err(error),
            };
            Ok((kept, done))
        };
        let render = move |outcome: Result<&(KeptAccount, Result<T, E>), &Refusal>| match outcome {
            Ok((kept, done)) => render(done.as_ref().map(|done| (kept, done))),
            Err(refusal) => render(Err(&E::from(refusal.clone()))),
        };
        let executed = self.transact_once(load, idempotency, run, render).await?;
        executed.ok_or_else(|| BookError::Exists(KIND.to_owned()))
    }

    /// Hands lines of an order back: notes it on that order and registers the new one, both or neither, and keeps the
    /// answer under its key. The outcome is that of the new order.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn hand_back<R>(
        &self,
        merchant: MerchantId,
        asked: HandBack,
        idempotency: Idempotency,
        render: R,
    ) -> Result<Executed, BookError>
    where
        R: Fn(Result<&Outcome, &Refusal>) -> Reply + Send + Sync + 'static,
    {
        let render = Arc::new(render);
        let mut asked = Arc::new(asked);
        loop {
            let own = Reference::Shown(asked.registration.origin, asked.registration.id.to_string());
            let orders: Vec<_> = own
                .keys()
                .into_iter()
                .take(1)
                .chain(asked.reference.keys())
                .collect();
            let places = 1..orders.len();
            let load = Load {
                merchant: merchant.0,
                orders,
                answer: Some(idempotency.answer_key()),
                ..Load::default()
            };
            let (hand_back, render) = (Arc::clone(&asked), Arc::clone(&render));
            let run = move |work: &mut Work<'_>| hand_back_loaded(work, &hand_back, places.clone());
            let tried = self.transact_once(load, idempotency.clone(), run, move |outcome| render(outcome));
            if let Some(executed) = tried.await? {
                return Ok(executed);
            }
            let mut again = HandBack::clone(&asked);
            again.registration.id = self.identify(merchant).await?.0;
            asked = Arc::new(again);
        }
    }
}

fn hand_back_loaded(work: &mut Work<'_>, asked: &HandBack, places: Range<usize>) -> Result<Outcome, Stop> {
    if work.is_taken(0..1) {
        return Err(Stop::IdTaken);
    }
    let bought = work.first_order(places)?.ok_or(Refusal::UnknownOrder)?;
    let is_of_customer = bought
        .customer
        .as_ref()
        .and_then(|customer| customer.number.as_ref())
        == asked
            .registration
            .customer
            .as_ref()
            .and_then(|customer| customer.number.as_ref());
    if !is_of_customer {
        return Err(Refusal::UnknownOrder.into());
    }
    let subscriptions = asked.lines.iter().map(|line| subscription_of(&bought, line));
    let subscriptions = subscriptions.collect();
    let command = Command::Return {
        lines: asked.lines.clone(),
        policy: asked.policy,
    };
    work.run(Some(bought), &[command])?;
    let register = Command::Register(Box::new(asked.registration.clone()));
    work.run(None, &[register, Command::Subscribe { subscriptions }])
}

fn subscription_of(bought: &Order, wanted: &ReturnedLine) -> Option<String> {
    let is_it = |line: &&Line| line.item.number == Some(wanted.number);
    bought.lines.iter().find(is_it)?.subscription.clone()
}
