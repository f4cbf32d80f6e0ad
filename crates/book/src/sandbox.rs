//! What only a sandbox does: it takes a merchant's data away, and moves through time.

use crate::accounts::put_account;
use crate::due::{account_of, complete, surroundings};
use crate::{Book, BookError, Executed, Idempotency, Outcome, Reference, Reply, Work};
use order::{Account, Command, Failure, MerchantId, Order, Refusal, Status, Timestamp};
use store::rows::Load;

/// The setting that marks a database whose data are all a sandbox's.
const MARK: &str = "sandbox";

impl Book {
    /// Tells whether all data in the database came in through sandboxes, so that they may be cleared away: the database
    /// was without data when a sandbox was first started on it, and no other server has run on it since.
    ///
    /// # Errors
    /// When the database fails; so for the others.
    pub async fn begin_sandbox(&self) -> Result<bool, BookError> {
        if self.store().setting(MARK).await?.is_some() {
            return Ok(true);
        }
        if !self.store().is_without_data().await? {
            return Ok(false);
        }
        self.store()
            .put_setting_if_absent(MARK, "began without data")
            .await?;
        Ok(true)
    }

    /// Takes down that the data are real from now on: a server that is no sandbox runs on them.
    ///
    /// # Errors
    /// See [`Book::begin_sandbox`].
    pub async fn end_sandbox(&self) -> Result<(), BookError> {
        if self.store().setting(MARK).await?.is_some() {
            self.store().remove_setting(MARK).await?;
        }
        Ok(())
    }

    /// Removes everything of a merchant but its credentials. Ids that were given are not given again.
    ///
    /// # Errors
    /// See [`Book::begin_sandbox`].
    pub async fn clear_merchant(&self, merchant: MerchantId) -> Result<(), BookError> {
        self.store().clear_merchant(merchant.0).await?;
        // Callers are known together with their merchant's settings, which are gone.
        self.inner.access.forget();
        Ok(())
    }

    /// The first moment after `now` at which something is due.
    ///
    /// # Errors
    /// See [`Book::begin_sandbox`].
    pub async fn next_due_after(&self, now: Timestamp) -> Result<Option<Timestamp>, BookError> {
        Ok(self.store().next_wake_after(now.0).await?.map(Timestamp))
    }

    /// Makes the workers look for what is due at once, as after the time was moved.
    pub fn look_now(&self) {
        self.inner.calls.notify_waiters();
        self.inner.calls.notify_one();
        self.inner.orders.notify_one();
    }

    /// Of some secrets those that open something now: the merchant's name and the API, for each.
    ///
    /// # Errors
    /// See [`Book::begin_sandbox`].
    pub async fn opened_by(&self, secrets: &[&str]) -> Result<Vec<(String, order::Dialect)>, BookError> {
        let hashes: Vec<String> = secrets
            .iter()
            .map(|secret| self.inner.salt.hash(secret))
            .collect();
        let mut opened = Vec::new();
        for merchant in self.merchants().await? {
            for row in self.store().credentials(merchant.id.0).await? {
                let known = hashes.iter().any(|hash| crate::same_text(hash, &row.secret_hash));
                if let Some(api) =
                    order::Dialect::from_word(&row.api).filter(|_| known && row.revoked_at.is_none())
                {
                    opened.push((merchant.name.clone(), api));
                }
            }
        }
        Ok(opened)
    }

    /// Ends an open order now, after other commands on it: completes it with all that its completion brings, or lets it
    /// fail; and keeps the answer under its key.
    ///
    /// # Errors
    /// See [`Book::begin_sandbox`].
    pub async fn end_now<R>(
        &self,
        (merchant, order): (MerchantId, &Order),
        (first, failure): (Vec<Command>, Option<Failure>),
        idempotency: Idempotency,
        render: R,
    ) -> Result<Executed, BookError>
    where
        R: Fn(Result<&Outcome, &Refusal>) -> Reply + Send + 'static,
    {
        let account = account_of(order);
        let load = Load {
            orders: Reference::Id(order.id).keys(),
            documents: surroundings(account.as_deref(), order),
            ..idempotency.load(merchant)
        };
        let run = move |work: &mut Work<'_>| {
            let order = work.first_order(0..1)?.ok_or(Refusal::UnknownOrder)?;
            let mut commands = first.clone();
            let is_open = matches!(order.status, Status::Preliminary | Status::Confirmed { .. });
            let subscriptions = Vec::new();
            commands.push(match &failure {
                Some(failure) => {
                    if is_open {
                        forget(work, &order, account.as_deref())?;
                    }
                    Command::Fail(failure.clone())
                }
                None if is_open => complete(work, &order, account.as_deref())?,
                // One that is complete stays so, and one that has failed says so.
                None => Command::Process { subscriptions },
            });
            work.run(Some(order), &commands)
        };
        let executed = Box::pin(self.transact_once(load, idempotency, run, render)).await?;
        executed.ok_or_else(|| BookError::Unknown("order".to_owned()))
    }
}

/// Lets the account forget an order that fails, where there is an account.
fn forget(work: &mut Work<'_>, order: &Order, account: Option<&str>) -> Result<(), BookError> {
    if account.is_none() {
        return Ok(());
    }
    let Some(mut kept) = work.document::<Account>(0)? else {
        return Ok(());
    };
    kept.body.abandon(order);
    put_account(work, &mut kept)
}
