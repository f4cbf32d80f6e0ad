//! The terms that a coupon sold a subscription under: kept with the order when it is registered, so that a catalogue
//! that changes later changes no subscription.

use crate::operations::coupons::renewal_price;
use http_kit::wire::FromDigits;
use order::{Amount, Period, PeriodUnit};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A coupon's terms, of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Terms {
    /// The product that the coupon sells.
    pub(crate) product: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) company_code: Option<String>,
    /// How long it runs; none without an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) period: Option<Period>,
    /// What it goes on under, as the catalogue has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) renewal: Option<Value>,
    /// What one costs then, VAT included; none when it costs what it cost before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) renewal_price: Option<Amount>,
}

impl Terms {
    /// The terms of a coupon of the catalogue.
    pub(crate) fn of_coupon(coupon: &Value) -> Self {
        Self {
            product: coupon["product"].as_str().unwrap_or_default().to_owned(),
            company_code: coupon["companyCode"].as_str().map(ToOwned::to_owned),
            period: period_of(coupon),
            renewal: coupon
                .get("renewal")
                .filter(|renewal| renewal.is_object())
                .cloned(),
            renewal_price: renewal_price(coupon),
        }
    }

    /// The terms that it goes on under: for the renewal's period where that says one, else for the same again.
    pub(crate) fn renewed(self) -> Self {
        let period = self.renewal.as_ref().and_then(period_of).or(self.period);
        Self { period, ..self }
    }
}

/// The period of a catalogue's entry, whose length may be text; none when it has none that can be read.
fn period_of(entry: &Value) -> Option<Period> {
    let length = &entry["periodLength"];
    let digits = length
        .as_number()
        .map(serde_json::Number::as_str)
        .or_else(|| length.as_str())?;
    let unit = match entry["periodType"].as_str()? {
        "days" => PeriodUnit::Days,
        "weeks" => PeriodUnit::Weeks,
        "months" => PeriodUnit::Months,
        "years" => PeriodUnit::Years,
        _unknown => return None,
    };
    let length = i64::from_digits(digits.trim())
        .ok()
        .filter(|length| *length > 0)?;
    Some(Period { length, unit })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_coupon_goes_on_under_its_renewal() {
        let coupon = json!({
            "product": "TOTT", "couponPrice": "100", "vatPercent": 25, "periodLength": "3", "periodType": "months",
            "renewal": { "renewalPrice": "199", "periodLength": 1, "periodType": "years" }
        });
        let first = Terms::of_coupon(&coupon);
        let unit = PeriodUnit::Months;
        assert_eq!(first.period, Some(Period { length: 3, unit }));
        let then = first.clone().renewed();
        let unit = PeriodUnit::Years;
        assert_eq!(then.period, Some(Period { length: 1, unit }));
        assert_eq!(then.renewal_price.unwrap().to_string(), "248.75", "with VAT");
        assert_eq!(then.clone().renewed(), then, "and so on");
    }

    #[test]
    fn a_period_that_cannot_be_read_is_none() {
        for (length, kind) in [
            (json!("many"), "months"),
            (json!(0), "months"),
            (json!(-1), "days"),
            (json!(1), "fortnights"),
            (json!(null), "days"),
        ] {
            let terms =
                Terms::of_coupon(&json!({ "product": "TOTT", "periodLength": length, "periodType": kind }));
            assert_eq!(terms.period, None, "{length} {kind}");
        }
    }
}
