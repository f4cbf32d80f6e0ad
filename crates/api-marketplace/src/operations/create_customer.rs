//! Create a customer: `POST /v3/customers`.

use crate::auth::Write;
use crate::catalogue;
use crate::errors::{
    AGENCY_COUNTRY, AGENCY_SEGMENT, AGENCY_SUBSEGMENT, ApiError, COMMITTED_NOT_ALLOWED, RESELLER_INACTIVE,
    SEGMENT_NOT_GLOBAL,
};
use crate::operations::resellers;
use crate::wire::benefit::{self, Benefits};
use crate::wire::customer::{Annex, ProfileOf, profile, text};
use crate::wire::fields::{Complaints, Fields, object};
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Executed, KeptAccount, Reply};
use http_kit::Answer;
use order::{Account, Commitment, Refusal, Timestamp};
use serde_json::Value;

/// The longest id or reference.
const LONGEST_ID: usize = 40;
/// The longest reference that is kept.
pub(super) const LONGEST_REFERENCE: usize = 255;

/// The only market segment that sells in several countries.
const GLOBAL_SEGMENT: &str = "COM";

/// The market segment of agencies.
const AGENCY_MARKET: &str = "GOV";

/// Members of a customer that a client may send. Those that the server itself sets are ignored.
pub(super) const KNOWN: [&str; 14] = [
    "externalReferenceId",
    "resellerId",
    "companyProfile",
    "benefits",
    "cotermDate",
    "globalSalesEnabled",
    "linkedMembership",
    "customerId",
    "discounts",
    "creationDate",
    "status",
    "tags",
    "links",
    "ownershipDetails",
];

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let created = open(&state, &write).await;
    write.finish(&state, created).await
}

async fn open(state: &State, write: &Write) -> Result<Executed, ApiError> {
    let (merchant, now) = (write.access.merchant, state.book.now());
    let account = Account {
        pending_until: Some(state.completes_at(&write.access)),
        ..read(&write.body)?
    };
    let annex = Annex::of(&account);
    let reseller = account.reseller.as_deref().unwrap_or_default();
    resellers::check_named(state, merchant, (reseller, annex.segment()), RESELLER_INACTIVE).await?;
    let parts = catalogue::parts(state, merchant).await?;
    if annex.global_sales == Some(true) {
        parts.partner.check_global()?;
    }
    let render = move |outcome: Result<&KeptAccount, &Refusal>| created(outcome, now);
    let opened = state
        .book
        .open_account(merchant, account, write.idempotency.clone(), render);
    Ok(Box::pin(opened).await?)
}

fn created(outcome: Result<&KeptAccount, &Refusal>, now: Timestamp) -> Reply {
    match outcome {
        Ok(kept) => Reply {
            status: 201,
            body: text(kept, now),
        },
        Err(refusal) => ApiError::from(refusal).reply(),
    }
}

fn read(body: &[u8]) -> Result<Account, ApiError> {
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&KNOWN, &mut complaints);
    let reseller = fields.needed_text("resellerId", LONGEST_ID, &mut complaints);
    let reference = fields.text("externalReferenceId", LONGEST_REFERENCE, &mut complaints);
    let profile = profile(&fields, ProfileOf::Customer, &mut complaints);
    let benefits = read_benefits(&fields, &mut complaints).unwrap_or_default();
    let annex = Annex {
        profile,
        benefits: benefits.others.clone(),
        global_sales: fields.truth("globalSalesEnabled", &mut complaints),
        ..Annex::default()
    };
    complaints.check()?;
    if annex.global_sales == Some(true) && annex.segment() != Some(GLOBAL_SEGMENT) {
        return Err(ApiError::about(
            SEGMENT_NOT_GLOBAL,
            ["companyProfile.marketSegment"],
        ));
    }
    benefits.check()?;
    let asked = benefits.requested.or(benefits.commitment);
    check_agency(&annex, asked.is_some())?;
    let mut account = Account {
        reference,
        reseller: Some(reseller),
        requested: asked.map(Commitment::requested),
        recommitment: benefits.recommitment.map(Commitment::requested),
        ..Account::bare()
    };
    annex.put(&mut account);
    Ok(account)
}

/// What a client asks for by `benefits`; none when they say nothing.
pub(super) fn read_benefits(fields: &Fields<'_>, complaints: &mut Complaints) -> Option<Benefits> {
    let sent = fields.value("benefits")?;
    let Value::Array(sent) = sent else {
        complaints.invalid(fields.at("benefits"));
        return None;
    };
    Some(benefit::read(sent, "benefits", complaints))
}

/// Whether a customer who is said to be an agency can be one: a federal or state one of the United States or Canada,
/// without a commitment.
pub(super) fn check_agency(customer: &Annex, is_committed: bool) -> Result<(), ApiError> {
    if !benefit::is_agency(&customer.benefits) {
        return Ok(());
    }
    if is_committed {
        let why = "3YC Customer not allowed for Large Government Agency";
        return Err(ApiError::about(COMMITTED_NOT_ALLOWED, [why]));
    }
    if customer.segment() != Some(AGENCY_MARKET) {
        return Err(ApiError::new(AGENCY_SEGMENT));
    }
    if !matches!(customer.country(), Some("US" | "CA")) {
        return Err(ApiError::new(AGENCY_COUNTRY));
    }
    let parts = customer
        .profile
        .get("marketSubSegments")
        .and_then(Value::as_array);
    let is_known = |part: &Value| matches!(part.as_str(), Some("FEDERAL" | "STATE"));
    if !parts.is_some_and(|parts| parts.iter().any(is_known)) {
        return Err(ApiError::new(AGENCY_SUBSEGMENT));
    }
    Ok(())
}
