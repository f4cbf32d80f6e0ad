//! Orders as checkouts send them, and the head of GetOrder's answer.

use super::{Customer, ItemWire, members, read_items};
use crate::message::Flaw;
use crate::reading::Object;
use ::order::{Amount, Currency, Item};
use http_kit::wire::Number;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

members! {
    /// How the order was sold and is sent.
    Risk {
        channel_type: String,
        delivery_type: String,
    }
}

const CHANNELS: [&str; 5] = ["Internet", "Catalog", "CallCenter", "Stationary", "Other"];
const DELIVERIES: [&str; 3] = ["Normal", "Express", "InHouseDelivery"];

impl Risk {
    pub(crate) fn read(risk: &Object<'_>) -> Self {
        Self {
            channel_type: risk.word("channelType", &CHANNELS).map(str::to_owned),
            delivery_type: risk.word("deliveryType", &DELIVERIES).map(str::to_owned),
        }
    }
}

/// What an order, or a part of one, comes to: of a capture, a void or an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) gross: Amount,
    /// None also when zero was sent: old clients send that for an amount that they don't know.
    pub(crate) net: Option<Amount>,
    pub(crate) items: Vec<Item>,
}

impl Summary {
    pub(crate) fn read(summary: &Object<'_>) -> Option<Self> {
        let gross = summary.required("totalGrossAmount", summary.amount("totalGrossAmount"));
        let net = summary.amount("totalNetAmount");
        // The currency is the order's; another one would be noticed by nobody until the money is missing.
        read_currency(summary);
        let items = read_items(summary);
        Some(Self {
            gross: gross?,
            net: net.filter(|net| !net.is_zero()),
            items,
        })
    }
}

/// The currency, when a known one was sent.
pub(crate) fn read_currency(parent: &Object<'_>) -> Option<Currency> {
    let code = parent.text("currency", 3)?;
    let currency = Currency::from_code(&code);
    if currency.is_none() {
        parent.note("currency", Flaw::malformed);
    }
    currency
}

/// An order as a checkout sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrderSent {
    pub(crate) number: String,
    pub(crate) currency: Option<Currency>,
    pub(crate) summary: Summary,
    pub(crate) risk: Option<Risk>,
    pub(crate) shown: OrderShown,
}

members! {
    /// What is only kept and shown.
    OrderShown {
        discount_amount: Number,
        image_url: String,
        merchant_image_url: String,
        google_analytics_user_id: String,
        google_analytics_client_id: String,
        product_user: String,
        cost_center: String,
    }
}

impl OrderSent {
    pub(crate) fn read(order: &Object<'_>) -> Option<Self> {
        let number = order.required("number", order.text("number", 50));
        if number.as_deref().is_some_and(|number| !is_order_number(number)) {
            order.note("number", Flaw::malformed);
        }
        let currency = read_currency(order);
        let summary = Summary::read(order);
        let shown = OrderShown {
            discount_amount: order.kept_number("discountAmount"),
            image_url: order.text("imageUrl", 2048),
            merchant_image_url: order.text("merchantImageUrl", 2048),
            google_analytics_user_id: order.text("googleAnalyticsUserId", 50),
            google_analytics_client_id: order.text("googleAnalyticsClientId", 50),
            product_user: order.text("productUser", 50),
            cost_center: order.text("costCenter", 50),
        };
        Some(Self {
            number: number?,
            currency,
            summary: summary?,
            risk: order.object("risk").as_ref().map(Risk::read),
            shown,
        })
    }
}

fn is_order_number(number: &str) -> bool {
    number
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// The head of GetOrder's answer.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderDetails<'o> {
    pub(crate) order_id: Uuid,
    pub(crate) order_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total_net_amount: Option<Number>,
    pub(crate) total_gross_amount: Number,
    pub(crate) currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_channel_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_delivery_type: Option<String>,
    pub(crate) has_separate_delivery_address: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer: Option<Customer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delivery_customer: Option<Customer>,
    pub(crate) inserted_at: String,
    pub(crate) updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expiration_date: Option<String>,
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) discount_amount: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) merchant_image_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) google_analytics_user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) google_analytics_client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) your_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) our_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent_transaction_reference: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) order_items: Vec<ItemWire<'o>>,
}
