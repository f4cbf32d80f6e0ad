//! Who pays, and who gets the product: both are told in the same words.

use super::scalar::{NumberOrText, Text, Whole};
use schemars::JsonSchema;
use serde::Deserialize;

/// A payer or a receiver. What only its own system has a use for is checked for its shape; all of it is kept as it
/// was sent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[expect(dead_code, reason = "most members are read for their shape only")]
pub(crate) struct Person {
    pub(crate) customer_number: Option<Whole>,
    company_registration_number: Option<Text<255>>,
    pub(crate) company_name: Option<Text<255>>,
    department: Option<Text<255>>,
    department_name: Option<Text<255>>,
    persons_social_security_number: Option<Text<255>>,
    pub(crate) first_name: Option<Text<255>>,
    pub(crate) middle_name: Option<Text<255>>,
    pub(crate) last_name: Option<Text<255>>,
    co_address: Option<Text<255>>,
    care_of_address: Option<Text<255>>,
    street: Option<Text<255>>,
    street_number: Option<NumberOrText>,
    entrance: Option<Text<255>>,
    floor_type: Option<Text<1>>,
    floor: Option<NumberOrText>,
    suite: Option<Text<255>>,
    postal_code: Option<Text<10>>,
    postal_place: Option<Text<255>>,
    postal_address: Option<Text<255>>,
    postal_address_postal_code: Option<Text<10>>,
    postal_address_postal_place: Option<Text<255>>,
    country_code: Option<Text<3>>,
    birth_date: Option<NumberOrText>,
    sex: Option<Text<255>>,
    pub(crate) emails: Option<Vec<Text<255>>>,
    phone_numbers: Option<Vec<Text<255>>>,
    invoice_email_address: Option<Text<60>>,
    categories: Option<Vec<Category>>,
    permissions: Option<Vec<Permitted>>,
    privacy: Option<Vec<Privacy>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[expect(dead_code, reason = "read for their shape only")]
struct Category {
    address_category: Option<Text<255>>,
    free_value: Option<Text<255>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[expect(dead_code, reason = "read for their shape only")]
struct Permitted {
    enterprise_code: Option<Text<255>>,
    order_type_code: Option<Text<255>>,
    channels: Option<Vec<Text<255>>>,
    channel_code: Option<Text<255>>,
    permission_type: Option<Text<255>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[expect(dead_code, reason = "read for their shape only")]
struct Privacy {
    enterprise_code: Option<Text<255>>,
    order_type_code: Option<Text<255>>,
    purpose: Option<Text<255>>,
}

impl Person {
    /// The customer's number.
    pub(crate) fn number(&self) -> Option<i64> {
        self.customer_number.map(|number| number.0)
    }

    /// The name, for searching: the company's, else the person's.
    pub(crate) fn name(&self) -> Option<String> {
        let part = |text: &Option<Text<255>>| text.as_ref().map(|text| text.0.trim().to_owned());
        let company = part(&self.company_name).filter(|name| !name.is_empty());
        company.or_else(|| {
            let parts = [&self.first_name, &self.middle_name, &self.last_name].map(part);
            let name: Vec<_> = parts
                .into_iter()
                .flatten()
                .filter(|part| !part.is_empty())
                .collect();
            (!name.is_empty()).then(|| name.join(" "))
        })
    }

    /// Whether it says who it is: by customer number, company or last name.
    pub(crate) fn is_named(&self) -> bool {
        let is_there = |text: &Option<Text<255>>| text.as_ref().is_some_and(|text| !text.0.trim().is_empty());
        self.customer_number.is_some() || is_there(&self.company_name) || is_there(&self.last_name)
    }
}
