//! What the server does by itself: completing orders, and letting reservations lapse.
//!
//! Every server of a database looks for what is due. Two that find the same order do its work once: the second finds
//! it done.

use crate::SUBSCRIPTION;
use crate::account_surroundings::reseller_key;
use crate::accounts::{KIND as ACCOUNT, account_key, loaded_account, put_account};
use crate::chain;
use crate::transfers::MEMBERSHIP;
use crate::work::Stop;
use crate::{Book, BookError, Reference, Seller, Work};
use order::{Command, Dialect, Failure, Kind, MerchantId, Order, OrderId, Refusal, Status};
use store::rows::{DocumentKey, Load};

/// What came of looking for what is due.
#[derive(Debug, Clone, Default)]
pub struct Moved {
    /// How much was found to be due.
    pub found: usize,
    /// How much of it moved on.
    pub done: usize,
    /// What is due and can't move on. It stays due: a person must look.
    pub stuck: Vec<Stuck>,
    /// Whether there may be more: as much was found as was asked for.
    pub more: bool,
}

/// Something that is due and can't move on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stuck {
    /// Whose.
    pub merchant: MerchantId,
    /// What, such as `order 1000000000`.
    pub what: String,
    /// Why.
    pub reason: String,
}

impl Moved {
    fn note(&mut self, merchant: MerchantId, what: String, woken: Woken) -> Result<(), BookError> {
        self.found = self.found.saturating_add(1);
        let reason = match woken {
            Ok(Ok(())) => {
                self.done = self.done.saturating_add(1);
                return Ok(());
            }
            Ok(Err(refusal)) => refusal.to_string(),
            Err(error) if error.is_passing() => return Err(error),
            Err(error) => chain(&error),
        };
        self.stuck.push(Stuck {
            merchant,
            what,
            reason,
        });
        Ok(())
    }
}

/// How waking something ended.
type Woken = Result<Result<(), Refusal>, BookError>;

impl Book {
    /// Does what is due, on so many orders and so many accounts at the most; first what has waited longest. What can't
    /// move on keeps nothing else from it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_due(&self, limit: i64) -> Result<Moved, BookError> {
        let mut moved = Moved::default();
        let orders = self.store().due_orders(self.now().0, limit).await?;
        for order in &orders {
            let (merchant, id) = (MerchantId(order.merchant), OrderId(order.key));
            moved.note(merchant, format!("order {id}"), self.wake(merchant, id).await)?;
        }
        let documents = self.store().due_documents(self.now().0, limit).await?;
        for document in &documents {
            let (merchant, id) = (MerchantId(document.merchant), &document.key.id);
            let woken = match document.key.kind.as_str() {
                ACCOUNT => self.wake_account(merchant, id).await,
                MEMBERSHIP => self.wake_membership(merchant, id).await,
                SUBSCRIPTION => self.wake_started(merchant, id).await,
                _ => continue,
            };
            moved.note(merchant, format!("{} {id}", document.key.kind), woken)?;
        }
        moved.more = [orders.len(), documents.len()]
            .iter()
            .any(|found| i64::try_from(*found).is_ok_and(|found| found >= limit));
        Ok(moved)
    }

    /// Does what is due on one order. A customer's account is loaded with it: what the order starts or ends is written
    /// in the same transaction.
    async fn wake(&self, merchant: MerchantId, id: OrderId) -> Woken {
        let Some(order) = self.order(merchant, &Reference::Id(id)).await? else {
            return Ok(Ok(()));
        };
        if !order.runs_over(self.now()).is_empty() {
            return self.end_runs(merchant, &order).await;
        }
        let account = account_of(&order);
        let load = Load {
            merchant: merchant.0,
            orders: Reference::Id(id).keys(),
            documents: surroundings(account.as_deref(), &order),
            ..Load::default()
        };
        self.transact(load, move |work| wake_loaded(work, account.as_deref()))
            .await
    }
}

/// What an order's completion depends on: first the customer's account, then the reseller.
pub(crate) fn surroundings(account: Option<&str>, order: &Order) -> Vec<DocumentKey> {
    let reseller = order.reseller.as_deref().filter(|_| account.is_some());
    let account = account.map(account_key).into_iter();
    account.chain(reseller.map(reseller_key)).collect()
}

/// The customer whose account an order is about, where it is about one.
pub(crate) fn account_of(order: &Order) -> Option<String> {
    let customer = order.customer.as_ref()?.number.clone()?;
    (order.origin == Dialect::Marketplace).then_some(customer)
}

fn wake_loaded(work: &mut Work<'_>, account: Option<&str>) -> Result<(), Stop> {
    let Some(order) = work.first_order(0..1)? else {
        return Ok(());
    };
    let now = work.now();
    let mut commands = Vec::new();
    if order.completes_at.is_some_and(|at| at <= now) && !order.status.is_final() {
        commands.push(complete(work, &order, account)?);
    }
    let lapses = order.reservation.as_ref().and_then(|held| held.expires_at);
    if lapses.is_some_and(|at| at <= now)
        && matches!(order.status, Status::Confirmed { .. } | Status::Processed { .. })
    {
        commands.push(Command::Expire);
    }
    if !commands.is_empty() {
        work.run(Some(order), &commands)?;
    }
    Ok(())
}

/// What an order that is due comes to.
pub(crate) fn complete(
    work: &mut Work<'_>,
    order: &Order,
    account: Option<&str>,
) -> Result<Command, BookError> {
    let Some(customer) = account else {
        let subscriptions = Vec::new();
        return Ok(Command::Process { subscriptions });
    };
    let now = work.now();
    let mut kept = loaded_account(work, 0, customer)?;
    let seller = work.document::<Seller>(1)?;
    // What goes back goes back, whoever sold it.
    let may_sell = order.kind == Kind::Return || seller.is_none_or(|seller| seller.body.is_active());
    let completed = if may_sell {
        kept.body.complete(order, now, work.ids())
    } else {
        Err(Failure::ResellerInactive)
    };
    if completed.is_err() {
        kept.body.abandon(order);
    }
    put_account(work, &mut kept)?;
    Ok(match completed {
        Ok(subscriptions) => Command::Process { subscriptions },
        Err(failure) => Command::Fail(failure),
    })
}
