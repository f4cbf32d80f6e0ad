//! `GET /orders?q=...`, and by status, product, API, currency, total and time: any orders, newest first.

use super::list_orders::{each_once, kind_of, link, linked, place_of, states_of};
use super::shown::api_of;
use crate::State;
use crate::parameters::{Parameters, contradiction, invalid};
use crate::problem::Problem;
use crate::wire::OrderWire;
use axum::http::StatusCode;
use book::{Access, SearchQuery};
use http_kit::Answer;
use order::{Amount, Currency};
use schemars::JsonSchema;
use serde::Serialize;

/// What makes a list a search.
const ALWAYS: [&str; 5] = ["q", "dialect", "currency", "minTotal", "maxTotal"];
/// What makes it one where no customer is named.
const WITHOUT_CUSTOMER: [&str; 6] = ["status", "product", "kind", "reseller", "from", "until"];
/// What only other lists take.
const OF_OTHERS: [&str; 3] = ["reference", "offset", "changedSince"];
/// The longest text that is searched for, in characters.
const LONGEST: usize = 200;

/// The parameter that makes the list a search, if one does.
pub(super) fn trigger(parameters: &Parameters) -> Option<&'static str> {
    let given = |name: &&&str| parameters.pairs().any(|(other, _)| other == **name);
    let of_customer = given(&&"customer");
    let of_reference = given(&&"reference");
    let narrowing = WITHOUT_CUSTOMER.iter().filter(|_| !of_customer && !of_reference);
    ALWAYS.iter().chain(narrowing).find(given).copied()
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FoundOrders")]
pub(super) struct Found<'o> {
    orders: Vec<OrderWire<'o>>,
    has_more: bool,
}

pub(super) async fn answer(
    state: &State,
    access: &Access,
    (parameters, trigger): (&Parameters, &str),
    limit: u64,
) -> Result<Answer, Problem> {
    parameters.refuse_beside(trigger, &OF_OTHERS)?;
    let query = read(parameters)?;
    let sent = parameters.text("cursor")?;
    let after = sent.map(|text| place_of(text).ok_or_else(|| invalid("cursor", "is not one of ours")));
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let page = state
        .book
        .search(access.merchant, &query, after.transpose()?, most)
        .await?;
    let next = page.next.map(|(at, id)| {
        let replaced = [("cursor", format!("{at}-{id}")), ("limit", limit.to_string())];
        link("next", parameters, &replaced)
    });
    let found = Found {
        orders: page.orders.iter().map(OrderWire::of).collect(),
        has_more: next.is_some(),
    };
    Ok(linked(Answer::json(StatusCode::OK, &found), next.as_slice()))
}

fn read(parameters: &Parameters) -> Result<SearchQuery, Problem> {
    let text = parameters.text("q")?;
    if text.is_some_and(|text| text.chars().count() > LONGEST) {
        return Err(invalid("q", &format!("is longer than {LONGEST} characters")));
    }
    let (from, until) = parameters.period()?;
    let (least, most) = (amount(parameters, "minTotal")?, amount(parameters, "maxTotal")?);
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        let detail = "maxTotal must not be less than minTotal.";
        return Err(contradiction("maxTotal", detail.to_owned()));
    }
    let owned = |name| Ok::<_, Problem>(parameters.text(name)?.map(ToOwned::to_owned));
    Ok(SearchQuery {
        text: text.map(ToOwned::to_owned),
        states: each_once(
            parameters
                .all("status", states_of)?
                .into_iter()
                .flatten()
                .collect(),
        ),
        dialects: parameters.all("dialect", api_of)?,
        currencies: parameters.all("currency", currency_of)?,
        kinds: parameters.all("kind", kind_of)?,
        reseller: owned("reseller")?,
        customer: owned("customer")?,
        product: owned("product")?,
        least,
        most,
        from,
        until,
    })
}

fn currency_of(code: &str) -> Result<Currency, String> {
    Currency::from_code(code).ok_or_else(|| "must be a code of ISO 4217, such as NOK".to_owned())
}

fn amount(parameters: &Parameters, name: &str) -> Result<Option<Amount>, Problem> {
    let Some(text) = parameters.text(name)? else {
        return Ok(None);
    };
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let read = text.parse().ok().filter(|_| is_plain);
    let read = read.and_then(|number| Amount::new(number).ok());
    let wrong = || {
        invalid(
            name,
            "must be an amount below a trillion with at most twelve decimals, such as 99.50",
        )
    };
    read.map(Some).ok_or_else(wrong)
}
