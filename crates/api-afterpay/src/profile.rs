//! What is known of customers beside their orders: how they want to be reached.

use crate::State;
use crate::errors::Refused;
use crate::wire::members;
use book::Edit;
use order::MerchantId;

/// The kind of document that a profile is kept as.
const PROFILE: &str = "afterpay-customer";
/// The kind of document that finds a customer's number by what they are reached by.
const CONTACT: &str = "afterpay-contact";

members! {
    /// How a customer wants to be reached, since it was last changed.
    Profile {
        distribution_type: String,
        email: String,
        mobile_phone: String,
    }
}

impl Profile {
    /// What is known of the customer with this number.
    pub(crate) async fn find(
        state: &State,
        merchant: MerchantId,
        number: &str,
    ) -> Result<Option<Self>, Refused> {
        let document = state.book.document(merchant, PROFILE, number).await?;
        Ok(document.map(|document| document.body))
    }

    /// What changes what is told; the rest stays.
    pub(crate) fn edits(self, number: &str) -> Vec<Edit> {
        let mut contacts: Vec<String> = [&self.email, &self.mobile_phone]
            .into_iter()
            .flatten()
            .map(|contact| contact.to_lowercase())
            .collect();
        contacts.dedup();
        let contacts = contacts.into_iter().map(|contact| {
            let number = number.to_owned();
            Edit::new(CONTACT, &contact, move |_before: Option<String>| number.clone())
        });
        let mut edits: Vec<Edit> = contacts.collect();
        edits.push(Edit::new(PROFILE, number, move |before: Option<Self>| {
            let before = before.unwrap_or_default();
            Self {
                distribution_type: self.distribution_type.clone().or(before.distribution_type),
                email: self.email.clone().or(before.email),
                mobile_phone: self.mobile_phone.clone().or(before.mobile_phone),
            }
        }));
        edits
    }

    /// The number of the customer who was last reached by this.
    pub(crate) async fn number_of(
        state: &State,
        merchant: MerchantId,
        contact: &str,
    ) -> Result<Option<String>, Refused> {
        let document = state
            .book
            .document(merchant, CONTACT, &contact.to_lowercase())
            .await?;
        Ok(document.map(|document| document.body))
    }
}
