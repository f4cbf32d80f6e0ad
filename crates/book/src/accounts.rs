//! Customers' accounts: opening them, changing them, and handing orders back.

use crate::execute::{Executed, Idempotency, Reply};
use crate::read::Reference;
use crate::work::{Outcome, Stop, Work};
use crate::{Book, BookError, Document, HistoryQuery};
use order::{
    Account, AccountRefusal, Amount, Command, Currency, Customer, Dialect, Item, Kind, Line, LineTerms,
    MerchantId, Order, OrderId, Payment, PaymentMethod, Refusal, Registration, ReturnPolicy, ReturnedLine,
    Timestamp, offer,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use store::rows::{DocumentKey, Load};
use uuid::Uuid;

/// The kind of the documents that accounts are kept as.
pub(crate) const KIND: &str = "account";

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
    let owner = account.reseller.clone().unwrap_or_default();
    let mut kept = Document::new(KIND, customer.to_owned(), now, account);
    kept.owner = owner;
    kept
}

/// An order that its customer's account must allow: one that renews or exchanges subscriptions.
#[derive(Debug, Clone)]
pub struct AccountOrder {
    /// The order.
    pub registration: Registration,
    /// Which subscription each line names, by its place.
    pub subscriptions: Vec<Option<String>>,
}

/// The account that was loaded at this place. One that was known by its orders alone is new.
pub(crate) fn loaded_account(
    work: &Work<'_>,
    place: usize,
    customer: &str,
) -> Result<KeptAccount, BookError> {
    let kept = work.document(place)?;
    Ok(kept.unwrap_or_else(|| new_account(customer, work.now(), Account::bare())))
}

/// Writes an account, with the time at which the server must look at it next.
pub(crate) fn put_account(work: &mut Work<'_>, kept: &mut KeptAccount) -> Result<(), BookError> {
    kept.wake_at = kept.body.next_wake();
    kept.owner = kept.body.reseller.clone().unwrap_or_default();
    work.put(kept)
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

    /// A new id of a subscription.
    pub fn new_subscription_id(&self) -> String {
        order::subscription_id(&mut self.ids())
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
        let id = self.new_customer(merchant).await?;
        let kept = new_account(&id, self.now(), account);
        Box::pin(self.open_document((merchant, kept), idempotency, render)).await
    }

    /// A new customer's number: one that no customer of another system goes by.
    pub(crate) async fn new_customer(&self, merchant: MerchantId) -> Result<String, BookError> {
        loop {
            let id = self.new_id(merchant, KIND, FIRST).await?;
            if !self.has_orders(merchant, &id).await? {
                return Ok(id);
            }
        }
    }

    /// Changes an account, and keeps the answer under its key in the same transaction. `change` says what is new, or
    /// why it can't be; then nothing is. An account that was known by its orders alone is made first.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn change_account<C, R>(
        &self,
        (merchant, customer): (MerchantId, &str),
        idempotency: Idempotency,
        change: C,
        render: R,
    ) -> Result<Executed, BookError>
    where
        C: Fn(&mut Account, Timestamp) -> Result<(), AccountRefusal> + Send + 'static,
        R: Fn(Result<&KeptAccount, &AccountRefusal>) -> Reply + Send + 'static,
    {
        let load = Load {
            documents: vec![account_key(customer)],
            ..idempotency.load(merchant)
        };
        let customer = customer.to_owned();
        let run = move |work: &mut Work<'_>| {
            let mut kept = loaded_account(work, 0, &customer)?;
            let done = change(&mut kept.body, work.now());
            if done.is_ok() {
                put_account(work, &mut kept)?;
            }
            Ok(done.map(|()| kept))
        };
        let render = move |outcome: Result<&Result<KeptAccount, AccountRefusal>, &Refusal>| match outcome {
            Ok(done) => render(done.as_ref()),
            Err(refusal) => render(Err(&refusal.clone().into())),
        };
        let executed = Box::pin(self.transact_once(load, idempotency, run, render)).await?;
        executed.ok_or_else(|| BookError::Exists(KIND.to_owned()))
    }

    /// Registers an order that renews or exchanges subscriptions, and notes on the account that it does; both or
    /// neither. The answer is kept under its key.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn order_for_account<R>(
        &self,
        (merchant, customer): (MerchantId, &str),
        asked: AccountOrder,
        idempotency: Idempotency,
        render: R,
    ) -> Result<Executed, BookError>
    where
        R: Fn(Result<&Outcome, &AccountRefusal>) -> Reply + Send + Sync + 'static,
    {
        let (render, mut asked) = (Arc::new(render), Arc::new(asked));
        loop {
            let own = Reference::Shown(asked.registration.origin, asked.registration.id.to_string());
            let load = Load {
                orders: own.keys().into_iter().take(1).collect(),
                documents: vec![account_key(customer)],
                ..idempotency.load(merchant)
            };
            let (order, render, customer) = (Arc::clone(&asked), Arc::clone(&render), customer.to_owned());
            let run = move |work: &mut Work<'_>| order_loaded(work, &order, &customer);
            let render = move |outcome: Result<&Result<Outcome, AccountRefusal>, &Refusal>| match outcome {
                Ok(done) => render(done.as_ref()),
                Err(refusal) => render(Err(&refusal.clone().into())),
            };
            let tried = Box::pin(self.transact_once(load, idempotency.clone(), run, render)).await?;
            if let Some(executed) = tried {
                return Ok(executed);
            }
            let mut again = AccountOrder::clone(&asked);
            again.registration.id = self.identify(merchant).await?.0;
            asked = Arc::new(again);
        }
    }

    /// Lets an account's anniversary pass, if it has come: what is set to renew does, by an order of its own.
    pub(crate) async fn wake_account(
        &self,
        merchant: MerchantId,
        customer: &str,
    ) -> Result<Result<(), Refusal>, BookError> {
        let Some(kept) = self.account(merchant, customer).await? else {
            return Ok(Ok(()));
        };
        let over = self.products_not_sold(merchant, &kept.body).await?;
        let load = Load {
            merchant: merchant.0,
            documents: vec![account_key(customer)],
            ..Load::default()
        };
        let (ids, customer) = (self.identify(merchant).await?, customer.to_owned());
        let run = move |work: &mut Work<'_>| pass_anniversary(work, ids, (&customer, &over));
        Box::pin(self.transact(load, run)).await
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
        R: Fn(Result<&Outcome, &AccountRefusal>) -> Reply + Send + Sync + 'static,
    {
        let render = Arc::new(render);
        let mut asked = Arc::new(asked);
        let customer = asked.registration.customer.as_ref();
        let account = customer.and_then(|customer| customer.number.as_deref());
        let documents: Vec<DocumentKey> = account.map(account_key).into_iter().collect();
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
                orders,
                documents: documents.clone(),
                ..idempotency.load(merchant)
            };
            let (hand_back, render) = (Arc::clone(&asked), Arc::clone(&render));
            let run = move |work: &mut Work<'_>| hand_back_loaded(work, &hand_back, places.clone());
            let render = move |outcome: Result<&Result<Outcome, AccountRefusal>, &Refusal>| match outcome {
                Ok(done) => render(done.as_ref()),
                Err(refusal) => render(Err(&refusal.clone().into())),
            };
            let tried = self.transact_once(load, idempotency.clone(), run, render);
            if let Some(executed) = Box::pin(tried).await? {
                return Ok(executed);
            }
            let mut again = HandBack::clone(&asked);
            again.registration.id = self.identify(merchant).await?.0;
            asked = Arc::new(again);
        }
    }
}

fn hand_back_loaded(
    work: &mut Work<'_>,
    asked: &HandBack,
    places: Range<usize>,
) -> Result<Result<Outcome, AccountRefusal>, Stop> {
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
    let kind = asked.registration.kind;
    let lines = asked.lines.iter();
    let subscriptions = lines.map(|line| subscription_of(&bought, line, kind));
    let subscriptions = subscriptions.collect();
    let command = Command::Return {
        lines: asked.lines.clone(),
        policy: asked.policy,
    };
    // The order's own rules come first: what is returned already, or too late, is said before what it would leave.
    work.check(&bought, &command)?;
    if kind == Kind::Return
        && let Err(refusal) = begin_return(work, &bought, &asked.lines)?
    {
        return Ok(Err(refusal));
    }
    work.run(Some(bought), &[command])?;
    let register = Command::Register(Box::new(asked.registration.clone()));
    let registered = work.run(None, &[register, Command::Subscribe { subscriptions }])?;
    Ok(Ok(registered))
}

/// Sees whether the customer may hand so much back, and notes it on the account where that counts.
fn begin_return(
    work: &mut Work<'_>,
    bought: &Order,
    lines: &[ReturnedLine],
) -> Result<Result<(), AccountRefusal>, BookError> {
    let Some(mut kept) = work.document::<Account>(0)? else {
        return Ok(Ok(()));
    };
    let is_counted = |line: &Line| offer::least_order(&line.item.product).is_some();
    if kept.body.commitment.is_none() && !bought.lines.iter().any(is_counted) {
        return Ok(Ok(()));
    }
    let mut items = Vec::with_capacity(lines.len());
    for wanted in lines {
        let is_it = |line: &&Line| line.item.number == Some(wanted.number);
        if let Some(line) = bought.lines.iter().find(is_it) {
            items.push((&line.item, line.subscription.as_deref(), wanted.quantity));
        }
    }
    match kept.body.begin_return(&items, work.now()) {
        Ok(false) => Ok(Ok(())),
        Ok(true) => put_account(work, &mut kept).map(Ok),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// The subscription that a line of the new order is about: the one that the line was about, or, when an exchange is
/// undone, the one that it took from.
fn subscription_of(bought: &Order, wanted: &ReturnedLine, kind: Kind) -> Option<String> {
    let is_it = |line: &&Line| line.item.number == Some(wanted.number);
    let line = bought.lines.iter().find(is_it)?;
    if kind == Kind::Revert {
        return Some(LineTerms::of(&line.item).replaces?.subscription);
    }
    line.subscription.clone()
}

fn order_loaded(
    work: &mut Work<'_>,
    asked: &AccountOrder,
    customer: &str,
) -> Result<Result<Outcome, AccountRefusal>, Stop> {
    if work.is_taken(0..1) {
        return Err(Stop::IdTaken);
    }
    let mut kept = loaded_account(work, 0, customer)?;
    let mut registration = asked.registration.clone();
    if let Err(refusal) = kept
        .body
        .begin(&mut registration, &asked.subscriptions, work.now())
    {
        return Ok(Err(refusal));
    }
    put_account(work, &mut kept)?;
    let subscriptions = asked.subscriptions.clone();
    let register = Command::Register(Box::new(registration));
    Ok(Ok(
        work.run(None, &[register, Command::Subscribe { subscriptions }])?
    ))
}

fn pass_anniversary(
    work: &mut Work<'_>,
    ids: (OrderId, Uuid),
    (customer, over): (&str, &BTreeSet<String>),
) -> Result<(), Stop> {
    let Some(mut kept) = work.document::<Account>(0)? else {
        return Ok(());
    };
    if kept.body.anniversary.is_some_and(|end| end <= work.now()) {
        kept.body
            .end_sale(|product| !over.contains(offer::family(product)));
    }
    let Some(renewed) = kept.body.pass_anniversary(work.now()) else {
        return Ok(());
    };
    let reseller = kept.body.reseller.clone();
    put_account(work, &mut kept)?;
    let Some(first) = renewed.first() else {
        return Ok(());
    };
    let subscriptions: Vec<_> = renewed
        .iter()
        .map(|line| Some(line.subscription.clone()))
        .collect();
    let items = (1..)
        .zip(&renewed)
        .map(|(number, line)| line.item(number, first.currency));
    let registration = own_order(
        ids,
        Kind::Renewal,
        (customer, reseller),
        (first.currency, items.collect()),
    );
    let register = Command::Register(Box::new(registration));
    work.run(None, &[register, Command::Process { subscriptions }])?;
    Ok(())
}

/// An order that the server itself places for a customer.
pub(crate) fn own_order(
    (id, uuid): (OrderId, Uuid),
    kind: Kind,
    (customer, reseller): (&str, Option<String>),
    (currency, items): (Currency, Vec<Item>),
) -> Registration {
    Registration {
        id,
        uuid,
        origin: Dialect::Marketplace,
        kind,
        number: None,
        reference: None,
        refers_to: None,
        customer: Some(Customer {
            number: Some(customer.to_owned()),
            ..Customer::default()
        }),
        reseller,
        currency,
        gross: Amount::ZERO,
        net: None,
        items,
        payment: Payment {
            method: PaymentMethod::Invoice,
            prepaid: false,
            pending: false,
        },
        ordered_at: None,
        completes_at: None,
        entails: order::Entailed::default(),
        annex: BTreeMap::new(),
    }
}
