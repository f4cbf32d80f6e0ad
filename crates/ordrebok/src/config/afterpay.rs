//! What is particular to AfterPay's API.

use order::{Amount, InstalmentTerms, RiskPolicy};
use rust_decimal::Decimal;
use serde::Deserialize;

/// AfterPay v3.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AfterPay {
    number_style: NumberStyle,
    reservation_days: u32,
    payment_types: Vec<String>,
    account_profiles: Vec<i64>,
    bank_account_countries: Vec<String>,
    installments: Vec<Profile>,
    risk: Vec<Risk>,
}

/// See [`order::NumberStyle`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum NumberStyle {
    Suffixed,
    Numeric,
}

/// One way of paying in parts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    #[serde(rename = "profile")]
    number: i64,
    country: String,
    #[serde(deserialize_with = "payments")]
    payments: u32,
    #[serde(default, deserialize_with = "not_negative")]
    interest_percent: Decimal,
    #[serde(default, deserialize_with = "fee")]
    startup_fee: Amount,
    #[serde(default, deserialize_with = "fee")]
    monthly_fee: Amount,
    lowest_amount: Option<Decimal>,
    highest_amount: Option<Decimal>,
    read_more: Option<String>,
}

/// Who may pay later.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Risk {
    merchant: Option<String>,
    highest_total: Option<Decimal>,
    lowest_age: Option<u32>,
    #[serde(default)]
    countries: Vec<String>,
    #[serde(default)]
    blocked: Vec<String>,
}

fn payments<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let payments = u32::deserialize(deserializer)?;
    if (1..=120).contains(&payments) {
        Ok(payments)
    } else {
        Err(serde::de::Error::custom("from 1 to 120 payments are possible"))
    }
}

fn not_negative<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let number = <Decimal as Deserialize>::deserialize(deserializer)?;
    if number < Decimal::ZERO {
        return Err(serde::de::Error::custom("it must not be below zero"));
    }
    Ok(number)
}

fn fee<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
    Amount::new(not_negative(deserializer)?).map_err(serde::de::Error::custom)
}

/// A bound beyond every amount bounds nothing.
fn bound(bound: Option<Decimal>) -> Option<Amount> {
    bound.and_then(|bound| Amount::new(bound).ok())
}

impl AfterPay {
    /// How captures, refunds and voids are numbered.
    pub(crate) fn numbers(&self) -> order::NumberStyle {
        match self.number_style {
            NumberStyle::Suffixed => order::NumberStyle::Suffixed,
            NumberStyle::Numeric => order::NumberStyle::Numeric,
        }
    }

    /// What the dialect is told of it.
    pub(crate) fn settings(&self, sandbox: bool) -> api_afterpay::Settings {
        api_afterpay::Settings {
            reservation_days: self.reservation_days.into(),
            sandbox,
            payment_types: self.payment_types.clone(),
            risk: self.risk.iter().map(Risk::of_merchant).collect(),
            installments: self.installments.iter().map(Profile::settings).collect(),
            account_profiles: self.account_profiles.clone(),
            bank_account_countries: self.bank_account_countries.clone(),
        }
    }
}

impl Profile {
    fn settings(&self) -> api_afterpay::InstallmentProfile {
        api_afterpay::InstallmentProfile {
            number: self.number,
            country: self.country.clone(),
            lowest: bound(self.lowest_amount),
            highest: bound(self.highest_amount),
            terms: InstalmentTerms {
                payments: self.payments,
                interest_percent: self.interest_percent,
                startup_fee: self.startup_fee,
                monthly_fee: self.monthly_fee,
            },
            read_more: self.read_more.clone(),
        }
    }
}

impl Risk {
    fn of_merchant(&self) -> api_afterpay::MerchantRisk {
        api_afterpay::MerchantRisk {
            merchant: self.merchant.clone(),
            policy: RiskPolicy {
                highest_total: bound(self.highest_total),
                lowest_age: self.lowest_age,
                countries: self.countries.clone(),
                blocked: self.blocked.clone(),
            },
        }
    }
}
