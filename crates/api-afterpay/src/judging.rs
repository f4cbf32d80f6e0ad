//! Whether a customer may pay later, said with the documented risk messages.

use crate::State;
use crate::errors::Refused;
use crate::language::Phrase;
use crate::message::{Flaw, RE_ENTER, ResponseMessage};
use crate::wire::Customer;
use http_kit::wire::time;
use order::{Amount, Applicant, MerchantId, Objection, Timestamp};
use rust_decimal::Decimal;

/// How an order is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may be.
    Accepted,
    /// It may be once the customer has proved who they are.
    Pending,
    /// It may not be, and why.
    Rejected(Vec<ResponseMessage>),
}

/// Judges an order of this total.
pub(crate) async fn judge(
    state: &State,
    merchant: MerchantId,
    customer: &Customer,
    total: Amount,
) -> Result<Verdict, Refused> {
    if state.settings.sandbox
        && let Some(verdict) = triggered(customer, total)
    {
        return Ok(verdict);
    }
    let name = state.merchant_name(merchant).await?;
    let Some(policy) = state.settings.policy(name.as_deref()) else {
        return Ok(Verdict::Accepted);
    };
    let objections = policy.judge(&applicant(customer, state.book.now()), total);
    Ok(if objections.is_empty() {
        Verdict::Accepted
    } else {
        let language = customer.language();
        Verdict::Rejected(
            objections
                .into_iter()
                .map(|it| flaw(it).message(language))
                .collect(),
        )
    })
}

fn flaw(objection: Objection) -> Flaw {
    match objection {
        Objection::Blocked => Flaw::business("200.901", Phrase::Score, "customer"),
        Objection::Country => Flaw::business("200.902", Phrase::Unavailable, "customer.address.countryCode"),
        Objection::TooYoung => Flaw::business("200.001", Phrase::TooYoung, "customer.birthDate"),
        Objection::AgeUnknown => Flaw {
            action: RE_ENTER,
            ..Flaw::business("200.001", Phrase::BirthDate, "customer.birthDate")
        },
        Objection::Limit => Flaw::business("200.903", Phrase::Limit, "order.totalGrossAmount"),
    }
}

/// What the documented test names bring about.
fn triggered(customer: &Customer, total: Amount) -> Option<Verdict> {
    let name = customer.first_name.as_deref()?.trim();
    let rejected = |flaw: Flaw| Some(Verdict::Rejected(vec![flaw.message(customer.language())]));
    match name {
        "Reject" => rejected(flaw(Objection::Blocked)),
        "Underage" => rejected(flaw(Objection::TooYoung)),
        "ChargebackPresent" => rejected(Flaw::business("200.912", Phrase::Chargeback, "customer")),
        "StrongCustomerAuthentication" => Some(Verdict::Pending),
        limit
            if !limit.is_empty() && limit.len() <= 12 && limit.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            let limit: Decimal = limit.parse().ok()?;
            (total.decimal() > limit).then(|| rejected(flaw(Objection::Limit)))?
        }
        _nobody_in_particular => None,
    }
}

fn applicant(customer: &Customer, now: Timestamp) -> Applicant {
    let known_by = [
        &customer.customer_number,
        &customer.email,
        &customer.phone,
        &customer.mobile_phone,
        &customer.identification_number,
    ];
    Applicant {
        is_person: customer.customer_category.as_deref() != Some("Company"),
        age: customer.birth_date.as_deref().and_then(|born| age(born, now)),
        country: customer
            .address
            .as_ref()
            .and_then(|address| address.country_code.clone()),
        known_by: known_by.into_iter().flatten().cloned().collect(),
    }
}

/// How many birthdays have passed in UTC since the one on which somebody was born.
fn age(born: &str, now: Timestamp) -> Option<u32> {
    let today = time::date_text(now.0);
    let split = |date: &str| Some((date.get(..4)?.parse::<u32>().ok()?, date.get(5..10)?.to_owned()));
    let ((born, birthday), (year, day)) = (split(born)?, split(&today)?);
    let years = year.checked_sub(born)?;
    if day < birthday {
        years.checked_sub(1)
    } else {
        Some(years)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_counts_birthdays() {
        let now = Timestamp(time::parse("2026-11-21T23:59:59Z").unwrap());
        for (born, years) in [
            ("2008-11-21T00:00:00Z", Some(18)),
            ("2008-11-22T00:00:00Z", Some(17)),
            ("2026-11-21T00:00:00Z", Some(0)),
            ("2027-01-01T00:00:00Z", None),
            ("2026-12-01T00:00:00Z", None),
        ] {
            assert_eq!(age(born, now), years, "born {born}");
        }
    }

    #[test]
    fn the_test_names_are_the_documented_ones() {
        let told = |name: &str, total: i64| {
            let customer = Customer {
                first_name: Some(name.to_owned()),
                ..Customer::default()
            };
            match triggered(&customer, Amount::new(Decimal::from(total)).unwrap()) {
                None => "none",
                Some(Verdict::Accepted) => "accepted",
                Some(Verdict::Pending) => "pending",
                Some(Verdict::Rejected(messages)) => messages[0].code,
            }
        };
        for (name, total, outcome) in [
            ("Reject", 1, "200.901"),
            ("Underage", 1, "200.001"),
            ("ChargebackPresent", 1, "200.912"),
            ("StrongCustomerAuthentication", 1, "pending"),
            ("100", 100, "none"),
            ("100", 101, "200.903"),
            ("Accept", 1, "none"),
            ("", 1, "none"),
            ("1e3", 9999, "none"),
        ] {
            assert_eq!(told(name, total), outcome, "for {name} and {total}");
        }
    }
}
