//! What the server does by itself: completing orders, and letting reservations lapse.
//!
//! Every server of a database looks for what is due. Two that find the same order do its work once: the second finds
//! it done.

use crate::work::Stop;
use crate::{Book, BookError, Reference, Work};
use order::{Command, Ids, Kind, MerchantId, Order, OrderId, Refusal, Status};
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
        Ok(due.len())
    }

    /// Does what is due on one order.
    async fn wake(&self, merchant: MerchantId, id: OrderId) -> Result<Result<(), Refusal>, BookError> {
        let orders = Reference::Id(id).keys();
        let load = Load {
            merchant: merchant.0,
            orders,
            ..Load::default()
        };
        self.transact(load, wake_loaded).await
    }
}

fn wake_loaded(work: &mut Work<'_>) -> Result<(), Stop> {
    let Some(order) = work.first_order(0..1)? else {
        return Ok(());
    };
    let now = work.now();
    let mut commands = Vec::new();
    if order.completes_at.is_some_and(|at| at <= now) && !order.status.is_final() {
        commands.push(Command::Process {
            subscriptions: subscriptions(&order, work.ids()),
        });
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

/// The subscription of each line: the one that it named, else a new one where the order starts subscriptions.
/// (Thirty hexadecimal digits and `NA`, the form that Marketplace clients know.)
fn subscriptions(order: &Order, ids: &mut Ids) -> Vec<Option<String>> {
    let starts = matches!(order.kind, Kind::New | Kind::Transfer | Kind::Switch);
    let fresh = |ids: &mut Ids| {
        let digits = ids.uuid().simple().to_string();
        format!("{}NA", digits.get(..30).unwrap_or(&digits))
    };
    order
        .lines
        .iter()
        .map(|line| line.subscription.clone().or_else(|| starts.then(|| fresh(ids))))
        .collect()
}
