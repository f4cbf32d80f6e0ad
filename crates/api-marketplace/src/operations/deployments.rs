//! Deployments of a customer who buys in several countries: create, get, update, list.

use super::kept;
use super::order_history::known;
use crate::auth::Write;
use crate::catalogue;
use crate::errors::{ApiError, DEPLOYMENT_COUNTRY, DEPLOYMENT_NOT_ALLOWED, INVALID_DEPLOYMENT, NOT_GLOBAL};
use crate::wire::customer::{Annex, check_address};
use crate::wire::fields::{Complaints, Fields, object};
use crate::wire::link::{self, SelfLink};
use crate::wire::page::Listed;
use crate::wire::search::{Paging, one, wrong};
use crate::wire::status;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use book::{Document, Executed};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use http_kit::wire::time;
use order::{Account, MerchantId, Refusal};
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

fn text(kept: &Kept) -> String {
    serde_json::to_string(&DeploymentResource::of(kept)).unwrap_or_default()
}

/// The deployment of a customer.
async fn find(
    state: &State,
    merchant: MerchantId,
    (customer, id): (&str, &str),
) -> Result<Option<Kept>, ApiError> {
    let kept: Option<Kept> = state.book.document(merchant, KIND, id).await?;
    Ok(kept.filter(|kept| kept.owner == customer))
}

/// Checks the deployments that an order's lines name. A merchant who keeps none of the customer here may name any; one
/// who does names one of them, which is active.
pub(super) async fn check_named(
    state: &State,
    merchant: MerchantId,
    customer: &str,
    named: &[(i64, String)],
) -> Result<(), ApiError> {
    if named.is_empty() {
        return Ok(());
    }
    let known = state
        .book
        .documents::<Deployment>(merchant, (KIND, Some(customer)), 0, u64::MAX)
        .await?
        .documents;
    let lines = named.iter().filter(|_| !known.is_empty());
    for (line, id) in lines {
        match known.iter().find(|kept| kept.id == *id) {
            None => return Err(ApiError::line(INVALID_DEPLOYMENT, *line, "DEPLOYMENT_ID")),
            Some(kept) if !kept.body.active => {
                return Err(ApiError::line(
                    DEPLOYMENT_NOT_ALLOWED,
                    *line,
                    "INACTIVE_DEPLOYMENT",
                ));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// `POST /v3/customers/{customer}/deployments`.
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let created = open(&state, &write, ids.get("customer")?).await;
    write.finish(&state, created).await
}

async fn open(state: &State, write: &Write, customer: &str) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    let account = known(state, merchant, customer).await?;
    catalogue::parts(state, merchant).await?.partner.check_global()?;
    let deployment = read(&write.body, &account.map_or_else(Account::bare, |kept| kept.body))?;
    let id = state.book.new_id(merchant, KIND, FIRST).await?;
    let mut document = Document::new(KIND, id, state.book.now(), deployment);
    customer.clone_into(&mut document.owner);
    let render = |outcome: Result<&Kept, &Refusal>| kept::opened(outcome, text);
    let opened = state
        .book
        .open_document((merchant, document), write.idempotency.clone(), render);
    Ok(Box::pin(opened).await?)
}

/// `GET /v3/customers/{customer}/deployments/{deployment}`.
pub(crate) async fn get(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let (customer, id) = (ids.get("customer")?, ids.get("deployment")?);
    let kept = find(&state, access.merchant, (customer, id)).await?;
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
    let changed = change(&state, &write, (ids.get("customer")?, ids.get("deployment")?)).await;
    write.finish(&state, changed).await
}

async fn change(state: &State, write: &Write, (customer, id): (&str, &str)) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    let before = find(state, merchant, (customer, id)).await?;
    let before = before.ok_or_else(|| ApiError::new(INVALID_DEPLOYMENT))?;
    let account = state.book.account(merchant, customer).await?;
    let account = account.map_or_else(Account::bare, |kept| kept.body);
    let after = changed(&write.body, &before, &account)?;
    let change = move |kept: &mut Kept| -> Result<(), ApiError> {
        kept.body.clone_from(&after);
        Ok(())
    };
    let render = |outcome: Option<Result<&Kept, &ApiError>>| kept::changed(outcome, INVALID_DEPLOYMENT, text);
    let key = (merchant, KIND, id);
    let changed = state
        .book
        .change_document(key, write.idempotency.clone(), change, render);
    Ok(Box::pin(changed).await?)
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
    let (total, shown) = paging.cut(&found)?;
    let listed = Listed {
        paging,
        path: &link::deployments(customer),
        query: &query,
        total,
    };
    Ok(listed.items(shown.iter().map(DeploymentResource::of).collect()))
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
    let annex = Annex::of(account);
    if annex.global_sales == Some(false) {
        return Err(ApiError::new(NOT_GLOBAL));
    }
    let own = annex.profile;
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
