//! What was sent of a capture.

use super::when;
use crate::{Capture, Fact, Order, Refusal, ShipRequest, Shipment};

pub(super) fn ship(order: &Order, request: &ShipRequest) -> Result<Vec<Fact>, Refusal> {
    let capture = named(order, &request.capture)?;
    let number = capture.last_shipment.saturating_add(1);
    Ok(vec![Fact::Shipped {
        capture: capture.number.clone(),
        shipment: request.parcel.numbered(number),
    }])
}

pub(super) fn change(order: &Order, capture: &str, shipment: &Shipment) -> Result<Vec<Fact>, Refusal> {
    let capture = named(order, capture)?;
    let before = capture
        .shipments
        .iter()
        .find(|before| before.number == shipment.number);
    let before = before.ok_or(Refusal::UnknownShipment {
        number: shipment.number,
    })?;
    Ok(when(before != shipment, || Fact::ShipmentChanged {
        capture: capture.number.clone(),
        shipment: shipment.clone(),
    }))
}

/// Takes a shipment back. One that was taken back before is gone already; one that never was is unknown.
pub(super) fn remove(order: &Order, capture: &str, number: i64) -> Result<Vec<Fact>, Refusal> {
    let capture = named(order, capture)?;
    if capture.shipments.iter().any(|shipment| shipment.number == number) {
        return Ok(vec![Fact::ShipmentRemoved {
            capture: capture.number.clone(),
            shipment: number,
        }]);
    }
    let was_given = (1..=capture.last_shipment).contains(&number);
    if was_given {
        Ok(Vec::new())
    } else {
        Err(Refusal::UnknownShipment { number })
    }
}

fn named<'a>(order: &'a Order, number: &str) -> Result<&'a Capture, Refusal> {
    order.capture(number).ok_or_else(|| Refusal::UnknownCapture {
        number: number.to_owned(),
    })
}
