//! Linked memberships: groups of customers. A customer makes one by an update of their own, and others join it.

use super::order_history::known;
use crate::auth::Write;
use crate::errors::{
    AGENCY_NOT_CUSTOMER, AGENCY_NOT_GROUP, ApiError, COMMITTED_NOT_ALLOWED, GROUP_NOT_FOUND, INVALID_ADDRESS,
    NOT_EDITABLE, WRONG_SEGMENT,
};
use crate::wire::benefit::{self, AGENCY};
use crate::wire::customer::{Annex, Linked, is_country};
use crate::wire::fields::{Complaints, Fields};
use crate::wire::search::one;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use book::{Document, Executed, KeptAccount, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use http_kit::wire::time;
use order::{Account, AccountRefusal, MerchantId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

const KIND: &str = "linked_membership";
/// The first id that a group made here gets.
const FIRST: i64 = 5_000_000_000;
const LONGEST_NAME: usize = 80;
const LONGEST_ID: usize = 40;
const KINDS: [&str; 2] = ["STANDARD", "CONSORTIUM"];

/// A group as it is kept. Its id is the document's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Group {
    name: String,
    kind: String,
    owner: String,
    segment: String,
    country: String,
    is_agency: bool,
}

type Kept = Document<Group>;

/// A group as a search shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LinkedMembershipGroup")]
pub(crate) struct GroupResource<'g> {
    id: &'g str,
    name: &'g str,
    r#type: &'g str,
    creation_date: String,
    market_segment: &'g str,
    country: &'g str,
    members_count: usize,
    benefit_types: Vec<&'static str>,
}

/// Reads `linkedMembership` of a customer's update. What a client sends back of a group that there is already is that
/// group, and asks for nothing.
pub(super) fn read(fields: &Fields<'_>, account: &Account, complaints: &mut Complaints) -> Option<Linked> {
    let sent = fields.object("linkedMembership", complaints)?;
    let known = [
        "id",
        "name",
        "type",
        "linkedMembershipType",
        "creationDate",
        "country",
        "benefitTypes",
    ];
    sent.only(&known, complaints);
    let name = sent.needed_text("name", LONGEST_NAME, complaints);
    let kind = sent.needed_text("type", LONGEST_ID, complaints);
    if !kind.is_empty() && !KINDS.contains(&kind.as_str()) {
        complaints.invalid(sent.at("type"));
    }
    let wanted = Linked {
        id: String::new(),
        name,
        kind,
        owns: true,
        at: Timestamp::default(),
    };
    let has = Annex::of(account).linked;
    let is_same = |has: &Linked| (&has.name, &has.kind) == (&wanted.name, &wanted.kind);
    (!has.as_ref().is_some_and(is_same)).then_some(wanted)
}

/// Makes the group that a customer's update asks for. A customer belongs to one group at the most, and to none with a
/// commitment.
pub(super) async fn open(
    state: &State,
    merchant: MerchantId,
    (customer, account): (&str, &Account),
    wanted: &mut Linked,
) -> Result<(), ApiError> {
    let annex = Annex::of(account);
    check_may_join(account, &annex, state.book.now())?;
    wanted.id = state.book.new_id(merchant, KIND, FIRST).await?;
    wanted.at = state.book.now();
    let group = Group {
        name: wanted.name.clone(),
        kind: wanted.kind.clone(),
        owner: customer.to_owned(),
        segment: annex.segment().unwrap_or_default().to_owned(),
        country: annex.country().unwrap_or_default().to_owned(),
        is_agency: benefit::is_agency(&annex.benefits),
    };
    let document = Document::new(KIND, wanted.id.clone(), wanted.at, group);
    // Nothing refuses a document under a new id.
    let _put = Box::pin(state.book.put_documents(merchant, vec![document])).await?;
    Ok(())
}

fn check_may_join(account: &Account, annex: &Annex, now: Timestamp) -> Result<(), ApiError> {
    if annex.linked.is_some() {
        return Err(ApiError::about(NOT_EDITABLE, ["linkedMembership"]));
    }
    if account.is_committed(now) {
        let why = "3YC Customer not allowed for Linked Membership";
        return Err(ApiError::about(COMMITTED_NOT_ALLOWED, [why]));
    }
    Ok(())
}

/// `GET /v3/linked_membership_groups`: groups of a country, by a part of their names.
pub(crate) async fn search(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let query = Query::parse(uri.query().unwrap_or_default())?;
    let missing = || ApiError::about(INVALID_ADDRESS, ["Country cannot be null or empty"]);
    let country = one(&query, "country")?.ok_or_else(missing)?;
    if !is_country(country) {
        return Err(ApiError::about(INVALID_ADDRESS, ["Invalid Country"]));
    }
    let name = one(&query, "name")?.unwrap_or_default().to_lowercase();
    let kept = state
        .book
        .documents(access.merchant, (KIND, None), 0, u64::MAX)
        .await?;
    let mut found: Vec<Kept> = kept.documents;
    found.retain(|kept| kept.body.country == country && kept.body.name.to_lowercase().contains(&name));
    let accounts = state
        .book
        .documents::<Account>(access.merchant, ("account", None), 0, u64::MAX)
        .await?;
    let links: Vec<Linked> = accounts
        .documents
        .iter()
        .filter_map(|kept| Annex::of(&kept.body).linked)
        .collect();
    // A group whose owner's update was refused in the end has nobody in it, and is none.
    found.retain(|kept| links.iter().any(|link| link.id == kept.id));
    if found.is_empty() {
        return Err(ApiError::new(GROUP_NOT_FOUND));
    }
    let shown = found.iter().map(|kept| GroupResource {
        id: &kept.id,
        name: &kept.body.name,
        r#type: &kept.body.kind,
        creation_date: time::seconds_text(kept.created_at.0),
        market_segment: &kept.body.segment,
        country: &kept.body.country,
        members_count: links.iter().filter(|link| link.id == kept.id).count(),
        benefit_types: kept.body.is_agency.then_some(AGENCY).into_iter().collect(),
    });
    Ok(Answer::json(StatusCode::OK, &shown.collect::<Vec<_>>()))
}

/// `POST /v3/customers/{customer}/linked_membership/enroll/{group}`: the customer joins the group. There is no body.
pub(crate) async fn enroll(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let joined = join(&state, &write, (ids.get("customer")?, ids.get("group")?)).await;
    write.finish(&state, joined).await
}

async fn join(state: &State, write: &Write, (customer, group): (&str, &str)) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    let account = known(state, merchant, customer).await?;
    let account = account.map_or_else(Account::bare, |kept| kept.body);
    let kept: Option<Kept> = state.book.document(merchant, KIND, group).await?;
    let kept = kept.ok_or_else(|| ApiError::new(GROUP_NOT_FOUND))?;
    check_fits(&kept.body, &Annex::of(&account))?;
    check_may_join(&account, &Annex::of(&account), state.book.now())?;
    let linked = Linked {
        id: kept.id,
        name: kept.body.name,
        kind: kept.body.kind,
        owns: false,
        at: kept.created_at,
    };
    let joined = linked.id.clone();
    let change = move |account: &mut Account, _now| {
        let mut annex = Annex::of(account);
        // Whoever joins two groups at once stays in the first.
        annex.linked.get_or_insert_with(|| linked.clone());
        annex.put(account);
        Ok(())
    };
    let is_in = move |kept: &KeptAccount| {
        let linked = Annex::of(&kept.body).linked;
        linked.is_some_and(|linked| linked.id == joined)
    };
    let render = move |outcome: Result<&KeptAccount, &AccountRefusal>| match outcome {
        Ok(kept) if !is_in(kept) => ApiError::about(NOT_EDITABLE, ["linkedMembership"]).reply(),
        Ok(_) => Reply {
            status: 200,
            body: json!({ "message": "Customer Successfully enrolled in the Linked Membership" }).to_string(),
        },
        Err(refusal) => ApiError::from(refusal).reply(),
    };
    let joined = state
        .book
        .change_account((merchant, customer), write.idempotency.clone(), change, render);
    Ok(Box::pin(joined).await?)
}

/// A customer joins a group of their own country and market segment; agencies are among themselves.
fn check_fits(group: &Group, customer: &Annex) -> Result<(), ApiError> {
    let is_agency = benefit::is_agency(&customer.benefits);
    if group.is_agency && !is_agency {
        return Err(ApiError::new(AGENCY_NOT_CUSTOMER));
    }
    if is_agency && !group.is_agency {
        return Err(ApiError::new(AGENCY_NOT_GROUP));
    }
    if customer.country() != Some(group.country.as_str()) {
        let why = "Account country does not match with the linked account group country";
        return Err(ApiError::about(INVALID_ADDRESS, [why]));
    }
    if customer.segment() != Some(group.segment.as_str()) {
        return Err(ApiError::about(WRONG_SEGMENT, ["companyProfile.marketSegment"]));
    }
    Ok(())
}
