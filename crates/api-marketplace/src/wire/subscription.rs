//! The subscription resource.

use super::link::{self, SelfLink};
use super::status;
use http_kit::wire::{Number, time};
use order::Subscription;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

/// A subscription as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Subscription")]
pub(crate) struct SubscriptionResource<'s> {
    subscription_id: &'s str,
    current_quantity: Number,
    used_quantity: Number,
    offer_id: &'s str,
    auto_renewal: AutoRenewal<'s>,
    creation_date: String,
    renewal_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    renewed_quantity: Option<Number>,
    status: &'static str,
    currency_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment_id: Option<&'s str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_actions: Vec<&'static str>,
    links: SelfLink,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AutoRenewal<'s> {
    enabled: bool,
    renewal_quantity: Number,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    flex_discount_codes: &'s [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal_code: Option<&'s str>,
}

impl<'s> SubscriptionResource<'s> {
    pub(crate) fn of(customer: &str, subscription: &'s Subscription) -> Self {
        let can_renew = !subscription.active && subscription.quantity.is_positive() && !subscription.renewing;
        let renewal_quantity = subscription.renewal_quantity.unwrap_or(subscription.quantity);
        Self {
            subscription_id: &subscription.id,
            current_quantity: Number::plain(subscription.quantity.decimal()),
            // Who uses how many is known to the product's own console alone.
            used_quantity: Number(Decimal::ZERO),
            offer_id: &subscription.product,
            auto_renewal: AutoRenewal {
                enabled: subscription.renews,
                renewal_quantity: Number::plain(renewal_quantity.decimal()),
                flex_discount_codes: &subscription.renewal_promotions,
                renewal_code: subscription.renewal_code.as_deref(),
            },
            creation_date: time::seconds_text(subscription.started_at.0),
            renewal_date: time::date_text(subscription.renews_at.0),
            renewed_quantity: subscription
                .renewed
                .map(|renewed| Number::plain(renewed.decimal())),
            status: match (subscription.active, subscription.scheduled) {
                (true, _) => status::COMPLETE,
                (false, true) => status::SCHEDULED,
                (false, false) => status::FAILED,
            },
            currency_code: subscription.currency.code(),
            deployment_id: subscription.deployment.as_deref(),
            allowed_actions: can_renew.then_some("MANUAL_RENEWAL").into_iter().collect(),
            links: SelfLink::to(link::subscription(customer, &subscription.id)),
        }
    }
}
