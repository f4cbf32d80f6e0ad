//! How a subscription is to renew, as the customer wishes.

use crate::{Account, AccountRefusal, Quantity, Timestamp, offer};

/// What is to change of how a subscription renews.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preference {
    /// Whether it renews by itself.
    pub renews: Option<bool>,
    /// With how many licences.
    pub quantity: Option<Quantity>,
    /// With the codes of which promotions.
    pub promotions: Option<Vec<String>>,
    /// Under the code of which offer of so many at the least; none within for no such offer any more.
    pub code: Option<Option<String>>,
}

/// Why a subscription can't renew under a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefusal {
    /// There is no such code.
    #[error("there is no such code")]
    Unknown,
    /// The subscription would not renew at all.
    #[error("a subscription that does not renew has no code")]
    DoesNotRenew,
    /// Only customers who have committed themselves get such offers.
    #[error("the customer has no commitment")]
    NoCommitment,
    /// The commitment is to fewer licences than the code is for.
    #[error("the customer has committed themselves to fewer licences")]
    CommittedToFewer,
    /// The customer has too many licences already for an offer that is to make them grow.
    #[error("the subscription has too many licences already")]
    TooManyAlready,
    /// It would renew with fewer licences than the code is for.
    #[error("it would renew with fewer licences")]
    TooFew,
    /// Renewal can't be turned off as long as there is a code.
    #[error("renewal under a code can't be turned off")]
    Bound,
}

impl Account {
    /// Sets how a subscription renews.
    ///
    /// # Errors
    /// When there is no such subscription, it has ended, its code does not allow it, or the customer has promised to
    /// hold more. Nothing has changed then.
    pub fn prefer(&mut self, id: &str, wish: &Preference, now: Timestamp) -> Result<(), AccountRefusal> {
        let mut after = self.clone();
        let committed = after.promised(now).and_then(|one| one.licences);
        let unknown = || AccountRefusal::UnknownSubscription { id: id.to_owned() };
        let subscription = after.with_id(id).ok_or_else(unknown)?;
        if !subscription.active && !subscription.scheduled {
            return Err(AccountRefusal::Ended { id: id.to_owned() });
        }
        subscription.renews = wish.renews.unwrap_or(subscription.renews);
        subscription.renewal_quantity = wish.quantity.or(subscription.renewal_quantity);
        if let Some(promotions) = &wish.promotions {
            subscription.renewal_promotions.clone_from(promotions);
        }
        if let Some(code) = &wish.code {
            subscription.renewal_code.clone_from(code);
        }
        if let Some(code) = &subscription.renewal_code {
            let is_new = matches!(&wish.code, Some(Some(_)));
            check_code(code, subscription.renews, is_new)?;
            if is_new {
                check_growth(code, committed, subscription.quantity)?;
            }
            if offer::least_of_code(code).is_some_and(|least| subscription.renews_with() < least) {
                return Err(CodeRefusal::TooFew.into());
            }
        }
        if after.renews_too_few() && !self.renews_too_few() {
            return Err(AccountRefusal::InvalidRenewal);
        }
        *self = after;
        Ok(())
    }
}

fn check_code(code: &str, renews: bool, is_new: bool) -> Result<(), CodeRefusal> {
    if offer::least_of_code(code).is_none() {
        return Err(CodeRefusal::Unknown);
    }
    match (renews, is_new) {
        (true, _) => Ok(()),
        (false, true) => Err(CodeRefusal::DoesNotRenew),
        (false, false) => Err(CodeRefusal::Bound),
    }
}

/// Whether a customer who has so many licences, and has promised to hold so many, can have an offer that is to make
/// them grow.
fn check_growth(code: &str, committed: Option<Quantity>, has: Quantity) -> Result<(), CodeRefusal> {
    let (Some(least), Some(most)) = (offer::least_of_code(code), offer::most_before_code(code)) else {
        return Err(CodeRefusal::Unknown);
    };
    let committed = committed.ok_or(CodeRefusal::NoCommitment)?;
    if committed < least {
        return Err(CodeRefusal::CommittedToFewer);
    }
    if has > most {
        return Err(CodeRefusal::TooManyAlready);
    }
    Ok(())
}

/// Whether a subscription that begins with the next term can do so under a code, with so many licences.
pub(crate) fn check_begun_with(
    account: &Account,
    (code, quantity): (&str, Quantity),
    now: Timestamp,
) -> Result<(), CodeRefusal> {
    check_code(code, true, true)?;
    let committed = account.promised(now).and_then(|one| one.licences);
    check_growth(code, committed, Quantity::ZERO)?;
    if offer::least_of_code(code).is_some_and(|least| quantity < least) {
        return Err(CodeRefusal::TooFew);
    }
    Ok(())
}
