//! `POST /checkout/authorize`: places an order and reserves what it comes to.

use crate::State;
use crate::annex::OrderAnnex;
use crate::call::WriteCall;
use crate::errors::{Refused, flaw_of};
use crate::message::Flaw;
use crate::reading::Object;
use crate::wire::{Customer, CustomerAnswer, OrderSent, Payment};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::Outcome;
use http_kit::Answer;
use http_kit::wire::time;
use order::{
    Command, Currency, Dialect, Ids, Kind, Opaque, OrderId, Registration, ReserveRequest, check_totals,
};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is sent.
#[derive(Debug)]
struct Sent {
    payment: Payment,
    customer: Customer,
    delivery_customer: Option<Customer>,
    order: OrderSent,
    notes: Notes,
}

/// What is only kept and shown.
#[derive(Debug)]
struct Notes {
    your_reference: Option<String>,
    our_reference: Option<String>,
    parent_transaction_reference: Option<String>,
    merchant_id: Option<String>,
}

impl Sent {
    fn read(body: &Object<'_>) -> Option<Self> {
        let payment = body.required("payment", body.object("payment"));
        let payment = payment.as_ref().map(Payment::read);
        let customer = body.required("customer", body.object("customer"));
        let customer = customer.as_ref().map(Customer::read);
        let delivery_customer = body.object("deliveryCustomer");
        let order = body.required("order", body.object("order"));
        let order = order.as_ref().and_then(OrderSent::read);
        let notes = Notes {
            your_reference: body.cut_text("yourReference", 128),
            our_reference: body.cut_text("ourReference", 128),
            parent_transaction_reference: body.text("parentTransactionReference", 128),
            merchant_id: body.text("merchantId", 50),
        };
        Some(Self {
            payment: payment?,
            customer: customer?,
            delivery_customer: delivery_customer.as_ref().map(Customer::read_profile),
            order: order?,
            notes,
        })
    }

    /// The currency that was sent, else that of the customer's country.
    fn currency(&self) -> Result<Currency, Flaw> {
        let country = self.customer.address.as_ref();
        let code = match country.and_then(|address| address.country_code.as_deref()) {
            Some("NO") => "NOK",
            Some("SE") => "SEK",
            Some("DK") => "DKK",
            Some("CH") => "CHF",
            _ => "EUR",
        };
        let usual = || Currency::from_code(code);
        let currency = self.order.currency.or_else(usual);
        currency.ok_or_else(|| Flaw::required("order.currency".to_owned()))
    }

    /// Checks the totals against the items.
    fn checked(&self) -> Result<Currency, Flaw> {
        let currency = self.currency()?;
        let summary = &self.order.summary;
        check_totals(&summary.items, summary.gross, summary.net, currency)
            .map(|()| currency)
            .map_err(|refusal| flaw_of(&refusal, "order"))
    }

    fn registration(self, id: OrderId, uuid: Uuid, currency: Currency) -> Registration {
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
            checkout_id: Some(Ids::from_seed(uuid.into_bytes()).uuid()),
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
            annex: Opaque::of(&annex)
                .map(|annex| BTreeMap::from([(Dialect::AfterPay, annex)]))
                .unwrap_or_default(),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Authorized {
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
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let mut call = WriteCall::read(&state, request).await?;
    call.replay(&state).await?;
    let mut sent = match call.parse(Sent::read) {
        Ok(sent) => sent,
        Err(flaws) => return Err(call.refuse(&state, &flaws).await?),
    };
    call.language = sent.customer.language();
    let currency = match sent.checked() {
        Ok(currency) => currency,
        Err(flaw) => return Err(call.refuse(&state, &[flaw]).await?),
    };
    let amount = sent.order.summary.gross;
    let (id, uuid) = state.book.identify(call.access.merchant).await?;
    sent.customer
        .customer_number
        .get_or_insert_with(|| id.to_string());
    let reserve = Command::Reserve(ReserveRequest {
        amount,
        expires_at: Some(state.book.now().plus_days(state.settings.reservation_days)),
    });
    let registration = sent.registration(id, uuid, currency);
    let request = book::Request::register(
        call.access.merchant,
        registration,
        vec![Command::Confirm, reserve],
    );
    call.run(&state, request, "order", accepted).await
}

fn accepted(outcome: &Outcome) -> String {
    let annex = OrderAnnex::of(&outcome.order);
    let held = outcome.order.reservation.as_ref();
    let expires_at = held.and_then(|held| held.expires_at);
    let authorized = Authorized {
        outcome: crate::render::status_word(&outcome.order.status),
        customer: annex.customer.as_ref().map(CustomerAnswer::from),
        delivery_customer: annex.delivery_customer.as_ref().map(CustomerAnswer::from),
        reservation_id: held.map(|held| held.id),
        checkout_id: annex.checkout_id,
        expiration_date: expires_at.map(|at| time::date_text(at.0)),
    };
    serde_json::to_string(&authorized).unwrap_or_default()
}
