//! `GET /totals`: what the orders come to, by currency, and by day, API and status where that is asked for.

use crate::parameters::{Parameters, contradiction, invalid};
use crate::problem::Problem;
use crate::{State, auth};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use book::{Day, Total, TotalsQuery};
use http_kit::Answer;
use http_kit::wire::Number;
use order::{Currency, Sum};
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Totals {
    totals: Vec<TotalWire>,
}

/// What some orders come to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Total")]
struct TotalWire {
    /// A date, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<String>,
    currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dialect: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    orders: u64,
    ordered: Number,
    reserved: Number,
    captured: Number,
    refunded: Number,
    cancelled: Number,
}

impl TotalWire {
    fn of(total: Total) -> Self {
        let decimals = Currency::from_code(&total.currency).map_or(0, Currency::decimals);
        let shown = |sum: Sum| {
            let mut value = sum.decimal().normalize();
            if value.scale() < decimals {
                value.rescale(decimals);
            }
            Number(value)
        };
        let figures = total.figures;
        Self {
            day: total.day.map(date),
            dialect: total.dialect.map(order::Dialect::as_str),
            status: total.status,
            orders: total.orders,
            ordered: shown(figures.ordered),
            reserved: shown(figures.reserved),
            captured: shown(figures.captured),
            refunded: shown(figures.refunded),
            cancelled: shown(figures.cancelled),
            currency: total.currency,
        }
    }
}

fn date(day: Day) -> String {
    let moment = crate::wire::moment(day.begins());
    moment.split('T').next().unwrap_or_default().to_owned()
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let access = auth::reader(&state, &headers).await?;
    let parameters = Parameters::read(&uri, &["from", "until", "by"])?;
    let query = read(&parameters)?;
    let totals = state.book.totals(access.merchant, query).await?;
    let totals = Totals {
        totals: totals.into_iter().map(TotalWire::of).collect(),
    };
    Ok(Answer::json(StatusCode::OK, &totals))
}

fn read(parameters: &Parameters) -> Result<TotalsQuery, Problem> {
    const BY: [&str; 4] = ["day", "currency", "dialect", "status"];
    let by = parameters.all("by", |word| {
        let known = BY.into_iter().find(|known| *known == word);
        known.ok_or_else(|| format!("must be one of {}", BY.join(", ")))
    })?;
    let (from, until) = (day(parameters, "from")?, day(parameters, "until")?);
    if let (Some(from), Some(until)) = (from, until)
        && from >= until
    {
        return Err(contradiction(
            "until",
            "until must be later than from.".to_owned(),
        ));
    }
    Ok(TotalsQuery {
        from,
        until,
        by_day: by.contains(&"day"),
        by_dialect: by.contains(&"dialect"),
        by_status: by.contains(&"status"),
    })
}

/// A day; a time is one when it is the first moment of a day in UTC.
fn day(parameters: &Parameters, name: &str) -> Result<Option<Day>, Problem> {
    let Some(at) = parameters.moment(name)? else {
        return Ok(None);
    };
    let day = Day::of(at);
    if day.begins() == at {
        Ok(Some(day))
    } else {
        Err(invalid(
            name,
            "must be a date, such as 2026-01-31: totals are kept by the day, in UTC",
        ))
    }
}
