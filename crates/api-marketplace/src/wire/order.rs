//! The order resource.

use super::link::{self, SelfLink};
use super::status;
use super::switching::CancelledResource;
use http_kit::overlay::{self, Patch};
use http_kit::wire::{Number, time};
use order::{Amount, Currency, Dialect, Line, LinePrice, LineTerms, Order};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// The customer id that an order without a customer's number is found under.
pub(crate) const NO_CUSTOMER: &str = "0";

/// An order as the API shows it, its members in the order of the documented example.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Order")]
pub(crate) struct OrderResource<'o> {
    pub(crate) external_reference_id: &'o str,
    pub(crate) order_id: String,
    pub(crate) customer_id: &'o str,
    pub(crate) order_type: &'static str,
    pub(crate) reference_order_id: &'o str,
    pub(crate) referenced_order_id: &'static str,
    pub(crate) currency_code: &'static str,
    pub(crate) creation_date: String,
    pub(crate) status: &'static str,
    pub(crate) line_items: Vec<LineResource<'o>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) cancelling_items: Vec<CancelledResource>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) pricing_summary: Vec<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) links: Option<SelfLink>,
}

/// A line item as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Line")]
pub(crate) struct LineResource<'o> {
    pub(crate) ext_line_item_number: i64,
    pub(crate) offer_id: String,
    pub(crate) quantity: Number,
    pub(crate) subscription_id: Cow<'o, str>,
    pub(crate) status: &'static str,
    pub(crate) currency_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deployment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) discount_code: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) promotions: Vec<Applied>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) flex_discounts: Vec<Applied>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prorated_days: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pricing: Option<Pricing>,
}

/// What a line costs.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub(crate) struct Pricing {
    #[serde(rename = "partnerPrice")]
    yearly: Number,
    #[serde(rename = "discountedPartnerPrice")]
    discounted: Number,
    #[serde(rename = "netPartnerPrice")]
    prorated: Number,
    #[serde(rename = "lineItemPartnerPrice")]
    line: Number,
}

/// What all lines cost.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    total_line_item_partner_price: Number,
    currency_code: &'static str,
}

impl Pricing {
    fn of(price: LinePrice, currency: Currency) -> Self {
        let money = |amount: Amount| in_coins(amount, currency);
        Self {
            yearly: money(price.yearly),
            discounted: money(price.discounted),
            prorated: money(price.prorated),
            line: money(price.line),
        }
    }
}

/// An amount with the decimals of its currency.
fn in_coins(amount: Amount, currency: Currency) -> Number {
    let mut decimal = currency.round(amount).decimal();
    decimal.rescale(currency.decimals());
    Number(decimal)
}

impl OrderResource<'_> {
    /// Adds what the lines cost, and what all of them do. Without a price for each of them there is no sum.
    pub(crate) fn add_prices(&mut self, prices: &[Option<LinePrice>], currency: Currency) {
        for (line, price) in self.line_items.iter_mut().zip(prices) {
            line.prorated_days = price.map(|price| price.days);
            line.pricing = price.map(|price| Pricing::of(price, currency));
        }
        let lines: Option<Vec<Amount>> = prices.iter().map(|price| price.map(|price| price.line)).collect();
        let total = lines
            .filter(|lines| !lines.is_empty())
            .and_then(|lines| Amount::sum(lines).ok());
        self.pricing_summary = total
            .map(|total| Summary {
                total_line_item_partner_price: in_coins(total, currency),
                currency_code: currency.code(),
            })
            .into_iter()
            .collect();
    }
}

/// A promotion that was applied to a line.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Applied {
    code: String,
    result: &'static str,
}

impl Applied {
    pub(crate) fn all(codes: &[String]) -> Vec<Self> {
        let applied = |code: &String| Self {
            code: code.clone(),
            result: "SUCCESS",
        };
        codes.iter().map(applied).collect()
    }
}

/// The id of the customer whose order it is.
pub(crate) fn customer_of(order: &Order) -> &str {
    let number = order
        .customer
        .as_ref()
        .and_then(|customer| customer.number.as_deref());
    number.filter(|number| !number.is_empty()).unwrap_or(NO_CUSTOMER)
}

impl<'o> OrderResource<'o> {
    pub(crate) fn of(order: &'o Order) -> Self {
        let order_id = order.shown_id(Dialect::Marketplace);
        let customer_id = customer_of(order);
        let lines = (1..).zip(&order.lines);
        Self {
            external_reference_id: order.reference.as_deref().unwrap_or_default(),
            customer_id,
            order_type: status::order_type(order.kind),
            reference_order_id: order.refers_to.as_deref().unwrap_or_default(),
            referenced_order_id: "",
            currency_code: order.currency.code(),
            creation_date: time::seconds_text(order.placed_at.0),
            status: status::code(&order.status),
            pricing_summary: Vec::new(),
            line_items: lines
                .map(|(place, line)| LineResource::of(order, place, line))
                .collect(),
            cancelling_items: if order.origin == Dialect::Marketplace {
                CancelledResource::all(order)
            } else {
                Vec::new()
            },
            links: Some(SelfLink::to(link::order(customer_id, &order_id))),
            order_id,
        }
    }
}

impl<'o> LineResource<'o> {
    fn of(order: &'o Order, place: i64, line: &'o Line) -> Self {
        // Other dialects keep other things with their lines.
        let terms = if order.origin == Dialect::Marketplace {
            LineTerms::of(&line.item)
        } else {
            LineTerms::default()
        };
        let is_returned = !line.returnable().is_positive() && line.returned.is_positive();
        Self {
            ext_line_item_number: line.item.number.unwrap_or(place),
            offer_id: line.item.product.clone(),
            quantity: Number::plain(line.item.quantity.decimal()),
            subscription_id: line.subscription.as_deref().unwrap_or_default().into(),
            status: if is_returned {
                status::RETURNED
            } else {
                status::code(&order.status)
            },
            currency_code: terms.currency.unwrap_or(order.currency).code(),
            deployment_id: terms.deployment,
            discount_code: terms.discount,
            promotions: Applied::all(&terms.promotions),
            flex_discounts: Applied::all(&terms.promotions),
            prorated_days: None,
            pricing: None,
        }
    }
}

/// The order as JSON text with what its lines cost, once it is complete.
pub(crate) fn priced_text(order: &Order) -> String {
    if order.overlay.contains_key(&Dialect::Marketplace) || status::code(&order.status) != status::COMPLETE {
        return text(order);
    }
    let terms: Vec<LineTerms> = order.lines.iter().map(|line| LineTerms::of(&line.item)).collect();
    // Amounts of several currencies have no sum, and the API gives none of them.
    if terms
        .iter()
        .any(|terms| terms.currency.is_some_and(|own| own != order.currency))
    {
        return text(order);
    }
    let prices: Vec<_> = terms.into_iter().map(|terms| terms.price).collect();
    let mut resource = OrderResource::of(order);
    resource.add_prices(&prices, order.currency);
    serde_json::to_string(&resource).unwrap_or_default()
}

/// The order as JSON text. An imported one is given back as its system wrote it, until something here changes it.
pub(crate) fn text(order: &Order) -> String {
    let resource = OrderResource::of(order);
    let patch = order
        .overlay
        .get(&Dialect::Marketplace)
        .and_then(|kept| kept.read::<Patch>().ok());
    let written = match patch {
        None => serde_json::to_string(&resource),
        Some(patch) => serde_json::to_value(&resource).map(|mut value: Value| {
            overlay::apply(&patch, &mut value);
            value.to_string()
        }),
    };
    // A resource has text keys only and always serialises.
    written.unwrap_or_default()
}
