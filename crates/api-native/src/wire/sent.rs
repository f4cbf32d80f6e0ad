//! What clients send of items, amounts and parcels.

use crate::problem::Problem;
use crate::reading::{self, NAME, TEXT, amount, invalid, must_be_text, not_too_many, quantity, text};
use http_kit::wire::Number;
use order::{Item, Parcel, ShipmentKind, Wanted};
use schemars::JsonSchema;
use serde::Deserialize;

/// A line of an order, or an item of a capture, a refund or a cancellation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SentItem {
    number: Option<i64>,
    product: String,
    description: Option<String>,
    quantity: Option<Number>,
    unit_gross: Option<Number>,
    unit_net: Option<Number>,
    unit_vat: Option<Number>,
    vat_percent: Option<Number>,
}

impl SentItem {
    fn item(self, place: &str) -> Result<Item, Problem> {
        let at = |member: &str| format!("{place}.{member}");
        let percent = amount(&at("vatPercent"), self.vat_percent)?;
        if percent.is_some_and(order::Amount::is_negative) {
            return Err(invalid(&at("vatPercent"), "is below zero"));
        }
        Ok(Item {
            number: self.number,
            product: must_be_text(&at("product"), self.product, NAME)?,
            description: text(&at("description"), self.description, TEXT)?.unwrap_or_default(),
            quantity: quantity(&at("quantity"), self.quantity)?,
            unit_gross: amount(&at("unitGross"), self.unit_gross)?,
            unit_net: amount(&at("unitNet"), self.unit_net)?,
            unit_vat: amount(&at("unitVat"), self.unit_vat)?,
            vat_percent: percent.map(order::Amount::decimal),
            annex: None,
        })
    }
}

/// The items of a list called `field`.
pub(crate) fn items_of(field: &str, sent: Vec<SentItem>) -> Result<Vec<Item>, Problem> {
    let sent = not_too_many(field, sent)?.into_iter();
    sent.enumerate()
        .map(|(place, item)| item.item(&format!("{field}[{place}]")))
        .collect()
}

/// How much a capture, a refund or a cancellation is to move, and of what.
pub(crate) struct Given {
    pub(crate) wanted: Wanted,
    pub(crate) items: Vec<Item>,
}

/// Neither amount nor items mean all that is left, items alone what they come to; both must agree.
pub(crate) fn given(sum: Option<Number>, items: Option<Vec<SentItem>>) -> Result<Given, Problem> {
    let gross = amount("amount", sum)?;
    let items = match items {
        Some(items) if items.is_empty() => {
            return Err(invalid("items", "is empty: leave it out for all that is left"));
        }
        Some(items) => items_of("items", items)?,
        None => Vec::new(),
    };
    let wanted = match gross {
        Some(gross) => Wanted::Exactly { gross, net: None },
        None if items.is_empty() => Wanted::Remaining,
        None => Wanted::Items,
    };
    Ok(Given { wanted, items })
}

/// Something to be sent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SentParcel {
    direction: Option<String>,
    carrier: String,
    tracking_id: Option<String>,
    tracking_url: Option<String>,
}

/// The parcel whose members stand at `place`: empty, or a path that ends in a dot.
pub(crate) fn parcel_of(place: &str, sent: SentParcel) -> Result<Parcel, Problem> {
    let at = |member: &str| format!("{place}{member}");
    let kind = match sent.direction.as_deref() {
        None | Some("outbound") => ShipmentKind::Shipment,
        Some("return") => ShipmentKind::Return,
        Some(_) => return Err(invalid(&at("direction"), "must be outbound or return")),
    };
    Ok(Parcel {
        kind,
        carrier: must_be_text(&at("carrier"), sent.carrier, NAME)?,
        tracking_id: reading::text(&at("trackingId"), sent.tracking_id, NAME)?,
        tracking_url: reading::text(&at("trackingUrl"), sent.tracking_url, TEXT)?,
    })
}
