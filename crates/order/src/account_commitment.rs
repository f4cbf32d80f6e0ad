//! What a customer has promised: to hold so many licences for three years. The promise is asked for, accepted by the
//! customer, and holds from the day on which there are as many.

use crate::account::years_later;
use crate::{Account, AccountRefusal, Item, LineTerms, Quantity, Subscription, Timestamp, offer};
use serde::{Deserialize, Serialize};

/// For how many years a customer commits themselves.
const YEARS: i64 = 3;

/// A promise to hold so much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// How many licences at the least; none when nothing was promised of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licences: Option<Quantity>,
    /// How many consumables at the least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumables: Option<Quantity>,
    /// How far it has come.
    pub stage: CommitmentStage,
}

/// How far a commitment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommitmentStage {
    /// It was asked for; the customer has not answered.
    Requested,
    /// The customer has accepted it, and does not hold as much yet.
    Accepted {
        /// The midnight (UTC) that its first day begins with.
        starts: Timestamp,
        /// The midnight (UTC) that its last day begins with.
        ends: Timestamp,
    },
    /// The customer holds as much, and must until it ends.
    Committed {
        /// The midnight (UTC) that its first day begins with.
        starts: Timestamp,
        /// The midnight (UTC) that its last day begins with.
        ends: Timestamp,
    },
}

impl Commitment {
    /// The same, asked for only: whatever was said of how far it has come, only the customer accepts it.
    #[must_use]
    pub fn requested(self) -> Self {
        Self {
            stage: CommitmentStage::Requested,
            ..self
        }
    }
}

impl Commitment {
    fn holds_at(&self, now: Timestamp) -> bool {
        let days = self.stage.days();
        days.is_some_and(|(starts, ends)| (starts..ends.plus_days(1)).contains(&now))
    }
}

impl CommitmentStage {
    /// Its first and last day, once it is accepted.
    pub fn days(self) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::Requested => None,
            Self::Accepted { starts, ends } | Self::Committed { starts, ends } => Some((starts, ends)),
        }
    }
}

impl Account {
    /// Notes that the customer accepts what was asked for: for what is left of the commitment that holds already, else
    /// from today on for three years; and what is to follow, from the day after.
    ///
    /// # Errors
    /// [`AccountRefusal::NothingRequested`] when nothing was.
    pub fn accept_commitments(&mut self, now: Timestamp) -> Result<(), AccountRefusal> {
        let starts = now.midnight();
        let held = self.commitment.as_ref().and_then(|one| one.stage.days());
        let (starts, ends) = held.unwrap_or((starts, three_years_from(starts)));
        let is_asked = |one: &&mut Commitment| one.stage == CommitmentStage::Requested;
        let mut accepted = false;
        if let Some(asked) = self.requested.as_mut().filter(is_asked) {
            asked.stage = CommitmentStage::Accepted { starts, ends };
            self.anniversary = self.anniversary.or_else(|| Some(years_later(starts, 1)));
            accepted = true;
        }
        if let Some(next) = self.recommitment.as_mut().filter(is_asked) {
            let starts = ends.plus_days(1);
            let ends = three_years_from(starts);
            next.stage = CommitmentStage::Accepted { starts, ends };
            accepted = true;
        }
        self.note_commitment(now);
        accepted.then_some(()).ok_or(AccountRefusal::NothingRequested)
    }

    /// Sees whether the customer now holds what was accepted, and lets the next commitment take the place of one that
    /// has ended.
    pub(crate) fn note_commitment(&mut self, now: Timestamp) {
        let is_over = |one: &Commitment| one.stage.days().is_some_and(|(_, ends)| ends.plus_days(1) <= now);
        if self.commitment.as_ref().is_some_and(is_over) {
            self.commitment = None;
            self.requested = self.recommitment.take().or(self.requested.take());
        }
        let holds = |held: Quantity, least: Option<Quantity>| least.is_none_or(|least| held >= least);
        let Some(asked) = &self.requested else {
            return;
        };
        if let CommitmentStage::Accepted { starts, ends } = asked.stage
            && holds(self.held(false), asked.licences)
            && holds(self.held(true), asked.consumables)
        {
            self.commitment = self.requested.take().map(|asked| Commitment {
                stage: CommitmentStage::Committed { starts, ends },
                ..asked
            });
        }
    }

    /// How many licences, or consumables, the customer has.
    fn held(&self, consumables: bool) -> Quantity {
        let counted = |one: &&Subscription| one.active && offer::is_consumable(&one.product) == consumables;
        let held = self.subscriptions.iter().filter(counted);
        held.fold(Quantity::ZERO, |sum, one| sum.plus(one.quantity))
    }

    /// What the customer must hold now.
    fn binding(&self, now: Timestamp) -> Option<&Commitment> {
        self.commitment.as_ref().filter(|one| one.holds_at(now))
    }

    /// What the customer has promised, fulfilled or not: what they have accepted last.
    pub(crate) fn promised(&self, now: Timestamp) -> Option<&Commitment> {
        let asked = self.requested.as_ref().filter(|one| one.holds_at(now));
        asked.or_else(|| self.binding(now))
    }

    /// Whether the customer has promised anything that holds now, fulfilled or not.
    pub fn is_committed(&self, now: Timestamp) -> bool {
        self.promised(now).is_some()
    }

    /// Whether the term that runs is the last of a commitment that nothing follows.
    pub(crate) fn is_in_final_term(&self, now: Timestamp) -> bool {
        let follows = self
            .recommitment
            .as_ref()
            .is_some_and(|next| next.stage.days().is_some());
        let days = self.binding(now).and_then(|one| one.stage.days());
        let ends_with_term = |(_, ends)| self.anniversary.is_some_and(|end| ends <= end);
        !follows && days.is_some_and(ends_with_term)
    }

    /// The product's offer at the level that the customer is entitled to with so many licences: that of their
    /// commitment, else that of the volume.
    pub fn entitled(&self, product: &str, licences: Quantity, now: Timestamp) -> String {
        let reached = |one: &&Commitment| one.licences.is_some_and(|least| licences >= least);
        let promised = self.promised(now).filter(reached);
        let promised = promised.or_else(|| self.binding(now));
        match promised.and_then(|one| one.licences) {
            Some(least) => offer::at_commitment(product, least, licences),
            None => offer::at_volume(product, licences),
        }
    }

    /// The level of the customer's licences, as an offer of their market segment has it.
    pub fn level(&self, is_education: bool, now: Timestamp) -> String {
        let any = if is_education {
            "00000000CB01A12"
        } else {
            "00000000CA01A12"
        };
        let entitled = self.entitled(any, self.licences(), now);
        offer::level(&entitled).unwrap_or_default().to_owned()
    }

    /// Begins to hand licences back: a customer who has promised to hold so many keeps as many, and so does one who
    /// bought an offer of so many at the least. `items` are the lines as they were bought, each with its subscription
    /// and how many go back. Says whether anything was noted.
    ///
    /// # Errors
    /// When too few would be left. Nothing has changed then.
    pub fn begin_return(
        &mut self,
        items: &[(&Item, Option<&str>, Quantity)],
        now: Timestamp,
    ) -> Result<bool, AccountRefusal> {
        let mut after = self.clone();
        for (item, id, quantity) in items {
            let Some(id) = id.filter(|_| !LineTerms::of(item).early) else {
                continue;
            };
            let least = offer::least_order(&item.product);
            let Some(subscription) = after.with_id(id).filter(|one| one.active) else {
                continue;
            };
            subscription.returning = subscription.returning.plus(*quantity);
            let left = subscription.quantity.less(subscription.returning);
            if least.is_some_and(|least| left.is_positive() && left < least) {
                let number = item.number.unwrap_or_default();
                return Err(AccountRefusal::BelowLeastOrder { line: number });
            }
        }
        if after.keeps_too_few(now) {
            return Err(AccountRefusal::BelowCommitment);
        }
        let is_noted = after != *self;
        *self = after;
        Ok(is_noted)
    }

    fn keeps_too_few(&self, now: Timestamp) -> bool {
        let Some(binding) = self.binding(now) else {
            return false;
        };
        let returning = |consumables: bool| {
            let all = self.subscriptions.iter();
            let counted = all.filter(|one| one.active && offer::is_consumable(&one.product) == consumables);
            counted.fold(Quantity::ZERO, |sum, one| sum.plus(one.returning))
        };
        let lacks = |consumables: bool, least: Option<Quantity>| {
            let left = self.held(consumables).less(returning(consumables));
            least.is_some_and(|least| returning(consumables).is_positive() && left < least)
        };
        lacks(false, binding.licences) || lacks(true, binding.consumables)
    }

    /// Whether what is set to renew is less than the customer has promised to hold in the next term.
    pub(crate) fn renews_too_few(&self) -> bool {
        let holds_next = |one: &&Commitment| {
            let days = one.stage.days();
            self.anniversary
                .zip(days)
                .is_some_and(|(end, (_, ends))| ends > end)
        };
        let Some(binding) = self.commitment.as_ref().filter(holds_next) else {
            return false;
        };
        let renewing = |consumables: bool| {
            let all = self.subscriptions.iter();
            let counted = all.filter(|one| {
                (one.active || one.scheduled) && offer::is_consumable(&one.product) == consumables
            });
            counted.fold(Quantity::ZERO, |sum, one| {
                sum.plus(one.renewed.unwrap_or_else(|| one.renews_with()))
            })
        };
        let lacks = |consumables: bool, least: Option<Quantity>| {
            least.is_some_and(|least| renewing(consumables) < least)
        };
        lacks(false, binding.licences) || lacks(true, binding.consumables)
    }
}

fn three_years_from(starts: Timestamp) -> Timestamp {
    years_later(starts, YEARS).plus_days(-1)
}
