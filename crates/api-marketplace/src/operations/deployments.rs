//! Deployments of a customer who buys in several countries: create, get, update, list.

use super::order_history::known;
use crate::auth::Write;
use crate::errors::{ApiError, DEPLOYMENT_COUNTRY, INVALID_DEPLOYMENT};
use crate::wire::customer::{Annex, check_address};
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
use order::{Account, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

const KIND: &str = "deployment";
/// The first id that a deployment created here gets.
const FIRST: i64 = 8_000_000_000;
const LIMIT: u64 = 25;
const MOST: u64 = 100;

const KNOWN: [&str; 5] = [
    "companyProfile",
    "status",
    "deploymentId",
    "creationDate",
    "links",
];

/// A deployment as it is kept. It hangs on its customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Deployment {
    profile: Map<String, Value>,
    active: bool,
}

type Kept = Document<Deployment>;

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Deployment")]
pub(crate) struct DeploymentResource<'d> {
    deployment_id: &'d str,
    company_profile: &'d Map<String, Value>,
    creation_date: String,
    status: &'static str,
    links: SelfLink,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DeploymentPage")]
pub(crate) struct Page<'d> {
    total_count: u64,
    count: usize,
    offset: u64,
    limit: u64,
    items: Vec<DeploymentResource<'d>>,
    links: PageLinks,
}

impl<'d> DeploymentResource<'d> {
    fn of(kept: &'d Kept) -> Self {
        Self {
            deployment_id: &kept.id,
            company_profile: &kept.body.profile,
            creation_date: time::seconds_text(kept.created_at.0),
            status: if kept.body.active {
                status::COMPLETE
            } else {
                status::FAILED
            },
            links: SelfLink::to(link::deployment(&kept.owner, &kept.id)),
        }
    }
}

fn reply(status: u16, kept: &Kept) -> Reply {
    Reply {
        status,
        body: serde_json::to_string(&DeploymentResource::of(kept)).unwrap_or_default(),
    }
}

/// `POST /v3/customers/{customer}/deployments`.
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let customer = ids.get("customer")?;
    let prepared = match known(&state, write.access.merchant, customer).await {
        Ok(kept) => read(&write.body, &kept.map_or_else(Account::bare, |kept| kept.body)),
        Err(error) => Err(error),
    };
    let deployment = match prepared {
        Ok(deployment) => deployment,
        Err(error) if error.is_ours() => return Err(error),
        Err(error) => return write.refuse(&state, &error).await,
    };
    let Write {
        access, idempotency, ..
    } = write;
    let id = state.book.new_id(access.merchant, KIND, FIRST).await?;
    let mut document = Document::new(KIND, id, state.book.now(), deployment);
    customer.clone_into(&mut document.owner);
    let render = |outcome: Result<&Kept, &Refusal>| match outcome {
        Ok(kept) => reply(201, kept),
        Err(refusal) => ApiError::from(refusal).reply(),
    };
    let opened = state
        .book
        .open_document((access.merchant, document), idempotency, render);
    Ok(auth::told(Box::pin(opened).await?))
}

/// `GET /v3/customers/{customer}/deployments/{deployment}`.
pub(crate) async fn get(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let (customer, id) = (ids.get("customer")?, ids.get("deployment")?);
    let kept: Option<Kept> = state.book.document(access.merchant, KIND, id).await?;
    let kept = kept.filter(|kept| kept.owner == customer);
    let kept = kept.ok_or_else(|| ApiError::new(INVALID_DEPLOYMENT))?;
    Ok(Answer::json(StatusCode::OK, &DeploymentResource::of(&kept)))
}

/// `PATCH /v3/customers/{customer}/deployments/{deployment}`: the address, but not its country; and the status, 1000 or
/// 1004, which stays active as long as a subscription is for it.
pub(crate) async fn update(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let (customer, id) = (ids.get("customer")?, ids.get("deployment")?);
    let merchant = write.access.merchant;
    let kept: Option<Kept> = state.book.document(merchant, KIND, id).await?;
    let account = state.book.account(merchant, customer).await?;
    let account = account.map_or_else(Account::bare, |kept| kept.body);
    let changed = match kept.filter(|kept| kept.owner == customer) {
        None => Err(ApiError::new(INVALID_DEPLOYMENT)),
        Some(kept) => changed(&write.body, &kept, &account),
    };
    let deployment = match changed {
        Ok(deployment) => deployment,
        Err(error) => return write.refuse(&state, &error).await,
    };
    let change = move |kept: &mut Kept| -> Result<(), ApiError> {
        kept.body.clone_from(&deployment);
        Ok(())
    };
    let render = |outcome: Option<Result<&Kept, &ApiError>>| match outcome {
        Some(Ok(kept)) => reply(200, kept),
        Some(Err(error)) => error.reply(),
        None => ApiError::new(INVALID_DEPLOYMENT).reply(),
    };
    let changed = state
        .book
        .change_document((merchant, KIND, id), write.idempotency, change, render);
    Ok(auth::told(Box::pin(changed).await?))
}

/// `GET /v3/customers/{customer}/deployments`.
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let customer = ids.get("customer")?;
    known(&state, access.merchant, customer).await?;
    let query = Query::parse(uri.query().unwrap_or_default())?;
    let active = match one(&query, "status")? {
        None => None,
        Some(status::COMPLETE) => Some(true),
        Some(status::FAILED) => Some(false),
        Some(_) => return Err(wrong("status")),
    };
    let paging = Paging::read(&query, LIMIT, MOST)?;
    let kept = state
        .book
        .documents(access.merchant, (KIND, Some(customer)), 0, u64::MAX)
        .await?;
    let mut found: Vec<Kept> = kept.documents;
    found.retain(|kept| active.is_none_or(|active| kept.body.active == active));
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    paging.check(total)?;
    let (offset, limit) = (usize::try_from(paging.offset), usize::try_from(paging.limit));
    let shown = found
        .iter()
        .skip(offset.unwrap_or(usize::MAX))
        .take(limit.unwrap_or(0));
    let items: Vec<_> = shown.map(DeploymentResource::of).collect();
    let page = Page {
        total_count: total,
        count: items.len(),
        offset: paging.offset,
        limit: paging.limit,
        items,
        links: paging.links(&link::deployments(customer), &query, total),
    };
    Ok(Answer::json(StatusCode::OK, &page))
}

fn country_of(profile: &Map<String, Value>) -> Option<&str> {
    profile.get("address")?.get("country")?.as_str()
}

/// Reads a new deployment: an address in another country than the customer's own.
fn read(body: &[u8], account: &Account) -> Result<Deployment, ApiError> {
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&KNOWN, &mut complaints);
    let profile = fields.object("companyProfile", &mut complaints);
    let address = profile
        .as_ref()
        .and_then(|profile| profile.object("address", &mut complaints));
    match &address {
        Some(address) => check_address(address, &mut complaints),
        None => complaints.missing("companyProfile.address".to_owned()),
    }
    complaints.check()?;
    let profile = profile
        .map(|profile| profile.members().clone())
        .unwrap_or_default();
    let own = Annex::of(account).profile;
    if country_of(&own).is_some_and(|own| country_of(&profile) == Some(own)) {
        return Err(ApiError::about(
            DEPLOYMENT_COUNTRY,
            ["companyProfile.address.country"],
        ));
    }
    Ok(Deployment {
        profile,
        active: true,
    })
}

fn changed(body: &[u8], kept: &Kept, account: &Account) -> Result<Deployment, ApiError> {
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&KNOWN, &mut complaints);
    let mut after = kept.body.clone();
    let profile = fields.object("companyProfile", &mut complaints);
    if let Some(address) = profile.and_then(|profile| profile.object("address", &mut complaints)) {
        check_address(&address, &mut complaints);
        after
            .profile
            .insert("address".to_owned(), address.members().clone().into());
    }
    let is_used = account.subscriptions.iter().any(|subscription| {
        subscription.active && subscription.deployment.as_deref() == Some(kept.id.as_str())
    });
    match fields.value("status").map(Value::as_str) {
        None => {}
        Some(Some(status::COMPLETE)) => after.active = true,
        Some(Some(status::FAILED)) if !is_used => after.active = false,
        Some(_) => complaints.invalid(fields.at("status")),
    }
    complaints.check()?;
    if country_of(&after.profile) != country_of(&kept.body.profile) {
        return Err(ApiError::about(
            DEPLOYMENT_COUNTRY,
            ["companyProfile.address.country"],
        ));
    }
    Ok(after)
}
