//! Customers and their addresses.

use super::members;
use crate::language::Language;
use crate::reading::Object;
use http_kit::wire::Number;

members! {
    /// An address.
    Address {
        street: String,
        street_number: String,
        street_number_additional: String,
        postal_code: String,
        postal_place: String,
        country_code: String,
        care_of: String,
        address_type: String,
    }
}

/// The countries that AfterPay knows.
const COUNTRIES: [&str; 9] = ["NO", "SE", "FI", "DK", "DE", "AT", "CH", "NL", "BE"];
const ADDRESS_TYPES: [&str; 9] = [
    "Standard",
    "ShipTo",
    "PickUpPoint",
    "InStore",
    "NotSet",
    "ParcelLocker",
    "ServicePoint",
    "NeighbourhoodPoint",
    "CarrierDepot",
];

impl Address {
    /// Reads an address.
    pub(crate) fn read(address: &Object<'_>) -> Self {
        Self {
            street: address.text("street", 100),
            street_number: address.text("streetNumber", 10),
            street_number_additional: address.text("streetNumberAdditional", 10),
            postal_code: address.text("postalCode", 10),
            postal_place: address.text("postalPlace", 100),
            country_code: address.word("countryCode", &COUNTRIES).map(str::to_owned),
            care_of: address.text("careOf", 50),
            address_type: address.word("addressType", &ADDRESS_TYPES).map(str::to_owned),
        }
    }
}

members! {
    /// What the merchant knows of the customer.
    RiskData {
        existing_customer: bool,
        verified_customer_identification: bool,
        market_opt_in: bool,
        marketing_opt_in: bool,
        customer_since: String,
        customer_classification: String,
        acquisition_channel: String,
        has_customer_card: bool,
        customer_card_since: String,
        customer_card_classification: String,
        profile_tracking_id: String,
        ip_address: String,
        number_of_transactions: i64,
        customer_individual_score: String,
        user_agent: String,
        amount_of_transactions: Number,
        other_payment_methods: bool,
    }
}

const CHANNELS: [&str; 6] = [
    "NotSet",
    "Advertisment",
    "SocialNetwork",
    "Direct",
    "SearchEngine",
    "Other",
];

impl RiskData {
    fn read(data: &Object<'_>) -> Self {
        Self {
            existing_customer: data.truth("existingCustomer"),
            verified_customer_identification: data.truth("verifiedCustomerIdentification"),
            market_opt_in: data.truth("marketOptIn"),
            marketing_opt_in: data.truth("marketingOptIn"),
            customer_since: data.time("customerSince"),
            customer_classification: data.text("customerClassification", 100),
            acquisition_channel: data.word("acquisitionChannel", &CHANNELS).map(str::to_owned),
            has_customer_card: data.truth("hasCustomerCard"),
            customer_card_since: data.time("customerCardSince"),
            customer_card_classification: data.text("customerCardClassification", 100),
            profile_tracking_id: data.text("profileTrackingId", 50),
            ip_address: data.text("ipAddress", 39),
            number_of_transactions: data.whole("numberOfTransactions"),
            customer_individual_score: data.text("customerIndividualScore", 100),
            user_agent: data.cut_text("userAgent", 4096),
            amount_of_transactions: data.kept_number("amountOfTransactions"),
            other_payment_methods: data.truth("otherPaymentMethods"),
        }
    }
}

members! {
    /// A customer, as a checkout sends them and GetOrder shows them.
    Customer {
        customer_number: String,
        identification_number: String,
        salutation: String,
        first_name: String,
        last_name: String,
        company_name: String,
        email: String,
        phone: String,
        mobile_phone: String,
        birth_date: String,
        customer_category: String,
        address: Address,
        risk_data: RiskData,
        conversation_language: String,
        legal_form: String,
        vat_id: String,
        distribution_type: String,
    }
}

impl Customer {
    /// Reads a customer. Only the category is required: what the documentation requires by country is left out by its
    /// own clients.
    pub(crate) fn read(customer: &Object<'_>) -> Self {
        let category = customer.word("customerCategory", &["Company", "Person"]);
        Self {
            customer_category: customer.required("customerCategory", category).map(str::to_owned),
            ..Self::read_profile(customer)
        }
    }

    /// Reads a customer of whom nothing is required.
    pub(crate) fn read_profile(customer: &Object<'_>) -> Self {
        let category = customer.word("customerCategory", &["Company", "Person"]);
        Self {
            customer_number: customer.text("customerNumber", 100),
            identification_number: customer.text("identificationNumber", 20),
            salutation: customer
                .word("salutation", &["Mr", "Mrs", "Miss"])
                .map(str::to_owned),
            first_name: customer.cut_text("firstName", 50),
            last_name: customer.cut_text("lastName", 50),
            company_name: customer.cut_text("companyName", 50),
            email: customer.text("email", 255),
            phone: customer.text("phone", 20),
            mobile_phone: customer.text("mobilePhone", 20),
            birth_date: customer.time("birthDate"),
            customer_category: category.map(str::to_owned),
            address: customer.object("address").as_ref().map(Address::read),
            risk_data: customer.object("riskData").as_ref().map(RiskData::read),
            conversation_language: customer
                .word("conversationLanguage", &Language::CODES)
                .map(str::to_owned),
            legal_form: customer.text("legalForm", 255),
            vat_id: customer.text("vatId", 50),
            distribution_type: customer
                .word("distributionType", &["Paper", "Email", "Sms"])
                .map(str::to_owned),
        }
    }

    /// The name, in one: a person's or a company's.
    pub(crate) fn full_name(&self) -> Option<String> {
        let names = [self.first_name.as_deref(), self.last_name.as_deref()];
        let person = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if person.is_empty() {
            self.company_name.clone()
        } else {
            Some(person)
        }
    }

    /// What else the customer's orders are found by.
    pub(crate) fn contacts(&self) -> Vec<String> {
        let known = [&self.identification_number, &self.phone, &self.mobile_phone];
        known.into_iter().flatten().cloned().collect()
    }

    /// The language that the customer is spoken to in.
    pub(crate) fn language(&self) -> Language {
        Language::of(self.conversation_language.as_deref())
    }
}

members! {
    /// A customer as a checkout's answer shows them.
    CustomerAnswer {
        customer_number: String,
        first_name: String,
        last_name: String,
        address_list: Vec<Address>,
    }
}

impl From<&Customer> for CustomerAnswer {
    fn from(customer: &Customer) -> Self {
        Self {
            customer_number: customer.customer_number.clone(),
            first_name: customer.first_name.clone(),
            last_name: customer
                .last_name
                .clone()
                .or_else(|| customer.company_name.clone()),
            address_list: Some(customer.address.iter().cloned().collect()),
        }
    }
}
