//! The payment methods by their names.

use order::PaymentMethod;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};
use std::borrow::Cow;

/// All names, those that the documentation has first.
const ALL: [&str; 13] = [
    "invoice",
    "free",
    "sms",
    "smsPay",
    "vippsRecurring",
    "kco",
    "creditcardPayex",
    "swishPayex",
    "vippsEcommerce",
    "nexi",
    "other",
    "creditcard",
    "masterpass",
];

/// A payment method as it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Method(pub(crate) PaymentMethod);

impl JsonSchema for Method {
    fn schema_name() -> Cow<'static, str> {
        "PaymentMethod".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": ALL })
    }
}

impl<'de> Deserialize<'de> for Method {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if !ALL.contains(&name.as_str()) {
            return Err(D::Error::unknown_variant(&name, &ALL));
        }
        Ok(Self(match name.as_str() {
            "invoice" => PaymentMethod::Invoice,
            "free" => PaymentMethod::Free,
            "sms" => PaymentMethod::Sms,
            "kco" => PaymentMethod::Klarna,
            "creditcardPayex" => PaymentMethod::Card,
            "swishPayex" => PaymentMethod::Swish,
            "vippsEcommerce" => PaymentMethod::Vipps,
            "other" => PaymentMethod::Own,
            _needs_the_payer => PaymentMethod::Other(name),
        }))
    }
}
