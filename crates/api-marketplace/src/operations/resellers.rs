//! Resellers: create, get, update, list.

use crate::auth::Write;
use crate::errors::{ACCOUNT_PENDING, ApiError, INVALID_RESELLER};
use crate::wire::customer::{ProfileOf, profile};
use crate::wire::fields::{Complaints, Fields, object};
use crate::wire::link::{self, PageLinks, SelfLink};
use crate::wire::search::{Paging, one, wrong};
use crate::wire::status;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use book::{Document, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use http_kit::wire::time;
use order::{MerchantId, Refusal, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

const KIND: &str = "reseller";
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

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ResellerPage")]
pub(crate) struct Page<'r> {
    total_count: u64,
    count: usize,
    offset: u64,
    limit: u64,
    accounts: Vec<ResellerResource<'r>>,
    links: PageLinks,
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
    if now < kept.body.pending_until {
        status::PENDING
    } else {
        status::COMPLETE
    }
}

fn reply(status: u16, kept: &Kept, now: Timestamp) -> Reply {
    Reply {
        status,
        body: serde_json::to_string(&ResellerResource::of(kept, now)).unwrap_or_default(),
    }
}

/// Whether there is such a reseller.
pub(super) async fn exists(state: &State, merchant: MerchantId, id: &str) -> Result<bool, ApiError> {
    Ok(state
        .book
        .document::<Reseller>(merchant, KIND, id)
        .await?
        .is_some())
}

/// `POST /v3/resellers`.
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let now = state.book.now();
    let pending_until = now.plus_millis(state.settings.completes_after_millis);
    let reseller = match read(&write.body, pending_until) {
        Ok(reseller) => reseller,
        Err(error) => return write.refuse(&state, &error).await,
    };
    let Write {
        access, idempotency, ..
    } = write;
    let id = state.book.new_id(access.merchant, KIND, FIRST).await?;
    let document = Document::new(KIND, id, now, reseller);
    let render = move |outcome: Result<&Kept, &Refusal>| match outcome {
        Ok(kept) => reply(201, kept, now),
        Err(refusal) => ApiError::from(refusal).reply(),
    };
    let opened = state
        .book
        .open_document((access.merchant, document), idempotency, render);
    Ok(auth::told(Box::pin(opened).await?))
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
    let (id, now) = (ids.get("reseller")?, state.book.now());
    let kept: Option<Kept> = state.book.document(write.access.merchant, KIND, id).await?;
    let changed = match kept {
        None => Err(ApiError::new(INVALID_RESELLER)),
        Some(kept) if now < kept.body.pending_until => Err(ApiError::new(ACCOUNT_PENDING)),
        Some(kept) => changed(&write.body, &kept.body),
    };
    let reseller = match changed {
        Ok(reseller) => reseller,
        Err(error) => return write.refuse(&state, &error).await,
    };
    let Write {
        access, idempotency, ..
    } = write;
    let change = move |kept: &mut Kept| -> Result<(), ApiError> {
        kept.body.clone_from(&reseller);
        Ok(())
    };
    let render = move |outcome: Option<Result<&Kept, &ApiError>>| match outcome {
        Some(Ok(kept)) => reply(200, kept, now),
        Some(Err(error)) => error.reply(),
        None => ApiError::new(INVALID_RESELLER).reply(),
    };
    let changed = state
        .book
        .change_document((access.merchant, KIND, id), idempotency, change, render);
    Ok(auth::told(Box::pin(changed).await?))
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
    let by_name = match one(&query, "sort-by")?.unwrap_or("creationDate") {
        "creationDate" => false,
        "companyName" => true,
        _ => return Err(wrong("sort-by")),
    };
    let ascending = match one(&query, "order-by")?.unwrap_or("desc").to_lowercase().as_str() {
        "desc" => false,
        "asc" => true,
        _ => return Err(wrong("order-by")),
    };
    let (paging, now) = (Paging::read(&query, LIMIT, MOST)?, state.book.now());
    let kept = state
        .book
        .documents(access.merchant, (KIND, None), 0, u64::MAX)
        .await?;
    let mut found: Vec<Kept> = kept.documents;
    found.retain(|kept| status_of(kept, now) == wanted);
    let name = |kept: &Kept| kept.body.profile.get("companyName").map(ToString::to_string);
    found.sort_by_key(|kept| (name(kept).filter(|_| by_name), kept.created_at, kept.id.clone()));
    if !ascending {
        found.reverse();
    }
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    paging.check(total)?;
    let (offset, limit) = (usize::try_from(paging.offset), usize::try_from(paging.limit));
    let shown = found
        .iter()
        .skip(offset.unwrap_or(usize::MAX))
        .take(limit.unwrap_or(0));
    let accounts: Vec<_> = shown.map(|kept| ResellerResource::brief(kept, now)).collect();
    let page = Page {
        total_count: total,
        count: accounts.len(),
        offset: paging.offset,
        limit: paging.limit,
        accounts,
        links: paging.links("/v3/resellers", &query, total),
    };
    Ok(Answer::json(StatusCode::OK, &page))
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
