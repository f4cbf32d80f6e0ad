//! `POST /orders/{orderNumber}/voids`: releases all that is left of the reservation, or a part of it.

use crate::State;
use crate::annex::keep;
use crate::call::WriteCall;
use crate::errors::Refused;
use crate::reading::Object;
use crate::wire::{CancellationAnnex, Summary, amount, authorized};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Outcome, Reference};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::wire::Number;
use order::{CancelRequest, Command, Fact, Wanted};
use schemars::JsonSchema;
use serde::Serialize;

/// What is sent; nothing at all for all that is left.
#[derive(Debug, Default)]
struct Sent {
    details: Option<Summary>,
    annex: CancellationAnnex,
}

impl Sent {
    fn read(body: &Object<'_>) -> Self {
        let details = body.object("cancellationDetails");
        body.text("merchantId", 50);
        Self {
            details: details.as_ref().and_then(Summary::read),
            annex: CancellationAnnex {
                parent_transaction_reference: body.text("parentTransactionReference", 128),
            },
        }
    }

    fn command(self) -> Command {
        let (wanted, items) = match self.details {
            None => (Wanted::Remaining, Vec::new()),
            Some(details) => (
                Wanted::Exactly {
                    gross: details.gross,
                    net: details.net.filter(|_| !details.items.is_empty()),
                },
                details.items,
            ),
        };
        Command::Cancel(CancelRequest {
            wanted,
            items,
            annex: keep(&self.annex),
        })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
pub(crate) struct Released {
    total_captured_amount: Number,
    total_authorized_amount: Number,
    remaining_authorized_amount: Number,
    total_refunded_amount: Number,
    voided_amount: Number,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let read = |call: &WriteCall| call.parse_or_nothing(|body| Some(Sent::read(body)));
    let (call, order, sent) = WriteCall::on_order(&state, &ids, request, read).await?;
    let request = book::Request::on(call.access.merchant, Reference::Id(order.id), sent.command());
    call.run(&state, request, "cancellationDetails", said).await
}

fn said(outcome: &Outcome) -> String {
    let order = &outcome.order;
    let made = outcome.events.iter().find_map(|event| {
        if let Fact::Cancelled(cancellation) = &event.fact {
            Some(cancellation.amount)
        } else {
            None
        }
    });
    // Where all was released before, the step that did it.
    let before = || order.cancellations.last().map(|cancellation| cancellation.amount);
    let released = Released {
        total_captured_amount: amount(order.captured().unwrap_or_default()),
        total_authorized_amount: authorized(order),
        remaining_authorized_amount: amount(order.remaining().unwrap_or_default()),
        total_refunded_amount: amount(order.refunded().unwrap_or_default()),
        voided_amount: amount(made.or_else(before).unwrap_or_default()),
    };
    serde_json::to_string(&released).unwrap_or_default()
}
