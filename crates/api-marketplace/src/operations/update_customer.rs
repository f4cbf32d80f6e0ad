//! Update a customer: `PATCH /v3/customers/{customer}`.

use super::create_customer::{KNOWN, LONGEST_REFERENCE, check_agency, read_benefits};
use super::linked_memberships;
use super::order_history::known;
use crate::auth::Write;
use crate::errors::{ApiError, NOT_EDITABLE};
use crate::wire::benefit::Benefits;
use crate::wire::customer::{Annex, Linked, ProfileOf, profile, text};
use crate::wire::fields::{Complaints, Fields, object};
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Executed, KeptAccount, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{Account, AccountRefusal, Commitment, Timestamp};
use serde_json::{Map, Value};

/// Members that say who the customer is, which can't be changed. The others that a client may send back are ignored.
const FIXED: [&str; 1] = ["resellerId"];

/// What is new.
#[derive(Debug, Clone)]
struct Change {
    reference: Option<String>,
    profile: Option<Map<String, Value>>,
    benefits: Option<Benefits>,
    linked: Option<Linked>,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let changed = change(&state, &write, ids.get("customer")?).await;
    write.finish(&state, changed).await
}

async fn change(state: &State, write: &Write, customer: &str) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    let kept = known(state, merchant, customer).await?;
    let account = kept.map_or_else(Account::bare, |kept| kept.body);
    let mut change = read(&write.body, &account)?;
    let now = state.book.now();
    if let Some(linked) = &mut change.linked {
        linked_memberships::open(state, merchant, (customer, &account), linked).await?;
    }
    let set = move |account: &mut Account, now| set(account, &change, now);
    let key = (merchant, customer);
    let changed = state
        .book
        .change_account(key, write.idempotency.clone(), set, shown(now));
    Ok(Box::pin(changed).await?)
}

/// How a customer is answered that was changed.
pub(super) fn shown(
    now: Timestamp,
) -> impl Fn(Result<&KeptAccount, &AccountRefusal>) -> Reply + Send + 'static {
    move |outcome| match outcome {
        Ok(kept) => Reply {
            status: 200,
            body: text(kept, now),
        },
        Err(refusal) => ApiError::from(refusal).reply(),
    }
}

fn set(account: &mut Account, change: &Change, now: Timestamp) -> Result<(), AccountRefusal> {
    if account.is_pending(now) {
        return Err(AccountRefusal::Pending);
    }
    if let Some(reference) = &change.reference {
        account.reference = Some(reference.clone());
    }
    let mut annex = Annex::of(account);
    if let Some(profile) = &change.profile {
        annex.profile.clone_from(profile);
    }
    if let Some(linked) = &change.linked {
        annex.linked.get_or_insert_with(|| linked.clone());
    }
    if let Some(benefits) = &change.benefits {
        annex.benefits.clone_from(&benefits.others);
        ask_for(&mut account.requested, benefits.requested.as_ref());
        ask_for(&mut account.recommitment, benefits.recommitment.as_ref());
    }
    annex.put(account);
    Ok(())
}

/// Asks for a commitment. One that was asked for already stays as it is when it is sent back.
fn ask_for(kept: &mut Option<Commitment>, asked: Option<&Commitment>) {
    let Some(asked) = asked else { return };
    let is_same =
        |kept: &Commitment| (kept.licences, kept.consumables) == (asked.licences, asked.consumables);
    if !kept.as_ref().is_some_and(is_same) {
        *kept = Some(asked.clone().requested());
    }
}

/// Reads what is new. A profile may leave out what stays; what it comes to is checked whole.
fn read(body: &[u8], account: &Account) -> Result<Change, ApiError> {
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&KNOWN, &mut complaints);
    let reference = fields.text("externalReferenceId", LONGEST_REFERENCE, &mut complaints);
    let sent = fields.object("companyProfile", &mut complaints);
    let profile = sent.map(|sent| {
        let mut whole = Annex::of(account).profile;
        whole.extend(sent.members().clone());
        let whole = Map::from_iter([("companyProfile".to_owned(), Value::Object(whole))]);
        profile(&Fields::of(&whole), ProfileOf::Customer, &mut complaints)
    });
    let benefits = read_benefits(&fields, &mut complaints);
    let linked = linked_memberships::read(&fields, account, &mut complaints);
    complaints.check()?;
    if let Some(benefits) = &benefits {
        benefits.check()?;
        let mut after = Annex::of(account);
        after.benefits.clone_from(&benefits.others);
        after.profile = profile.clone().unwrap_or(after.profile);
        check_agency(
            &after,
            benefits.requested.is_some() || account.commitment.is_some(),
        )?;
    }
    let moved: Vec<&str> = FIXED
        .into_iter()
        .filter(|name| fields.value(name).and_then(Value::as_str) != account.reseller.as_deref())
        .filter(|name| fields.value(name).is_some())
        .collect();
    if !moved.is_empty() {
        return Err(ApiError::about(NOT_EDITABLE, moved));
    }
    Ok(Change {
        reference,
        profile,
        benefits,
        linked,
    })
}
