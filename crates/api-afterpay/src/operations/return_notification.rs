//! `POST /orders/{orderNumber}/captures/return-notification`: the customer says to have sent something back. Kept; no
//! money moves until the merchant refunds.

use crate::State;
use crate::call::WriteCall;
use crate::errors::{Refused, flaw_of};
use crate::reading::Object;
use crate::wire::read_items;
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Edit, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use http_kit::wire::Number;
use order::{Item, Refusal};
use serde::{Deserialize, Serialize};

/// The kind of document that a notice is kept as.
const NOTICE: &str = "afterpay-return";

/// What the customer says to have sent back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Notice {
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_gross_amount: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<Item>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_transaction_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_reference: Option<String>,
}

fn read(body: &Object<'_>) -> Option<(String, Notice)> {
    let capture = body.required("captureNumber", body.text("captureNumber", 50));
    let notice = Notice {
        order: None,
        capture_number: capture.clone(),
        total_gross_amount: body.kept_number("totalGrossAmount"),
        items: Some(read_items(body)),
        parent_transaction_reference: body.text("parentTransactionReference", 128),
        transaction_reference: body.text("transactionReference", 100),
    };
    Some((capture?, notice))
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let sent = |call: &WriteCall| call.parse(read);
    let (call, order, (number, mut notice)) = WriteCall::on_order(&state, &ids, request, sent).await?;
    if order.capture(&number).is_none() {
        let flaw = flaw_of(&Refusal::UnknownCapture { number }, "");
        return Err(call.refuse(&state, &[flaw]).await?);
    }
    notice.order = Some(order.id.0);
    let merchant = call.access.merchant;
    let (_, id) = state.book.identify(merchant).await?;
    let id = format!("{}/{id}", order.id);
    let edit = Edit::new(NOTICE, &id, move |_before| notice.clone());
    let body = "{}".to_owned();
    call.write(&state, vec![edit], Reply { status: 200, body }).await
}
