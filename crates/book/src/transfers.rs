//! Memberships of another programme: taken over by the server itself, once, however often it crashes.

use crate::accounts::{account_key, new_account, own_order, put_account};
use crate::work::Stop;
use crate::{Book, BookError, Document, Work};
use order::{Command, Kind, Membership, MerchantId, OrderId, Refusal};
use store::rows::{DocumentKey, Load};
use uuid::Uuid;

/// The kind of the documents that memberships are kept as; their ids are the memberships' own.
pub const MEMBERSHIP: &str = "membership";

impl Book {
    /// Keeps memberships, each in the place of the one that had its id. How one is taken over stays as it is.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn put_memberships(
        &self,
        merchant: MerchantId,
        memberships: Vec<Document<Membership>>,
    ) -> Result<(), BookError> {
        let merge = |kept: &mut Membership, new: &Membership| {
            let transfer = kept.transfer.take();
            *kept = Membership {
                transfer,
                ..new.clone()
            };
            true
        };
        Box::pin(self.merge_documents(merchant, memberships, merge)).await
    }

    /// Takes a membership over, if that is due: the customer's account, its subscriptions and the order that tells of
    /// them come out of it, all or nothing.
    pub(crate) async fn wake_membership(
        &self,
        merchant: MerchantId,
        membership: &str,
    ) -> Result<Result<(), Refusal>, BookError> {
        let customer = self.new_customer(merchant).await?;
        let key = DocumentKey {
            kind: MEMBERSHIP.to_owned(),
            id: membership.to_owned(),
        };
        let load = Load {
            merchant: merchant.0,
            documents: vec![key, account_key(&customer)],
            ..Load::default()
        };
        let ids = self.identify(merchant).await?;
        let run = move |work: &mut Work<'_>| take_over(work, ids, &customer);
        Box::pin(self.transact(load, run)).await
    }
}

fn take_over(work: &mut Work<'_>, ids: (OrderId, Uuid), customer: &str) -> Result<(), Stop> {
    let Some(mut kept) = work.document::<Membership>(0)? else {
        return Ok(());
    };
    let now = work.now();
    let Some(taken) = kept.body.take_over(customer, now, work.ids()) else {
        return Ok(());
    };
    kept.wake_at = kept.body.next_wake();
    work.put(&kept)?;
    let reseller = taken.account.reseller.clone();
    let mut account = new_account(customer, now, taken.account);
    put_account(work, &mut account)?;
    let registration = own_order(
        ids,
        Kind::Transfer,
        (customer, reseller),
        (taken.currency, taken.items),
    );
    let register = Command::Register(Box::new(registration));
    let subscriptions = taken.subscriptions.into_iter().map(Some).collect();
    work.run(None, &[register, Command::Process { subscriptions }])?;
    Ok(())
}
