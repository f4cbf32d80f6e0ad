//! Create a customer: `POST /v3/customers`.

use crate::auth::Write;
use crate::errors::{ApiError, SEGMENT_NOT_GLOBAL};
use crate::operations::resellers;
use crate::wire::customer::{Annex, ProfileOf, profile, text};
use crate::wire::fields::{Complaints, Fields, object};
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Executed, KeptAccount, Reply};
use http_kit::Answer;
use order::{Account, Dialect, Refusal, Timestamp};
use std::collections::BTreeMap;

/// The longest id or reference.
const LONGEST_ID: usize = 40;
/// The longest reference that is kept.
pub(super) const LONGEST_REFERENCE: usize = 255;

/// The only market segment that sells in several countries.
const GLOBAL_SEGMENT: &str = "COM";

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
    let profile = Annex::of(&account).profile;
    let segment = profile.get("marketSegment").and_then(|segment| segment.as_str());
    let reseller = account.reseller.as_deref().unwrap_or_default();
    resellers::check_named(state, merchant, (reseller, segment)).await?;
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
    let benefits = fields.objects("benefits", &mut complaints).unwrap_or_default();
    let benefits = benefits
        .into_iter()
        .map(|benefit| benefit.members().clone().into());
    let annex = Annex {
        profile,
        benefits: benefits.collect(),
        global_sales: fields.truth("globalSalesEnabled", &mut complaints),
        ..Annex::default()
    };
    complaints.check()?;
    let segment = annex
        .profile
        .get("marketSegment")
        .and_then(|segment| segment.as_str());
    if annex.global_sales == Some(true) && segment != Some(GLOBAL_SEGMENT) {
        return Err(ApiError::about(
            SEGMENT_NOT_GLOBAL,
            ["companyProfile.marketSegment"],
        ));
    }
    Ok(Account {
        reference,
        reseller: Some(reseller),
        annex: BTreeMap::from_iter(annex.opaque().map(|annex| (Dialect::Marketplace, annex))),
        ..Account::bare()
    })
}
