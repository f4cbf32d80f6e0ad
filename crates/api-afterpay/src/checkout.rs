//! A checkout in two steps: what the first one leaves for the second, and the contracts in between.

use crate::State;
use crate::errors::{Refused, code};
use crate::language::Phrase;
use crate::message::Flaw;
use crate::wire::{Customer, OrderSent};
use book::Edit;
use order::MerchantId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The kind of document that a checkout is kept as.
const CHECKOUT: &str = "afterpay-checkout";
/// The kind of document that a contract is kept as.
const CONTRACT: &str = "afterpay-contract";

/// What the first step was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkout {
    pub(crate) customer: Option<Customer>,
    pub(crate) delivery_customer: Option<Customer>,
    pub(crate) order: OrderSent,
}

/// What a customer has agreed to, within a checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contract {
    pub(crate) checkout_id: Uuid,
    pub(crate) payment_type: Option<String>,
}

impl Checkout {
    /// The checkout with this id.
    pub(crate) async fn find(state: &State, merchant: MerchantId, id: Uuid) -> Result<Option<Self>, Refused> {
        let document = state.book.document(merchant, CHECKOUT, &id.to_string()).await?;
        Ok(document.map(|document| document.body))
    }

    /// What keeps the checkout.
    pub(crate) fn edit(self, id: Uuid) -> Edit {
        Edit::new(CHECKOUT, &id.to_string(), move |_before| self.clone())
    }
}

impl Contract {
    /// The contract with this id.
    pub(crate) async fn find(state: &State, merchant: MerchantId, id: Uuid) -> Result<Option<Self>, Refused> {
        let document = state.book.document(merchant, CONTRACT, &id.to_string()).await?;
        Ok(document.map(|document| document.body))
    }

    /// What keeps the contract.
    pub(crate) fn edit(self, id: Uuid) -> Edit {
        Edit::new(CONTRACT, &id.to_string(), move |_before| self.clone())
    }
}

/// There is no such checkout.
pub(crate) fn unknown_checkout() -> Flaw {
    Flaw::business(code::CHECKOUT, Phrase::Checkout, "checkoutId").saying("There is no such checkout.")
}
