//! Memberships of the VIP programme: what would come over (`GET /v3/memberships/{membership}/offers`), taking it over
//! (`POST .../transfers`, done by the server itself after a while), and how far that has come (`GET .../transfers/{transfer}`).

use super::resellers;
use crate::auth::Write;
use crate::catalogue::membership::{Terms, Waived, check};
use crate::catalogue::{self, has_all};
use crate::errors::{ApiError, INVALID_MEMBERSHIP, INVALID_TRANSFER, TRANSFER_RESELLER};
use crate::wire::customer::Annex;
use crate::wire::fields::{Complaints, Fields, object};
use crate::wire::link::{SelfLink, membership_transfer as link};
use crate::wire::status;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use book::{Document, Executed, MEMBERSHIP, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use http_kit::wire::{Number, time};
use order::{Licence, Membership, MerchantId, Transfer};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

const LONGEST: usize = 40;

type Kept = Document<Membership>;

/// What would come over.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "MembershipOffers")]
pub(crate) struct Offers<'m> {
    total_count: usize,
    items: Vec<OfferResource<'m>>,
    benefits: &'m [Value],
    discounts: &'m [Value],
    #[serde(skip_serializing_if = "Option::is_none")]
    linked_membership: Option<&'m Value>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "MembershipOffer")]
struct OfferResource<'m> {
    offer_id: &'m str,
    currency_code: &'static str,
    quantity: Number,
    renewal_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment_id: Option<&'m str>,
}

/// A transfer as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "MembershipTransfer")]
pub(crate) struct TransferResource<'m> {
    transfer_id: &'m str,
    customer_id: &'m str,
    membership_id: &'m str,
    reseller_id: &'m str,
    creation_date: String,
    status: &'static str,
    line_items: Vec<LineResource<'m>>,
    links: SelfLink,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "MembershipTransferLine")]
struct LineResource<'m> {
    line_item_number: i64,
    offer_id: &'m str,
    quantity: Number,
    subscription_id: &'m str,
    currency_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment_id: Option<&'m str>,
}

fn text(id: &str, transfer: &Transfer, licences: &[Licence]) -> String {
    let mut subscriptions = transfer.subscriptions.iter();
    let lines = (1..).zip(licences).map(|(number, licence)| LineResource {
        line_item_number: number,
        offer_id: &licence.product,
        quantity: Number::plain(licence.quantity.decimal()),
        subscription_id: subscriptions.next().map(String::as_str).unwrap_or_default(),
        currency_code: licence.currency.code(),
        deployment_id: licence.deployment.as_deref(),
    });
    let resource = TransferResource {
        transfer_id: &transfer.id,
        customer_id: transfer.customer.as_deref().unwrap_or_default(),
        membership_id: id,
        reseller_id: &transfer.reseller,
        creation_date: time::seconds_text(transfer.asked_at.0),
        status: if transfer.customer.is_some() {
            status::COMPLETE
        } else {
            status::PENDING
        },
        line_items: lines.collect(),
        links: SelfLink::to(link(id, &transfer.id)),
    };
    serde_json::to_string(&resource).unwrap_or_default()
}

async fn find(state: &State, merchant: MerchantId, id: &str) -> Result<Kept, ApiError> {
    let kept = state.book.document(merchant, MEMBERSHIP, id).await?;
    kept.ok_or_else(|| ApiError::new(INVALID_MEMBERSHIP))
}

fn waived(query: &Query) -> Waived {
    Waived {
        returns: auth::says_true(query, "ignore-order-return"),
        authorisations: auth::says_true(query, "expire-open-pas"),
    }
}

async fn check_eligible(
    state: &State,
    merchant: MerchantId,
    (membership, waived): (&Membership, Waived),
) -> Result<(), ApiError> {
    let parts = catalogue::parts(state, merchant).await?;
    let products = membership.licences.iter().map(|licence| licence.product.as_str());
    let is_sold = has_all(state, (merchant, &parts), products).await?;
    check(membership, (&parts, is_sold), waived)
}

/// `GET /v3/memberships/{membership}/offers`: what would come over, and whether it can.
pub(crate) async fn offers(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let kept = find(&state, access.merchant, ids.get("membership")?).await?;
    let query = Query::parse(uri.query().unwrap_or_default())?;
    check_eligible(&state, access.merchant, (&kept.body, waived(&query))).await?;
    let terms = Terms::of(&kept.body);
    let items = kept.body.licences.iter().map(|licence| OfferResource {
        offer_id: &licence.product,
        currency_code: licence.currency.code(),
        quantity: Number::plain(licence.quantity.decimal()),
        renewal_date: time::date_text(licence.renews_at.0),
        deployment_id: licence.deployment.as_deref(),
    });
    let items: Vec<_> = items.collect();
    let shown = Offers {
        total_count: items.len(),
        items,
        benefits: &terms.benefits,
        discounts: &terms.discounts,
        linked_membership: terms.linked.as_ref(),
    };
    Ok(Answer::json(StatusCode::OK, &shown))
}

/// `POST /v3/memberships/{membership}/transfers`: asks for the membership to be taken over.
pub(crate) async fn transfer(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let asked = ask(&state, &write, ids.get("membership")?).await;
    write.finish(&state, asked).await
}

async fn ask(state: &State, write: &Write, id: &str) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    let kept = find(state, merchant, id).await?;
    let reseller = read(&write.body)?;
    kept.body.check_free()?;
    let segment = Annex::of(&kept.body.account);
    resellers::check_named(state, merchant, (&reseller, segment.segment()), TRANSFER_RESELLER).await?;
    check_eligible(state, merchant, (&kept.body, waived(write.query()))).await?;
    let now = state.book.now();
    let transfer = Transfer {
        id: state
            .book
            .new_id(merchant, "transfer", super::FIRST_TRANSFER)
            .await?,
        reseller,
        asked_at: now,
        completes_at: state.completes_at(&write.access),
        customer: None,
        subscriptions: Vec::new(),
    };
    let change = move |kept: &mut Kept| -> Result<(), ApiError> {
        kept.body.check_free()?;
        kept.body.transfer = Some(transfer.clone());
        kept.wake_at = kept.body.next_wake();
        Ok(())
    };
    let render = |outcome: Option<Result<&Kept, &ApiError>>| match outcome {
        Some(Ok(kept)) => Reply {
            status: 202,
            body: kept
                .body
                .transfer
                .as_ref()
                .map(|transfer| text(&kept.id, transfer, &kept.body.licences))
                .unwrap_or_default(),
        },
        Some(Err(error)) => error.reply(),
        None => ApiError::new(INVALID_MEMBERSHIP).reply(),
    };
    let key = (merchant, MEMBERSHIP, id);
    let changed = state
        .book
        .change_document(key, write.idempotency.clone(), change, render);
    Ok(Box::pin(changed).await?)
}

fn read(body: &[u8]) -> Result<String, ApiError> {
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&["resellerId"], &mut complaints);
    let reseller = fields.needed_text("resellerId", LONGEST, &mut complaints);
    complaints.check()?;
    Ok(reseller)
}

/// `GET /v3/memberships/{membership}/transfers/{transfer}`.
pub(crate) async fn get(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let (id, wanted) = (ids.get("membership")?, ids.get("membershipTransfer")?);
    let kept: Option<Kept> = state.book.document(access.merchant, MEMBERSHIP, id).await?;
    let shown = kept.and_then(|kept| {
        let transfer = kept.body.transfer.as_ref().filter(|one| one.id == wanted)?;
        Some(text(&kept.id, transfer, &kept.body.licences))
    });
    let shown = shown.ok_or_else(|| ApiError::new(INVALID_TRANSFER))?;
    Ok(Answer::json_text(StatusCode::OK, shown))
}
