//! `/orders/{orderNumber}/captures/{captureNumber}/shipping-details`: what was sent of a capture.

use crate::State;
use crate::call::WriteCall;
use crate::errors::Refused;
use crate::wire::read_parcel;
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Outcome, Reference};
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{Command, Fact, ShipRequest};
use serde_json::json;

/// The capture's number in the path; one that no capture has when the path is not UTF-8.
fn capture_number(ids: &PathIds) -> String {
    ids.get("number").unwrap_or_default().to_owned()
}

/// The shipment's number in the path; zero, which no shipment has, for what is no number.
fn shipping_number(ids: &PathIds) -> i64 {
    ids.get("shipping")
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// `POST`: adds one.
pub(crate) async fn add(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let read = |call: &WriteCall| call.parse(read_parcel);
    let (call, order, parcel) = WriteCall::on_order(&state, &ids, request, read).await?;
    let command = Command::Ship(ShipRequest {
        capture: capture_number(&ids),
        parcel,
    });
    let request = book::Request::on(call.access.merchant, Reference::Id(order.id), command);
    call.run(&state, request, "", added).await
}

fn added(outcome: &Outcome) -> String {
    let number = outcome.events.iter().find_map(|event| {
        if let Fact::Shipped { shipment, .. } = &event.fact {
            Some(shipment.number)
        } else {
            None
        }
    });
    json!({ "shippingNumber": number }).to_string()
}

/// `PATCH`: corrects one.
pub(crate) async fn change(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let read = |call: &WriteCall| call.parse(read_parcel);
    let (call, order, parcel) = WriteCall::on_order(&state, &ids, request, read).await?;
    let command = Command::ChangeShipment {
        capture: capture_number(&ids),
        shipment: parcel.numbered(shipping_number(&ids)),
    };
    let request = book::Request::on(call.access.merchant, Reference::Id(order.id), command);
    call.run(&state, request, "", |_outcome| "{}".to_owned()).await
}

/// `DELETE`: takes one back.
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let mut call = WriteCall::read(&state, request).await?;
    let order = call.order(&state, &ids).await?;
    let command = Command::RemoveShipment {
        capture: capture_number(&ids),
        shipment: shipping_number(&ids),
    };
    let request = book::Request::on(call.access.merchant, Reference::Id(order.id), command);
    call.run(&state, request, "", |_outcome| "{}".to_owned()).await
}
