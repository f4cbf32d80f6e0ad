//! Resellers: create, get, update, list.

use crate::auth::Write;
use crate::errors::{ACCOUNT_PENDING, ApiError, INVALID_RESELLER, WRONG_SEGMENT};
use crate::operations::kept;
use crate::wire::customer::{ProfileOf, profile};
use crate::wire::fields::{Complaints, Fields, object};
use crate::wire::link::{self, SelfLink};
use crate::wire::page::Listed;
use crate::wire::search::{Paging, Sorting, one, wrong};
use crate::wire::status;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use book::{Document, Executed, RESELLER as KIND};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use http_kit::wire::time;
use order::{MerchantId, Refusal, Standing, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The first id that a reseller created here gets.
const FIRST: i64 = 6_000_000_000;
const LIMIT: u64 = 20;
const MOST: u64 = 50;
const LONGEST_ID: usize = 40;
const LONGEST_REFERENCE: usize = 255;

/// Members that a client may send. Those that the server itself sets are ignored.
const KNOWN: [&str; 7] = [
    "externalReferenceId",
    "distributorId",
    "companyProfile",
    "resellerId",
    "creationDate",
    "status",
    "links",
];

/// A reseller as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reseller {
    reference: Option<String>,
    distributor: String,
    profile: Map<String, Value>,
    pending_until: Timestamp,
    /// Whether they may sell, once somebody has said so: the book reads it too ([`book::Seller`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standing: Option<Standing>,
}

type Kept = Document<Reseller>;

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Reseller")]
pub(crate) struct ResellerResource<'r> {
    external_reference_id: &'r str,
    distributor_id: &'r str,
    reseller_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_profile: Option<&'r Map<String, Value>>,
    creation_date: String,
    status: &'static str,
    links: SelfLink,
}

impl<'r> ResellerResource<'r> {
    fn of(kept: &'r Kept, now: Timestamp) -> Self {
        Self {
            external_reference_id: kept.body.reference.as_deref().unwrap_or_default(),
            distributor_id: &kept.body.distributor,
            reseller_id: &kept.id,
            company_profile: Some(&kept.body.profile),
            creation_date: time::seconds_text(kept.created_at.0),
            status: status_of(kept, now),
            links: SelfLink::to(link::reseller(&kept.id)),
        }
    }

    /// As lists show it: without the profile.
    fn brief(kept: &'r Kept, now: Timestamp) -> Self {
        Self {
            company_profile: None,
            ..Self::of(kept, now)
        }
    }
}

fn status_of(kept: &Kept, now: Timestamp) -> &'static str {
    match kept.body.standing {
        Some(standing) => status::standing(standing),
        None if now < kept.body.pending_until => status::PENDING,
        None => status::COMPLETE,
    }
}

fn text(kept: &Kept, now: Timestamp) -> String {
    serde_json::to_string(&ResellerResource::of(kept, now)).unwrap_or_default()
}

/// Whether there is such a reseller.
pub(super) async fn exists(state: &State, merchant: MerchantId, id: &str) -> Result<bool, ApiError> {
    Ok(find(state, merchant, id).await?.is_some())
}

async fn find(state: &State, merchant: MerchantId, id: &str) -> Result<Option<Kept>, ApiError> {
    Ok(state.book.document(merchant, KIND, id).await?)
}

/// Checks the reseller that a customer is to buy through. A merchant who keeps no resellers here may name any; one who
/// does names one of them, which sells into the customer's market segment.
pub(super) async fn check_named(
    state: &State,
    merchant: MerchantId,
    (id, segment): (&str, Option<&str>),
    inactive: crate::errors::Kind,
) -> Result<(), ApiError> {
    let Some(kept) = find(state, merchant, id).await? else {
        let any = state
            .book
            .documents::<Reseller>(merchant, (KIND, None), 0, 0)
            .await?;
        return if any.total == 0 {
            Ok(())
        } else {
            Err(ApiError::new(INVALID_RESELLER))
        };
    };
    if kept
        .body
        .standing
        .is_some_and(|standing| standing != Standing::Active)
    {
        return Err(ApiError::new(inactive));
    }
    let sells_into = |segment: &str| {
        let segments = kept.body.profile.get("marketSegments").and_then(Value::as_array);
        segments.is_none_or(|segments| segments.iter().any(|known| known.as_str() == Some(segment)))
    };
    if segment.is_none_or(sells_into) {
        Ok(())
    } else {
        Err(ApiError::about(WRONG_SEGMENT, ["companyProfile.marketSegment"]))
    }
}

/// `POST /v3/resellers`.
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let created = open(&state, &write).await;
    write.finish(&state, created).await
}

async fn open(state: &State, write: &Write) -> Result<Executed, ApiError> {
    let (merchant, now) = (write.access.merchant, state.book.now());
    let pending_until = state.completes_at(&write.access);
    let reseller = read(&write.body, pending_until)?;
    let id = state.book.new_id(merchant, KIND, FIRST).await?;
    let document = Document::new(KIND, id, now, reseller);
    let render = move |outcome: Result<&Kept, &Refusal>| kept::opened(outcome, |kept| text(kept, now));
    let opened = state
        .book
        .open_document((merchant, document), write.idempotency.clone(), render);
    Ok(Box::pin(opened).await?)
}

/// `GET /v3/resellers/{reseller}`.
pub(crate) async fn get(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let kept = state
        .book
        .document(access.merchant, KIND, ids.get("reseller")?)
        .await?;
    let kept = kept.ok_or_else(|| ApiError::new(INVALID_RESELLER))?;
    let shown = ResellerResource::of(&kept, state.book.now());
    Ok(Answer::json(StatusCode::OK, &shown))
}

/// `PATCH /v3/resellers/{reseller}`: the reference and the profile. Market segments may be added, never removed.
pub(crate) async fn update(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let changed = change(&state, &write, ids.get("reseller")?).await;
    write.finish(&state, changed).await
}

async fn change(state: &State, write: &Write, id: &str) -> Result<Executed, ApiError> {
    let (merchant, now) = (write.access.merchant, state.book.now());
    let before: Option<Kept> = state.book.document(merchant, KIND, id).await?;
    let before = before.ok_or_else(|| ApiError::new(INVALID_RESELLER))?;
    if now < before.body.pending_until {
        return Err(ApiError::new(ACCOUNT_PENDING));
    }
    let after = changed(&write.body, &before.body)?;
    let change = move |kept: &mut Kept| -> Result<(), ApiError> {
        kept.body.clone_from(&after);
        Ok(())
    };
    let render = move |outcome: Option<Result<&Kept, &ApiError>>| {
        kept::changed(outcome, INVALID_RESELLER, |kept| text(kept, now))
    };
    let key = (merchant, KIND, id);
    let changed = state
        .book
        .change_document(key, write.idempotency.clone(), change, render);
    Ok(Box::pin(changed).await?)
}

/// Says whether a reseller may sell: what the original's sandbox portal sets.
pub(super) async fn set_standing(
    state: &State,
    write: &Write,
    (id, standing): (&str, Standing),
) -> Result<Executed, ApiError> {
    let now = state.book.now();
    let change = move |kept: &mut Kept| -> Result<(), ApiError> {
        kept.body.standing = Some(standing);
        Ok(())
    };
    let render = move |outcome: Option<Result<&Kept, &ApiError>>| {
        kept::changed(outcome, INVALID_RESELLER, |kept| text(kept, now))
    };
    let key = (write.access.merchant, KIND, id);
    let changed = state
        .book
        .change_document(key, write.idempotency.clone(), change, render);
    Ok(Box::pin(changed).await?)
}

/// `GET /v3/resellers`.
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let query = Query::parse(uri.query().unwrap_or_default())?;
    let wanted = one(&query, "status")?.unwrap_or(status::COMPLETE);
    if !status::is_standing(wanted) {
        return Err(wrong("status"));
    }
    let sorting = Sorting::read(&query)?;
    let (paging, now) = (Paging::read(&query, LIMIT, MOST)?, state.book.now());
    let kept = state
        .book
        .documents(access.merchant, (KIND, None), 0, u64::MAX)
        .await?;
    let mut found: Vec<Kept> = kept.documents;
    found.retain(|kept| status_of(kept, now) == wanted);
    sorting.sort(&mut found, name_of);
    let (total, shown) = paging.cut(&found)?;
    let listed = Listed {
        paging,
        path: "/v3/resellers",
        query: &query,
        total,
    };
    let shown = shown.iter().map(|kept| ResellerResource::brief(kept, now));
    Ok(listed.accounts(shown.collect()))
}

fn name_of(kept: &Kept) -> String {
    let name = kept.body.profile.get("companyName").and_then(Value::as_str);
    name.unwrap_or_default().to_lowercase()
}

fn read(body: &[u8], pending_until: Timestamp) -> Result<Reseller, ApiError> {
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&KNOWN, &mut complaints);
    let distributor = fields.needed_text("distributorId", LONGEST_ID, &mut complaints);
    let reference = fields.text("externalReferenceId", LONGEST_REFERENCE, &mut complaints);
    let mut profile = profile(&fields, ProfileOf::Reseller, &mut complaints);
    complaints.check()?;
    profile.entry("marketSegments").or_insert(json!(["COM"]));
    Ok(Reseller {
        reference,
        distributor,
        profile,
        pending_until,
        standing: None,
    })
}

fn changed(body: &[u8], before: &Reseller) -> Result<Reseller, ApiError> {
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&KNOWN, &mut complaints);
    let reference = fields.text("externalReferenceId", LONGEST_REFERENCE, &mut complaints);
    let mut after = before.clone();
    after.reference = reference.or(after.reference);
    if let Some(sent) = fields.object("companyProfile", &mut complaints) {
        after.profile.extend(sent.members().clone());
        let whole = Map::from_iter([("companyProfile".to_owned(), Value::Object(after.profile.clone()))]);
        profile(&Fields::of(&whole), ProfileOf::Reseller, &mut complaints);
        let segments = |reseller: &Reseller| {
            reseller
                .profile
                .get("marketSegments")
                .cloned()
                .unwrap_or_default()
        };
        let (had, has) = (segments(before), segments(&after));
        let keeps = |segment: &Value| has.as_array().is_some_and(|has| has.contains(segment));
        if !had.as_array().is_none_or(|had| had.iter().all(keeps)) {
            complaints.invalid(sent.at("marketSegments"));
        }
    }
    complaints.check()?;
    Ok(after)
}
