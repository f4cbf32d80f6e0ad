//! The promotions that a merchant's catalogue has: `GET /v3/promotions`, and `GET /v3/flex-discounts` as later versions
//! of the API call it.

use crate::catalogue::{PROMOTION, Promotion, PromotionCategory};
use crate::errors::ApiError;
use crate::operations::order_history::known;
use crate::wire::customer::Annex;
use crate::wire::link::{self, PageLinks};
use crate::wire::search::{Paging, date, one, wrong};
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use book::{Access, Document};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use http_kit::wire::{Number, time};
use order::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

const LIMIT: u64 = 20;
const MOST: u64 = 50;

/// One of the two calls: its path, and the parameter that names a code.
type Form = (&'static str, &'static str);
const PROMOTIONS: Form = ("/v3/promotions", "promo-code");
const FLEXIBLE: Form = ("/v3/flex-discounts", "flex-discount-code");

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PromotionPage")]
pub(crate) struct Page<'p> {
    limit: u64,
    offset: u64,
    count: usize,
    total_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotions: Option<Vec<PromotionResource<'p>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flex_discounts: Option<Vec<PromotionResource<'p>>>,
    links: PageLinks,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PromotionResource<'p> {
    /// Later versions name a discount by an id beside its code; here they are one.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<PromotionCategory>,
    name: &'p str,
    description: &'p str,
    code: &'p str,
    start_date: String,
    end_date: String,
    status: &'static str,
    qualification: Qualification<'p>,
    outcomes: Vec<OutcomeResource<'p>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Qualification<'p> {
    base_offer_ids: &'p [String],
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OutcomeResource<'p> {
    #[serde(rename = "type")]
    kind: crate::catalogue::OutcomeKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    discounts: Option<Vec<ValueResource<'p>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_values: Option<Vec<ValueResource<'p>>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ValueResource<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'p str>,
    value: Number,
}

pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    page(&state, &uri, &headers, PROMOTIONS).await
}

pub(crate) async fn list_flexible(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    page(&state, &uri, &headers, FLEXIBLE).await
}

/// `GET /v3/customers/{customer}/flex-discounts`: those for the customer's own market segment and country.
pub(crate) async fn list_for_customer(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let customer = ids.get("customer")?;
    let account = known(&state, access.merchant, customer).await?;
    let profile = account
        .map(|kept| Annex::of(&kept.body).profile)
        .unwrap_or_default();
    let own = |text: Option<&Value>| text.and_then(Value::as_str).map(ToOwned::to_owned);
    let query = Query::parse(uri.query().unwrap_or_default())?;
    let filter = Filter {
        segment: own(profile.get("marketSegment")),
        country: own(profile.get("address").and_then(|address| address.get("country"))),
        ..Filter::of(&query, FLEXIBLE)?
    };
    let path = format!("{}/flex-discounts", link::customer(customer));
    found(&state, &access, (&query, filter), (&path, true)).await
}

async fn page(state: &State, uri: &Uri, headers: &HeaderMap, form: Form) -> Result<Answer, ApiError> {
    let access = auth::caller(state, headers).await?;
    let query = Query::parse(uri.query().unwrap_or_default())?;
    let needed = |name: &'static str| one(&query, name)?.ok_or_else(|| wrong(name));
    let filter = Filter {
        segment: Some(needed("market-segment")?.to_owned()),
        country: Some(needed("country")?.to_owned()),
        ..Filter::of(&query, form)?
    };
    found(state, &access, (&query, filter), (form.0, form == FLEXIBLE)).await
}

/// The page of the promotions that a filter holds for, in the form of one of the calls.
async fn found(
    state: &State,
    access: &Access,
    (query, filter): (&Query, Filter),
    (path, is_flexible): (&str, bool),
) -> Result<Answer, ApiError> {
    let paging = Paging::read(query, LIMIT, MOST)?;
    let kept = state
        .book
        .documents(access.merchant, (PROMOTION, None), 0, u64::MAX)
        .await?;
    let mut found: Vec<Document<Promotion>> = kept.documents;
    found.retain(|kept| filter.holds(&kept.body));
    let (total, shown) = paging.cut(&found)?;
    let now = state.book.now();
    let shown: Vec<_> = shown
        .iter()
        .map(|kept| resource(&kept.body, is_flexible, now))
        .collect();
    let page = Page {
        limit: paging.limit,
        offset: paging.offset,
        count: shown.len(),
        total_count: total,
        links: paging.links(path, query, total),
        promotions: None,
        flex_discounts: None,
    };
    let page = if is_flexible {
        Page {
            flex_discounts: Some(shown),
            ..page
        }
    } else {
        Page {
            promotions: Some(shown),
            ..page
        }
    };
    Ok(Answer::json(StatusCode::OK, &page))
}

fn resource(promotion: &Promotion, is_flexible: bool, now: Timestamp) -> PromotionResource<'_> {
    let outcomes = promotion.outcomes.iter().map(|outcome| {
        let values = outcome.values.iter().map(|value| ValueResource {
            country: value.country.as_deref(),
            currency: value.currency.as_deref(),
            value: value.value,
        });
        let values: Vec<_> = values.collect();
        let (discounts, discount_values) = if is_flexible {
            (None, Some(values))
        } else {
            (Some(values), None)
        };
        OutcomeResource {
            kind: outcome.kind,
            discounts,
            discount_values,
        }
    });
    PromotionResource {
        id: is_flexible.then_some(promotion.code.as_str()),
        category: is_flexible.then_some(promotion.category),
        name: &promotion.name,
        description: &promotion.description,
        code: &promotion.code,
        start_date: time::seconds_text(promotion.starts.0),
        end_date: time::seconds_text(promotion.ends.0),
        status: if promotion.runs_at(now) {
            "ACTIVE"
        } else {
            "EXPIRED"
        },
        qualification: Qualification {
            base_offer_ids: &promotion.offers,
        },
        outcomes: outcomes.collect(),
    }
}

/// Which promotions.
#[derive(Debug)]
struct Filter {
    segment: Option<String>,
    country: Option<String>,
    offers: Vec<String>,
    code: Option<String>,
    categories: Vec<PromotionCategory>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Filter {
    /// Reads all but whose promotions.
    fn of(query: &Query, (_, code): Form) -> Result<Self, ApiError> {
        let day = |name: &'static str| one(query, name)?.map(|text| date(text, name)).transpose();
        let offers = query.all("offer-ids").flat_map(|ids| ids.split(','));
        Ok(Self {
            segment: None,
            country: None,
            offers: offers
                .filter(|id| !id.is_empty())
                .map(ToOwned::to_owned)
                .collect(),
            code: match one(query, code)? {
                Some(code) => Some(code.to_owned()),
                // Its id is its code here.
                None => one(query, "flex-discount-id")?.map(ToOwned::to_owned),
            },
            categories: read_categories(query)?,
            from: day("start-date")?,
            until: day("end-date")?,
        })
    }

    fn holds(&self, promotion: &Promotion) -> bool {
        let wanted = self.country.as_deref();
        let in_country = |country: &Option<String>| {
            let named = country.as_deref();
            named.is_none() || wanted.is_none() || named == wanted
        };
        let mut values = promotion.outcomes.iter().flat_map(|outcome| &outcome.values);
        promotion.is_for_segment(self.segment.as_deref())
            && values.any(|value| in_country(&value.country))
            && (self.offers.is_empty() || self.offers.iter().any(|id| promotion.is_for_offer(id)))
            && self.code.as_ref().is_none_or(|code| *code == promotion.code)
            && (self.categories.is_empty() || self.categories.contains(&promotion.category))
            && self.from.is_none_or(|from| promotion.ends > from)
            && self.until.is_none_or(|until| promotion.starts <= until)
    }
}

/// `categories`, of which there are two; none for both.
fn read_categories(query: &Query) -> Result<Vec<PromotionCategory>, ApiError> {
    let named = query.all("categories").flat_map(|words| words.split(','));
    let named = named.filter(|word| !word.is_empty());
    named
        .map(|word| PromotionCategory::of(word).ok_or_else(|| wrong("categories")))
        .collect()
}
