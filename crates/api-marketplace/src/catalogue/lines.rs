//! Checking an order's lines against the catalogue, and pricing them.

use super::{OFFER, Offer, PROMOTION, Parts, Promotion};
use crate::State;
use crate::errors::{
    ApiError, CODE_FOR_COMMITTED, CODE_NOT_BASE, CODE_NOT_COMBINABLE, CODE_SPENT, INELIGIBLE_PRODUCT,
    INVALID_CODE, INVALID_OFFER, NOT_ELIGIBLE, NOT_QUALIFIED, ONE_CODE,
};
use crate::wire::customer::Annex;
use order::{Account, Currency, Discount, LinePrice, MerchantId, Quantity, Refusal, Term, offer};

/// What the lines are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To buy.
    Purchase,
    /// To renew. What is not sold any more is refused.
    Renewal,
    /// To see what would renew. What is not sold any more is only noted; and without prices, what is not in the catalogue
    /// stays as it is.
    RenewalPreview {
        /// Whether it is to be priced.
        prices: bool,
    },
    /// To exchange.
    Switch,
}

/// One line as it is to be checked.
#[derive(Debug)]
pub(crate) struct Wanted<'w> {
    pub(crate) number: i64,
    /// The offer that was asked for.
    pub(crate) asked: &'w str,
    /// The offer at the level that the customer is entitled to.
    pub(crate) entitled: String,
    /// Whether that is the only level that will do, where the catalogue has it.
    pub(crate) is_strict: bool,
    pub(crate) quantity: Quantity,
    pub(crate) promotions: &'w [String],
    /// Whether the line has a discount that was agreed elsewhere.
    pub(crate) is_discounted: bool,
    pub(crate) currency: Currency,
    pub(crate) term: Term,
}

/// One line as the catalogue has it.
#[derive(Debug, Clone)]
pub(crate) struct Priced {
    pub(crate) offer: String,
    pub(crate) price: Option<LinePrice>,
    /// Whether its promotion is for one time only.
    pub(crate) once: bool,
    /// Whether it is not sold any more.
    pub(crate) is_over: bool,
}

/// A customer's order, as its lines are checked.
struct Checking<'c> {
    state: &'c State,
    merchant: MerchantId,
    parts: &'c Parts,
    account: &'c Account,
    customer: Annex,
    purpose: Purpose,
    /// All codes of all lines.
    codes: Vec<String>,
    /// All products of all lines.
    products: Vec<String>,
}

/// Checks lines against the catalogue, where there is one, and says what they cost. Where the catalogue lacks the level
/// that the customer is entitled to, the offer that was asked for stands.
pub(crate) async fn check(
    (state, merchant, parts): (&State, MerchantId, &Parts),
    (account, purpose): (&Account, Purpose),
    lines: Vec<Wanted<'_>>,
) -> Result<Vec<Priced>, ApiError> {
    let mut codes: Vec<String> = lines.iter().flat_map(|line| line.promotions).cloned().collect();
    codes.sort_unstable();
    codes.dedup();
    let checking = Checking {
        state,
        merchant,
        parts,
        account,
        customer: Annex::of(account),
        purpose,
        codes,
        products: lines.iter().map(|line| line.asked.to_owned()).collect(),
    };
    let mut priced = Vec::with_capacity(lines.len());
    for line in lines {
        priced.push(checking.line(line).await?);
    }
    Ok(priced)
}

impl Checking<'_> {
    async fn line(&self, line: Wanted<'_>) -> Result<Priced, ApiError> {
        let promotion = if self.parts.promotions {
            self.promotion(&line).await?
        } else {
            None
        };
        let once = promotion.as_ref().is_some_and(|(promotion, _)| promotion.once);
        if !self.parts.offers {
            return Ok(Priced {
                offer: line.entitled,
                price: None,
                once,
                is_over: false,
            });
        }
        let found = self.find(&line).await;
        if self.purpose == (Purpose::RenewalPreview { prices: false }) {
            let is_over = found.is_ok_and(|(_, offer)| self.is_over(&offer));
            return Ok(Priced {
                offer: line.entitled,
                price: None,
                once,
                is_over,
            });
        }
        let (id, offer) = found?;
        let is_over = self.check_sale(&line, &offer)?;
        if promotion.is_some() && !offer.add_on_to.is_empty() {
            return Err(ApiError::line(CODE_NOT_BASE, line.number, "NON_BASE_PRODUCT"));
        }
        self.check_eligible(&line, &offer)?;
        let yearly = offer.price(line.currency, self.customer.country());
        let yearly = yearly.map_err(|kind| ApiError::line(kind, line.number, "CURRENCY_CODE"))?;
        let discount = promotion.map(|(_, discount)| discount);
        let price = LinePrice::of(yearly, discount, (line.quantity, line.currency), line.term);
        Ok(Priced {
            offer: id,
            price: Some(price.map_err(|error| ApiError::from(&Refusal::from(error)))?),
            once,
            is_over,
        })
    }

    /// The line's offer at the level that the customer is entitled to, or else as it was asked for.
    async fn find(&self, line: &Wanted<'_>) -> Result<(String, Offer), ApiError> {
        let invalid = |reason| ApiError::line(INVALID_OFFER, line.number, reason);
        for id in [&*line.entitled, line.asked] {
            let kept = self.state.book.document::<Offer>(self.merchant, OFFER, id);
            if let Some(kept) = kept.await? {
                if line.is_strict && id != line.asked {
                    return Err(invalid("INVALID_DISCOUNT_LEVEL"));
                }
                return Ok((id.to_owned(), kept.body));
            }
        }
        Err(invalid("INVALID_OFFER_ID"))
    }

    /// Whether the offer's sale is over; an error where that is in the way.
    fn check_sale(&self, line: &Wanted<'_>, offer: &Offer) -> Result<bool, ApiError> {
        let is_over = self.is_over(offer);
        match self.purpose {
            Purpose::Purchase if is_over => Err(ApiError::line(INVALID_OFFER, line.number, "EXPIRED")),
            Purpose::Renewal | Purpose::Switch if is_over => {
                Err(ApiError::line(INELIGIBLE_PRODUCT, line.number, "EXPIRED"))
            }
            Purpose::Purchase | Purpose::Renewal | Purpose::RenewalPreview { .. } | Purpose::Switch => {
                Ok(is_over)
            }
        }
    }

    fn is_over(&self, offer: &Offer) -> bool {
        offer.ends.is_some_and(|ends| ends <= self.state.book.now())
    }

    /// Whether the customer may buy the offer: by their market segment, and by what they have of what it adds to.
    fn check_eligible(&self, line: &Wanted<'_>, offer: &Offer) -> Result<(), ApiError> {
        let refused = |reason| Err(ApiError::line(NOT_ELIGIBLE, line.number, reason));
        let segment = self.customer.segment();
        if offer.segment.is_some() && segment.is_some() && offer.segment.as_deref() != segment {
            return refused("INELIGIBLE_MARKET_SEGMENT");
        }
        if offer.add_on_to.is_empty() || self.purpose != Purpose::Purchase {
            return Ok(());
        }
        let active = self.account.subscriptions.iter().filter(|one| one.active);
        let has = active.map(|one| one.product.as_str());
        let mut has = has.chain(self.products.iter().map(String::as_str));
        let is_base = |id: &str| {
            let mut bases = offer.add_on_to.iter();
            bases.any(|base| offer::family(base) == offer::family(id))
        };
        if has.any(is_base) {
            Ok(())
        } else {
            refused("INELIGIBLE_ADD_ON")
        }
    }

    /// The promotion of the line, and what it takes off.
    async fn promotion(&self, line: &Wanted<'_>) -> Result<Option<(Promotion, Discount)>, ApiError> {
        let refused = |kind, reason: &str| ApiError::line(kind, line.number, reason);
        let [code] = line.promotions else {
            return match line.promotions.first() {
                None => Ok(None),
                Some(_) => Err(refused(ONE_CODE, "MULTIPLE_CODES")),
            };
        };
        let kept = self
            .state
            .book
            .document::<Promotion>(self.merchant, PROMOTION, code);
        let kept = kept.await?;
        let promotion = kept.ok_or_else(|| refused(INVALID_CODE, "NOT_FOUND"))?.body;
        let now = self.state.book.now();
        if !promotion.runs_at(now) {
            return Err(refused(INVALID_CODE, "EXPIRED"));
        }
        if promotion.once && self.account.spent.contains(code) {
            return Err(refused(CODE_SPENT, code));
        }
        if promotion.alone && (line.is_discounted || self.codes.len() > 1) {
            return Err(refused(CODE_NOT_COMBINABLE, code));
        }
        if !promotion.is_for_segment(self.customer.segment()) {
            return Err(refused(NOT_QUALIFIED, "MARKET_SEGMENT_MISMATCH"));
        }
        if promotion.committed && !self.account.is_committed(now) {
            return Err(match self.purpose {
                Purpose::Renewal | Purpose::RenewalPreview { .. } => {
                    refused(CODE_FOR_COMMITTED, "INELIGIBLE_COMMITMENT_STATUS")
                }
                Purpose::Purchase | Purpose::Switch => refused(NOT_QUALIFIED, "INELIGIBLE_COMMITMENT_STATUS"),
            });
        }
        let discount = promotion.discount(line.asked, self.customer.country(), line.currency);
        let discount = discount.ok_or_else(|| refused(NOT_QUALIFIED, "Invalid Flexible Discount"))?;
        Ok(Some((promotion, discount)))
    }
}
