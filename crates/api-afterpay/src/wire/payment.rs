//! How an order is paid.

use super::members;
use crate::reading::Object;
use ::order::PaymentMethod;
use http_kit::wire::Number;
use uuid::Uuid;

members! {
    /// The account that is debited.
    DirectDebit {
        bank_code: String,
        bank_account: String,
        token: String,
        direct_debit_agreement: String,
    }
}

impl DirectDebit {
    fn read(debit: &Object<'_>) -> Self {
        Self {
            bank_code: debit.text("bankCode", 11),
            bank_account: debit.text("bankAccount", 34),
            token: debit.text("token", 50),
            direct_debit_agreement: debit
                .word("directDebitAgreement", &["UseExisting", "CreateNew"])
                .map(str::to_owned),
        }
    }
}

members! {
    /// Payment in parts.
    Installment {
        profile_no: i64,
        number_of_installments: i64,
        customer_interest_rate: Number,
    }
}

members! {
    /// An account with the payment provider.
    Account { profile_no: i64 }
}

members! {
    /// A campaign of the merchant's.
    Campaign { campaign_number: i64 }
}

members! {
    /// Several orders on one invoice.
    ConsolidatedInvoice { invoice_date: String }
}

members! {
    /// How an order is paid.
    Payment {
        r#type: String,
        contract_id: Uuid,
        direct_debit: DirectDebit,
        recurring_direct_debit: DirectDebit,
        campaign: Campaign,
        account: Account,
        consolidated_invoice: ConsolidatedInvoice,
        installment: Installment,
    }
}

/// The payment types, as answers write them.
pub(crate) const TYPES: [&str; 5] = [
    "Invoice",
    "Account",
    "Installment",
    "Consolidatedinvoice",
    "PayinX",
];

impl Payment {
    /// Reads a payment; its type is required.
    pub(crate) fn read(payment: &Object<'_>) -> Self {
        let read = Self::read_any(payment);
        payment.required("type", read.r#type.as_ref());
        read
    }

    /// Reads a payment of which nothing is required.
    pub(crate) fn read_any(payment: &Object<'_>) -> Self {
        let account = |account: Object<'_>| Account {
            profile_no: account.whole("profileNo"),
        };
        let installment = |part: Object<'_>| Installment {
            profile_no: part.whole("profileNo"),
            number_of_installments: part.whole("numberOfInstallments"),
            customer_interest_rate: part.kept_number("customerInterestRate"),
        };
        Self {
            r#type: payment.word("type", &TYPES).map(str::to_owned),
            contract_id: payment.uuid("contractId"),
            direct_debit: payment.object("directDebit").as_ref().map(DirectDebit::read),
            recurring_direct_debit: payment
                .object("recurringDirectDebit")
                .as_ref()
                .map(DirectDebit::read),
            campaign: payment.object("campaign").map(|campaign| Campaign {
                campaign_number: campaign.whole("campaignNumber"),
            }),
            account: payment.object("account").map(account),
            consolidated_invoice: payment
                .object("consolidatedInvoice")
                .map(|invoice| ConsolidatedInvoice {
                    invoice_date: invoice.time("invoiceDate"),
                }),
            installment: payment.object("installment").map(installment),
        }
    }

    /// The method, in the book's own words.
    pub(crate) fn method(&self) -> PaymentMethod {
        match self.r#type.as_deref() {
            Some("Account") => PaymentMethod::Account,
            Some("Installment" | "PayinX") => PaymentMethod::Instalments,
            _ => PaymentMethod::Invoice,
        }
    }

    /// How the payment of an order that came another way is shown.
    pub(crate) fn of_method(method: &PaymentMethod) -> Self {
        let word = match method {
            PaymentMethod::Account => "Account",
            PaymentMethod::Instalments => "Installment",
            PaymentMethod::Invoice
            | PaymentMethod::Free
            | PaymentMethod::Sms
            | PaymentMethod::Klarna
            | PaymentMethod::Card
            | PaymentMethod::Swish
            | PaymentMethod::Vipps
            | PaymentMethod::Own
            | PaymentMethod::Other(_) => "Invoice",
        };
        Self {
            r#type: Some(word.to_owned()),
            ..Self::default()
        }
    }
}
