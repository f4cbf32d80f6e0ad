//! What a customer has subscribed to.

use crate::{Currency, Item, LinePrice, Opaque, Quantity, Timestamp, offer};
use serde::{Deserialize, Serialize};

/// So many licences of one product, until the anniversary.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each holds by itself: one that runs can be renewed and exchanged at the same time"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its id, unique within the account.
    pub id: String,
    /// The product, at its base level.
    pub product: String,
    /// The currency that it is paid in.
    pub currency: Currency,
    /// The deployment that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// How many.
    pub quantity: Quantity,
    /// Since when.
    pub started_at: Timestamp,
    /// When it ends or renews.
    pub renews_at: Timestamp,
    /// Whether it runs. One that does not was returned whole, or was not renewed.
    pub active: bool,
    /// Whether an order that renews it is still open.
    #[serde(default, skip_serializing_if = "is_false")]
    pub renewing: bool,
    /// Whether an order that exchanges some of it is still open.
    #[serde(default, skip_serializing_if = "is_false")]
    pub switching: bool,
    /// Whether it has not begun: it does with the next term.
    #[serde(default, skip_serializing_if = "is_false")]
    pub scheduled: bool,
    /// How many it was renewed with for the next term, before this one is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed: Option<Quantity>,
    /// Whether it renews by itself.
    pub renews: bool,
    /// How many it renews with, when that was said; else as many as there are then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_quantity: Option<Quantity>,
    /// The codes of the promotions that it is to renew with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renewal_promotions: Vec<String>,
    /// The code of the offer, of so many licences at the least, that it is to renew with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_code: Option<String>,
    /// How many go back by orders that are still open, as far as that was counted.
    #[serde(default = "none_of_it", skip_serializing_if = "is_none_of_it")]
    pub returning: Quantity,
    /// What only the dialect knows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annex: Option<Opaque>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

fn none_of_it() -> Quantity {
    Quantity::ZERO
}

fn is_none_of_it(quantity: &Quantity) -> bool {
    !quantity.is_positive()
}

impl Subscription {
    /// A subscription that runs from now until the anniversary.
    pub(crate) fn started(id: String, line: StartedLine, (now, renews_at): (Timestamp, Timestamp)) -> Self {
        Self {
            id,
            product: line.product,
            currency: line.currency,
            deployment: line.deployment,
            quantity: line.quantity,
            started_at: now,
            renews_at,
            active: true,
            renewing: false,
            switching: false,
            scheduled: false,
            renewed: None,
            renews: true,
            renewal_quantity: None,
            renewal_promotions: Vec::new(),
            renewal_code: None,
            returning: Quantity::ZERO,
            annex: None,
        }
    }

    /// Runs until the anniversary with so many licences.
    pub(crate) fn renew(&mut self, quantity: Quantity, renews_at: Timestamp) {
        self.quantity = quantity;
        (self.active, self.renewing, self.renews_at) = (true, false, renews_at);
        (self.scheduled, self.renewed) = (false, None);
        self.renewal_promotions.clear();
        self.renewal_code = None;
    }

    /// Adds licences until the anniversary; one that had ended runs again.
    pub(crate) fn take(&mut self, quantity: Quantity, renews_at: Timestamp) {
        if self.active {
            self.quantity = self.quantity.plus(quantity);
        } else {
            (self.quantity, self.renews) = (quantity, true);
        }
        (self.active, self.renews_at) = (true, renews_at);
    }

    /// Takes licences off. When none is left it ends, and does not renew.
    pub(crate) fn give_back(&mut self, quantity: Quantity) {
        self.returning = self.returning.less(quantity);
        self.quantity = self.quantity.less(quantity);
        if !self.quantity.is_positive() {
            (self.active, self.renews, self.renewal_quantity) = (false, false, None);
        }
    }

    /// Takes licences off what it was renewed with for the next term. When none is left it was not renewed.
    pub(crate) fn unrenew(&mut self, quantity: Quantity) {
        let left = self.renewed.map(|renewed| renewed.less(quantity));
        self.renewed = left.filter(|left| left.is_positive());
    }

    /// Whether it is this product's, in this currency and for this deployment, and runs or is to.
    pub(crate) fn is_of(&self, line: &StartedLine) -> bool {
        (self.active || self.scheduled)
            && self.currency == line.currency
            && self.deployment == line.deployment
            && offer::family(&self.product) == offer::family(&line.product)
    }

    /// How many licences it renews with.
    pub fn renews_with(&self) -> Quantity {
        match (self.renews, self.renewal_quantity) {
            (false, _) => Quantity::ZERO,
            (true, Some(said)) => said,
            (true, None) => self.quantity,
        }
    }
}

/// What a subscription is begun with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedLine {
    /// The product, at its base level.
    pub product: String,
    /// The currency that it is paid in.
    pub currency: Currency,
    /// The deployment that it is for.
    pub deployment: Option<String>,
    /// How many.
    pub quantity: Quantity,
}

/// What a line of an account's order says beside product and quantity. It is the annex of such a line: the account's
/// rules need it, and orders placed otherwise have none of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineTerms {
    /// The currency, where it is not the order's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The deployment that the licences are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// The codes of the promotions that were applied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub promotions: Vec<String>,
    /// The volume discount that was agreed elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<String>,
    /// What the line costs, where there was a catalogue to say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<LinePrice>,
    /// Whether it renews for the next term, before this one is over.
    #[serde(skip_serializing_if = "is_false")]
    pub early: bool,
    /// Whether its promotions are for one time only.
    #[serde(skip_serializing_if = "is_false")]
    pub once: bool,
    /// What it is exchanged for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replaced>,
}

/// Licences that a line's own are exchanged for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// Its number, as the client wrote it.
    pub number: i64,
    /// Of which subscription.
    pub subscription: String,
    /// The product.
    pub product: String,
    /// How many.
    pub quantity: Quantity,
    /// The volume discount that was agreed elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<String>,
}

impl LineTerms {
    /// The terms of a line; none of them on a line that was not ordered for an account.
    pub fn of(item: &Item) -> Self {
        let read = item.annex.as_ref().and_then(|annex| annex.read().ok());
        read.unwrap_or_default()
    }

    /// A line on these terms, which costs nothing but what they say.
    pub fn item(&self, number: i64, product: String, quantity: Quantity) -> Item {
        Item {
            number: Some(number),
            product,
            description: String::new(),
            quantity,
            unit_gross: None,
            unit_net: None,
            unit_vat: None,
            vat_percent: None,
            annex: self.annex(),
        }
    }

    /// The terms as a line keeps them; nothing when there are none.
    pub fn annex(&self) -> Option<Opaque> {
        if *self == Self::default() {
            return None;
        }
        Opaque::of(self).ok()
    }
}
