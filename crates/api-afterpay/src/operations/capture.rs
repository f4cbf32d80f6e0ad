//! `POST /orders/{orderNumber}/captures`: takes all that is left of the reservation, or a part of it.

use crate::State;
use crate::annex::keep;
use crate::call::WriteCall;
use crate::errors::Refused;
use crate::message::Flaw;
use crate::reading::Object;
use crate::wire::{CaptureAnnex, References, Summary, amount, authorized, read_parcel};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Outcome, Reference};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::wire::Number;
use order::{Amount, Capture, CaptureRequest, Command, Event, Fact, Order, Parcel, Wanted};
use schemars::JsonSchema;
use serde::Serialize;

/// What is sent; nothing at all for all that is left.
#[derive(Debug, Default)]
struct Sent {
    details: Option<Summary>,
    number: Option<String>,
    parcels: Vec<Parcel>,
    annex: CaptureAnnex,
}

impl Sent {
    fn read(body: &Object<'_>) -> Self {
        let details = body.object("orderDetails");
        let details = details.as_ref().and_then(Summary::read);
        let number = body.text("invoiceNumber", 20);
        if number.as_deref().is_some_and(|number| !is_invoice_number(number)) {
            body.note("invoiceNumber", Flaw::malformed);
        }
        let parcels = body.list("shippingDetails", 100);
        let references = body.object("references");
        let annex = CaptureAnnex {
            references: references.as_ref().map(References::read),
            campaign_number: body.whole("campaignNumber"),
            parent_transaction_reference: body.text("parentTransactionReference", 128),
            transaction_reference: body.text("transactionReference", 100),
            returned: None,
        };
        Self {
            details,
            number,
            parcels: parcels.iter().filter_map(read_parcel).collect(),
            annex,
        }
    }

    fn command(self) -> Command {
        let (wanted, items) = match self.details {
            None => (Wanted::Remaining, Vec::new()),
            // Without items the gross total alone counts: the net total of old clients is a cent off.
            Some(details) if details.items.is_empty() => (
                Wanted::Exactly {
                    gross: details.gross,
                    net: None,
                },
                Vec::new(),
            ),
            Some(details) => (
                Wanted::Exactly {
                    gross: details.gross,
                    net: details.net,
                },
                details.items,
            ),
        };
        Command::Capture(CaptureRequest {
            number: self.number,
            wanted,
            items,
            part_names_items: true,
            shipments: self.parcels,
            annex: keep(&self.annex),
        })
    }
}

fn is_invoice_number(number: &str) -> bool {
    number
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/' | b'#'))
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Taken<'o> {
    captured_amount: Number,
    authorized_amount: Number,
    remaining_authorized_amount: Number,
    capture_number: &'o str,
    total_captured_amount: Number,
    total_refunded_amount: Number,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let read = |call: &WriteCall| call.parse_or_nothing(|body| Some(Sent::read(body)));
    let (call, order, sent) = WriteCall::on_order(&state, &ids, request, read).await?;
    let wanted = sent.number.clone();
    let request = book::Request::on(call.access.merchant, Reference::Id(order.id), sent.command());
    let render = move |outcome: &Outcome| said(outcome, wanted.as_deref());
    call.run(&state, request, "orderDetails", render).await
}

/// The capture that this call made, or that an earlier one like it made.
fn made<'o>(outcome: &'o Outcome, number: Option<&str>) -> Option<&'o Capture> {
    let fact = outcome.events.iter().find_map(|event: &Event| {
        if let Fact::Captured(capture) = &event.fact {
            Some(capture.number.as_str())
        } else {
            None
        }
    });
    match fact.or(number) {
        Some(number) => outcome.order.capture(number),
        None => outcome.order.captures.last(),
    }
}

fn said(outcome: &Outcome, number: Option<&str>) -> String {
    let order: &Order = &outcome.order;
    let capture = made(outcome, number);
    let taken = Taken {
        captured_amount: amount(capture.map_or(Amount::ZERO, |capture| capture.amount)),
        authorized_amount: authorized(order),
        remaining_authorized_amount: amount(order.remaining().unwrap_or_default()),
        capture_number: capture.map_or("", |capture| &capture.number),
        total_captured_amount: amount(order.captured().unwrap_or_default()),
        total_refunded_amount: amount(order.refunded().unwrap_or_default()),
    };
    serde_json::to_string(&taken).unwrap_or_default()
}
