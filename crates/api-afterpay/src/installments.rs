//! Paying in parts: the operator's profiles, computed for an amount.

use crate::settings::Settings;
use crate::wire::{amount, decimal};
use http_kit::wire::Number;
use order::{Amount, Currency};
use schemars::JsonSchema;
use serde::Serialize;

/// One plan, as answers show it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Plan")]
pub(crate) struct PlanWire {
    basket_amount: Number,
    number_of_installments: u32,
    installment_amount: Number,
    first_installment_amount: Number,
    last_installment_amount: Number,
    interest_rate: Number,
    effective_interest_rate: Number,
    effective_annual_percentage_rate: Number,
    total_interest_amount: Number,
    startup_fee: Number,
    monthly_fee: Number,
    total_amount: Number,
    installment_profile_number: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_more: Option<String>,
}

/// The country whose currency it is, where that is one country alone.
fn country_of(currency: Currency) -> Option<&'static str> {
    match currency.code() {
        "NOK" => Some("NO"),
        "SEK" => Some("SE"),
        "DKK" => Some("DK"),
        "CHF" => Some("CH"),
        _ => None,
    }
}

/// The plans for an amount, of a country's profiles; of all when neither the country nor the currency tells which.
pub(crate) fn plans(
    settings: &Settings,
    basket: Amount,
    country: Option<&str>,
    currency: Currency,
) -> Vec<PlanWire> {
    let country = country.or_else(|| country_of(currency));
    let profiles = settings.installments.iter();
    profiles
        .filter(|profile| country.is_none_or(|country| profile.country.eq_ignore_ascii_case(country)))
        .filter(|profile| profile.takes(basket))
        .filter_map(|profile| {
            let plan = profile.terms.plan(basket, currency).ok()?;
            Some(PlanWire {
                basket_amount: amount(basket),
                number_of_installments: profile.terms.payments,
                installment_amount: amount(plan.payment),
                first_installment_amount: amount(if profile.terms.payments == 1 {
                    plan.last_payment
                } else {
                    plan.payment
                }),
                last_installment_amount: amount(plan.last_payment),
                interest_rate: decimal(profile.terms.interest_percent),
                effective_interest_rate: decimal(plan.effective_percent),
                effective_annual_percentage_rate: decimal(plan.effective_percent),
                total_interest_amount: amount(plan.interest),
                startup_fee: amount(profile.terms.startup_fee),
                monthly_fee: amount(profile.terms.monthly_fee),
                total_amount: amount(plan.total),
                installment_profile_number: profile.number,
                read_more: profile.read_more.clone(),
            })
        })
        .collect()
}
