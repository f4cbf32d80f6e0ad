//! The timeline of an order.

use super::order::FailureWire;
use super::{
    CancellationWire, CaptureWire, ItemWire, OrderWire, RefundWire, ShipmentWire, moment, money, plain,
};
use http_kit::wire::Number;
use order::{Currency, Event, Fact, Order, OrderId, ReturnedLine, Taking, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

/// One thing that happened.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Event")]
pub(crate) struct EventWire {
    sequence: u64,
    at: String,
    name: &'static str,
    #[schemars(with = "Data<'static>")]
    data: Option<Box<RawValue>>,
}

impl EventWire {
    /// The events of an order, which began as `first`.
    pub(crate) fn all(events: &[Event], first: &Order) -> Vec<Self> {
        let wire = |(sequence, event): (u64, &Event)| Self {
            sequence,
            at: moment(event.at),
            name: event.fact.name(),
            // A wire type has text keys and no part that can fail.
            data: to_raw_value(&Data::of(&event.fact, first.currency, Some(first))).ok(),
        };
        (1..).zip(events).map(wire).collect()
    }
}

/// What an event says. Which members there are follows from its name.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Data<'e> {
    Nothing {},
    Order {
        order: Box<OrderWire<'e>>,
    },
    Subscriptions {
        subscriptions: &'e [Option<String>],
    },
    Failed {
        failure: FailureWire<'e>,
    },
    #[serde(rename_all = "camelCase")]
    Asked {
        #[serde(skip_serializing_if = "Option::is_none")]
        callback: Option<&'e str>,
        payment_pending: bool,
    },
    Settled {
        paid: bool,
    },
    #[serde(rename_all = "camelCase")]
    Reserved {
        reservation: Uuid,
        amount: Number,
        #[serde(skip_serializing_if = "Option::is_none")]
        expires_at: Option<String>,
    },
    Revised {
        total: Number,
        #[serde(skip_serializing_if = "Option::is_none")]
        net: Option<Number>,
        lines: Vec<ItemWire<'e>>,
    },
    Capture {
        capture: CaptureWire<'e>,
    },
    Refund {
        refund: RefundWire<'e>,
    },
    Cancellation {
        cancellation: CancellationWire<'e>,
    },
    Shipment {
        capture: &'e str,
        shipment: ShipmentWire<'e>,
    },
    NoShipment {
        capture: &'e str,
        shipment: i64,
    },
    Returned {
        lines: Vec<ReturnedWire<'e>>,
    },
    #[serde(rename_all = "camelCase")]
    PeriodsOver {
        /// The numbers of the lines.
        lines: &'e [i64],
        /// The id of the order that they go on under; null when they don't.
        renewed_by: Option<String>,
    },
    Stock {
        taken: Vec<TakenWire<'e>>,
    },
    #[serde(rename_all = "camelCase")]
    Placed {
        placed_at: String,
    },
    Customer {
        customer: &'e str,
    },
    Reference {
        reference: Option<&'e str>,
    },
    Annotated {
        api: &'static str,
    },
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Returned")]
pub(super) struct ReturnedWire<'e> {
    number: i64,
    product: &'e str,
    quantity: Number,
}

impl<'e> ReturnedWire<'e> {
    fn of(line: &'e ReturnedLine) -> Self {
        Self {
            number: line.number,
            product: &line.product,
            quantity: plain(line.quantity.decimal()),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TakenOfStock")]
pub(super) struct TakenWire<'e> {
    product: &'e str,
    quantity: i64,
}

impl<'e> TakenWire<'e> {
    fn of(taken: &'e Taking) -> Self {
        Self {
            product: &taken.product,
            quantity: taken.quantity,
        }
    }
}

impl<'e> Data<'e> {
    fn periods_over(lines: &'e [i64], renewed_by: Option<OrderId>) -> Self {
        Self::PeriodsOver {
            lines,
            renewed_by: renewed_by.map(|order| order.to_string()),
        }
    }

    fn stock(taken: &'e [Taking]) -> Self {
        Self::Stock {
            taken: taken.iter().map(TakenWire::of).collect(),
        }
    }

    /// What an event of an order in this currency says; `first` is what the order was when it came in.
    pub(super) fn of(fact: &'e Fact, currency: Currency, first: Option<&'e Order>) -> Self {
        let until = |at: &Option<Timestamp>| at.map(moment);
        match fact {
            Fact::Registered(_) | Fact::Imported(_) => first.map_or(Self::Nothing {}, |first| Self::Order {
                order: Box::new(OrderWire::of(first)),
            }),
            Fact::Confirmed | Fact::RenewalStopped | Fact::StockGivenBack => Self::Nothing {},
            Fact::Processed { subscriptions } | Fact::Subscribed { subscriptions } => {
                Self::Subscriptions { subscriptions }
            }
            Fact::Failed(failure) => Self::Failed {
                failure: FailureWire::of(failure),
            },
            Fact::FulfilmentAsked {
                callback, pending, ..
            } => Self::Asked {
                callback: callback.as_deref(),
                payment_pending: *pending,
            },
            Fact::Settled { paid } => Self::Settled { paid: *paid },
            Fact::Reserved {
                id,
                amount,
                expires_at,
            } => Self::Reserved {
                reservation: *id,
                amount: money(*amount, currency),
                expires_at: until(expires_at),
            },
            Fact::Revised { gross, net, items } => Self::Revised {
                total: money(*gross, currency),
                net: net.map(|net| money(net, currency)),
                lines: ItemWire::all(items, currency),
            },
            Fact::Captured(capture) => Self::Capture {
                capture: CaptureWire::of(capture, currency),
            },
            Fact::Refunded(refund) => Self::Refund {
                refund: RefundWire::of(refund, currency),
            },
            Fact::Expired(cancellation) | Fact::Cancelled(cancellation) => Self::Cancellation {
                cancellation: CancellationWire::of(cancellation, currency),
            },
            Fact::Shipped { capture, shipment } | Fact::ShipmentChanged { capture, shipment } => {
                Self::Shipment {
                    capture,
                    shipment: ShipmentWire::of(shipment),
                }
            }
            Fact::ShipmentRemoved { capture, shipment } => Self::NoShipment {
                capture,
                shipment: *shipment,
            },
            Fact::Returned(lines) => Self::Returned {
                lines: lines.iter().map(ReturnedWire::of).collect(),
            },
            Fact::RunsEnded { lines, renewed_by } => Self::periods_over(lines, *renewed_by),
            Fact::StockTaken(taken) => Self::stock(taken),
            Fact::Redated { at } => Self::Placed {
                placed_at: moment(*at),
            },
            Fact::Assigned { customer } => Self::Customer { customer },
            Fact::Referred { reference } => Self::Reference {
                reference: reference.as_deref(),
            },
            Fact::Annotated { dialect, .. } => Self::Annotated {
                api: dialect.as_str(),
            },
        }
    }
}
