//! What an account must allow before an order is taken: renewing, exchanging, and beginning with the next term.

use crate::account_preference::check_begun_with;
use crate::{
    Account, AccountRefusal, Item, Kind, LineTerms, Quantity, Registration, StartedLine, Subscription,
    Timestamp,
};

/// From so many days before the anniversary on, the next term can be arranged.
const OPENS_DAYS_BEFORE: i64 = -30;
/// Until the end of the third day before it, a subscription can be scheduled to begin with it.
const CLOSES_DAYS_BEFORE: i64 = -2;

impl Account {
    /// Notes that an order is to be taken which renews or exchanges subscriptions, and writes into its lines what the
    /// account knows of them. `subscriptions` are those that its lines name, by place; others are left to its
    /// completion.
    ///
    /// # Errors
    /// When the account does not allow it. Nothing has changed then.
    pub fn begin(
        &mut self,
        order: &mut Registration,
        subscriptions: &[Option<String>],
        now: Timestamp,
    ) -> Result<(), AccountRefusal> {
        let mut after = self.clone();
        match order.kind {
            Kind::Renewal => {
                for (item, id) in order.items.iter_mut().zip(subscriptions) {
                    after.begin_renewal(item, id.as_deref().unwrap_or_default(), now)?;
                }
            }
            Kind::Switch => {
                after.check_no_early_renewal()?;
                for item in &order.items {
                    after.begin_switch(item)?;
                }
            }
            Kind::New => {
                after.check_no_early_renewal()?;
                for item in &order.items {
                    after.spend(item)?;
                }
            }
            Kind::Return | Kind::Transfer | Kind::Revert => {}
        }
        *self = after;
        Ok(())
    }

    /// Whether no order is open that renews for the next term: until it is complete, nothing else is bought or
    /// exchanged.
    ///
    /// # Errors
    /// [`AccountRefusal::EarlyRenewalOpen`] when one is.
    pub fn check_no_early_renewal(&self) -> Result<(), AccountRefusal> {
        if self.subscriptions.iter().any(|one| one.active && one.renewing) {
            return Err(AccountRefusal::EarlyRenewalOpen);
        }
        Ok(())
    }

    /// Uses the promotions that a line has for one time only.
    fn spend(&mut self, item: &Item) -> Result<(), AccountRefusal> {
        let terms = LineTerms::of(item);
        for code in terms.promotions.into_iter().filter(|_| terms.once) {
            let line = item.number.unwrap_or_default();
            if !self.spent.insert(code.clone()) {
                return Err(AccountRefusal::Spent { line, code });
            }
        }
        Ok(())
    }

    /// Begins to renew a subscription: one whose term is over, which runs again once the order is completed; or one
    /// that runs, for the next term, shortly before this one is over.
    fn begin_renewal(&mut self, item: &mut Item, id: &str, now: Timestamp) -> Result<(), AccountRefusal> {
        let is_open = self.is_before_anniversary(now, OPENS_DAYS_BEFORE, 0);
        let is_final = self.is_in_final_term(now);
        let unknown = || AccountRefusal::UnknownSubscription { id: id.to_owned() };
        let subscription = self.with_id(id).ok_or_else(unknown)?;
        let id = id.to_owned();
        if (subscription.active && !is_open) || subscription.scheduled {
            return Err(AccountRefusal::StillRuns { id });
        }
        if subscription.renewing || (subscription.active && subscription.renewed.is_some()) {
            return Err(AccountRefusal::RenewedAlready { id });
        }
        if subscription.active && is_final {
            return Err(AccountRefusal::FinalTerm);
        }
        if !subscription.active && item.quantity > subscription.quantity {
            return Err(AccountRefusal::MoreThanBefore { id });
        }
        subscription.renewing = true;
        if subscription.active {
            let terms = LineTerms {
                early: true,
                ..LineTerms::of(item)
            };
            item.annex = terms.annex();
        }
        Ok(())
    }

    fn begin_switch(&mut self, item: &Item) -> Result<(), AccountRefusal> {
        let Some(replaced) = LineTerms::of(item).replaces else {
            return Ok(());
        };
        let id = replaced.subscription;
        let unknown = || AccountRefusal::UnknownSubscription { id: id.clone() };
        let subscription = self.with_id(&id).ok_or_else(unknown)?;
        if !subscription.active {
            return Err(AccountRefusal::Ended { id });
        }
        if subscription.switching {
            return Err(AccountRefusal::Busy { id });
        }
        if replaced.quantity > subscription.quantity {
            return Err(AccountRefusal::MoreThanThereAre { id });
        }
        subscription.switching = true;
        Ok(())
    }

    /// Whether another exchange of the subscription could begin: what [`Account::begin`] would say of it.
    ///
    /// # Errors
    /// See [`Account::begin`].
    pub fn could_switch(&self, item: &Item) -> Result<(), AccountRefusal> {
        self.clone().begin_switch(item)
    }

    /// Schedules a subscription that begins with the next term, by renewing on the anniversary like the others.
    ///
    /// # Errors
    /// Outside the days in which that is done, without a subscription that runs, or with one to the same product.
    pub fn schedule(
        &mut self,
        id: String,
        line: StartedLine,
        (promotions, code): (Vec<String>, Option<String>),
        now: Timestamp,
    ) -> Result<(), AccountRefusal> {
        let runs = self.subscriptions.iter().any(|subscription| subscription.active);
        let ends = self.anniversary.filter(|_| runs);
        let ends = ends.filter(|_| self.is_before_anniversary(now, OPENS_DAYS_BEFORE, CLOSES_DAYS_BEFORE));
        let ends = ends.ok_or(AccountRefusal::NotInWindow)?;
        if let Some(other) = self.subscriptions.iter().find(|one| one.is_of(&line)) {
            let id = other.id.clone();
            return Err(AccountRefusal::SubscribedAlready { id });
        }
        let quantity = line.quantity;
        if let Some(code) = &code {
            check_begun_with(self, (code, quantity), now)?;
        }
        self.subscriptions.push(Subscription {
            quantity: Quantity::ZERO,
            active: false,
            scheduled: true,
            renewal_quantity: Some(quantity),
            renewal_promotions: promotions,
            renewal_code: code,
            ..Subscription::started(id, line, (now, ends))
        });
        Ok(())
    }

    /// Whether it is between so many days before the anniversary (negative) and so many.
    fn is_before_anniversary(&self, now: Timestamp, from_days: i64, until_days: i64) -> bool {
        self.anniversary
            .is_some_and(|end| (end.plus_days(from_days)..end.plus_days(until_days)).contains(&now))
    }
}
