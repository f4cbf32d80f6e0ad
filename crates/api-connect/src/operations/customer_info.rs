//! List customer info (`GET /v1/customer/info`, `GET /v1/client/customer/info/{customerNumber}`), Change customer info
//! (`POST` to the same paths) and List user profile (`GET /v1/customer/profile`).
//!
//! Until it is changed, what is known of a customer is what the payer of their newest order was registered with. A
//! change replaces all of it.

use crate::auth::Caller;
use crate::errors::ApiError;
use crate::wire::scalar::Text;
use crate::wire::xml;
use crate::{State, annex};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::{Document, Happening, HistoryQuery, Scope, User};
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use http_kit::path::PathIds;
use http_kit::wire::FromDigits;
use order::MerchantId;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The kind of the documents that changed customers are kept as.
const CUSTOMER: &str = "connect.customer";
/// What stands for the last name of a customer who has neither one nor a company.
const NAMELESS: &str = "-";

/// What is known of a customer, as it is told, sent and kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[schemars(rename = "CustomerInfo")]
pub(crate) struct Info {
    #[serde(default, deserialize_with = "or_empty")]
    name: Name,
    #[serde(default, deserialize_with = "or_empty")]
    phone_numbers: Vec<Phone>,
    #[serde(default, deserialize_with = "or_empty")]
    emails: Vec<Text<255>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invoice_email_address: Option<Text<60>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[schemars(rename = "CustomerName")]
#[expect(clippy::struct_field_names, reason = "the API's own names")]
struct Name {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_name: Option<Text<255>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    middle_name: Option<Text<255>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_name: Option<Text<255>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    company_name: Option<Text<255>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    department_name: Option<Text<255>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Phone {
    phone_number: Text<255>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone_number_type: Option<Text<60>>,
}

/// A member that may be null.
fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// What is told of a customer.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ToldCustomer")]
pub(crate) struct Told<'i> {
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_number: Option<i64>,
    #[serde(flatten)]
    info: &'i Info,
    #[serde(skip_serializing_if = "Option::is_none")]
    attached_users: Option<AttachedUsers<'i>>,
}

/// The users who see the customer's orders: in user mode the one who asks, as the sample has it, in client mode all of
/// them, as the schema does.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum AttachedUsers<'u> {
    One(Attached<'u>),
    All(Vec<Attached<'u>>),
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AttachedUser")]
struct Attached<'u> {
    unique_id: &'u str,
    credentials: Vec<Credential<'u>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Credential<'u> {
    credential: &'u str,
    credential_type: &'static str,
}

/// The customer number that a path names.
pub(super) fn customer_in(ids: &PathIds) -> Result<i64, ApiError> {
    let text = ids.get("customerNumber")?;
    i64::from_digits(text)
        .ok()
        .filter(|number| *number >= 0)
        .ok_or_else(|| ApiError::Invalid("customerNumber: not a whole number".to_owned()))
}

fn is_mail(name: &str) -> bool {
    name.contains('@')
}

fn attached(user: &User) -> Attached<'_> {
    let credentials = user.own_names().map(|name| Credential {
        credential: name,
        credential_type: if is_mail(name) {
            "A_EMAIL_ADDRESS"
        } else {
            "B_SMS_PHONE"
        },
    });
    Attached {
        unique_id: &user.unique_id,
        credentials: credentials.collect(),
    }
}

/// In client mode.
pub(crate) async fn list(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(listed(&state, &caller, &ids)).await),
        Err(answer) => answer,
    }
}

async fn listed(state: &State, caller: &Caller, ids: &PathIds) -> Result<Answer, ApiError> {
    let customer = customer_in(ids)?;
    let info = info_of(state, caller.access.merchant, customer).await?;
    let info = info.ok_or(ApiError::CustomerNotFound { customer })?;
    let users = state.book.users_of(caller.access.merchant, customer).await?;
    let attached: Vec<_> = users.iter().map(attached).collect();
    let told = Told {
        customer_number: Some(customer),
        info: &info,
        attached_users: (!attached.is_empty()).then_some(AttachedUsers::All(attached)),
    };
    Ok(Answer::json(StatusCode::OK, &told))
}

/// In user mode.
pub(crate) async fn list_user(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit_user(request.headers(), Scope::Read).await {
        Ok((caller, user)) => caller.tell(Box::pin(listed_user(&state, &caller, &user)).await),
        Err(answer) => answer,
    }
}

async fn listed_user(state: &State, caller: &Caller, user: &str) -> Result<Answer, ApiError> {
    let (user, customer, info) = of_user(state, caller.access.merchant, user).await?;
    let told = Told {
        customer_number: customer,
        info: &info,
        attached_users: Some(AttachedUsers::One(attached(&user))),
    };
    Ok(Answer::json(StatusCode::OK, &told))
}

/// The user, the customer that they are, if any, and what is known of that one; at the least how the user signs in.
async fn of_user(
    state: &State,
    merchant: MerchantId,
    id: &str,
) -> Result<(User, Option<i64>, Info), ApiError> {
    let user = state.book.user(merchant, id).await?;
    let user = user.ok_or_else(|| ApiError::Invalid("the user is no longer there".to_owned()))?;
    let customer = user.customers.first().copied();
    let known = match customer {
        Some(customer) => info_of(state, merchant, customer).await?,
        None => None,
    };
    let info = if let Some(info) = known {
        info
    } else {
        let mut info = Info::default();
        for name in &user.names {
            if is_mail(name) {
                info.emails.push(Text(name.clone()));
            } else {
                info.phone_numbers.push(Phone {
                    phone_number: Text(name.clone()),
                    phone_number_type: None,
                });
            }
        }
        info
    };
    Ok((user, customer, info))
}

/// What is known of a customer; none of one of whom nothing is.
async fn info_of(state: &State, merchant: MerchantId, customer: i64) -> Result<Option<Info>, ApiError> {
    let id = customer.to_string();
    if let Some(kept) = state.book.document::<Info>(merchant, CUSTOMER, &id).await? {
        return Ok(Some(kept.body));
    }
    let newest = state.book.history(merchant, HistoryQuery::of(&id), 0, 1).await?;
    let Some(order) = newest.orders.first() else {
        return Ok(None);
    };
    let payer = annex::person(order);
    let mut info = Info {
        name: Name {
            first_name: payer.first_name.map(Text),
            middle_name: payer.middle_name.map(Text),
            last_name: payer.last_name.map(Text),
            company_name: payer.company_name.map(Text),
            department_name: payer.department_name.map(Text),
        },
        phone_numbers: Vec::new(),
        emails: payer.emails.unwrap_or_default().into_iter().map(Text).collect(),
        invoice_email_address: payer.invoice_email_address.map(Text),
    };
    let phones = payer.phone_numbers.unwrap_or_default();
    info.phone_numbers = phones
        .into_iter()
        .map(|number| Phone {
            phone_number: Text(number),
            phone_number_type: None,
        })
        .collect();
    // An order of another API tells its customer's name and mail address, too.
    let known = order.customer.as_ref();
    if info.name == Name::default() {
        info.name.last_name = known.and_then(|known| known.name.clone()).map(Text);
    }
    if info.emails.is_empty() {
        info.emails = known
            .and_then(|known| known.email.clone())
            .map(Text)
            .into_iter()
            .collect();
    }
    Ok(Some(info))
}

/// In client mode.
pub(crate) async fn change(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Write).await {
        Ok(caller) => caller.tell(Box::pin(changed(&state, &caller, &ids, request)).await),
        Err(answer) => answer,
    }
}

async fn changed(
    state: &State,
    caller: &Caller,
    ids: &PathIds,
    request: Request,
) -> Result<Answer, ApiError> {
    let (merchant, customer) = (caller.access.merchant, customer_in(ids)?);
    let info = read_info(state, request).await?;
    if info_of(state, merchant, customer).await?.is_none() {
        return Err(ApiError::CustomerNotFound { customer });
    }
    keep(state, merchant, customer, info).await
}

/// In user mode.
pub(crate) async fn change_user(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit_user(request.headers(), Scope::Write).await {
        Ok((caller, user)) => caller.tell(Box::pin(changed_user(&state, &caller, &user, request)).await),
        Err(answer) => answer,
    }
}

async fn changed_user(
    state: &State,
    caller: &Caller,
    user: &str,
    request: Request,
) -> Result<Answer, ApiError> {
    let merchant = caller.access.merchant;
    let info = read_info(state, request).await?;
    let customer = state.book.customer_of(merchant, user).await?;
    keep(state, merchant, customer, info).await
}

async fn read_info(state: &State, request: Request) -> Result<Info, ApiError> {
    let body = read(request.into_body(), state.body).await?;
    // A list would pass for an object all of whose members are missing.
    let members: Map<String, Value> = parse_json(&body)?;
    if members.get("name").is_some_and(Value::is_array) {
        return Err(ApiError::Invalid("name: not an object".to_owned()));
    }
    let mut info: Info = parse_json(&body)?;
    let is_there = |text: &Option<Text<255>>| text.as_ref().is_some_and(|text| !text.0.trim().is_empty());
    if !is_there(&info.name.last_name) && !is_there(&info.name.company_name) {
        info.name.last_name = Some(Text(NAMELESS.to_owned()));
    }
    Ok(info)
}

async fn keep(state: &State, merchant: MerchantId, customer: i64, info: Info) -> Result<Answer, ApiError> {
    let id = customer.to_string();
    let changed = vec![Document::new(CUSTOMER, id, state.book.now(), info)];
    let replace = |kept: &mut Info, new: &Info| {
        let differs = kept != new;
        kept.clone_from(new);
        differs
    };
    Box::pin(
        state
            .book
            .merge_documents_telling(merchant, changed, replace, told_of),
    )
    .await?;
    Ok(Answer::json(StatusCode::OK, &json!({ "success": true })))
}

/// The event of a customer of whom something else is known now.
fn told_of(changed: &Document<Info>, _is_new: bool) -> Option<Happening> {
    let number = changed.id.parse::<i64>().ok()?;
    Some(Happening::of(
        "customer",
        "update",
        [("customerNumber", number.into())],
    ))
}

/// `GET /v1/customer/profile`: the user who is signed in.
pub(crate) async fn profile(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let wants_xml = xml::wanted(request.headers());
    let answer = match state.admit_user(request.headers(), Scope::Read).await {
        Ok((caller, user)) => caller.tell(Box::pin(profiled(&state, &caller, &user)).await),
        Err(answer) => answer,
    };
    xml::in_form(wants_xml, answer)
}

async fn profiled(state: &State, caller: &Caller, user: &str) -> Result<Answer, ApiError> {
    let (user, customer, info) = of_user(state, caller.access.merchant, user).await?;
    let phones: Vec<_> = info
        .phone_numbers
        .iter()
        .map(|phone| &phone.phone_number)
        .collect();
    let credential = user.names.first().map(String::as_str).unwrap_or_default();
    let kind = match user.own_names().next() {
        None => "D", // they sign in somewhere else
        Some(name) if is_mail(name) => "A",
        Some(_number) => "B",
    };
    let mut told = json!({
        "userId": user.unique_id, "uniqueId": user.unique_id, "name": info.name, "phoneNumbers": phones, "emails": info.emails,
        "credential": { "credential": credential, "credentialType": kind }
    });
    if let Some(customer) = customer {
        told["customerNumber"] = json!(customer);
    }
    Ok(Answer::json(StatusCode::OK, &told))
}
