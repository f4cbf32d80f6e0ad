//! The first page of a merchant: what the last thirty days came to, and what is new.

use crate::State;
use crate::page::{Place, page};
use crate::parts::amount::{count, grouped};
use crate::parts::chart::{Bar, bars, shares};
use crate::parts::row::{empty, orders};
use crate::parts::status::{api, badge};
use crate::parts::time::short_day_text;
use crate::trouble::Trouble;
use crate::visit::Desk;
use axum::extract;
use book::{Day, SearchQuery, Total, TotalsQuery};
use http_kit::Answer;
use maud::{Markup, html};
use order::{Currency, Figures};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// How many days the page tells of, today among them.
const DAYS: i64 = 30;
/// How many of the newest orders it shows.
const NEWEST: usize = 8;

/// `GET /console/{merchant}`.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    let book = state.book();
    let merchant = desk.merchant.id;
    let today = Day::of(book.now());
    let from = Day(today.0.saturating_sub(DAYS).saturating_add(1));
    let query = TotalsQuery {
        from: Some(from),
        until: None,
        by_day: true,
        by_dialect: true,
        by_status: true,
    };
    let totals = book.totals(merchant, query).await?;
    let newest = book
        .search(merchant, &SearchQuery::default(), None, NEWEST)
        .await?;
    let failing = book.deliveries_in(merchant, "failed", None, 100).await?;
    let currency = chosen(&desk, &totals);
    let content = html! {
        div.heading {
            div { h1 { "Overview" } p.lead { "The last " (DAYS) " days, by when orders were placed." } }
            (currencies(&desk, &totals, currency.as_deref()))
        }
        @if !failing.is_empty() { (given_up(&desk, failing.len())) }
        @if let Some(currency) = &currency {
            @let own: Vec<&Total> = totals.iter().filter(|total| total.currency == *currency).collect();
            (tiles(&own, currency))
            div.halves {
                (days(&own, (from, today), currency))
                (divided(&own))
            }
        }
        section.news aria-labelledby="newest-title" {
            h2 #newest-title { "Newest orders" }
            @if newest.orders.is_empty() {
                (empty("No orders yet", &html! { "They appear here as soon as they come in. To try it, register one with " code { "curl" } ": the README says how." }))
            } @else { (orders(&desk, "Table of the newest orders", &newest.orders)) }
        }
    };
    Ok(page(&desk, Place::Overview, "Overview", &content))
}

/// The currency that is asked for, else the one with the most orders.
fn chosen(desk: &Desk, totals: &[Total]) -> Option<String> {
    let asked = desk.parameter("currency");
    let most = all_currencies(totals)
        .into_iter()
        .max_by_key(|(_, orders)| *orders);
    let is_there = |total: &&Total| total.currency == asked;
    let asked = totals.iter().find(is_there).map(|total| total.currency.clone());
    asked.or(most.map(|(currency, _)| currency))
}

/// The currencies with how many orders they have.
fn all_currencies(totals: &[Total]) -> Vec<(String, u64)> {
    let mut known: Vec<(String, u64)> = Vec::new();
    for total in totals {
        match known.iter_mut().find(|(currency, _)| *currency == total.currency) {
            Some((_, orders)) => *orders = orders.saturating_add(total.orders),
            None => known.push((total.currency.clone(), total.orders)),
        }
    }
    known.sort();
    known
}

fn currencies(desk: &Desk, totals: &[Total], chosen: Option<&str>) -> Markup {
    let known = all_currencies(totals);
    html! {
        @if known.len() > 1 {
            nav.tabs aria-label="Currency" {
                ul { @for (currency, _) in &known {
                    li { a href=(desk.here_with("", &[("currency", currency)])) aria-current=[(chosen == Some(currency)).then_some("page")] { (currency) } }
                } }
            }
        }
    }
}

fn given_up(desk: &Desk, calls: usize) -> Markup {
    html! {
        p.problem {
            @if calls == 1 { "A call was given up. " } @else if calls < 100 { (calls) " calls were given up. " } @else { "Many calls were given up. " }
            a href=(format!("{}?state=failed", desk.path("deliveries"))) { "See what went wrong" }
        }
    }
}

fn sum(totals: &[&Total]) -> (u64, Figures) {
    let mut all = (0_u64, Figures::default());
    for total in totals {
        all.0 = all.0.saturating_add(total.orders);
        // Sums that no decimal holds are not reached by amounts that one does.
        all.1 = all.1.plus(total.figures).unwrap_or(all.1);
    }
    all
}

/// A sum with the decimals of its currency.
fn told(value: Decimal, currency: &str) -> String {
    let decimals = Currency::from_code(currency).map_or(2, Currency::decimals);
    let mut value = value.normalize();
    if value.scale() < decimals {
        value.rescale(decimals);
    }
    grouped(&value.to_string())
}

/// So many orders, in words.
fn many(orders: u64) -> String {
    match orders {
        1 => "1 order".to_owned(),
        many => format!("{} orders", count(many)),
    }
}

fn tiles(own: &[&Total], currency: &str) -> Markup {
    let (orders, figures) = sum(own);
    let sums = [
        ("Ordered", figures.ordered),
        ("Captured", figures.captured),
        ("Refunded", figures.refunded),
        ("Cancelled", figures.cancelled),
    ];
    html! {
        dl.tiles {
            div.tile { dt { "Orders" } dd { (count(orders)) } }
            @for (name, sum) in sums {
                div.tile { dt { (name) } dd { (told(sum.decimal(), currency)) " " span.currency { (currency) } } }
            }
        }
    }
}

/// The part of a whole, out of 1000.
fn part(value: Decimal, whole: Decimal) -> u32 {
    let scaled = value.checked_mul(Decimal::ONE_THOUSAND);
    let part = scaled.and_then(|scaled| scaled.checked_div(whole));
    part.and_then(|part| part.round().to_u32()).unwrap_or(0).min(1000)
}

fn days(own: &[&Total], (from, today): (Day, Day), currency: &str) -> Markup {
    let days = (from.0..=today.0).map(|day| {
        let of_day: Vec<&Total> = own
            .iter()
            .filter(|total| total.day == Some(Day(day)))
            .copied()
            .collect();
        (Day(day), sum(&of_day))
    });
    let days: Vec<(Day, (u64, Figures))> = days.collect();
    let highest = days
        .iter()
        .map(|(_, (_, figures))| figures.ordered.decimal())
        .max();
    let highest = highest.unwrap_or_default();
    let drawn: Vec<Bar> = days
        .iter()
        .map(|(day, (orders, figures))| {
            let value = figures.ordered.decimal();
            Bar {
                label: short_day_text(day.begins()),
                told: format!("{} {currency}, {}", told(value, currency), many(*orders)),
                height: part(value, highest),
            }
        })
        .collect();
    let most = format!("{} {currency}", told(highest, currency));
    html! {
        section.panel aria-labelledby="days-title" {
            div.heading { h2 #days-title { "Ordered by day" } span.hint { "Highest " (most) } }
            (bars("Ordered by day", &most, &drawn))
        }
    }
}

/// How the orders divide into statuses and APIs.
fn divided(own: &[&Total]) -> Markup {
    let (all, _) = sum(own);
    let row = |name: Markup, orders: u64| {
        let share = part(Decimal::from(orders), Decimal::from(all));
        (name, count(orders), share)
    };
    let of = |keep: &dyn Fn(&Total) -> bool| -> u64 {
        own.iter()
            .filter(|total| keep(total))
            .map(|total| total.orders)
            .sum()
    };
    let statuses = [
        ("preliminary", "waiting", "Preliminary"),
        ("confirmed", "open", "Confirmed"),
        ("processed", "done", "Processed"),
        ("failed", "bad", "Failed"),
        ("cancelled", "ended", "Cancelled"),
    ];
    let statuses: Vec<_> = statuses
        .into_iter()
        .map(|(word, class, name)| {
            let orders = of(&|total| total.status.as_deref() == Some(word));
            row(badge(class, name), orders)
        })
        .collect();
    let apis: Vec<_> = order::Dialect::ALL
        .into_iter()
        .map(|dialect| (dialect, of(&|total| total.dialect == Some(dialect))))
        .filter(|(_, orders)| *orders > 0)
        .map(|(dialect, orders)| row(html! { (api(dialect)) }, orders))
        .collect();
    html! {
        section.panel aria-labelledby="divided-title" {
            h2 #divided-title { "Where they stand" }
            (shares(&statuses))
            h3 { "Through" }
            (shares(&apis))
        }
    }
}
