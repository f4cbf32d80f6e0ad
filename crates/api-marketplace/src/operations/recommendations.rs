//! What is recommended to a customer: `POST /v3/recommendations`, and beside other answers where
//! `fetch-recommendations=true` asks for it.

use super::order_history::known;
use crate::catalogue::{self, RECOMMENDATION, Recommendation, RecommendationKind, allows};
use crate::errors::{ApiError, RECOMMENDATION_COUNTRY, RECOMMENDATION_LANGUAGE};
use crate::wire::customer::{Annex, is_country};
use crate::wire::fields::{Complaints, Fields, object};
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderName, HeaderValue, Request, StatusCode};
use book::Document;
use bytes::Bytes;
use http_kit::query::Query;
use http_kit::{Answer, body};
use order::{Account, MerchantId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// Names the recommendations of one answer. Clients send it with the order that comes of them.
const TRACKER: HeaderName = HeaderName::from_static("x-recommendation-tracker-id");
const LONGEST: usize = 40;
const KNOWN: [&str; 6] = [
    "recommendationContext",
    "customerId",
    "offers",
    "country",
    "language",
    "includePropensity",
];
const CONTEXTS: [&str; 4] = ["GENERIC", "ORDER_PREVIEW", "RENEWAL_ORDER_PREVIEW", "ORDERS_VIEW"];
const LANGUAGES: [&str; 2] = ["MULT", "EN"];

/// What is recommended.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Recommendations {
    product_recommendations: Products,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Products {
    upsells: Vec<RecommendationResource>,
    cross_sells: Vec<RecommendationResource>,
    add_ons: Vec<RecommendationResource>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Recommendation")]
struct RecommendationResource {
    rank: usize,
    product: Product,
    source: Source,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RecommendedProduct")]
struct Product {
    base_offer_id: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RecommendationSource")]
struct Source {
    source_type: &'static str,
    offer_ids: Vec<String>,
}

/// For whom, and where.
struct Asked<'a> {
    account: &'a Account,
    country: Option<&'a str>,
    language: Option<&'a str>,
    /// What the customer looks at, beside what they have.
    offers: &'a [String],
}

/// What is recommended, or why nothing can be.
async fn find(state: &State, merchant: MerchantId, asked: Asked<'_>) -> Result<Recommendations, ApiError> {
    let parts = catalogue::parts(state, merchant).await?;
    let annex = Annex::of(asked.account);
    let country = asked.country.or_else(|| annex.country());
    let is_allowed = allows(&parts.partner.recommendation_countries, country);
    if !is_allowed || country.is_some_and(|country| !is_country(country)) {
        return Err(ApiError::about(RECOMMENDATION_COUNTRY, country));
    }
    let language = asked.language.filter(|language| !LANGUAGES.contains(language));
    if let Some(language) = language {
        return Err(ApiError::about(RECOMMENDATION_LANGUAGE, [language]));
    }
    let mut all: Vec<Recommendation> = Vec::new();
    if parts.recommendations {
        let kept = state
            .book
            .documents(merchant, (RECOMMENDATION, None), 0, u64::MAX);
        let kept: Vec<Document<Recommendation>> = kept.await?.documents;
        all.extend(kept.into_iter().map(|kept| kept.body));
    }
    all.retain(|one| allows(&one.countries, country));
    all.sort_by_key(|one| (one.kind, one.place));
    let active = asked.account.subscriptions.iter().filter(|one| one.active);
    let has: Vec<String> = active.map(|one| one.product.clone()).collect();
    let mut offers = has.clone();
    offers.extend_from_slice(asked.offers);
    let of = |kind| ranked(all.iter().filter(|one| one.kind == kind), (&offers, &has));
    Ok(Recommendations {
        product_recommendations: Products {
            upsells: of(RecommendationKind::Upsell),
            cross_sells: of(RecommendationKind::CrossSell),
            add_ons: of(RecommendationKind::AddOn),
        },
    })
}

fn ranked<'r>(
    all: impl Iterator<Item = &'r Recommendation>,
    (offers, has): (&[String], &[String]),
) -> Vec<RecommendationResource> {
    let led = all.filter_map(|one| {
        let sources = one.sources(offers, has);
        (!sources.is_empty()).then_some((one, sources))
    });
    let shown = led
        .enumerate()
        .map(|(rank, (one, sources))| RecommendationResource {
            rank,
            product: Product {
                base_offer_id: one.base_offer_id.clone(),
            },
            source: Source {
                source_type: "OFFER",
                offer_ids: sources.into_iter().map(ToOwned::to_owned).collect(),
            },
        });
    shown.collect()
}

/// Adds what is recommended to an answer, where the query asks for it. That there is nothing to recommend from is said
/// within it, and never makes the call itself fail.
pub(super) async fn embed(
    state: &State,
    (merchant, account): (MerchantId, &Account),
    (query, offers): (&Query, &[String]),
    answer: Answer,
) -> Result<Answer, ApiError> {
    if !auth::says_true(query, "fetch-recommendations") {
        return Ok(answer);
    }
    let asked = Asked {
        account,
        country: query.one("recommendation-country").ok().flatten(),
        language: query.one("recommendation-language").ok().flatten(),
        offers,
    };
    let shown = match find(state, merchant, asked).await {
        Ok(found) => json!(found),
        Err(error) if error.is_ours() => return Err(error),
        Err(error) => json!({ "errorDetails": error }),
    };
    Ok(tracked(state, with_member(answer, &shown)))
}

/// The answer, a JSON object, with one more member.
fn with_member(answer: Answer, shown: &Value) -> Answer {
    let Some(open) = answer.body.strip_suffix(b"}") else {
        return answer;
    };
    let member = format!(",\"recommendations\":{shown}}}");
    let body: Bytes = [open, member.as_bytes()].concat().into();
    Answer { body, ..answer }
}

fn tracked(state: &State, answer: Answer) -> Answer {
    let id = state.book.new_subscription_id();
    match HeaderValue::from_str(&id) {
        Ok(id) => answer.with(TRACKER, id),
        Err(_not_a_header) => answer,
    }
}

/// `POST /v3/recommendations`. It reads, whatever its method.
pub(crate) async fn fetch(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let (parts, content) = request.into_parts();
    let access = auth::caller(&state, &parts.headers).await?;
    let members = object(&body::read(content, state.limits).await?)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&KNOWN, &mut complaints);
    let about = fields.text("recommendationContext", LONGEST, &mut complaints);
    if about.is_some_and(|about| !CONTEXTS.contains(&about.as_str())) {
        complaints.invalid(fields.at("recommendationContext"));
    }
    let customer = fields.needed_text("customerId", LONGEST, &mut complaints);
    let country = fields.text("country", LONGEST, &mut complaints);
    let language = fields.text("language", LONGEST, &mut complaints);
    let mut offers = Vec::new();
    for offer in fields.objects("offers", &mut complaints).unwrap_or_default() {
        offers.extend(offer.text("offerId", LONGEST, &mut complaints));
        offer.whole("quantity", &mut complaints);
    }
    let mut wanted = fields.texts("includePropensity", LONGEST, &mut complaints);
    wanted.retain(|kind| !["churn", "seatExpansion"].contains(&kind.as_str()));
    if !wanted.is_empty() {
        complaints.invalid(fields.at("includePropensity"));
    }
    complaints.check()?;
    let account = known(&state, access.merchant, &customer).await?;
    let asked = Asked {
        account: &account.map_or_else(Account::bare, |kept| kept.body),
        country: country.as_deref(),
        language: language.as_deref(),
        offers: &offers,
    };
    let found = find(&state, access.merchant, asked).await?;
    Ok(tracked(&state, Answer::json(StatusCode::OK, &found)))
}
