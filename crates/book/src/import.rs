//! Taking orders over from the systems that kept them.

use crate::accounts::{KeptAccount, account_key, new_account, put_account};
use crate::read::Reference;
use crate::work::Stop;
use crate::{Book, BookError, Work};
use order::{Account, Command, Dialect, MerchantId, Order, OrderId, Refusal, Timestamp};
use store::rows::{Load, OrderKey};

/// An order as another system tells it. Its id is not set yet, and its UUID only where the other system gave one.
#[derive(Debug, Clone)]
pub struct Told {
    /// The dialect that it is told in.
    pub dialect: Dialect,
    /// The order. The name that the dialect finds it by must be set: its number, or the dialect's alias.
    pub order: Box<Order>,
}

/// A customer as another system tells of them.
#[derive(Debug, Clone)]
pub struct ToldAccount {
    /// The customer's number.
    pub customer: String,
    /// Since when the other system knows them.
    pub created_at: Timestamp,
    /// What it knows.
    pub account: Account,
}

impl ToldAccount {
    /// The account as it will be kept.
    pub fn kept(&self) -> KeptAccount {
        new_account(&self.customer, self.created_at, self.account.clone())
    }
}

/// What became of a customer who was to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportedAccount {
    /// They have an account now.
    Added,
    /// They had it already, just so.
    Unchanged,
    /// They have an account of which more is known than their orders tell. It stays as it is.
    Kept,
}

/// What one record of another system tells of.
#[derive(Debug, Clone)]
pub enum Record {
    /// An order.
    Order(Told),
    /// A customer.
    Customer(Box<ToldAccount>),
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// Of an order.
    Order(Imported),
    /// Of a customer.
    Customer(ImportedAccount),
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

impl Book {
    /// Takes an order or a customer over.
    ///
    /// # Errors
    /// See [`Book::import`] and [`Book::import_account`].
    pub async fn take_over(
        &self,
        merchant: MerchantId,
        record: Record,
    ) -> Result<Result<Became, Refusal>, BookError> {
        Ok(match record {
            Record::Order(told) => self.import(merchant, told).await?.map(Became::Order),
            Record::Customer(told) => self.import_account(merchant, *told).await?.map(Became::Customer),
        })
    }

    /// Takes a customer over. One who was known by orders alone keeps what those have made of their account.
    ///
    /// # Errors
    /// [`BookError`] when the database fails; the inner error says why the customer can't be taken over.
    pub async fn import_account(
        &self,
        merchant: MerchantId,
        told: ToldAccount,
    ) -> Result<Result<ImportedAccount, Refusal>, BookError> {
        let load = Load {
            merchant: merchant.0,
            documents: vec![account_key(&told.customer)],
            ..Load::default()
        };
        let run = move |work: &mut Work<'_>| {
            let mut new = told.kept();
            if let Some(kept) = work.document::<Account>(0)? {
                if kept.body == new.body {
                    return Ok(ImportedAccount::Unchanged);
                }
                if !kept.body.annex.is_empty() || kept.body.reseller.is_some() {
                    return Ok(ImportedAccount::Kept);
                }
                new.version = kept.version;
                new.body.anniversary = kept.body.anniversary.or(new.body.anniversary);
                new.body.subscriptions = kept.body.subscriptions;
            }
            put_account(work, &mut new)?;
            Ok(ImportedAccount::Added)
        };
        Box::pin(self.transact(load, run)).await
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
