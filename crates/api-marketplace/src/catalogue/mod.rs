//! What a merchant sells through this API, and at which prices: offers and promotions, loaded from files. Without a
//! catalogue every well-formed offer can be ordered, and nothing has a price.

mod files;
mod lines;
pub(crate) mod membership;
mod partner;
mod pending;
mod promotion;
mod recommendation;
mod switch_path;

pub use files::{Entries, read_csv, read_json};
pub(crate) use lines::{Priced, Purpose, Wanted, check};
pub use partner::Partner;
pub(crate) use partner::allows;
pub use pending::PendingLicence;
pub use promotion::{Outcome, OutcomeKind, OutcomeValue, Promotion, PromotionCategory};
pub use recommendation::{Recommendation, RecommendationKind};
pub(crate) use switch_path::check_path;
pub use switch_path::{SwitchPath, SwitchTarget, SwitchType};

use crate::State;
use crate::errors::{ApiError, INVALID_CURRENCY, Kind, REGION_CURRENCY};
use book::{Book, BookError, Document, MEMBERSHIP, SALE, Sale};
use order::{Amount, Currency, MerchantId, Timestamp, offer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(crate) const OFFER: &str = "offer";
pub(crate) const PROMOTION: &str = "promotion";
pub(crate) const PATH: &str = "switch_path";
pub(crate) const PENDING: &str = "pending_licence";
pub(crate) const RECOMMENDATION: &str = "recommendation";
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
    /// When its sale ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Timestamp>,
    /// The products of which a customer must have one to buy it; empty for one that stands by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_on_to: Vec<String>,
    /// Whether it goes back whole or not at all, whatever the server's setting.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole_returns: bool,
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
#[expect(
    clippy::struct_excessive_bools,
    reason = "each part is there or not, whatever the others are"
)]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Parts {
    pub(crate) offers: bool,
    pub(crate) promotions: bool,
    pub(crate) paths: bool,
    pub(crate) recommendations: bool,
    pub(crate) partner: Partner,
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
    parts.recommendations |= !entries.recommendations.is_empty();
    if let Some(partner) = entries.partner {
        parts.partner = partner;
    }
    put_sales(book, merchant, &entries.offers).await?;
    let memberships = entries.memberships.into_iter();
    let memberships = memberships.map(|(id, one)| Document::new(MEMBERSHIP, id, now, one));
    book.put_memberships(merchant, memberships.collect()).await?;
    put_all(
        book,
        merchant,
        entries.pending.into_iter().map(kept_pending).collect(),
    )
    .await?;
    let recommendations = entries.recommendations.into_iter().map(|one| {
        let id = format!("{} {}", one.kind.word(), one.base_offer_id);
        Document::new(RECOMMENDATION, id, now, one)
    });
    put_all(book, merchant, recommendations.collect()).await?;
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

fn kept_pending(pending: PendingLicence) -> Document<PendingLicence> {
    let id = format!("{} {} {}", pending.customer, pending.reference, pending.product);
    let mut kept = Document::new(PENDING, id, pending.created, pending);
    kept.owner.clone_from(&kept.body.customer);
    kept
}

/// Says of each product until when it is sold: as long as any of its offers is.
async fn put_sales(
    book: &Book,
    merchant: MerchantId,
    offers: &BTreeMap<String, Offer>,
) -> Result<(), BookError> {
    let mut sales: BTreeMap<&str, Sale> = BTreeMap::new();
    for (id, offer) in offers {
        let sale = Sale { ends: offer.ends };
        let kept = sales.entry(offer::family(id)).or_insert(sale);
        kept.ends = kept.ends.zip(sale.ends).map(|(one, other)| one.max(other));
    }
    let now = book.now();
    let sales = sales.into_iter();
    let sales = sales.map(|(product, sale)| Document::new(SALE, product.to_owned(), now, sale));
    put_all(book, merchant, sales.collect()).await
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

pub(crate) async fn parts(state: &State, merchant: MerchantId) -> Result<Parts, ApiError> {
    let kept = state.book.document::<Parts>(merchant, CATALOGUE, CURRENT).await?;
    Ok(kept.map(|kept| kept.body).unwrap_or_default())
}

/// Whether the catalogue has an offer of each product, or there is no catalogue of offers.
pub(crate) async fn has_all<'p>(
    state: &State,
    (merchant, parts): (MerchantId, &Parts),
    products: impl Iterator<Item = &'p str>,
) -> Result<bool, ApiError> {
    if !parts.offers {
        return Ok(true);
    }
    for product in products {
        let mut is_there = false;
        for id in [product, &offer::base(product)] {
            let kept = state.book.document::<Offer>(merchant, OFFER, id);
            is_there = is_there || kept.await?.is_some();
        }
        if !is_there {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the catalogue says of an offer that it goes back whole or not at all.
pub(crate) async fn goes_back_whole(
    (state, merchant, parts): (&State, MerchantId, &Parts),
    product: &str,
) -> Result<bool, ApiError> {
    if !parts.offers {
        return Ok(false);
    }
    let kept = state.book.document::<Offer>(merchant, OFFER, product).await?;
    Ok(kept.is_some_and(|kept| kept.body.whole_returns))
}

/// Whether a product is sold still.
pub(crate) async fn is_sold(state: &State, merchant: MerchantId, product: &str) -> Result<bool, ApiError> {
    let sale = state
        .book
        .document::<Sale>(merchant, SALE, offer::family(product));
    let now = state.book.now();
    Ok(sale.await?.is_none_or(|kept| !kept.body.is_over(now)))
}
