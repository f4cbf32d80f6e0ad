//! Invoices for a product: `GET /v1/client/customer/invoice/payment/{customerNumber}/{productCode}` in client mode, and
//! `GET /v1/customer/invoice/payment/{product}` of the user who is signed in, with their reminders.
//!
//! Ordrebok writes no invoices: these are the backend's, as they were loaded with the catalogue, and they are given back so.

use super::products::all_of;
use crate::State;
use crate::auth::Caller;
use crate::catalogue::{INVOICE, REMINDER, invoice_owner};
use crate::errors::ApiError;
use axum::extract::{Request, State as Held};
use axum::http::{StatusCode, Uri};
use book::Scope;
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::query::Query;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::sync::Arc;

/// Which of them are asked for.
struct Wanted {
    from: Option<Date>,
    to: Option<Date>,
    unpaid: bool,
}

impl Wanted {
    fn of(uri: &Uri) -> Result<Self, ApiError> {
        let query = Query::parse(uri.query().unwrap_or_default())?;
        Ok(Self {
            from: day_in(&query, "from")?,
            to: day_in(&query, "to")?,
            unpaid: value_in(&query, "unpaid")? == Some("true"),
        })
    }

    /// Whether an entry is one of them. One whose day is not known is of any; one that is not said to be paid is not.
    fn takes(&self, entry: &Value) -> bool {
        let day = entry["invoiceDate"]
            .as_str()
            .and_then(|text| text.parse::<Date>().ok());
        let is_late_enough = day.zip(self.from).is_none_or(|(day, from)| day >= from);
        let is_early_enough = day.zip(self.to).is_none_or(|(day, to)| day <= to);
        let is_open = !self.unpaid || entry["paid"] != true;
        is_late_enough && is_early_enough && is_open
    }
}

fn value_in<'q>(query: &'q Query, name: &'q str) -> Result<Option<&'q str>, ApiError> {
    let value = query
        .one(name)
        .map_err(|twice| ApiError::Invalid(twice.to_string()))?;
    Ok(value.filter(|value| !value.is_empty()))
}

fn day_in(query: &Query, name: &str) -> Result<Option<Date>, ApiError> {
    let wrong = |_error| ApiError::Invalid(format!("{name}: not a date such as 2026-01-31"));
    let day = value_in(query, name)?.map(|text| text.parse::<Date>().map_err(wrong));
    day.transpose()
}

async fn wanted_of(
    state: &State,
    caller: &Caller,
    (kind, owner): (&str, &str),
    wanted: &Wanted,
) -> Result<Vec<Value>, ApiError> {
    let mut entries = all_of(state, caller, (kind, Some(owner))).await?;
    entries.retain(|entry| wanted.takes(entry));
    Ok(entries)
}

/// In client mode.
pub(crate) async fn list(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    match state.admit(&parts.headers, Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(listed(&state, &caller, (&ids, &parts.uri))).await),
        Err(answer) => answer,
    }
}

async fn listed(state: &State, caller: &Caller, (ids, uri): (&PathIds, &Uri)) -> Result<Answer, ApiError> {
    let customer = super::customer_info::customer_in(ids)?;
    let owner = invoice_owner(customer, ids.get("productCode")?);
    let invoices = wanted_of(state, caller, (INVOICE, &owner), &Wanted::of(uri)?).await?;
    let told = json!({ "clientInvoiceInfoList": invoices });
    Ok(Answer::json(StatusCode::OK, &told))
}

/// In user mode.
pub(crate) async fn list_user(Held(state): Held<Arc<State>>, ids: PathIds, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    match state.admit_user(&parts.headers, Scope::Read).await {
        Ok((caller, user)) => {
            let listing = listed_user(&state, (&caller, &user), (&ids, &parts.uri));
            caller.tell(Box::pin(listing).await)
        }
        Err(answer) => answer,
    }
}

async fn listed_user(
    state: &State,
    (caller, user): (&Caller, &str),
    (ids, uri): (&PathIds, &Uri),
) -> Result<Answer, ApiError> {
    let (product, wanted) = (ids.get("product")?, Wanted::of(uri)?);
    let user = state.book.user(caller.access.merchant, user).await?;
    let (mut invoices, mut reminders) = (Vec::new(), Vec::new());
    for customer in user.map(|user| user.customers).unwrap_or_default() {
        let owner = invoice_owner(customer, product);
        invoices.extend(wanted_of(state, caller, (INVOICE, &owner), &wanted).await?);
        reminders.extend(wanted_of(state, caller, (REMINDER, &owner), &wanted).await?);
    }
    let told = json!({ "invoices": invoices, "reminders": reminders });
    Ok(Answer::json(StatusCode::OK, &told))
}
