//! A customer's contract in another programme, and how it is taken over: as an account of their own, with a
//! subscription for each licence that they have there.

use crate::{
    Account, Currency, Ids, Item, LineTerms, Opaque, Quantity, StartedLine, Subscription, Timestamp, offer,
    subscription_id,
};
use serde::{Deserialize, Serialize};

/// A customer's contract in another programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The account that the customer has once it is taken over. It has no subscriptions yet.
    pub account: Account,
    /// What they have there: one entry for each subscription.
    pub licences: Vec<Licence>,
    /// How it is taken over, once somebody has asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Transfer>,
    /// What only one dialect knows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annex: Option<Opaque>,
}

/// So many licences of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// The offer.
    pub product: String,
    /// How many.
    pub quantity: Quantity,
    /// The currency that they are paid in.
    pub currency: Currency,
    /// The midnight (UTC) on which they renew. When it has passed they were not renewed.
    pub renews_at: Timestamp,
    /// The deployment that they are for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
}

/// Taking a membership over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its id.
    pub id: String,
    /// Through whom the customer buys from then on.
    pub reseller: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When the server itself is to do it.
    pub completes_at: Timestamp,
    /// The customer's number, once it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The subscription that each licence came to, by its place, once it is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<String>,
}

/// Why a membership can't be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MembershipRefusal {
    /// It was already.
    #[error("the membership was taken over already")]
    Transferred,
    /// Somebody has asked for it already.
    #[error("the membership is being taken over")]
    InProgress,
}

/// What comes of a membership that is taken over.
#[derive(Debug, Clone)]
pub struct TakenOver {
    /// The customer's account.
    pub account: Account,
    /// The currency of the order that tells of it.
    pub currency: Currency,
    /// That order's lines.
    pub items: Vec<Item>,
    /// The subscription of each line, by its place.
    pub subscriptions: Vec<String>,
}

impl Membership {
    /// Whether it can be taken over as far as earlier transfers go.
    ///
    /// # Errors
    /// When it was taken over, or is being.
    pub fn check_free(&self) -> Result<(), MembershipRefusal> {
        match &self.transfer {
            None => Ok(()),
            Some(transfer) if transfer.customer.is_some() => Err(MembershipRefusal::Transferred),
            Some(_) => Err(MembershipRefusal::InProgress),
        }
    }

    /// When the server itself must look at it next.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let open = self.transfer.as_ref().filter(|one| one.customer.is_none());
        open.map(|transfer| transfer.completes_at)
    }

    /// Takes it over under the customer's number, once its time has come. None when there is nothing to do, or no
    /// licence to take.
    pub fn take_over(&mut self, customer: &str, now: Timestamp, ids: &mut Ids) -> Option<TakenOver> {
        let currency = self.licences.first()?.currency;
        let anniversary = self.anniversary(now);
        let transfer = self.transfer.as_mut()?;
        if transfer.customer.is_some() || now < transfer.completes_at {
            return None;
        }
        let subscriptions: Vec<String> = self.licences.iter().map(|_| subscription_id(ids)).collect();
        let mut account = self.account.clone();
        account.reseller = Some(transfer.reseller.clone());
        let started = self.licences.iter().zip(&subscriptions);
        account.subscriptions = started
            .map(|(licence, id)| licence.subscription(id.clone(), now))
            .collect();
        account.anniversary = anniversary;
        transfer.customer = Some(customer.to_owned());
        transfer.subscriptions.clone_from(&subscriptions);
        let lines = (1..).zip(&self.licences);
        Some(TakenOver {
            account,
            currency,
            items: lines
                .map(|(number, licence)| licence.item(number, currency))
                .collect(),
            subscriptions,
        })
    }

    /// The next day on which anything renews; when everything has ended, the last on which something would have.
    fn anniversary(&self, now: Timestamp) -> Option<Timestamp> {
        let days = || self.licences.iter().map(|licence| licence.renews_at);
        days().filter(|day| *day > now).min().or_else(|| days().max())
    }
}

impl Licence {
    fn subscription(&self, id: String, now: Timestamp) -> Subscription {
        let line = StartedLine {
            product: offer::base(&self.product),
            currency: self.currency,
            deployment: self.deployment.clone(),
            quantity: self.quantity,
        };
        Subscription {
            active: self.renews_at > now,
            ..Subscription::started(id, line, (now, self.renews_at))
        }
    }

    fn item(&self, number: i64, currency: Currency) -> Item {
        let terms = LineTerms {
            currency: Some(self.currency).filter(|own| *own != currency),
            deployment: self.deployment.clone(),
            ..LineTerms::default()
        };
        terms.item(number, self.product.clone(), self.quantity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    const DAY: i64 = 86_400_000;

    fn licence(product: &str, quantity: u32, renews_at: i64) -> Licence {
        Licence {
            product: product.to_owned(),
            quantity: Quantity::new(Decimal::from(quantity)).unwrap(),
            currency: Currency::from_code("USD").unwrap(),
            renews_at: Timestamp(renews_at),
            deployment: None,
        }
    }

    fn membership(licences: Vec<Licence>) -> Membership {
        Membership {
            account: Account::bare(),
            licences,
            transfer: Some(Transfer {
                id: "7".to_owned(),
                reseller: "R".to_owned(),
                asked_at: Timestamp(0),
                completes_at: Timestamp(DAY),
                customer: None,
                subscriptions: Vec::new(),
            }),
            annex: None,
        }
    }

    #[test]
    fn a_membership_is_taken_over_once_when_its_time_has_come() {
        let mut ids = Ids::from_seed([7; 16]);
        let both = vec![
            licence("80004567CA03A12", 3, 40 * DAY),
            licence("80004567CA01A12", 5, -DAY),
        ];
        let mut membership = membership(both);
        assert_eq!(membership.check_free(), Err(MembershipRefusal::InProgress));
        assert!(membership.take_over("C", Timestamp(DAY - 1), &mut ids).is_none());
        let taken = membership.take_over("C", Timestamp(DAY), &mut ids).unwrap();
        let account = taken.account;
        assert_eq!(account.anniversary, Some(Timestamp(40 * DAY)));
        // Each licence is a subscription of its own, though both are of one product; what was not renewed has ended.
        let shown: Vec<_> = account
            .subscriptions
            .iter()
            .map(|one| (one.product.as_str(), one.active))
            .collect();
        assert_eq!(shown, [("80004567CA01A12", true), ("80004567CA01A12", false)]);
        assert_eq!(taken.items[0].product, "80004567CA03A12");
        assert_eq!(membership.check_free(), Err(MembershipRefusal::Transferred));
        assert_eq!(membership.next_wake(), None);
        assert!(membership.take_over("C", Timestamp(2 * DAY), &mut ids).is_none());
    }
}
