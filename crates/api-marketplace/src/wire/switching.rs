//! What is exchanged: the items that an order of the type `SWITCH` cancels, and the one that it buys instead.

use super::fields::{Complaints, Fields};
use super::placement::{LINE, LONGEST_ID, Placement};
use super::status;
use crate::errors::{ApiError, SWITCH_MISMATCH, SWITCH_ONE_ITEM, SWITCH_QUANTITY};
use http_kit::wire::Number;
use order::{Currency, LineTerms, Order, Replaced};
use schemars::JsonSchema;
use serde::Serialize;

/// One item that is cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CancelledItem {
    pub(crate) number: i64,
    /// The number of the line that takes its place.
    pub(crate) line: Option<i64>,
    pub(crate) subscription: String,
    pub(crate) quantity: i64,
    pub(crate) discount: Option<String>,
}

impl CancelledItem {
    pub(crate) fn read(fields: &Fields<'_>, complaints: &mut Complaints) -> Option<Self> {
        fields.only(&LINE, complaints);
        let number = fields.needed_whole("extLineItemNumber", complaints);
        let line = fields.whole("referenceLineItemNumber", complaints);
        let subscription = fields.needed_text("subscriptionId", LONGEST_ID, complaints);
        let quantity = fields.needed_whole("quantity", complaints);
        let discount = fields.text("discountCode", LONGEST_ID, complaints);
        Some(Self {
            number: number?,
            line,
            subscription,
            quantity: quantity?,
            discount,
        })
    }
}

/// Whether one item is exchanged for one.
pub(crate) fn check_count(placement: &Placement) -> Result<(), ApiError> {
    if placement.lines.len() == 1 && placement.cancelling.len() == 1 {
        return Ok(());
    }
    Err(ApiError::new(SWITCH_ONE_ITEM))
}

/// Whether the item is exchanged for as many of the line that it names.
pub(crate) fn check_pair(placement: &Placement) -> Result<(), ApiError> {
    for (line, item) in placement.lines.iter().zip(&placement.cancelling) {
        if item.line.is_some_and(|named| named != line.number) {
            return Err(ApiError::line(
                SWITCH_MISMATCH,
                line.number,
                "REFERENCE_LINE_ITEM_NUMBER",
            ));
        }
        if item.quantity != line.quantity {
            return Err(ApiError::line(SWITCH_QUANTITY, line.number, "QUANTITY"));
        }
    }
    Ok(())
}

/// A cancelled item as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CancelledItem")]
pub(crate) struct CancelledResource {
    ext_line_item_number: i64,
    reference_line_item_number: i64,
    offer_id: String,
    quantity: Number,
    subscription_id: String,
    status: &'static str,
    currency_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_code: Option<String>,
}

impl CancelledResource {
    /// What takes the place of `line`, in an order of this status and currency.
    pub(crate) fn of(replaced: &Replaced, line: i64, (status, currency): (&'static str, Currency)) -> Self {
        Self {
            ext_line_item_number: replaced.number,
            reference_line_item_number: line,
            offer_id: replaced.product.clone(),
            quantity: Number::plain(replaced.quantity.decimal()),
            subscription_id: replaced.subscription.clone(),
            status,
            currency_code: currency.code(),
            discount_code: replaced.discount.clone(),
        }
    }

    /// All that an order exchanges.
    pub(crate) fn all(order: &Order) -> Vec<Self> {
        let exchanged = (1..).zip(&order.lines).filter_map(|(place, line)| {
            let terms = LineTerms::of(&line.item);
            let shown = (
                status::code(&order.status),
                terms.currency.unwrap_or(order.currency),
            );
            let number = line.item.number.unwrap_or(place);
            Some(Self::of(&terms.replaces?, number, shown))
        });
        exchanged.collect()
    }
}
