//! What the merchant's offers cost: `POST /v3/pricelist`. It reads, whatever its method.

use crate::catalogue::{OFFER, Offer};
use crate::errors::ApiError;
use crate::wire::fields::{Complaints, Fields, object};
use crate::wire::link::PageLinks;
use crate::wire::placement::currency;
use crate::wire::search::Paging;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{Request, StatusCode};
use book::Document;
use http_kit::query::Query;
use http_kit::{Answer, body};
use order::{Amount, Currency};
use schemars::JsonSchema;
use serde::Serialize;

const LIMIT: u64 = 20;
const MOST: u64 = 500;
const LONGEST: usize = 40;
const KNOWN: [&str; 7] = [
    "region",
    "marketSegment",
    "currency",
    "priceListMonth",
    "priceListType",
    "filters",
    "includeOfferAttributes",
];

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PriceListPage")]
pub(crate) struct Page<'p> {
    price_list_month: &'p str,
    market_segment: &'p str,
    region: &'p str,
    currency: &'static str,
    price_list_type: &'p str,
    total_count: u64,
    count: usize,
    offset: u64,
    limit: u64,
    offers: Vec<OfferResource<'p>>,
    links: PageLinks,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Offer")]
pub(crate) struct OfferResource<'p> {
    offer_id: &'p str,
    product_name: &'p str,
    market_segment: &'p str,
    /// Text: prices are here, and numbers everywhere else.
    partner_price: String,
}

/// Which list.
struct Asked {
    region: String,
    segment: String,
    currency: Currency,
    month: String,
    kind: String,
    offers: Vec<String>,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let (parts, content) = request.into_parts();
    let access = auth::caller(&state, &parts.headers).await?;
    let asked = Asked::read(&body::read(content, state.limits).await?)?;
    let query = Query::parse(parts.uri.query().unwrap_or_default())?;
    let paging = Paging::read(&query, LIMIT, MOST)?;
    let kept = state
        .book
        .documents(access.merchant, (OFFER, None), 0, u64::MAX)
        .await?;
    let mut found: Vec<(Document<Offer>, Amount)> = Vec::new();
    for kept in kept.documents {
        if let Some(price) = asked.price(&kept) {
            found.push((kept, price));
        }
    }
    found.sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
    let (total, shown) = paging.cut(&found)?;
    let shown = shown.iter().map(|(kept, price)| OfferResource {
        offer_id: &kept.id,
        product_name: &kept.body.name,
        market_segment: kept.body.segment.as_deref().unwrap_or(&asked.segment),
        partner_price: price.decimal().to_string(),
    });
    let offers: Vec<_> = shown.collect();
    let page = Page {
        price_list_month: &asked.month,
        market_segment: &asked.segment,
        region: &asked.region,
        currency: asked.currency.code(),
        price_list_type: &asked.kind,
        total_count: total,
        count: offers.len(),
        offset: paging.offset,
        limit: paging.limit,
        offers,
        links: paging.links("/v3/pricelist", &query, total),
    };
    Ok(Answer::json(StatusCode::OK, &page))
}

impl Asked {
    fn read(body: &[u8]) -> Result<Self, ApiError> {
        let members = object(body)?;
        let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
        fields.only(&KNOWN, &mut complaints);
        let mut needed = |name| fields.needed_text(name, LONGEST, &mut complaints);
        let (region, segment) = (needed("region"), needed("marketSegment"));
        let (month, kind) = (needed("priceListMonth"), needed("priceListType"));
        needed("currency");
        let is_month = month.len() == 6 && month.bytes().all(|byte| byte.is_ascii_digit());
        if !month.is_empty() && !is_month {
            complaints.invalid(fields.at("priceListMonth"));
        }
        let currency = currency(&fields, "currency", &mut complaints);
        let filters = fields.object("filters", &mut complaints);
        let offer = filters.and_then(|filters| filters.text("offerId", LONGEST, &mut complaints));
        fields.truth("includeOfferAttributes", &mut complaints);
        complaints.check()?;
        Ok(Self {
            region,
            segment,
            currency: currency.ok_or_else(|| ApiError::new(crate::errors::INVALID_FIELDS))?,
            month,
            kind,
            offers: offer.into_iter().collect(),
        })
    }

    /// What an offer costs on this list; none when it is not on it.
    fn price(&self, kept: &Document<Offer>) -> Option<Amount> {
        let offer = &kept.body;
        let is_for_segment = offer
            .segment
            .as_ref()
            .is_none_or(|segment| *segment == self.segment);
        let is_wanted = self.offers.is_empty() || self.offers.contains(&kept.id);
        let regional = offer.regional.get(&format!("{} {}", self.region, self.currency));
        let price = regional.map(|regional| regional.price);
        let price = price.or_else(|| offer.prices.get(self.currency.code()).copied());
        price.filter(|_| is_for_segment && is_wanted)
    }
}
