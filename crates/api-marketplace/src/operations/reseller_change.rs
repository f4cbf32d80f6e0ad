//! A customer's going from one reseller to another: `POST /v3/transfers` and `GET /v3/transfers/{transfer}`. The
//! customer lets it happen by an approval code, which is made by a call of Ordrebok's own.

use super::order_history::known;
use super::resellers;
use crate::auth::Write;
use crate::catalogue;
use crate::errors::{
    ApiError, CHANGE_CODE_EXPIRED, CHANGE_DONE, INVALID_CHANGE_CODE, INVALID_OPERATION, INVALID_TRANSFER,
};
use crate::wire::customer::{Annex, Approval, Move};
use crate::wire::fields::{Complaints, Fields, object};
use crate::wire::link::{SelfLink, transfer as link};
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, Request, StatusCode};
use book::{Executed, KeptAccount, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::wire::{Number, time};
use order::{Account, AccountRefusal, MerchantId, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

const LONGEST: usize = 255;
/// For how many days a customer's approval holds.
const APPROVED_DAYS: i64 = 30;
/// How many letters and digits an approval code has before the customer's id.
const CODE: usize = 12;

const KNOWN: [&str; 5] = ["type", "action", "approvalCode", "resellerId", "requestedBy"];

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Transfer")]
pub(crate) struct TransferResource<'t> {
    transfer_id: &'t str,
    customer_id: &'t str,
    reseller_id: &'t str,
    creation_date: String,
    status: &'static str,
    total_count: usize,
    line_items: Vec<LineResource<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<SelfLink>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TransferLine")]
pub(crate) struct LineResource<'t> {
    line_item_number: i64,
    offer_id: &'t str,
    quantity: Number,
    subscription_id: &'t str,
    currency_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment_id: Option<&'t str>,
}

/// The transfer as it is shown, with what goes with the customer. One that is only looked at has no id.
fn text(customer: &str, account: &Account, moved: &Move) -> String {
    let lines = (1..).zip(account.subscriptions.iter().filter(|one| one.active));
    let lines: Vec<LineResource<'_>> = lines
        .map(|(number, one)| LineResource {
            line_item_number: number,
            offer_id: &one.product,
            quantity: Number::plain(one.quantity.decimal()),
            subscription_id: &one.id,
            currency_code: one.currency.code(),
            deployment_id: one.deployment.as_deref(),
        })
        .collect();
    let is_made = !moved.id.is_empty();
    let resource = TransferResource {
        transfer_id: &moved.id,
        customer_id: customer,
        reseller_id: &moved.reseller,
        creation_date: time::seconds_text(moved.at.0),
        status: if is_made {
            crate::wire::status::COMPLETE
        } else {
            ""
        },
        total_count: lines.len(),
        line_items: lines,
        links: is_made.then(|| SelfLink::to(link(&moved.id))),
    };
    serde_json::to_string(&resource).unwrap_or_default()
}

/// `POST /v3/customers/{customer}/approval-codes`: a code by which another reseller can take the customer over, once.
pub(crate) async fn approve(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let approved = make_approval(&state, &write, ids.get("customer")?).await;
    write.finish(&state, approved).await
}

async fn make_approval(state: &State, write: &Write, customer: &str) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    known(state, merchant, customer).await?;
    let random = state.book.new_subscription_id().to_uppercase();
    let approval = Approval {
        code: format!("{}-{customer}", random.get(..CODE).unwrap_or(&random)),
        until: state.book.now().plus_days(APPROVED_DAYS),
    };
    let body = json!({
        "approvalCode": approval.code, "customerId": customer, "expirationDate": time::seconds_text(approval.until.0)
    });
    let change = move |account: &mut Account, _now| {
        let annex = Annex {
            approval: Some(approval.clone()),
            ..Annex::of(account)
        };
        annex.put(account);
        Ok(())
    };
    let render = move |outcome: Result<&KeptAccount, &AccountRefusal>| match outcome {
        Ok(_) => Reply {
            status: 201,
            body: body.to_string(),
        },
        Err(refusal) => ApiError::from(refusal).reply(),
    };
    let approved = state
        .book
        .change_account((merchant, customer), write.idempotency.clone(), change, render);
    Ok(Box::pin(approved).await?)
}

/// `POST /v3/transfers`: what goes with the customer (`PREVIEW`), or that it goes (`COMMIT`).
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    match prepare(&state, &write).await {
        Ok(asked) if asked.only_looks => Ok(asked.look(&state)),
        Ok(asked) => {
            let moved = commit(&state, &write, asked).await;
            write.finish(&state, moved).await
        }
        Err(error) => write.finish(&state, Err(error)).await,
    }
}

/// What is asked for, once it is understood.
struct Asked {
    only_looks: bool,
    code: String,
    reseller: String,
    customer: KeptAccount,
}

async fn prepare(state: &State, write: &Write) -> Result<Asked, ApiError> {
    let members = object(&write.body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&KNOWN, &mut complaints);
    let kind = fields.needed_text("type", LONGEST, &mut complaints);
    let action = fields.needed_text("action", LONGEST, &mut complaints);
    let code = fields.needed_text("approvalCode", LONGEST, &mut complaints);
    let reseller = fields.needed_text("resellerId", LONGEST, &mut complaints);
    fields.text("requestedBy", LONGEST, &mut complaints);
    if !kind.is_empty() && kind != "RESELLER_CHANGE" {
        complaints.invalid(fields.at("type"));
    }
    if !action.is_empty() && !["PREVIEW", "COMMIT"].contains(&action.as_str()) {
        complaints.invalid(fields.at("action"));
    }
    complaints.check()?;
    let customer = approved(state, write.access.merchant, &code).await?;
    let (annex, merchant) = (Annex::of(&customer.body), write.access.merchant);
    resellers::check_named(state, merchant, (&reseller, annex.segment()), INVALID_OPERATION).await?;
    if customer.body.reseller.as_ref() == Some(&reseller) {
        return Err(ApiError::about(INVALID_OPERATION, ["INVALID_RESELLER_ID"]));
    }
    if annex.global_sales == Some(true) {
        let parts = catalogue::parts(state, merchant).await?;
        parts.partner.check_global()?;
    }
    Ok(Asked {
        only_looks: action == "PREVIEW",
        code,
        reseller,
        customer,
    })
}

/// The customer whom a code is of, as long as it holds.
async fn approved(state: &State, merchant: MerchantId, code: &str) -> Result<KeptAccount, ApiError> {
    let unknown = || ApiError::new(INVALID_CHANGE_CODE);
    let (_, customer) = code.split_once('-').ok_or_else(unknown)?;
    let kept = state.book.account(merchant, customer).await?;
    let kept = kept.ok_or_else(unknown)?;
    check_code(&Annex::of(&kept.body), code, state.book.now())?;
    Ok(kept)
}

/// Whether a code holds: it is the customer's own, was not used, and is not too old.
fn check_code(annex: &Annex, code: &str, now: Timestamp) -> Result<(), ApiError> {
    if annex.moves.iter().any(|moved| moved.code == code) {
        return Err(ApiError::new(CHANGE_DONE));
    }
    let approval = annex.approval.as_ref().filter(|approval| approval.code == code);
    match approval {
        None => Err(ApiError::new(INVALID_CHANGE_CODE)),
        Some(approval) if now >= approval.until => Err(ApiError::new(CHANGE_CODE_EXPIRED)),
        Some(_) => Ok(()),
    }
}

impl Asked {
    fn look(&self, state: &State) -> Answer {
        let moved = Move {
            id: String::new(),
            reseller: self.reseller.clone(),
            at: state.book.now(),
            code: String::new(),
        };
        let shown = text(&self.customer.id, &self.customer.body, &moved);
        Answer::json_text(StatusCode::CREATED, shown)
    }
}

async fn commit(state: &State, write: &Write, asked: Asked) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    let customer = asked.customer.id;
    let number = state
        .book
        .new_id(merchant, "transfer", super::FIRST_TRANSFER)
        .await?;
    let moved = Move {
        id: format!("{number}-{customer}"),
        reseller: asked.reseller,
        at: state.book.now(),
        code: asked.code.clone(),
    };
    let (code, shown) = (asked.code, moved.clone());
    let change = move |account: &mut Account, now| {
        let mut annex = Annex::of(account);
        if check_code(&annex, &code, now).is_err() {
            return Err(AccountRefusal::NotApproved);
        }
        annex.approval = None;
        annex.moves.push(moved.clone());
        annex.put(account);
        account.reseller = Some(moved.reseller.clone());
        Ok(())
    };
    let render = move |outcome: Result<&KeptAccount, &AccountRefusal>| match outcome {
        Ok(kept) => Reply {
            status: 201,
            body: text(&kept.id, &kept.body, &shown),
        },
        Err(refusal) => ApiError::from(refusal).reply(),
    };
    let committed =
        state
            .book
            .change_account((merchant, &customer), write.idempotency.clone(), change, render);
    Ok(Box::pin(committed).await?)
}

/// `GET /v3/transfers/{transfer}`, with what the customer has now.
pub(crate) async fn get(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let access = auth::caller(&state, &headers).await?;
    let id = ids.get("transfer")?;
    let unknown = || ApiError::new(INVALID_TRANSFER);
    let (_, customer) = id.split_once('-').ok_or_else(unknown)?;
    let kept = state.book.account(access.merchant, customer).await?;
    let kept = kept.ok_or_else(unknown)?;
    let all = Annex::of(&kept.body).moves;
    let moved = all.iter().find(|moved| moved.id == id).ok_or_else(unknown)?;
    Ok(Answer::json_text(
        StatusCode::OK,
        text(&kept.id, &kept.body, moved),
    ))
}
