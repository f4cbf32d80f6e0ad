//! Renewing: what the customer asks for themselves, and what happens by itself on the anniversary.

use crate::{Account, AccountRefusal, Currency, Item, LineTerms, Quantity, Subscription, Timestamp, offer};

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
        Item {
            number: Some(number),
            product: self.product.clone(),
            description: String::new(),
            quantity: self.quantity,
            unit_gross: None,
            unit_net: None,
            unit_vat: None,
            vat_percent: None,
            annex: terms.annex(),
        }
    }
}

impl Account {
    /// What would renew by itself if the anniversary were today.
    ///
    /// # Errors
    /// [`AccountRefusal::NothingRenews`] when no active subscription is set to renew.
    pub fn renewal(&self) -> Result<Vec<RenewedLine>, AccountRefusal> {
        let renewing = self
            .subscriptions
            .iter()
            .filter(|subscription| subscription.active);
        let renewing: Vec<_> = renewing
            .filter(|subscription| subscription.renews_with().is_positive())
            .collect();
        if renewing.is_empty() {
            return Err(AccountRefusal::NothingRenews);
        }
        let licences = renewing
            .iter()
            .fold(Quantity::ZERO, |sum, one| sum.plus(one.renews_with()));
        let line = |subscription: &&Subscription| subscription.line(subscription.renews_with(), licences);
        Ok(renewing.iter().map(line).collect())
    }

    /// What renews when these subscriptions are renewed with so many licences.
    ///
    /// # Errors
    /// When one of them can't be.
    pub fn renewal_of(&self, wanted: &[(String, Quantity)]) -> Result<Vec<RenewedLine>, AccountRefusal> {
        let licences = wanted
            .iter()
            .fold(Quantity::ZERO, |sum, (_, quantity)| sum.plus(*quantity));
        let line = |(id, quantity): &(String, Quantity)| {
            let subscription = self.subscription(id);
            let subscription =
                subscription.ok_or_else(|| AccountRefusal::UnknownSubscription { id: id.clone() })?;
            Ok(subscription.line(*quantity, licences))
        };
        wanted.iter().map(line).collect()
    }

    /// Begins to renew subscriptions whose term is over. They run again once the order is completed.
    ///
    /// # Errors
    /// When one of them still runs, is being renewed already, or had fewer licences before.
    pub fn begin_renewal(&mut self, wanted: &[(String, Quantity)]) -> Result<(), AccountRefusal> {
        for (id, quantity) in wanted {
            let named = |subscription: &&mut Subscription| subscription.id == *id;
            let subscription = self.subscriptions.iter_mut().find(named);
            let subscription =
                subscription.ok_or_else(|| AccountRefusal::UnknownSubscription { id: id.clone() })?;
            if subscription.active {
                return Err(AccountRefusal::StillRuns { id: id.clone() });
            }
            if subscription.renewing {
                return Err(AccountRefusal::RenewedAlready { id: id.clone() });
            }
            if *quantity > subscription.quantity {
                return Err(AccountRefusal::MoreThanBefore { id: id.clone() });
            }
            subscription.renewing = true;
        }
        Ok(())
    }

    /// Lets the anniversary pass, once it has come: what is set to renew runs for another year, everything else ends.
    /// Says what renewed; none when it has not come.
    pub fn pass_anniversary(&mut self, now: Timestamp) -> Option<Vec<RenewedLine>> {
        let ended = self.anniversary.filter(|end| *end <= now)?;
        let renewed = self.renewal().unwrap_or_default();
        let next = if renewed.is_empty() {
            ended
        } else {
            self.term_end(now)
        };
        for subscription in self
            .subscriptions
            .iter_mut()
            .filter(|subscription| subscription.active)
        {
            match subscription.renews_with() {
                quantity if quantity.is_positive() => subscription.renew(quantity, next),
                _ => subscription.active = false,
            }
        }
        self.anniversary = Some(next);
        Some(renewed)
    }

    /// When the server itself must look at the account next: on the anniversary, as long as anything runs until then.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let runs = self.subscriptions.iter().any(|subscription| subscription.active);
        self.anniversary.filter(|_| runs)
    }
}

impl Subscription {
    fn line(&self, quantity: Quantity, licences: Quantity) -> RenewedLine {
        RenewedLine {
            subscription: self.id.clone(),
            product: offer::at_volume(&self.product, licences),
            quantity,
            currency: self.currency,
            deployment: self.deployment.clone(),
            promotions: self.renewal_promotions.clone(),
        }
    }
}
