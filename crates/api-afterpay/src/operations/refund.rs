//! `POST /orders/{orderNumber}/refunds`: gives back all that was captured, one capture, or some items.

use crate::State;
use crate::annex::keep;
use crate::call::WriteCall;
use crate::errors::Refused;
use crate::reading::Object;
use crate::wire::{RefundAnnex, amount, authorized, read_items};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Outcome, Reference};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::wire::Number;
use order::{Command, Fact, Item, RefundRequest, Wanted};
use schemars::JsonSchema;
use serde::Serialize;

/// What is sent; nothing at all for all that was captured and not given back yet.
#[derive(Debug, Default)]
struct Sent {
    capture: Option<String>,
    number: Option<String>,
    items: Vec<Item>,
    annex: RefundAnnex,
}

impl Sent {
    fn read(body: &Object<'_>) -> Self {
        let capture = body.text("captureNumber", 50);
        let items = read_items(body);
        let number = body.text("creditNoteNumber", 19);
        let annex = RefundAnnex {
            refund_type: body.word("refundType", &["Refund", "Return"]).map(str::to_owned),
            parent_transaction_reference: body.text("parentTransactionReference", 128),
            transaction_reference: body.text("transactionReference", 100),
        };
        body.text("merchantId", 50);
        Self {
            capture,
            number,
            items,
            annex,
        }
    }

    fn command(self) -> Command {
        let wanted = if self.items.is_empty() {
            Wanted::Remaining
        } else {
            Wanted::Items
        };
        Command::Refund(RefundRequest {
            capture: self.capture,
            number: self.number,
            wanted,
            items: self.items,
            annex: keep(&self.annex),
        })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Returned<'o> {
    total_captured_amount: Number,
    total_authorized_amount: Number,
    refund_numbers: Vec<&'o str>,
    total_refunded_amount: Number,
    remaining_authorized_amount: Number,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let read = |call: &WriteCall| call.parse_or_nothing(|body| Some(Sent::read(body)));
    let (call, order, sent) = WriteCall::on_order(&state, &ids, request, read).await?;
    let (capture, number) = (sent.capture.clone(), sent.number.clone());
    let request = book::Request::on(call.access.merchant, Reference::Id(order.id), sent.command());
    let render = move |outcome: &Outcome| said(outcome, capture.as_deref(), number.as_deref());
    call.run(&state, request, "", render).await
}

/// The numbers of the refunds that this call made; where all was given back before, of those that did it.
fn numbers<'o>(outcome: &'o Outcome, capture: Option<&str>, number: Option<&str>) -> Vec<&'o str> {
    if outcome.events.is_empty() {
        let refunds = outcome.order.refunds.iter();
        return refunds
            .filter(|refund| number.is_none_or(|number| refund.number == number))
            .filter(|refund| capture.is_none_or(|capture| refund.capture == capture))
            .map(|refund| refund.number.as_str())
            .collect();
    }
    let made = outcome.events.iter().filter_map(|event| {
        if let Fact::Refunded(refund) = &event.fact {
            Some(refund.number.as_str())
        } else {
            None
        }
    });
    made.collect()
}

fn said(outcome: &Outcome, capture: Option<&str>, number: Option<&str>) -> String {
    let order = &outcome.order;
    let returned = Returned {
        total_captured_amount: amount(order.captured().unwrap_or_default()),
        total_authorized_amount: authorized(order),
        refund_numbers: numbers(outcome, capture, number),
        total_refunded_amount: amount(order.refunded().unwrap_or_default()),
        remaining_authorized_amount: amount(order.remaining().unwrap_or_default()),
    };
    serde_json::to_string(&returned).unwrap_or_default()
}
