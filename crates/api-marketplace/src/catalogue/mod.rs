//! What a merchant sells through this API, and at which prices: offers and promotions, loaded from files. Without a
//! catalogue every well-formed offer can be ordered, and nothing has a price.

mod files;
mod promotion;
mod switch_path;

pub use files::{Entries, read_csv, read_json};
pub use promotion::{Outcome, OutcomeKind, OutcomeValue, Promotion};
pub(crate) use switch_path::check_path;
pub use switch_path::{SwitchPath, SwitchTarget, SwitchType};

use crate::State;
use crate::errors::{
    ApiError, INVALID_CODE, INVALID_CURRENCY, INVALID_OFFER, Kind, NOT_ELIGIBLE, NOT_QUALIFIED, ONE_CODE,
    REGION_CURRENCY,
};
use crate::wire::customer::Annex;
use book::{Book, BookError, Document};
use order::{Account, Amount, Currency, Discount, LinePrice, MerchantId, Quantity, Refusal, Term};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(crate) const OFFER: &str = "offer";
pub(crate) const PROMOTION: &str = "promotion";
pub(crate) const PATH: &str = "switch_path";
/// What there is of a catalogue: one document, so that an order without one costs one look.
const CATALOGUE: &str = "catalogue";
const CURRENT: &str = "current";
/// How many documents are written at a time.
const BATCH: usize = 400;

/// One offer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What it is, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The market segment that may buy it; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// The price of one licence for a year, by currency code.
    pub prices: BTreeMap<String, Amount>,
    /// The same for the countries of one region alone, by the region's name and currency code, such as `WE EUR`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub regional: BTreeMap<String, RegionalPrice>,
}

/// The price of an offer in the countries of one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionalPrice {
    /// The countries.
    pub countries: Vec<String>,
    /// The price of one licence for a year.
    pub price: Amount,
}

impl Offer {
    /// The price in a currency for a customer of a country: that of the region, or else that of all. A customer of whom
    /// no country is known pays what all do.
    fn price(&self, currency: Currency, country: Option<&str>) -> Result<Amount, Kind> {
        let code = currency.code();
        let of_currency = |name: &str| name.rsplit_once(' ').is_some_and(|(_, known)| known == code);
        let mut regional = self
            .regional
            .iter()
            .filter(|(name, _)| of_currency(name))
            .peekable();
        let is_regional = regional.peek().is_some();
        let is_there = |price: &RegionalPrice| {
            country.is_some_and(|country| price.countries.iter().any(|known| known == country))
        };
        let own = regional.find(|(_, price)| is_there(price));
        match (own, self.prices.get(code)) {
            (Some((_, price)), _) => Ok(price.price),
            (None, Some(price)) => Ok(*price),
            (None, None) if is_regional => Err(REGION_CURRENCY),
            (None, None) => Err(INVALID_CURRENCY),
        }
    }
}

/// What there is of a catalogue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Parts {
    pub(crate) offers: bool,
    pub(crate) promotions: bool,
    pub(crate) paths: bool,
}

/// One line as the catalogue has it.
#[derive(Debug, Clone)]
pub(crate) struct Priced {
    pub(crate) offer: String,
    pub(crate) price: Option<LinePrice>,
}

/// Takes offers and promotions into a merchant's catalogue, each in the place of the one that was there.
///
/// # Errors
/// When the database fails.
pub async fn load(book: &Book, merchant: MerchantId, entries: Entries) -> Result<(), BookError> {
    let now = book.now();
    let kept = book.document::<Parts>(merchant, CATALOGUE, CURRENT).await?;
    let mut parts = kept.map(|kept| kept.body).unwrap_or_default();
    parts.offers |= !entries.offers.is_empty();
    parts.promotions |= !entries.promotions.is_empty();
    parts.paths |= !entries.paths.is_empty();
    let offers = entries
        .offers
        .into_iter()
        .map(|(id, offer)| Document::new(OFFER, id, now, offer));
    put_all(book, merchant, offers.collect()).await?;
    let promotions = entries.promotions.into_iter();
    let promotions =
        promotions.map(|promotion| Document::new(PROMOTION, promotion.code.clone(), now, promotion));
    put_all(book, merchant, promotions.collect()).await?;
    let paths = entries.paths.into_iter();
    let paths = paths.map(|path| Document::new(PATH, path.source.clone(), now, path));
    put_all(book, merchant, paths.collect()).await?;
    put_all(
        book,
        merchant,
        vec![Document::new(CATALOGUE, CURRENT.to_owned(), now, parts)],
    )
    .await
}

async fn put_all<T>(book: &Book, merchant: MerchantId, documents: Vec<Document<T>>) -> Result<(), BookError>
where
    T: Serialize + serde::de::DeserializeOwned + Clone + Send + 'static,
{
    for batch in documents.chunks(BATCH) {
        // Nothing refuses a document that takes the place of another.
        let _put = Box::pin(book.put_documents(merchant, batch.to_vec())).await?;
    }
    Ok(())
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
    pub(crate) currency: Currency,
    pub(crate) term: Term,
}

/// Checks lines against the catalogue, where there is one, and says what they cost. Where the catalogue lacks the level
/// that the customer is entitled to, the offer that was asked for stands.
pub(crate) async fn check(
    (state, merchant): (&State, MerchantId),
    account: &Account,
    lines: Vec<Wanted<'_>>,
) -> Result<Vec<Priced>, ApiError> {
    let parts = parts(state, merchant).await?;
    let profile = Annex::of(account).profile;
    let mut priced = Vec::with_capacity(lines.len());
    for line in lines {
        let discount = if parts.promotions {
            promotion_of(state, merchant, &line, &profile).await?
        } else {
            None
        };
        if !parts.offers {
            priced.push(Priced {
                offer: line.entitled,
                price: None,
            });
            continue;
        }
        let (id, offer) = find(state, merchant, &line).await?;
        let segment = profile.get("marketSegment").and_then(|segment| segment.as_str());
        if offer.segment.is_some() && segment.is_some() && offer.segment.as_deref() != segment {
            return Err(ApiError::line(
                NOT_ELIGIBLE,
                line.number,
                "INELIGIBLE_MARKET_SEGMENT",
            ));
        }
        let yearly = offer.price(line.currency, country_of(&profile));
        let yearly = yearly.map_err(|kind| ApiError::line(kind, line.number, "CURRENCY_CODE"))?;
        let price = LinePrice::of(yearly, discount, (line.quantity, line.currency), line.term);
        priced.push(Priced {
            offer: id,
            price: Some(price.map_err(|error| ApiError::from(&Refusal::from(error)))?),
        });
    }
    Ok(priced)
}

pub(crate) async fn parts(state: &State, merchant: MerchantId) -> Result<Parts, ApiError> {
    let kept = state.book.document::<Parts>(merchant, CATALOGUE, CURRENT).await?;
    Ok(kept.map(|kept| kept.body).unwrap_or_default())
}

/// The line's offer at the level that the customer is entitled to, or else as it was asked for.
async fn find(state: &State, merchant: MerchantId, line: &Wanted<'_>) -> Result<(String, Offer), ApiError> {
    let invalid = |reason| ApiError::line(INVALID_OFFER, line.number, reason);
    for id in [&*line.entitled, line.asked] {
        if let Some(kept) = state.book.document::<Offer>(merchant, OFFER, id).await? {
            if line.is_strict && id != line.asked {
                return Err(invalid("INVALID_DISCOUNT_LEVEL"));
            }
            return Ok((id.to_owned(), kept.body));
        }
    }
    Err(invalid("INVALID_OFFER_ID"))
}

fn country_of(profile: &serde_json::Map<String, serde_json::Value>) -> Option<&str> {
    profile.get("address")?.get("country")?.as_str()
}

async fn promotion_of(
    state: &State,
    merchant: MerchantId,
    line: &Wanted<'_>,
    profile: &serde_json::Map<String, serde_json::Value>,
) -> Result<Option<Discount>, ApiError> {
    let [code] = line.promotions else {
        return match line.promotions.first() {
            None => Ok(None),
            Some(_) => Err(ApiError::line(ONE_CODE, line.number, "MULTIPLE_CODES")),
        };
    };
    let kept = state
        .book
        .document::<Promotion>(merchant, PROMOTION, code)
        .await?;
    let promotion = kept
        .ok_or_else(|| ApiError::line(INVALID_CODE, line.number, "NOT_FOUND"))?
        .body;
    let now = state.book.now();
    if !promotion.runs_at(now) {
        return Err(ApiError::line(INVALID_CODE, line.number, "EXPIRED"));
    }
    let segment = profile.get("marketSegment").and_then(|segment| segment.as_str());
    if !promotion.is_for_segment(segment) {
        return Err(ApiError::line(
            NOT_QUALIFIED,
            line.number,
            "MARKET_SEGMENT_MISMATCH",
        ));
    }
    let discount = promotion.discount(line.asked, country_of(profile), line.currency);
    let discount =
        discount.ok_or_else(|| ApiError::line(NOT_QUALIFIED, line.number, "Invalid Flexible Discount"))?;
    Ok(Some(discount))
}
