//! `POST /orders/{orderNumber}/updateOrder`: replaces what is sold. A higher total is judged anew; when it is rejected,
//! the order stays as it was.

use crate::State;
use crate::annex::OrderAnnex;
use crate::call::WriteCall;
use crate::errors::Refused;
use crate::judging::{Verdict, judge};
use crate::message::ResponseMessage;
use crate::reading::Object;
use crate::wire::Summary;
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Outcome, Reference, Step, Target};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::wire::time;
use order::{Command, Dialect, Opaque, Order, ReviseRequest};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// What is sent.
struct Sent {
    summary: Summary,
    your_reference: Option<String>,
    our_reference: Option<String>,
}

impl Sent {
    fn read(body: &Object<'_>) -> Option<Self> {
        let summary = body.required("updateOrderSummary", body.object("updateOrderSummary"));
        let summary = summary.as_ref().and_then(Summary::read);
        let (your_reference, our_reference) = (
            body.cut_text("yourReference", 128),
            body.cut_text("ourReference", 128),
        );
        Some(Self {
            summary: summary?,
            your_reference,
            our_reference,
        })
    }

    fn commands(self, annex: OrderAnnex, may_grow: bool) -> Vec<Command> {
        let revise = Command::Revise(ReviseRequest {
            gross: self.summary.gross,
            net: self.summary.net,
            items: self.summary.items,
            may_grow,
        });
        if self.your_reference.is_none() && self.our_reference.is_none() {
            return vec![revise];
        }
        let annex = OrderAnnex {
            your_reference: self.your_reference.or(annex.your_reference),
            our_reference: self.our_reference.or(annex.our_reference),
            ..annex
        };
        let noted = Opaque::of(&annex).ok().map(|annex| Command::Annotate {
            dialect: Dialect::AfterPay,
            annex,
        });
        [Some(revise), noted].into_iter().flatten().collect()
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Updated {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reservation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkout_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_date: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    risk_check_messages: Vec<ResponseMessage>,
}

fn said(order: &Order, outcome: &'static str, messages: Vec<ResponseMessage>) -> String {
    let held = order.reservation.as_ref();
    let updated = Updated {
        outcome,
        reservation_id: held.map(|held| held.id),
        checkout_id: OrderAnnex::of(order).checkout_id,
        expiration_date: held
            .and_then(|held| held.expires_at)
            .map(|at| time::date_text(at.0)),
        risk_check_messages: messages,
    };
    serde_json::to_string(&updated).unwrap_or_default()
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let read = |call: &WriteCall| call.parse(Sent::read);
    let (call, order, sent) = WriteCall::on_order(&state, &ids, request, read).await?;
    let merchant = call.access.merchant;
    let annex = OrderAnnex::of(&order);
    let customer = annex.customer.clone().unwrap_or_default();
    // Judged before it is known whether the total grows: the rules decide that on the order as it is by then.
    let (may_grow, messages) = match judge(&state, merchant, &customer, sent.summary.gross).await? {
        Verdict::Accepted | Verdict::Pending => (true, Vec::new()),
        Verdict::Rejected(messages) => (false, messages),
    };
    let request = book::Request {
        merchant,
        steps: vec![Step {
            target: Target::Existing(Reference::Id(order.id)),
            commands: sent.commands(annex, may_grow),
        }],
    };
    let rejection = (!may_grow).then(|| said(&order, "Rejected", messages));
    let render = |outcome: &Outcome| said(&outcome.order, "Accepted", Vec::new());
    call.run_judged(&state, request, ("updateOrderSummary", rejection), render)
        .await
}
