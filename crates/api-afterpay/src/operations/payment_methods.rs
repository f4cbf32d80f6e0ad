//! `POST /checkout/payment-methods`: how an order can be paid. Begins a checkout in two steps; the order's number stays
//! free until it is authorized.

use crate::State;
use crate::call::WriteCall;
use crate::checkout::Checkout;
use crate::errors::Refused;
use crate::installments::{PlanWire, plans};
use crate::judging::{Verdict, judge};
use crate::language::{Language, Phrase};
use crate::message::{Flaw, ResponseMessage};
use crate::placing::{check_order, currency_of};
use crate::reading::Object;
use crate::wire::{Customer, CustomerAnswer, OrderSent};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::Reply;
use http_kit::Answer;
use order::Currency;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// What is sent.
#[derive(Debug)]
struct Sent {
    checkout: Checkout,
    language: Option<String>,
}

impl Sent {
    fn read(body: &Object<'_>) -> Option<Self> {
        let order = body.required("order", body.object("order"));
        let order = order.as_ref().and_then(OrderSent::read);
        let (customer, delivery) = (body.object("customer"), body.object("deliveryCustomer"));
        let language = body.word("conversationLanguage", &Language::CODES);
        Some(Self {
            checkout: Checkout {
                customer: customer.as_ref().map(Customer::read),
                delivery_customer: delivery.as_ref().map(Customer::read_profile),
                order: order?,
            },
            language: language.map(str::to_owned),
        })
    }

    /// The language of the call, else the customer's.
    fn language(&self) -> Language {
        let customers = self.checkout.customer.as_ref().map(Customer::language);
        match &self.language {
            Some(code) => Language::of(Some(code)),
            None => customers.unwrap_or_default(),
        }
    }

    fn checked(&self) -> Result<Currency, Flaw> {
        let order = &self.checkout.order;
        let currency = currency_of(order, self.checkout.customer.as_ref())?;
        check_order(order, currency).map(|()| currency)
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Available {
    checkout_id: Uuid,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_customer: Option<CustomerAnswer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    risk_check_messages: Vec<ResponseMessage>,
    payment_methods: Vec<Method>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Method {
    r#type: String,
    title: String,
    legal_info: LegalInfo,
    direct_debit: Offered,
    #[serde(skip_serializing_if = "Option::is_none")]
    installment: Option<PlanWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Profile>,
}

/// Nothing has to be agreed to before an order is placed here; the shop's own terms are the shop's.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LegalInfo {
    requires_customer_consent: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Offered {
    available: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Profile {
    profile_no: i64,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let mut call = WriteCall::read(&state, request).await?;
    call.replay(&state).await?;
    let sent = match call.parse(Sent::read) {
        Ok(sent) => sent,
        Err(flaws) => return Err(call.refuse(&state, &flaws).await?),
    };
    call.language = sent.language();
    let currency = match sent.checked() {
        Ok(currency) => currency,
        Err(flaw) => return Err(call.refuse(&state, &[flaw]).await?),
    };
    let merchant = call.access.merchant;
    let mut checkout = sent.checkout;
    let (id, checkout_id) = state.book.identify(merchant).await?;
    if let Some(customer) = &mut checkout.customer {
        customer.customer_number.get_or_insert_with(|| id.to_string());
    }
    let verdict = match &checkout.customer {
        Some(customer) => judge(&state, merchant, customer, checkout.order.summary.gross).await?,
        None => Verdict::Accepted,
    };
    let mut answer = Available {
        checkout_id,
        outcome: "Accepted",
        customer: checkout.customer.as_ref().map(CustomerAnswer::from),
        delivery_customer: checkout.delivery_customer.as_ref().map(CustomerAnswer::from),
        risk_check_messages: Vec::new(),
        payment_methods: Vec::new(),
    };
    match verdict {
        Verdict::Rejected(messages) => {
            (answer.outcome, answer.risk_check_messages) = ("Rejected", messages);
        }
        Verdict::Accepted | Verdict::Pending => {
            answer.payment_methods = methods(&state, &checkout, currency, call.language);
        }
    }
    let body = serde_json::to_string(&answer).unwrap_or_default();
    call.write(
        &state,
        vec![checkout.edit(checkout_id)],
        Reply { status: 200, body },
    )
    .await
}

/// What is offered: each type once, payment in parts once for each plan.
fn methods(state: &State, checkout: &Checkout, currency: Currency, language: Language) -> Vec<Method> {
    let settings = &state.settings;
    let address = checkout
        .customer
        .as_ref()
        .and_then(|customer| customer.address.as_ref());
    let country = address.and_then(|address| address.country_code.as_deref());
    let mut methods = Vec::new();
    for kind in &settings.payment_types {
        let method = |installment, account, phrase: Phrase| Method {
            r#type: kind.clone(),
            title: phrase.text(language),
            legal_info: LegalInfo::default(),
            direct_debit: Offered { available: false },
            installment,
            account,
        };
        match kind.as_str() {
            "Installment" => {
                let plans = plans(settings, checkout.order.summary.gross, country, currency);
                methods.extend(
                    plans
                        .into_iter()
                        .map(|plan| method(Some(plan), None, Phrase::PayInParts)),
                );
            }
            "Account" => methods.extend(settings.account_profiles.iter().map(|number| {
                let profile = Profile { profile_no: *number };
                method(None, Some(profile), Phrase::PayByAccount)
            })),
            "PayinX" => methods.push(method(None, None, Phrase::PayInParts)),
            _ => methods.push(method(None, None, Phrase::PayByInvoice)),
        }
    }
    methods
}
