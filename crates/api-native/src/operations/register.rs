//! `POST /orders`: takes a new order into the book, and notes what the payer has agreed to.

use super::SentReserve;
use crate::State;
use crate::call::WriteCall;
use crate::errors::{Places, VERSION_MISMATCH, refused};
use crate::problem::Problem;
use crate::reading::{NAME, amount, invalid, missing, moment, not_too_many, text};
use crate::wire::{SentItem, items_of};
use axum::body::Body;
use axum::extract;
use axum::http::{Request, StatusCode};
use http_kit::Answer;
use http_kit::wire::Number;
use order::{
    Amount, Command, Currency, Customer, Dialect, Item, Kind, OrderId, Payment, PaymentMethod, Refusal,
    Registration, ReserveRequest, Timestamp, check_totals, sum_of,
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Sent {
    number: Option<String>,
    reference: Option<String>,
    refers_to: Option<String>,
    kind: Option<String>,
    customer: Option<SentCustomer>,
    reseller: Option<String>,
    currency: String,
    total: Option<Number>,
    net: Option<Number>,
    #[serde(default)]
    lines: Vec<SentItem>,
    payment: Option<SentPayment>,
    ordered_at: Option<String>,
    reserve: Option<SentReserve>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SentCustomer {
    number: Option<String>,
    name: Option<String>,
    email: Option<String>,
    #[serde(default)]
    contacts: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SentPayment {
    method: Option<String>,
    #[serde(default)]
    prepaid: bool,
}

/// The methods that the core knows by name. Any other is kept by the name that it was given.
const METHODS: [PaymentMethod; 10] = [
    PaymentMethod::Invoice,
    PaymentMethod::Free,
    PaymentMethod::Sms,
    PaymentMethod::Klarna,
    PaymentMethod::Card,
    PaymentMethod::Swish,
    PaymentMethod::Vipps,
    PaymentMethod::Own,
    PaymentMethod::Instalments,
    PaymentMethod::Account,
];

/// What is to be registered, all but its ids.
struct Wanted {
    registration: Registration,
    reserve: Option<ReserveRequest>,
}

impl Sent {
    fn read(self, lapses_at: Option<Timestamp>) -> Result<Wanted, Problem> {
        let currency = Currency::from_code(&self.currency)
            .ok_or_else(|| invalid("currency", "must be a currency of ISO 4217, such as NOK"))?;
        let kind = self.kind.as_deref().map_or(Ok(Kind::New), kind_of)?;
        let items = numbered(items_of("lines", self.lines)?)?;
        let (total, net) = (amount("total", self.total)?, amount("net", self.net)?);
        let gross = total_of(&items, total, net, currency)?;
        let reserve = self
            .reserve
            .map(|reserve| reserve.read(gross, lapses_at))
            .transpose()?;
        let registration = Registration {
            id: OrderId(0), // given once it is known that there is an order to give it to
            uuid: Uuid::nil(),
            origin: Dialect::Ordrebok,
            kind,
            number: text("number", self.number, NAME)?,
            reference: text("reference", self.reference, NAME)?,
            refers_to: text("refersTo", self.refers_to, NAME)?,
            customer: self.customer.map(SentCustomer::read).transpose()?,
            reseller: text("reseller", self.reseller, NAME)?,
            currency,
            gross,
            net,
            items,
            payment: self
                .payment
                .map_or_else(|| Ok(own_payment()), SentPayment::read)?,
            ordered_at: moment("orderedAt", self.ordered_at)?,
            completes_at: None,
            entails: order::Entailed::default(),
            annex: BTreeMap::new(),
        };
        Ok(Wanted {
            registration,
            reserve,
        })
    }
}

/// The total that was said, which the lines must come to; what they come to where none was said.
fn total_of(
    items: &[Item],
    told: Option<Amount>,
    net: Option<Amount>,
    currency: Currency,
) -> Result<Amount, Problem> {
    let refused = |refusal: Refusal| refused(&refusal, Places::ORDER);
    let gross = match told {
        Some(gross) => gross,
        None if items.is_empty() => return Err(missing("total")),
        None => {
            sum_of(items, currency)
                .map_err(|error| refused(error.into()))?
                .gross
        }
    };
    check_totals(items, gross, net, currency).map_err(refused)?;
    match [Some(gross), net]
        .into_iter()
        .flatten()
        .find(|amount| !currency.can_pay(*amount))
    {
        Some(amount) => Err(refused(Refusal::AmountTooFine { amount })),
        None => Ok(gross),
    }
}

/// Lines with a number each: where none was given, the line's place, from 1 on.
fn numbered(mut items: Vec<Item>) -> Result<Vec<Item>, Problem> {
    let mut taken = BTreeSet::new();
    for (place, item) in (1..).zip(&mut items) {
        let number = *item.number.get_or_insert(place);
        if !taken.insert(number) {
            let field = format!("lines[{}].number", place.saturating_sub(1));
            return Err(invalid(&field, "is that of another line, or of its place"));
        }
    }
    Ok(items)
}

fn kind_of(word: &str) -> Result<Kind, Problem> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word);
    kind.ok_or_else(|| {
        let known = Kind::ALL.map(Kind::word).join(", ");
        invalid("kind", &format!("must be one of {known}"))
    })
}

impl SentCustomer {
    fn read(self) -> Result<Customer, Problem> {
        let contacts = not_too_many("customer.contacts", self.contacts)?.into_iter();
        let contacts = contacts.enumerate().map(|(place, contact)| {
            crate::reading::must_be_text(&format!("customer.contacts[{place}]"), contact, NAME)
        });
        Ok(Customer {
            number: text("customer.number", self.number, NAME)?,
            name: text("customer.name", self.name, NAME)?,
            email: text("customer.email", self.email, NAME)?,
            contacts: contacts.collect::<Result<_, _>>()?,
        })
    }
}

fn own_payment() -> Payment {
    Payment {
        method: PaymentMethod::Own,
        prepaid: false,
        pending: false,
    }
}

impl SentPayment {
    fn read(self) -> Result<Payment, Problem> {
        let method = text("payment.method", self.method, NAME)?.map(|word| {
            let known = METHODS.into_iter().find(|method| method.word() == word);
            known.unwrap_or(PaymentMethod::Other(word))
        });
        Ok(Payment {
            method: method.unwrap_or(PaymentMethod::Own),
            prepaid: self.prepaid,
            pending: false,
        })
    }
}

impl SentReserve {
    /// The reservation of so much; of the order's total when it doesn't say how much. It lapses when it says so, else at
    /// this time, if at all.
    pub(super) fn read(self, total: Amount, lapses_at: Option<Timestamp>) -> Result<ReserveRequest, Problem> {
        Ok(ReserveRequest {
            amount: amount("reserve.amount", self.amount)?.unwrap_or(total),
            expires_at: moment("reserve.expiresAt", self.expires_at)?.or(lapses_at),
        })
    }
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let call = WriteCall::read(&state, request).await?;
    if let Some(before) = call.before(&state).await? {
        return Ok(before);
    }
    let Wanted {
        mut registration,
        reserve,
    } = call.parse::<Sent>()?.read(call.lapses_at(&state))?;
    if call.is_conditional() {
        let detail = "An order that is not there yet has no version.";
        return Err(Problem::new(VERSION_MISMATCH, detail).at("If-Match"));
    }
    let places = match &reserve {
        Some(reserve) if reserve.amount != registration.gross => Places::RESERVE,
        _ => Places::ORDER,
    };
    (registration.id, registration.uuid) = state.book.identify(call.access.merchant).await?;
    let then = reserve.map_or_else(Vec::new, |reserve| {
        vec![Command::Confirm, Command::Reserve(reserve)]
    });
    let request = book::Request::register(call.access.merchant, registration, then);
    call.run(&state, request, (StatusCode::CREATED, places)).await
}
