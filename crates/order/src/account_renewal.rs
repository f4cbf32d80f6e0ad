//! Renewing: what the customer asks for themselves, and what happens by itself on the anniversary.

use crate::{
    Account, AccountRefusal, Currency, Item, LineTerms, Quantity, Subscription, Term, Timestamp, offer,
};

/// One subscription that renews, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewedLine {
    /// Which.
    pub subscription: String,
    /// The offer, at the level that all that renews comes to.
    pub product: String,
    /// How many.
    pub quantity: Quantity,
    /// The currency that it is paid in.
    pub currency: Currency,
    /// The deployment that it is for.
    pub deployment: Option<String>,
    /// The codes of the promotions that it renews with.
    pub promotions: Vec<String>,
}

impl RenewedLine {
    /// The line as an order has it.
    pub fn item(&self, number: i64, currency: Currency) -> Item {
        let terms = LineTerms {
            currency: Some(self.currency).filter(|own| *own != currency),
            deployment: self.deployment.clone(),
            promotions: self.promotions.clone(),
            ..LineTerms::default()
        };
        terms.item(number, self.product.clone(), self.quantity)
    }
}

impl Account {
    /// What would renew by itself if the anniversary were today. What was renewed already is not among it, but counts
    /// for the volume.
    ///
    /// # Errors
    /// [`AccountRefusal::NothingRenews`] when no subscription is set to renew, and [`AccountRefusal::RenewedAlready`]
    /// when all that would are renewed.
    pub fn renewal(&self, now: Timestamp) -> Result<Vec<RenewedLine>, AccountRefusal> {
        let renewing: Vec<_> = self
            .subscriptions
            .iter()
            .filter(|one| one.renews_next())
            .collect();
        let early = |one: &Subscription| one.renewed.filter(|_| one.active);
        let Some(_) = renewing.first() else {
            let renewed = self.subscriptions.iter().find(|one| early(one).is_some());
            return Err(renewed.map_or(AccountRefusal::NothingRenews, |one| {
                AccountRefusal::RenewedAlready { id: one.id.clone() }
            }));
        };
        let renewed = self.subscriptions.iter().filter_map(early);
        let licences = renewed.fold(Quantity::ZERO, Quantity::plus);
        let licences = renewing
            .iter()
            .fold(licences, |sum, one| sum.plus(one.renews_with()));
        let line = |one: &&Subscription| self.line(one, one.renews_with(), (licences, now));
        Ok(renewing.iter().map(line).collect())
    }

    /// What renews when these subscriptions are renewed with so many licences.
    ///
    /// # Errors
    /// When one of them can't be.
    pub fn renewal_of(
        &self,
        wanted: &[(String, Quantity)],
        now: Timestamp,
    ) -> Result<Vec<RenewedLine>, AccountRefusal> {
        let licences = wanted
            .iter()
            .fold(Quantity::ZERO, |sum, (_, quantity)| sum.plus(*quantity));
        let line = |(id, quantity): &(String, Quantity)| {
            let subscription = self.subscription(id);
            let subscription =
                subscription.ok_or_else(|| AccountRefusal::UnknownSubscription { id: id.clone() })?;
            Ok(self.line(subscription, *quantity, (licences, now)))
        };
        wanted.iter().map(line).collect()
    }

    /// The term that a subscription renews for: the next one while it runs, and else what is left of this one.
    pub fn renewal_term(&self, id: &str, now: Timestamp) -> Term {
        let runs = self
            .subscription(id)
            .is_some_and(|one| one.active || one.scheduled);
        match self.anniversary.filter(|_| runs) {
            Some(end) => Term::after(end),
            None => Term::of(now, Some(self.term_end(now))),
        }
    }

    /// Lets the anniversary pass, once it has come: what is set to renew, or was renewed before, runs for another year;
    /// everything else ends. Says what renewed by itself; none when it has not come.
    pub fn pass_anniversary(&mut self, now: Timestamp) -> Option<Vec<RenewedLine>> {
        let ended = self.anniversary.filter(|end| *end <= now)?;
        let renewed = self.renewal(now).unwrap_or_default();
        let goes_on = self
            .subscriptions
            .iter()
            .any(|one| one.active && one.renewed.is_some());
        let next = if renewed.is_empty() && !goes_on {
            ended
        } else {
            self.term_end(now)
        };
        for subscription in &mut self.subscriptions {
            if !subscription.active && !subscription.scheduled {
                continue;
            }
            match subscription.renewed {
                Some(quantity) => subscription.renew(quantity, next),
                None if subscription.renews_next() => subscription.renew(subscription.renews_with(), next),
                None => (subscription.active, subscription.scheduled) = (false, false),
            }
        }
        self.anniversary = Some(next);
        self.note_commitment(now);
        Some(renewed)
    }

    fn line(
        &self,
        one: &Subscription,
        quantity: Quantity,
        (licences, now): (Quantity, Timestamp),
    ) -> RenewedLine {
        let product = match &one.renewal_code {
            Some(code) => offer::at_code(&one.product, code),
            None => self.entitled(&one.product, licences, now),
        };
        RenewedLine {
            subscription: one.id.clone(),
            product,
            quantity,
            currency: one.currency,
            deployment: one.deployment.clone(),
            promotions: one.renewal_promotions.clone(),
        }
    }

    /// When the server itself must look at the account next: on the anniversary, as long as anything runs until then.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let runs = self.subscriptions.iter().any(|one| one.active || one.scheduled);
        self.anniversary.filter(|_| runs)
    }
}

impl Subscription {
    /// Whether it is to renew by itself on the anniversary.
    fn renews_next(&self) -> bool {
        let is_free = self.renewed.is_none() && !self.renewing;
        (self.active || self.scheduled) && is_free && self.renews_with().is_positive()
    }
}
