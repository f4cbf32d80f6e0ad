//! What a merchant sells through this API, and at which prices: offers and promotions, loaded from files. Without a
//! catalogue every well-formed offer can be ordered, and nothing has a price.

mod files;
mod promotion;

pub use files::{Entries, read_csv, read_json};
pub use promotion::{Outcome, OutcomeKind, OutcomeValue, Promotion};

use crate::State;
use crate::errors::{
    ApiError, INVALID_CODE, INVALID_CURRENCY, INVALID_OFFER, NOT_ELIGIBLE, NOT_QUALIFIED, ONE_CODE,
};
use crate::operations::create_order::quantity;
use crate::wire::customer::Annex;
use crate::wire::placement::{PlacedLine, Placement};
use book::{Book, BookError, Document};
use order::{Account, Amount, Currency, Discount, LinePrice, MerchantId, Refusal, Term};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const OFFER: &str = "offer";
pub(crate) const PROMOTION: &str = "promotion";
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
}

/// What there is of a catalogue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Parts {
    offers: bool,
    promotions: bool,
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
    let offers = entries
        .offers
        .into_iter()
        .map(|(id, offer)| Document::new(OFFER, id, now, offer));
    put_all(book, merchant, offers.collect()).await?;
    let promotions = entries.promotions.into_iter();
    let promotions =
        promotions.map(|promotion| Document::new(PROMOTION, promotion.code.clone(), now, promotion));
    put_all(book, merchant, promotions.collect()).await?;
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

/// Checks the lines of a purchase against the catalogue, where there is one, and says what they cost. `offers` are the
/// lines' offers at the levels that the customer is entitled to; where the catalogue lacks such a level, the offer that
/// was asked for stands.
pub(crate) async fn check(
    (state, merchant): (&State, MerchantId),
    placement: &Placement,
    (account, currency): (&Account, Currency),
    offers: Vec<String>,
) -> Result<Vec<Priced>, ApiError> {
    let parts = state.book.document::<Parts>(merchant, CATALOGUE, CURRENT).await?;
    let parts = parts.map(|kept| kept.body).unwrap_or_default();
    let term = Term::of(state.book.now(), account.anniversary);
    let profile = Annex::of(account).profile;
    let mut priced = Vec::with_capacity(offers.len());
    for (line, entitled) in placement.lines.iter().zip(offers) {
        let discount = if parts.promotions {
            promotion_of(state, merchant, line, (&profile, currency)).await?
        } else {
            None
        };
        if !parts.offers {
            priced.push(Priced {
                offer: entitled,
                price: None,
            });
            continue;
        }
        let (id, offer) = find(state, merchant, line, entitled).await?;
        let segment = profile.get("marketSegment").and_then(|segment| segment.as_str());
        if offer.segment.is_some() && segment.is_some() && offer.segment.as_deref() != segment {
            return Err(ApiError::line(
                NOT_ELIGIBLE,
                line.number,
                "INELIGIBLE_MARKET_SEGMENT",
            ));
        }
        let yearly = offer.prices.get(currency.code());
        let yearly = *yearly.ok_or_else(|| ApiError::line(INVALID_CURRENCY, line.number, "CURRENCY_CODE"))?;
        let price = LinePrice::of(yearly, discount, (quantity(line)?, currency), term);
        priced.push(Priced {
            offer: id,
            price: Some(price.map_err(|error| ApiError::from(&Refusal::from(error)))?),
        });
    }
    Ok(priced)
}

/// The line's offer at the level that the customer is entitled to, or else as it was asked for.
async fn find(
    state: &State,
    merchant: MerchantId,
    line: &PlacedLine,
    entitled: String,
) -> Result<(String, Offer), ApiError> {
    let asked = line.offer.clone();
    for id in [entitled, asked] {
        if let Some(kept) = state.book.document::<Offer>(merchant, OFFER, &id).await? {
            return Ok((id, kept.body));
        }
    }
    Err(ApiError::line(INVALID_OFFER, line.number, "INVALID_OFFER_ID"))
}

async fn promotion_of(
    state: &State,
    merchant: MerchantId,
    line: &PlacedLine,
    (profile, currency): (&serde_json::Map<String, serde_json::Value>, Currency),
) -> Result<Option<Discount>, ApiError> {
    let [code] = line.terms.promotions.as_slice() else {
        return match line.terms.promotions.first() {
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
    let country = profile
        .get("address")
        .and_then(|address| address.get("country")?.as_str());
    let discount = promotion.discount(&line.offer, country, currency);
    let discount =
        discount.ok_or_else(|| ApiError::line(NOT_QUALIFIED, line.number, "Invalid Flexible Discount"))?;
    Ok(Some(discount))
}
