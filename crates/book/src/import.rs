//! Taking orders over from the systems that kept them.

use crate::read::Reference;
use crate::work::Stop;
use crate::{Book, BookError, Work};
use order::{Command, Dialect, MerchantId, Order, OrderId, Refusal};
use store::rows::{Load, OrderKey};

/// An order as another system tells it. Its id is not set yet, and its UUID only where the other system gave one.
#[derive(Debug, Clone)]
pub struct Told {
    /// The dialect that it is told in.
    pub dialect: Dialect,
    /// The order. The name that the dialect finds it by must be set: its number, or the dialect's alias.
    pub order: Box<Order>,
}

/// What became of an order that was to be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// It is in the book now.
    Added(OrderId),
    /// It was there already, just so.
    Unchanged(OrderId),
    /// An order of this name is there already, and is not the same: it has moved on, or was placed here. It stays as
    /// it is.
    Kept(OrderId),
}

impl Told {
    /// What the dialect finds the order by.
    fn reference(&self) -> Reference {
        match (self.order.aliases.get(&self.dialect), &self.order.number) {
            (Some(alias), _) => Reference::Shown(self.dialect, alias.clone()),
            (None, Some(number)) => Reference::Number(number.clone()),
            (None, None) => Reference::Id(self.order.id),
        }
    }

    /// Whether an order of the book is this one, just so. An imported order that nothing has happened to since is
    /// compared by what was told of it.
    fn is(&self, kept: &Order) -> bool {
        let mut told = self.order.clone();
        (told.id, told.uuid, told.version, told.imported) = (kept.id, kept.uuid, kept.version, kept.imported);
        told.reservation.clone_from(&kept.reservation);
        for (capture, other) in told.captures.iter_mut().zip(&kept.captures) {
            (capture.id, capture.refunded) = (other.id, other.refunded);
        }
        for (refund, other) in told.refunds.iter_mut().zip(&kept.refunds) {
            refund.id = other.id;
        }
        kept.imported && kept.version == 1 && *told == *kept
    }
}

impl Book {
    /// Takes an order over. The same order again changes nothing.
    ///
    /// # Errors
    /// [`BookError`] when the database fails; the inner error says why the order can't be taken over.
    pub async fn import(
        &self,
        merchant: MerchantId,
        told: Told,
    ) -> Result<Result<Imported, Refusal>, BookError> {
        let (id, _uuid) = self.identify(merchant).await?;
        let mut orders: Vec<OrderKey> = told.reference().keys();
        orders.extend(
            told.order
                .number
                .iter()
                .flat_map(|number| Reference::Number(number.clone()).keys()),
        );
        let places = orders.len();
        let load = Load {
            merchant: merchant.0,
            orders,
            ..Load::default()
        };
        Box::pin(self.transact(load, move |work| import_loaded(work, &told, id, places))).await
    }
}

fn import_loaded(work: &mut Work<'_>, told: &Told, id: OrderId, places: usize) -> Result<Imported, Stop> {
    if let Some(kept) = work.first_order(0..places)? {
        let known = if told.is(&kept) {
            Imported::Unchanged(kept.id)
        } else {
            Imported::Kept(kept.id)
        };
        return Ok(known);
    }
    let mut order = told.order.clone();
    order.id = id;
    if order.uuid.is_nil() {
        order.uuid = work.ids().uuid();
    }
    work.run(None, &[Command::Import(order)])?;
    Ok(Imported::Added(id))
}
