//! Placing an order: everything that is known of it, checked, and the commands that put it into the book.

use crate::State;
use crate::annex::OrderAnnex;
use crate::checkout::Contract;
use crate::errors::{Refused, flaw_of};
use crate::language::Phrase;
use crate::message::Flaw;
use crate::wire::{Customer, OrderSent, Payment};
use book::MerchantSettings;
use order::{
    Command, Currency, Dialect, Ids, Kind, MerchantId, Opaque, OrderId, Registration, ReserveRequest,
    check_totals,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is only kept and shown.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) your_reference: Option<String>,
    pub(crate) our_reference: Option<String>,
    pub(crate) parent_transaction_reference: Option<String>,
    pub(crate) merchant_id: Option<String>,
}

/// An order that is to be placed.
#[derive(Debug)]
pub(crate) struct Placing {
    pub(crate) payment: Payment,
    pub(crate) customer: Customer,
    pub(crate) delivery_customer: Option<Customer>,
    pub(crate) order: OrderSent,
    pub(crate) notes: Notes,
    /// The checkout that it ends; none when it is placed in one step.
    pub(crate) checkout: Option<Uuid>,
}

/// The currency that an order names, else that of the customer's country.
pub(crate) fn currency_of(order: &OrderSent, customer: Option<&Customer>) -> Result<Currency, Flaw> {
    let address = customer.and_then(|customer| customer.address.as_ref());
    let code = match address.and_then(|address| address.country_code.as_deref()) {
        Some("NO") => "NOK",
        Some("SE") => "SEK",
        Some("DK") => "DKK",
        Some("CH") => "CHF",
        _ => "EUR",
    };
    let currency = order.currency.or_else(|| Currency::from_code(code));
    currency.ok_or_else(|| Flaw::required("order.currency".to_owned()))
}

/// Checks an order's totals against its items.
pub(crate) fn check_order(order: &OrderSent, currency: Currency) -> Result<(), Flaw> {
    let summary = &order.summary;
    check_totals(&summary.items, summary.gross, summary.net, currency)
        .map_err(|refusal| flaw_of(&refusal, "order"))
}

impl Placing {
    /// Checks what can be checked before the customer is judged: the totals, then the payment.
    pub(crate) async fn checked(
        &self,
        state: &State,
        merchant: MerchantId,
    ) -> Result<Result<Currency, Flaw>, Refused> {
        let checked = currency_of(&self.order, Some(&self.customer))
            .and_then(|currency| check_order(&self.order, currency).map(|()| currency))
            .and_then(|currency| self.check_payment(state).map(|()| currency));
        let Some(contract_id) = self.payment.contract_id.filter(|_| checked.is_ok()) else {
            return Ok(checked);
        };
        let contract = Contract::find(state, merchant, contract_id).await?;
        let is_valid =
            contract.is_some_and(|contract| self.checkout.is_none_or(|id| id == contract.checkout_id));
        Ok(if is_valid {
            checked
        } else {
            Err(Flaw::business("400.109", Phrase::Contract, "payment.contractId"))
        })
    }

    fn check_payment(&self, state: &State) -> Result<(), Flaw> {
        let settings = &state.settings;
        let kind = self.payment.r#type.as_deref().unwrap_or_default();
        if !settings
            .payment_types
            .iter()
            .any(|offered| offered.eq_ignore_ascii_case(kind))
        {
            return Err(Flaw::business("400.108", Phrase::PaymentMethod, "payment.type"));
        }
        let account = self
            .payment
            .account
            .as_ref()
            .and_then(|account| account.profile_no);
        if account.is_some_and(|number| !settings.account_profiles.contains(&number)) {
            return Err(Flaw::business(
                "400.114",
                Phrase::Profile,
                "payment.account.profileNo",
            ));
        }
        self.check_installment(state)
    }

    fn check_installment(&self, state: &State) -> Result<(), Flaw> {
        let Some(wanted) = &self.payment.installment else {
            return Ok(());
        };
        let Some(number) = wanted.profile_no else {
            return Ok(());
        };
        let address = self.customer.address.as_ref();
        let country = address.and_then(|address| address.country_code.as_deref());
        let mut profiles = state.settings.installments.iter().filter(|profile| {
            profile.number == number && country.is_none_or(|country| profile.country == country)
        });
        let Some(profile) = profiles.next() else {
            return Err(Flaw::business(
                "400.110",
                Phrase::Profile,
                "payment.installment.profileNo",
            ));
        };
        if !profile.takes(self.order.summary.gross) {
            return Err(Flaw::business("400.111", Phrase::ProfileEmpty, ""));
        }
        let count = wanted.number_of_installments;
        if count.is_some_and(|count| count != i64::from(profile.terms.payments)) {
            let field = "payment.installment.numberOfInstallments";
            return Err(Flaw::business("400.113", Phrase::InstallmentCount, field));
        }
        Ok(())
    }

    /// The commands that follow when the order is accepted.
    pub(crate) fn reserving(&self, state: &State, own: MerchantSettings) -> Vec<Command> {
        let expires_at = state.lapses_at(state.book.now(), own);
        let reserve = Command::Reserve(ReserveRequest {
            amount: self.order.summary.gross,
            expires_at: Some(expires_at),
        });
        vec![Command::Confirm, reserve]
    }

    /// The order as it comes into the book.
    pub(crate) fn registration(mut self, id: OrderId, uuid: Uuid, currency: Currency) -> Registration {
        self.customer
            .customer_number
            .get_or_insert_with(|| id.to_string());
        let customer = order::Customer {
            number: self.customer.customer_number.clone(),
            name: self.customer.full_name(),
            email: self.customer.email.clone(),
            contacts: self.customer.contacts(),
        };
        let shown = self.order.shown;
        let method = self.payment.method();
        let annex = OrderAnnex {
            // As hard to guess as the order's own UUID, which it is made of.
            checkout_id: self
                .checkout
                .or_else(|| Some(Ids::from_seed(uuid.into_bytes()).uuid())),
            customer: Some(self.customer),
            delivery_customer: self.delivery_customer,
            payment: Some(self.payment),
            risk: self.order.risk,
            discount_amount: shown.discount_amount,
            image_url: shown.image_url,
            merchant_image_url: shown.merchant_image_url,
            google_analytics_user_id: shown.google_analytics_user_id,
            google_analytics_client_id: shown.google_analytics_client_id,
            your_reference: self.notes.your_reference,
            our_reference: self.notes.our_reference,
            parent_transaction_reference: self.notes.parent_transaction_reference,
            merchant_id: self.notes.merchant_id,
        };
        Registration {
            id,
            uuid,
            origin: Dialect::AfterPay,
            kind: Kind::New,
            number: Some(self.order.number),
            reference: None,
            refers_to: None,
            customer: Some(customer),
            reseller: None,
            currency,
            gross: self.order.summary.gross,
            net: self.order.summary.net,
            items: self.order.summary.items,
            payment: order::Payment {
                method,
                prepaid: false,
                pending: false,
            },
            ordered_at: None,
            completes_at: None,
            entails: order::Entailed::default(),
            annex: Opaque::of(&annex)
                .map(|annex| BTreeMap::from([(Dialect::AfterPay, annex)]))
                .unwrap_or_default(),
        }
    }
}
