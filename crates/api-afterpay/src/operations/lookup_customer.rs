//! `POST /lookup/customer`: what is known of a customer from the orders that they placed with the merchant.

use crate::State;
use crate::annex::OrderAnnex;
use crate::call::WriteCall;
use crate::errors::Refused;
use crate::message::Flaw;
use crate::operations::update_customer::orders_of;
use crate::profile::Profile;
use crate::reading::Object;
use crate::wire::{Address, Customer, members};
use axum::body::Body;
use axum::extract;
use axum::http::{Request, StatusCode};
use http_kit::Answer;
use order::{MerchantId, Order};
use serde_json::json;

/// How many of a customer's latest orders are looked through.
const LATEST: i64 = 50;

/// What is sent: whatever is given must fit.
#[derive(Debug)]
struct Sent {
    /// What finds the orders: the first that is given of mail address, phone number, national number.
    contact: Option<String>,
    customer: Customer,
    country: Option<String>,
    postal_code: Option<String>,
}

impl Sent {
    fn read(body: &Object<'_>) -> Self {
        let customer = Customer {
            email: body.text("email", 255),
            mobile_phone: body.text("mobilePhone", 20),
            identification_number: body.text("identificationNumber", 20),
            customer_number: body.text("customerNumber", 100),
            ..Customer::default()
        };
        let contacts = [
            &customer.identification_number,
            &customer.email,
            &customer.mobile_phone,
        ];
        let contact = contacts.into_iter().flatten().next().cloned();
        if contact.is_none() && customer.customer_number.is_none() {
            body.note("identificationNumber", Flaw::required);
        }
        body.word("customerCategory", &["Company", "Person"]);
        Self {
            contact,
            customer,
            country: body.text("countryCode", 2),
            postal_code: body.text("postalCode", 15),
        }
    }

    /// Whether a customer, as they are known now, is the one that is asked for.
    fn fits(&self, known: &Customer) -> bool {
        let same = |asked: &Option<String>, known: &Option<String>| {
            asked.as_ref().is_none_or(|asked| {
                known
                    .as_ref()
                    .is_some_and(|known| known.to_lowercase() == asked.to_lowercase())
            })
        };
        let address = known.address.clone().unwrap_or_default();
        same(&self.customer.customer_number, &known.customer_number)
            && same(&self.customer.email, &known.email)
            && same(&self.customer.identification_number, &known.identification_number)
            && (same(&self.customer.mobile_phone, &known.mobile_phone)
                || same(&self.customer.mobile_phone, &known.phone))
            && same(&self.country, &address.country_code)
            && same(&self.postal_code, &address.postal_code)
    }
}

members! {
    /// A customer as this answer shows them.
    UserProfile {
        first_name: String,
        last_name: String,
        mobile_number: String,
        e_mail: String,
        language_code: String,
        address_list: Vec<KnownAddress>,
    }
}

members! {
    /// An address as this answer shows it.
    KnownAddress {
        street: String,
        street_number: String,
        flat_no: String,
        city: String,
        postal_code: String,
        country: String,
        country_code: String,
    }
}

impl From<Address> for KnownAddress {
    fn from(address: Address) -> Self {
        Self {
            street: address.street,
            street_number: address.street_number,
            flat_no: address.street_number_additional,
            city: address.postal_place,
            postal_code: address.postal_code,
            country: address.country_code.clone(),
            country_code: address.country_code,
        }
    }
}

impl From<Customer> for UserProfile {
    fn from(customer: Customer) -> Self {
        Self {
            first_name: customer.first_name,
            last_name: customer.last_name,
            mobile_number: customer.mobile_phone.or(customer.phone),
            e_mail: customer.email,
            language_code: customer.conversation_language,
            address_list: Some(customer.address.into_iter().map(KnownAddress::from).collect()),
        }
    }
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let call = WriteCall::read_only(&state, request).await?;
    let sent = match call.parse(|body| Some(Sent::read(body))) {
        Ok(sent) => sent,
        Err(flaws) => return Err(call.refuse(&state, &flaws).await?),
    };
    let merchant = call.access.merchant;
    let mut profiles: Vec<(Option<String>, UserProfile)> = Vec::new();
    for order in found(&state, merchant, &sent).await? {
        let number = order
            .customer
            .as_ref()
            .and_then(|customer| customer.number.clone());
        if profiles.iter().any(|(known, _)| *known == number) {
            continue;
        }
        let customer = current(&state, merchant, &order).await?;
        if customer.customer_category.as_deref() != Some("Company") && sent.fits(&customer) {
            profiles.push((number, customer.into()));
        }
    }
    let profiles: Vec<UserProfile> = profiles.into_iter().map(|(_, profile)| profile).collect();
    Ok(Answer::json(StatusCode::OK, &json!({ "userProfiles": profiles })))
}

/// The orders in which the customer may be found, newest first.
async fn found(state: &State, merchant: MerchantId, sent: &Sent) -> Result<Vec<Order>, Refused> {
    let latest = u64::try_from(LATEST).unwrap_or_default();
    let (mut orders, mut number) = (Vec::new(), sent.customer.customer_number.clone());
    if let Some(contact) = &sent.contact {
        orders = state.book.orders_by_contact(merchant, contact, LATEST).await?;
        number = number.or(Profile::number_of(state, merchant, contact).await?);
    }
    if let Some(number) = number {
        orders.extend(
            state
                .book
                .history(merchant, orders_of(&number), 0, latest)
                .await?
                .orders,
        );
    }
    Ok(orders)
}

/// The customer of an order, reached as they are reached now.
async fn current(state: &State, merchant: MerchantId, order: &Order) -> Result<Customer, Refused> {
    let mut customer = OrderAnnex::of(order).customer.unwrap_or_else(|| {
        let known = order.customer.clone().unwrap_or_default();
        Customer {
            customer_number: known.number,
            last_name: known.name,
            email: known.email,
            ..Customer::default()
        }
    });
    let number = customer.customer_number.clone().unwrap_or_default();
    if let Some(profile) = Profile::find(state, merchant, &number).await? {
        customer.email = profile.email.or(customer.email);
        customer.mobile_phone = profile.mobile_phone.or(customer.mobile_phone);
    }
    Ok(customer)
}
