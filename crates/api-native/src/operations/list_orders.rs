//! `GET /orders`: a search, a customer's orders, the orders with a reference, or all orders by when they last changed.

use super::{ORDERS, search_orders};
use crate::parameters::{Parameters, invalid};
use crate::problem::Problem;
use crate::wire::OrderWire;
use crate::{State, auth};
use axum::extract;
use axum::http::header::LINK;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use book::{Access, HistoryQuery};
use http_kit::{Answer, query};
use order::{Failure, Kind, Order, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

/// How many orders there are on a page when the client doesn't say, and at the most.
const USUAL_LIMIT: u64 = 25;
const LARGEST_LIMIT: u64 = 100;

/// What narrows a customer's orders.
const OF_HISTORY: [&str; 7] = ["kind", "status", "product", "reseller", "from", "until", "offset"];
/// What continues the list of changes.
const OF_CHANGES: [&str; 2] = ["changedSince", "cursor"];
const KNOWN: [&str; 17] = [
    "q",
    "dialect",
    "currency",
    "minTotal",
    "maxTotal",
    "customer",
    "reference",
    "kind",
    "status",
    "product",
    "reseller",
    "from",
    "until",
    "offset",
    "changedSince",
    "cursor",
    "limit",
];

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let access = auth::reader(&state, &headers).await?;
    let parameters = Parameters::read(&uri, &KNOWN)?;
    let limit = parameters
        .whole("limit", 1..=LARGEST_LIMIT)?
        .unwrap_or(USUAL_LIMIT);
    if let Some(trigger) = search_orders::trigger(&parameters) {
        return search_orders::answer(&state, &access, (&parameters, trigger), limit).await;
    }
    if let Some(customer) = parameters.text("customer")? {
        parameters.refuse_beside("customer", &["reference"])?;
        parameters.refuse_beside("customer", &OF_CHANGES)?;
        return of_customer(&state, &access, customer, &parameters, limit).await;
    }
    parameters.refuse_without("customer", &OF_HISTORY)?;
    if let Some(reference) = parameters.text("reference")? {
        parameters.refuse_beside("reference", &OF_CHANGES)?;
        return by_reference(&state, &access, reference, limit).await;
    }
    changed(&state, &access, &parameters, limit).await
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct History<'o> {
    total: u64,
    offset: u64,
    limit: u64,
    orders: Vec<OrderWire<'o>>,
}

async fn of_customer(
    state: &State,
    access: &Access,
    customer: &str,
    parameters: &Parameters,
    limit: u64,
) -> Result<Answer, Problem> {
    let offset = parameters.whole("offset", 0..=u64::from(u32::MAX))?.unwrap_or(0);
    let wanted = history_query(customer, parameters)?;
    let page = state.book.history(access.merchant, wanted, offset, limit).await?;
    let history = History {
        total: page.total,
        offset,
        limit,
        orders: page.orders.iter().map(OrderWire::of).collect(),
    };
    let answer = Answer::json(StatusCode::OK, &history);
    let after = offset.saturating_add(limit);
    let next = (after < page.total).then_some(("next", after));
    let prev = (offset > 0).then(|| ("prev", offset.min(page.total).saturating_sub(limit)));
    let links = [next, prev].into_iter().flatten().map(|(relation, offset)| {
        let replaced = [("offset", offset.to_string()), ("limit", limit.to_string())];
        link(relation, parameters, &replaced)
    });
    Ok(linked(answer, &links.collect::<Vec<_>>()))
}

fn history_query(customer: &str, parameters: &Parameters) -> Result<HistoryQuery, Problem> {
    let kinds = parameters.all("kind", kind_of)?;
    let states = parameters.all("status", states_of)?;
    let products = parameters.all("product", |product| Ok(product.to_owned()))?;
    let (from, until) = parameters.period()?;
    Ok(HistoryQuery {
        kinds: Kind::ALL
            .into_iter()
            .filter(|kind| kinds.contains(kind))
            .collect(),
        states: each_once(states.into_iter().flatten().collect()),
        reseller: parameters.text("reseller")?.map(ToOwned::to_owned),
        products: each_once(products),
        from,
        until,
        ..HistoryQuery::of(customer)
    })
}

pub(super) fn each_once(mut words: Vec<String>) -> Vec<String> {
    words.sort_unstable();
    words.dedup();
    words
}

pub(super) fn kind_of(word: &str) -> Result<Kind, String> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word);
    kind.ok_or_else(|| format!("must be one of {}", Kind::ALL.map(Kind::word).join(", ")))
}

/// The states that a status stands for: `failed` for every reason, `failed:expired` for one.
pub(super) fn states_of(word: &str) -> Result<Vec<String>, String> {
    let failures = super::fail::NAMED
        .iter()
        .map(Failure::word)
        .chain([Failure::Other(String::new()).word()]);
    let failures: Vec<String> = failures.map(|reason| format!("failed:{reason}")).collect();
    match word {
        "failed" => Ok(failures),
        "preliminary" | "confirmed" | "processed" | "cancelled" => Ok(vec![word.to_owned()]),
        _ if failures.iter().any(|known| known == word) => Ok(vec![word.to_owned()]),
        _ => Err(format!(
            "must be one of preliminary, confirmed, processed, cancelled, failed, {}",
            failures.join(", ")
        )),
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Referring<'o> {
    has_more: bool,
    orders: Vec<OrderWire<'o>>,
}

async fn by_reference(
    state: &State,
    access: &Access,
    reference: &str,
    limit: u64,
) -> Result<Answer, Problem> {
    let one_more = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let found = state
        .book
        .orders_by_reference(access.merchant, reference, one_more)
        .await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let referring = Referring {
        has_more: found.len() > most,
        orders: found.iter().take(most).map(OrderWire::of).collect(),
    };
    Ok(Answer::json(StatusCode::OK, &referring))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Changed<'o> {
    orders: Vec<OrderWire<'o>>,
    /// Where to go on from, now or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

async fn changed(
    state: &State,
    access: &Access,
    parameters: &Parameters,
    limit: u64,
) -> Result<Answer, Problem> {
    let since = parameters.moment("changedSince")?.unwrap_or(Timestamp(0));
    let sent = parameters.text("cursor")?;
    let after = sent.map(|text| place_of(text).ok_or_else(|| invalid("cursor", "is not one of ours")));
    let after = after.transpose()?;
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let page = state.book.export(access.merchant, since, after, most).await?;
    let cursor = page.next.map(|(at, id)| format!("{at}-{id}"));
    let is_full = u64::try_from(page.orders.len()).is_ok_and(|count| count == limit);
    let next = cursor.clone().filter(|_| is_full).map(|cursor| {
        let replaced = [("cursor", cursor), ("limit", limit.to_string())];
        link("next", parameters, &replaced)
    });
    let orders: &[Order] = &page.orders;
    let changed = Changed {
        orders: orders.iter().map(OrderWire::of).collect(),
        cursor: cursor.or_else(|| sent.map(ToOwned::to_owned)),
    };
    let answer = Answer::json(StatusCode::OK, &changed);
    Ok(linked(answer, next.as_slice()))
}

/// The place that a cursor stands for.
pub(super) fn place_of(cursor: &str) -> Option<(i64, i64)> {
    let (at, id) = cursor.split_once('-')?;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (plain(at) && plain(id)).then_some(())?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

/// One link: the same query with some parameters replaced.
pub(super) fn link(relation: &str, parameters: &Parameters, replaced: &[(&str, String)]) -> String {
    link_to(ORDERS, relation, parameters, replaced)
}

/// The same, to another list.
pub(super) fn link_to(
    path: &str,
    relation: &str,
    parameters: &Parameters,
    replaced: &[(&str, String)],
) -> String {
    let stays = |name: &str| replaced.iter().all(|(other, _)| *other != name);
    let kept = parameters.pairs().filter(|(name, _)| stays(name));
    let new = replaced.iter().map(|(name, value)| (*name, value.as_str()));
    format!("<{path}?{}>; rel=\"{relation}\"", query::write(kept.chain(new)))
}

pub(super) fn linked(answer: Answer, links: &[String]) -> Answer {
    match HeaderValue::try_from(links.join(", ")) {
        Ok(value) if !links.is_empty() => answer.with(LINK, value),
        _ => answer,
    }
}
