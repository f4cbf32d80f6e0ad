//! A customer's account: their contract term and the subscriptions that orders start, extend and end.
//!
//! The account is one aggregate, so that completing an order touches the order and its customer's account and
//! nothing else. Like everything in this crate it is pure: time and ids come in, and what has changed is the value
//! itself.

use crate::{
    Commitment, Dialect, Failure, Ids, Kind, Line, LineTerms, Opaque, Order, Quantity, Replaced, StartedLine,
    Subscription, Timestamp, offer,
};
use jiff::civil::Date;
use jiff::{ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A customer's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Whether the customer may buy.
    pub standing: Standing,
    /// Until when the account is still being set up; none when it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_until: Option<Timestamp>,
    /// The merchant's own reference, which need not be unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Through whom the customer buys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reseller: Option<String>,
    /// The midnight (UTC) on which the current term ends and the next begins; none before the first order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anniversary: Option<Timestamp>,
    /// What the customer has subscribed to, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<Subscription>,
    /// What the customer has promised to hold, and does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<Commitment>,
    /// What they are asked to promise instead, or have accepted and do not hold yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested: Option<Commitment>,
    /// What they are to promise once that ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommitment: Option<Commitment>,
    /// The codes of promotions for one time only that they have used.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub spent: BTreeSet<String>,
    /// What only one dialect knows of the customer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annex: BTreeMap<Dialect, Opaque>,
}

/// Whether a customer may buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Yes.
    Active,
    /// No.
    Inactive,
    /// No, since the address is not one.
    InvalidAddress,
    /// No, since somebody has blocked the customer.
    Blocked,
    /// No, since the company has an account already.
    Duplicate,
}

impl Account {
    /// An account of which nothing is known but that it is there: that of a customer whose orders came from elsewhere.
    pub fn bare() -> Self {
        Self {
            standing: Standing::Active,
            pending_until: None,
            reference: None,
            reseller: None,
            anniversary: None,
            subscriptions: Vec::new(),
            commitment: None,
            requested: None,
            recommitment: None,
            spent: BTreeSet::new(),
            annex: BTreeMap::new(),
        }
    }

    /// Whether the account is still being set up.
    pub fn is_pending(&self, now: Timestamp) -> bool {
        self.pending_until.is_some_and(|until| now < until)
    }

    /// When the current term began: a year before it ends.
    pub fn term_start(&self) -> Option<Timestamp> {
        self.anniversary.map(|end| years_later(end, -1))
    }

    /// Moves the end of the term, for tests of what happens then.
    pub fn move_anniversary(&mut self, end: Timestamp) {
        self.anniversary = Some(end);
        for subscription in self
            .subscriptions
            .iter_mut()
            .filter(|subscription| subscription.active || subscription.scheduled)
        {
            subscription.renews_at = end;
        }
    }

    /// Lets nothing renew any more whose product is not sold any more; says whether that was anything.
    pub fn end_sale(&mut self, is_sold: impl Fn(&str) -> bool) -> bool {
        let renewing = self.subscriptions.iter_mut();
        let renewing = renewing.filter(|one| (one.active || one.scheduled) && one.renews);
        let mut ended = false;
        for subscription in renewing.filter(|one| !is_sold(&one.product)) {
            (subscription.renews, ended) = (false, true);
        }
        ended
    }

    /// The subscription with this id.
    pub fn subscription(&self, id: &str) -> Option<&Subscription> {
        self.subscriptions
            .iter()
            .find(|subscription| subscription.id == id)
    }

    /// Takes a completed order in: starts, extends or ends what its lines are about, and says which subscription each
    /// line came to. The customer's first purchase sets the anniversary.
    ///
    /// # Errors
    /// The [`Failure`] that the order ends in when the customer may not buy.
    pub fn complete(
        &mut self,
        order: &Order,
        now: Timestamp,
        ids: &mut Ids,
    ) -> Result<Vec<Option<String>>, Failure> {
        if order.kind == Kind::Return {
            for line in &order.lines {
                self.give_back(line);
            }
            return Ok(named_by(order));
        }
        if self.standing != Standing::Active {
            return Err(Failure::CustomerInactive);
        }
        let ends = self.term_end(now);
        self.anniversary = Some(ends);
        let taken = self.take_in(order, (now, ends), ids)?;
        self.note_commitment(now);
        Ok(taken)
    }

    /// Starts, extends or exchanges what the order's lines are about.
    fn take_in(
        &mut self,
        order: &Order,
        (now, ends): (Timestamp, Timestamp),
        ids: &mut Ids,
    ) -> Result<Vec<Option<String>>, Failure> {
        match order.kind {
            Kind::Renewal => {
                for line in &order.lines {
                    self.renew(line, ends);
                }
                Ok(named_by(order))
            }
            Kind::Switch | Kind::Revert => {
                let replaced: Vec<Replaced> = order.lines.iter().filter_map(replaced_by).collect();
                if !replaced.iter().all(|replaced| self.has(replaced)) {
                    return Err(Failure::Other("the licences to exchange are gone".to_owned()));
                }
                for replaced in &replaced {
                    self.replace(replaced);
                }
                Ok(self.take_all(order, (now, ends), ids))
            }
            Kind::New | Kind::Transfer | Kind::Return => Ok(self.take_all(order, (now, ends), ids)),
        }
    }

    fn take_all(
        &mut self,
        order: &Order,
        term: (Timestamp, Timestamp),
        ids: &mut Ids,
    ) -> Vec<Option<String>> {
        let lines = order.lines.iter();
        lines
            .map(|line| Some(self.take(order, line, term, ids)))
            .collect()
    }

    /// Forgets an order that has failed: what it was to renew or to exchange can be by another.
    pub fn abandon(&mut self, order: &Order) {
        for line in &order.lines {
            let terms = LineTerms::of(&line.item);
            for code in terms.promotions.iter().filter(|_| terms.once) {
                self.spent.remove(code);
            }
            if let Some(subscription) = self.named(line) {
                subscription.renewing = false;
                if order.kind == Kind::Return {
                    subscription.returning = subscription.returning.less(line.item.quantity);
                }
            }
            if let Some(replaced) = replaced_by(line)
                && let Some(subscription) = self.with_id(&replaced.subscription)
            {
                subscription.switching = false;
            }
        }
    }

    /// When a term that runs now ends: on the anniversary, or the next one that is to come. A customer of whom nothing
    /// runs any more begins a new term today.
    pub(crate) fn term_end(&self, now: Timestamp) -> Timestamp {
        let goes_on = self
            .subscriptions
            .iter()
            .any(|subscription| subscription.active || subscription.renewing);
        let known = self.anniversary.filter(|end| goes_on || *end > now);
        let Some(mut end) = known else {
            return years_later(now.midnight(), 1);
        };
        while end <= now && years_later(end, 1) > end {
            end = years_later(end, 1);
        }
        end
    }

    fn named(&mut self, line: &Line) -> Option<&mut Subscription> {
        self.with_id(line.subscription.as_deref()?)
    }

    pub(crate) fn with_id(&mut self, id: &str) -> Option<&mut Subscription> {
        self.subscriptions
            .iter_mut()
            .find(|subscription| subscription.id == id)
    }

    /// Renews a subscription from now on; or for the next term, as long as this one runs.
    fn renew(&mut self, line: &Line, ends: Timestamp) {
        let is_early = LineTerms::of(&line.item).early;
        if let Some(subscription) = self.named(line) {
            if is_early && subscription.active {
                (subscription.renewing, subscription.renewed) = (false, Some(line.item.quantity));
            } else {
                subscription.renew(line.item.quantity, ends);
            }
        }
    }

    fn has(&self, replaced: &Replaced) -> bool {
        let subscription = self.subscription(&replaced.subscription);
        subscription.is_some_and(|one| one.active && one.quantity >= replaced.quantity)
    }

    /// Takes licences that are exchanged for others off their subscription.
    fn replace(&mut self, replaced: &Replaced) {
        if let Some(subscription) = self.with_id(&replaced.subscription) {
            subscription.switching = false;
            subscription.give_back(replaced.quantity);
        }
    }

    /// Adds a line's quantity to the subscription that it is about, or starts one.
    fn take(
        &mut self,
        order: &Order,
        line: &Line,
        (now, ends): (Timestamp, Timestamp),
        ids: &mut Ids,
    ) -> String {
        let terms = LineTerms::of(&line.item);
        let wanted = StartedLine {
            product: offer::base(&line.item.product),
            currency: terms.currency.unwrap_or(order.currency),
            deployment: terms.deployment,
            quantity: line.item.quantity,
        };
        let named = line.subscription.as_deref();
        let fits = |subscription: &&mut Subscription| match named {
            Some(id) => subscription.id == id,
            None => subscription.active && subscription.is_of(&wanted),
        };
        if let Some(subscription) = self.subscriptions.iter_mut().find(fits) {
            subscription.take(wanted.quantity, ends);
            return subscription.id.clone();
        }
        let id = named.map_or_else(|| subscription_id(ids), ToOwned::to_owned);
        let started = Subscription::started(id.clone(), wanted, (now, ends));
        self.subscriptions.push(started);
        id
    }

    /// Takes a returned line's quantity off its subscription; one that nothing is left of ends.
    fn give_back(&mut self, line: &Line) {
        let is_early = LineTerms::of(&line.item).early;
        if let Some(subscription) = self.named(line) {
            if is_early && subscription.renewed.is_some() {
                subscription.unrenew(line.item.quantity);
            } else {
                subscription.give_back(line.item.quantity);
            }
        }
    }

    /// How many licences the customer has in all, over every active subscription.
    pub fn licences(&self) -> Quantity {
        let active = self
            .subscriptions
            .iter()
            .filter(|subscription| subscription.active);
        active.fold(Quantity::ZERO, |sum, subscription| {
            sum.plus(subscription.quantity)
        })
    }
}

/// The subscriptions that the lines name themselves.
fn named_by(order: &Order) -> Vec<Option<String>> {
    order.lines.iter().map(|line| line.subscription.clone()).collect()
}

fn replaced_by(line: &Line) -> Option<Replaced> {
    LineTerms::of(&line.item).replaces
}

/// Thirty hexadecimal digits and `NA`: the form that clients know.
pub fn subscription_id(ids: &mut Ids) -> String {
    let digits = ids.uuid().simple().to_string();
    format!("{}NA", digits.get(..30).unwrap_or(&digits))
}

/// The same day (UTC) so many years later, at midnight; the 29th of February becomes the 28th.
pub(crate) fn years_later(at: Timestamp, years: i64) -> Timestamp {
    let moved = at.day().and_then(|day| day.checked_add(years.years()).ok());
    let moved = moved.and_then(|day| {
        TimeZone::UTC
            .to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
            .ok()
    });
    moved.map_or(at, |moved| Timestamp(moved.as_millisecond()))
}

impl Timestamp {
    /// The day that it falls on in UTC; none beyond the calendar's end.
    fn day(self) -> Option<Date> {
        let instant = jiff::Timestamp::from_millisecond(self.0).ok()?;
        Some(TimeZone::UTC.to_datetime(instant).date())
    }

    /// The midnight (UTC) that its day began with.
    #[must_use]
    pub fn midnight(self) -> Self {
        Self(self.0.saturating_sub(self.0.rem_euclid(Self::DAY)))
    }
}
