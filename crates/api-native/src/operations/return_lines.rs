//! `POST /orders/{order}/return`: hands lines back, all that are left or some of them. The money is given back by a
//! refund of its own.

use super::{STEP, order_of, refuse_kept_by_its_api};
use crate::State;
use crate::call::WriteCall;
use crate::problem::Problem;
use crate::reading::{NAME, not_too_many, quantity, text};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::Reference;
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::wire::Number;
use order::{Command, Order, Quantity, ReturnPolicy, ReturnedLine};
use schemars::JsonSchema;
use serde::Deserialize;

/// Any line, whole or in part, at any time.
const POLICY: ReturnPolicy = ReturnPolicy {
    within_days: None,
    whole_lines: false,
    undoes_switch: false,
};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Sent {
    lines: Option<Vec<SentLine>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SentLine {
    number: i64,
    product: Option<String>,
    quantity: Option<Number>,
}

/// A line that is to be handed back; what is not said is the order's line's.
struct Wanted {
    number: i64,
    product: Option<String>,
    quantity: Option<Quantity>,
}

impl Sent {
    fn read(self) -> Result<Option<Vec<Wanted>>, Problem> {
        let Some(lines) = self.lines else {
            return Ok(None);
        };
        let lines = not_too_many("lines", lines)?.into_iter().enumerate();
        let wanted = lines.map(|(place, line)| {
            let at = |member: &str| format!("lines[{place}].{member}");
            let told = line.quantity;
            Ok(Wanted {
                number: line.number,
                product: text(&at("product"), line.product, NAME)?,
                quantity: told
                    .map(|told| quantity(&at("quantity"), Some(told)))
                    .transpose()?,
            })
        });
        wanted.collect::<Result<_, _>>().map(Some)
    }
}

/// The lines that are meant; all of which something is left when none is named.
fn lines_of(order: &Order, wanted: Option<Vec<Wanted>>) -> Vec<ReturnedLine> {
    let Some(wanted) = wanted else {
        let left = order.lines.iter().filter(|line| line.returnable().is_positive());
        return left
            .filter_map(|line| {
                Some(ReturnedLine {
                    number: line.item.number?,
                    product: line.item.product.clone(),
                    quantity: line.returnable(),
                })
            })
            .collect();
    };
    let meant = |wanted: Wanted| {
        let line = order
            .lines
            .iter()
            .find(|line| line.item.number == Some(wanted.number));
        let product = || line.map(|line| line.item.product.clone());
        ReturnedLine {
            number: wanted.number,
            product: wanted.product.or_else(product).unwrap_or_default(),
            quantity: wanted
                .quantity
                .or(line.map(order::Line::returnable))
                .unwrap_or(Quantity::ONE),
        }
    };
    wanted.into_iter().map(meant).collect()
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = WriteCall::read(&state, request).await?;
    if let Some(before) = call.before(&state).await? {
        return Ok(before);
    }
    let wanted = call.parse_or_default::<Sent>()?.read()?;
    let order = order_of(&state, &call.access, &ids).await?;
    refuse_kept_by_its_api(&order)?;
    let command = Command::Return {
        lines: lines_of(&order, wanted),
        policy: POLICY,
    };
    call.run(&state, call.on(Reference::Id(order.id), vec![command]), STEP)
        .await
}
