//! What the server does by itself: completing orders, and letting reservations lapse.
//!
//! Every server of a database looks for what is due. Two that find the same order do its work once: the second finds
//! it done.

use crate::accounts::{KIND as ACCOUNT, account_key, loaded_account, put_account};
use crate::work::Stop;
use crate::{Book, BookError, Reference, Work};
use order::{Command, Dialect, MerchantId, Order, OrderId, Refusal, Status};
use store::rows::Load;

impl Book {
    /// Does what is due, and says how much there was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_due(&self, limit: i64) -> Result<usize, BookError> {
        let due = self.store().due_orders(self.now().0, limit).await?;
        for order in &due {
            let (merchant, id) = (MerchantId(order.merchant), OrderId(order.key));
            if let Err(refusal) = self.wake(merchant, id).await? {
                tracing::warn!(%merchant, order = %id, %refusal, "an order was due, but could not move on");
            }
        }
        let accounts = self.store().due_documents(self.now().0, limit).await?;
        for account in accounts.iter().filter(|account| account.key.kind == ACCOUNT) {
            self.wake_account(MerchantId(account.merchant), &account.key.id)
                .await?;
        }
        Ok(due.len().max(accounts.len()))
    }

    /// Does what is due on one order. A customer's account is loaded with it: what the order starts or ends is written
    /// in the same transaction.
    async fn wake(&self, merchant: MerchantId, id: OrderId) -> Result<Result<(), Refusal>, BookError> {
        let Some(order) = self.order(merchant, &Reference::Id(id)).await? else {
            return Ok(Ok(()));
        };
        let account = account_of(&order);
        let load = Load {
            merchant: merchant.0,
            orders: Reference::Id(id).keys(),
            documents: account.iter().map(|customer| account_key(customer)).collect(),
            ..Load::default()
        };
        self.transact(load, move |work| wake_loaded(work, account.as_deref()))
            .await
    }
}

/// The customer whose account an order is about, where it is about one.
fn account_of(order: &Order) -> Option<String> {
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
fn complete(work: &mut Work<'_>, order: &Order, account: Option<&str>) -> Result<Command, BookError> {
    let Some(customer) = account else {
        let subscriptions = Vec::new();
        return Ok(Command::Process { subscriptions });
    };
    let now = work.now();
    let mut kept = loaded_account(work, 0, customer)?;
    let completed = kept.body.complete(order, now, work.ids());
    if completed.is_err() {
        kept.body.abandon(order);
    }
    put_account(work, &mut kept)?;
    Ok(match completed {
        Ok(subscriptions) => Command::Process { subscriptions },
        Err(failure) => Command::Fail(failure),
    })
}
