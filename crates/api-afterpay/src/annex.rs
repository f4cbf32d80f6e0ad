//! What AfterPay alone knows of an order.

use crate::language::Language;
use crate::wire::{Customer, Payment, Risk, members};
use http_kit::wire::Number;
use order::{Dialect, Opaque, Order};
use serde::de::DeserializeOwned;
use uuid::Uuid;

members! {
    /// What AfterPay alone knows of an order.
    OrderAnnex {
        checkout_id: Uuid,
        customer: Customer,
        delivery_customer: Customer,
        payment: Payment,
        risk: Risk,
        discount_amount: Number,
        image_url: String,
        merchant_image_url: String,
        google_analytics_user_id: String,
        google_analytics_client_id: String,
        your_reference: String,
        our_reference: String,
        parent_transaction_reference: String,
        merchant_id: String,
    }
}

impl OrderAnnex {
    /// What is known of the order; nothing when it came another way.
    pub(crate) fn of(order: &Order) -> Self {
        read(order.annex.get(&Dialect::AfterPay))
    }

    /// The language of the order's customer.
    pub(crate) fn language(&self) -> Language {
        self.customer.as_ref().map(Customer::language).unwrap_or_default()
    }
}

/// Reads an annex. What is not there, or was written by another program, counts as nothing known: it is never needed
/// for money.
pub(crate) fn read<T: DeserializeOwned + Default>(annex: Option<&Opaque>) -> T {
    annex.and_then(|annex| annex.read().ok()).unwrap_or_default()
}

/// Keeps an annex, unless there is nothing in it.
pub(crate) fn keep<T: serde::Serialize + Default + PartialEq>(annex: &T) -> Option<Opaque> {
    (*annex != T::default()).then(|| Opaque::of(annex).ok()).flatten()
}
