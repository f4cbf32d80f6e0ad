//! Finding orders: by words, and by what they are.

use crate::State;
use crate::forms::{Field, Wrong, problem, select};
use crate::page::{Place, answer, page};
use crate::parts::row::{empty, orders};
use crate::parts::status::api;
use crate::reading::{day, number};
use crate::trouble::Trouble;
use crate::visit::Desk;
use axum::extract;
use axum::http::StatusCode;
use book::{SearchPage, SearchPlace, SearchQuery};
use http_kit::Answer;
use maud::{Markup, html};
use order::{Amount, Currency, Dialect, Failure};

/// How many orders there are on a page.
const PAGE: usize = 50;

/// The statuses that can be asked for, with their names.
const STATUSES: [(&str, &str); 5] = [
    ("preliminary", "Preliminary"),
    ("confirmed", "Confirmed"),
    ("processed", "Processed"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
];

/// The filters that are folded away unless they are used.
const FINER: [&str; 6] = ["product", "from", "to", "least", "most", "currency"];

/// Every state that failed orders are in.
fn failed_states() -> Vec<String> {
    let failures = [
        Failure::PaymentRefused,
        Failure::RiskRejected,
        Failure::Expired,
        Failure::HandoverFailed,
        Failure::DistributorInactive,
        Failure::ResellerInactive,
        Failure::CustomerInactive,
        Failure::CustomerInvalid,
        Failure::Other(String::new()),
    ];
    failures
        .iter()
        .map(|failure| format!("failed:{}", failure.word()))
        .collect()
}

/// `GET /console/{merchant}/orders`.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    let (query, after) = match asked(&desk) {
        Ok(asked) => asked,
        Err(wrong) => {
            let content = html! {
                h1 { "Orders" }
                (filters(&desk, Some(&wrong)))
                div #results { (problem(&wrong.what)) }
            };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(answer(&desk, status, Place::Orders, "Orders", &content));
        }
    };
    let found = state.book().search(desk.merchant.id, &query, after, PAGE).await?;
    let content = html! {
        h1 { "Orders" }
        (filters(&desk, None))
        div #results { (results(&desk, &found, after)) }
    };
    Ok(page(&desk, Place::Orders, "Orders", &content))
}

fn results(desk: &Desk, found: &SearchPage, after: Option<SearchPlace>) -> Markup {
    let is_narrowed = desk.query().pairs().any(|(_, value)| !value.is_empty());
    let title = match (found.orders.is_empty(), found.next, is_narrowed) {
        (true, Some(_), _) => Some((
            "Nothing so far",
            "Many orders have some of this, none of those that were looked at has all of it. Look further, or say more.",
        )),
        (true, None, true) => Some(("No such order", "Try fewer words, or clear the filters.")),
        (true, None, false) => Some(("No orders yet", "They appear here as soon as they come in.")),
        (false, ..) => None,
    };
    html! {
        p.unseen role="status" {
            @if found.next.is_some() { (found.orders.len()) " orders and more" } @else { (found.orders.len()) " orders" }
        }
        @match title {
            Some((title, text)) => (empty(title, &html! { (text) })),
            None => (orders(desk, "Orders", &found.orders)),
        }
        @if found.next.is_some() || after.is_some() {
            nav.pager aria-label="Pages" {
                @if after.is_some() { a.button href=(desk.here_with("orders", &[("after", "")])) { "From the newest" } }
                @if let Some((at, id)) = found.next {
                    a.button rel="next" href=(desk.here_with("orders", &[("after", &format!("{at}_{id}"))])) { "Older ones" }
                }
            }
        }
    }
}

/// The filters, which the search's words travel with.
fn filters(desk: &Desk, wrong: Option<&Wrong>) -> Markup {
    let any = (String::new(), "any".to_owned());
    let statuses = STATUSES.map(|(word, name)| (word.to_owned(), name.to_owned()));
    let statuses: Vec<_> = std::iter::once(any.clone()).chain(statuses).collect();
    let apis = Dialect::ALL.map(|dialect| (dialect.as_str().to_owned(), api(dialect).to_owned()));
    let apis: Vec<_> = std::iter::once(any).chain(apis).collect();
    let text = |name: &'static str, label: &'static str| Field::text(name, label, desk.parameter(name));
    let is_narrowed = desk.query().pairs().any(|(_, value)| !value.is_empty());
    html! {
        form.filters method="get" action=(desk.path("orders")) aria-label="Filters" {
            input type="hidden" name="q" value=(desk.parameter("q"));
            (select("status", "Status", desk.parameter("status"), &statuses))
            (select("api", "Through", desk.parameter("api"), &apis))
            button type="submit" { "Filter" }
            @if is_narrowed { a.clear href=(desk.path("orders")) { "Clear" } }
            details.more open[FINER.iter().any(|name| !desk.parameter(name).is_empty())] {
                summary { "More filters" }
                div {
                    (text("product", "Product").html(wrong))
                    (text("from", "Placed from").kind("date").html(wrong))
                    (text("to", "Placed until").kind("date").html(wrong))
                    (text("least", "Total from").html(wrong))
                    (text("most", "Total to").html(wrong))
                    (text("currency", "Currency").html(wrong))
                }
            }
        }
    }
}

/// What is asked for, and the place that the page begins after.
fn asked(desk: &Desk) -> Result<(SearchQuery, Option<SearchPlace>), Wrong> {
    let text = |name: &str| Some(desk.parameter(name)).filter(|text| !text.is_empty());
    let states = match text("status") {
        None => Vec::new(),
        Some("failed") => failed_states(),
        Some(word) => {
            let known = STATUSES.iter().any(|(status, _)| *status == word);
            if !known {
                return Err(Wrong::new("status", "There is no such status."));
            }
            vec![word.to_owned()]
        }
    };
    let dialect =
        |word: &str| Dialect::from_word(word).ok_or_else(|| Wrong::new("api", "There is no such API."));
    let currency = |code: &str| {
        let what = "A currency has three letters, such as NOK.";
        Currency::from_code(code).ok_or_else(|| Wrong::new("currency", what))
    };
    let query = SearchQuery {
        text: text("q").map(ToOwned::to_owned),
        states,
        dialects: text("api").map(dialect).transpose()?.into_iter().collect(),
        currencies: text("currency").map(currency).transpose()?.into_iter().collect(),
        customer: None,
        product: text("product").map(ToOwned::to_owned),
        least: amount(desk, "least")?,
        most: amount(desk, "most")?,
        from: day(desk.query(), "from")?,
        until: day(desk.query(), "to")?.map(|at| at.plus_days(1)),
        ..SearchQuery::default()
    };
    Ok((query, text("after").and_then(place)))
}

fn amount(desk: &Desk, name: &str) -> Result<Option<Amount>, Wrong> {
    let value = number(desk.query(), name)?;
    let wrong = |_range| Wrong::new(name, "This is out of range.");
    value.map(|value| Amount::new(value).map_err(wrong)).transpose()
}

fn place(text: &str) -> Option<SearchPlace> {
    let (at, id) = text.split_once('_')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}
