//! Licences that a customer has taken and that no order has been placed for yet, as a file tells of them.

use http_kit::wire::{Lenient, Number, time};
use order::{Quantity, Timestamp};
use serde::{Deserialize, Serialize};

/// For how many days they wait when no day is said.
const WAITS_DAYS: i64 = 7;

/// Such licences of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLicence {
    /// Whose.
    pub customer: String,
    /// The order that the customer placed by themselves.
    pub reference: String,
    /// Since when.
    pub created: Timestamp,
    /// Until when they wait.
    pub expires: Timestamp,
    /// How many.
    pub quantity: Quantity,
    /// What it is, in words.
    pub name: String,
    /// The product, at its base level.
    pub product: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct FilePending {
    customer_id: String,
    reference_id: String,
    creation_date: String,
    #[serde(default)]
    expiry_date: Option<String>,
    quantity: Lenient<Number>,
    #[serde(default)]
    product_name: String,
    base_offer_id: String,
}

impl FilePending {
    pub(super) fn pending(self) -> Result<PendingLicence, String> {
        let date = |name: &str, text: &str| {
            let at = time::parse(text).map_err(|_error| format!("{name}: {text} is no date"))?;
            Ok::<Timestamp, String>(Timestamp(at))
        };
        let created = date("creationDate", &self.creation_date)?;
        let expires = match &self.expiry_date {
            Some(text) => date("expiryDate", text)?,
            None => created.plus_days(WAITS_DAYS),
        };
        let quantity = Quantity::new(self.quantity.0.0).map_err(|error| format!("quantity: {error}"))?;
        if !quantity.is_positive() || !quantity.decimal().fract().is_zero() {
            return Err("quantity: it is no whole number above zero".to_owned());
        }
        Ok(PendingLicence {
            customer: self.customer_id,
            reference: self.reference_id,
            created,
            expires,
            quantity,
            name: self.product_name,
            product: self.base_offer_id,
        })
    }
}
