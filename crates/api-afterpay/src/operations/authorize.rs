//! `POST /checkout/authorize`: places an order and reserves what it comes to. In one step with everything that is known,
//! or in two, after the available payment methods were asked for, with that checkout's id and a payment.

use crate::State;
use crate::annex::OrderAnnex;
use crate::call::WriteCall;
use crate::checkout::{Checkout, unknown_checkout};
use crate::errors::Refused;
use crate::judging::{Verdict, judge};
use crate::language::Phrase;
use crate::message::{Flaw, ResponseMessage};
use crate::placing::{Notes, Placing};
use crate::reading::Object;
use crate::wire::{Customer, CustomerAnswer, OrderSent, Payment};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Outcome, Reply};
use http_kit::Answer;
use http_kit::wire::time;
use order::Order;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// What is sent.
#[derive(Debug)]
struct Sent {
    payment: Payment,
    checkout_id: Option<Uuid>,
    customer: Option<Customer>,
    delivery_customer: Option<Customer>,
    order: Option<OrderSent>,
    notes: Notes,
}

impl Sent {
    fn read(body: &Object<'_>) -> Option<Self> {
        let payment = body.required("payment", body.object("payment"));
        let payment = payment.as_ref().map(Payment::read);
        let checkout_id = body.uuid("checkoutId");
        let (mut customer, mut order) = (body.object("customer"), body.object("order"));
        if !body.has("checkoutId") {
            customer = body.required("customer", customer);
            order = body.required("order", order);
        }
        let delivery_customer = body.object("deliveryCustomer");
        Some(Self {
            checkout_id,
            customer: customer.as_ref().map(Customer::read),
            delivery_customer: delivery_customer.as_ref().map(Customer::read_profile),
            order: order.as_ref().and_then(OrderSent::read),
            notes: Notes {
                your_reference: body.cut_text("yourReference", 128),
                our_reference: body.cut_text("ourReference", 128),
                parent_transaction_reference: body.text("parentTransactionReference", 128),
                merchant_id: body.text("merchantId", 50),
            },
            payment: payment?,
        })
    }

    /// The whole order: what the checkout left open comes with this call, and what this call leaves out comes from the
    /// checkout.
    fn complete(self, checkout: Option<Checkout>) -> Result<Placing, Flaw> {
        let (mut known, mut known_delivery, mut known_order) = (None, None, None);
        if let Some(checkout) = checkout {
            known = checkout.customer;
            known_delivery = checkout.delivery_customer;
            known_order = Some(checkout.order);
        }
        let told = self
            .customer
            .as_ref()
            .and_then(|told| told.customer_number.as_ref());
        let before = known.as_ref().and_then(|known| known.customer_number.as_ref());
        if told.zip(before).is_some_and(|(told, before)| told != before) {
            return Err(Flaw::business(
                "400.103",
                Phrase::OtherCustomer,
                "customer.customerNumber",
            ));
        }
        let mut customer = self.customer.or(known.clone());
        if let (Some(customer), Some(known)) = (&mut customer, known) {
            customer.customer_number = customer.customer_number.take().or(known.customer_number);
        }
        Ok(Placing {
            payment: self.payment,
            customer: customer.ok_or_else(|| Flaw::required("customer".to_owned()))?,
            delivery_customer: self.delivery_customer.or(known_delivery),
            order: self
                .order
                .or(known_order)
                .ok_or_else(|| Flaw::required("order".to_owned()))?,
            notes: self.notes,
            checkout: self.checkout_id,
        })
    }
}

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Authorized {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_customer: Option<CustomerAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reservation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkout_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secure_login_url: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    risk_check_messages: Vec<ResponseMessage>,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let base = super::secure_login::base_of(&request);
    let mut call = WriteCall::read(&state, request).await?;
    call.replay(&state).await?;
    let sent = match call.parse(Sent::read) {
        Ok(sent) => sent,
        Err(flaws) => return Err(call.refuse(&state, &flaws).await?),
    };
    let merchant = call.access.merchant;
    let placing = match complete(&state, &call, sent).await? {
        Ok(placing) => placing,
        Err(flaw) => return Err(call.refuse(&state, &[flaw]).await?),
    };
    call.language = placing.customer.language();
    let currency = match placing.checked(&state, merchant).await? {
        Ok(currency) => currency,
        Err(flaw) => return Err(call.refuse(&state, &[flaw]).await?),
    };
    let then = match judge(&state, merchant, &placing.customer, placing.order.summary.gross).await? {
        Verdict::Accepted => placing.reserving(&state, call.access.settings),
        Verdict::Pending => Vec::new(),
        Verdict::Rejected(messages) => return call.keep(&state, rejected(&placing, messages)).await,
    };
    let (id, uuid) = state.book.identify(merchant).await?;
    let registration = placing.registration(id, uuid, currency);
    let request = book::Request::register(merchant, registration, then);
    let render = move |outcome: &Outcome| {
        let login = outcome.order.reservation.is_none();
        let login = login.then(|| super::secure_login::url(&base, merchant, &outcome.order));
        authorized(&outcome.order, login)
    };
    call.run(&state, request, "order", render).await
}

async fn complete(state: &State, call: &WriteCall, sent: Sent) -> Result<Result<Placing, Flaw>, Refused> {
    let checkout = match sent.checkout_id {
        None => None,
        Some(id) => match Checkout::find(state, call.access.merchant, id).await? {
            Some(checkout) => Some(checkout),
            None => return Ok(Err(unknown_checkout())),
        },
    };
    Ok(sent.complete(checkout))
}

/// The answer about an order that was placed.
fn authorized(order: &Order, secure_login_url: Option<String>) -> String {
    let annex = OrderAnnex::of(order);
    let held = order.reservation.as_ref();
    let expires_at = held.and_then(|held| held.expires_at);
    let authorized = Authorized {
        outcome: crate::render::status_word(&order.status),
        customer: annex.customer.as_ref().map(CustomerAnswer::from),
        delivery_customer: annex.delivery_customer.as_ref().map(CustomerAnswer::from),
        reservation_id: held.map(|held| held.id),
        checkout_id: annex.checkout_id,
        expiration_date: expires_at.map(|at| time::date_text(at.0)),
        secure_login_url,
        risk_check_messages: Vec::new(),
    };
    serde_json::to_string(&authorized).unwrap_or_default()
}

/// The answer about an order that was not: a success of HTTP's. Nothing of it is kept, and its number stays free.
fn rejected(placing: &Placing, messages: Vec<ResponseMessage>) -> Reply {
    let authorized = Authorized {
        outcome: "Rejected",
        customer: Some(CustomerAnswer::from(&placing.customer)),
        delivery_customer: placing.delivery_customer.as_ref().map(CustomerAnswer::from),
        reservation_id: None,
        checkout_id: placing.checkout,
        expiration_date: None,
        secure_login_url: None,
        risk_check_messages: messages,
    };
    Reply {
        status: 200,
        body: serde_json::to_string(&authorized).unwrap_or_default(),
    }
}
