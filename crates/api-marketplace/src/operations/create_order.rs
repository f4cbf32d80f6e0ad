//! Place an order: `POST /v3/customers/{customer}/orders`. `NEW` buys, `RETURN` hands lines of an order back.

use crate::auth::Write;
use crate::errors::{ApiError, CURRENCY_TWICE, INVALID_ORDER};
use crate::operations::order_history::known;
use crate::wire::customer::Annex;
use crate::wire::order::text;
use crate::wire::placement::{OrderType, PlacedLine, Placement};
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Executed, HandBack, KeptAccount, Outcome, Reference, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{
    Amount, Currency, Customer, Dialect, Item, Kind, LineTerms, Opaque, Order, Payment, PaymentMethod,
    Quantity, Refusal, Registration, ReturnedLine,
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let customer = ids.get("customer")?;
    match prepare(&state, &write, customer).await {
        Ok(asked) => Ok(auth::told(Box::pin(place(&state, write, asked)).await?)),
        Err(error) if error.is_ours() => Err(error),
        Err(error) => write.refuse(&state, &error).await,
    }
}

/// What is to be done, once the body is understood and the customer found.
enum Asked {
    Purchase(Registration),
    HandBack(HandBack),
}

async fn prepare(state: &State, write: &Write, customer: &str) -> Result<Asked, ApiError> {
    let merchant = write.access.merchant;
    let account = known(state, merchant, customer).await?;
    let placement = Placement::read(&write.body)?;
    let buyer = Buyer::of(customer, account.as_ref());
    match placement.order_type {
        OrderType::New => {
            let currency = agreed_currency(&placement)?;
            let items = placement
                .lines
                .iter()
                .map(|line| item(line, &line.terms, currency));
            let registration = buyer.registration(state, write, &placement, (Kind::New, currency));
            Ok(Asked::Purchase(Registration {
                items: items.collect::<Result<_, _>>()?,
                ..registration.await?
            }))
        }
        OrderType::Return => {
            let name = placement.refers_to.clone().unwrap_or_default();
            let reference = Reference::Shown(Dialect::Marketplace, name);
            let placed = state.book.order(merchant, &reference).await?;
            let placed = placed.ok_or_else(|| ApiError::new(INVALID_ORDER))?;
            let registration = buyer.registration(state, write, &placement, (Kind::Return, placed.currency));
            let registration = Registration {
                items: returned_items(&placement, &placed)?,
                ..registration.await?
            };
            Ok(Asked::HandBack(HandBack {
                reference,
                lines: returned_lines(&placement)?,
                policy: state.settings.return_policy(),
                registration,
            }))
        }
    }
}

async fn place(state: &State, write: Write, asked: Asked) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    let executed = match asked {
        Asked::Purchase(registration) => {
            let request = book::Request::register(merchant, registration, Vec::new());
            let render = |outcome: Result<&[Outcome], &Refusal>| placed(outcome.map(<[Outcome]>::last));
            Box::pin(state.book.answer(request, Some(write.idempotency), render)).await?
        }
        Asked::HandBack(hand_back) => {
            let render = |outcome: Result<&Outcome, &Refusal>| placed(outcome.map(Some));
            let handed_back = state
                .book
                .hand_back(merchant, hand_back, write.idempotency, render);
            Box::pin(handed_back).await?
        }
    };
    Ok(executed)
}

fn placed(outcome: Result<Option<&Outcome>, &Refusal>) -> Reply {
    match outcome {
        Ok(outcome) => Reply {
            status: 201,
            body: outcome.map(|outcome| text(&outcome.order)).unwrap_or_default(),
        },
        Err(refusal) => ApiError::from(refusal).reply(),
    }
}

/// Who buys, and through whom.
struct Buyer {
    customer: Customer,
    reseller: Option<String>,
}

impl Buyer {
    fn of(number: &str, account: Option<&KeptAccount>) -> Self {
        let annex = account
            .map(|account| Annex::of(&account.body))
            .unwrap_or_default();
        let company = annex.profile.get("companyName").and_then(|name| name.as_str());
        Self {
            customer: Customer {
                number: Some(number.to_owned()),
                name: company.map(ToOwned::to_owned),
                email: None,
                contacts: Vec::new(),
            },
            reseller: account.and_then(|account| account.body.reseller.clone()),
        }
    }

    /// A new order of theirs, without lines yet. Prices are agreed on elsewhere: nothing is reserved or captured.
    async fn registration(
        self,
        state: &State,
        write: &Write,
        placement: &Placement,
        (kind, currency): (Kind, Currency),
    ) -> Result<Registration, ApiError> {
        let (id, uuid) = state.book.identify(write.access.merchant).await?;
        let completes_at = state
            .book
            .now()
            .plus_millis(state.settings.completes_after_millis);
        Ok(Registration {
            id,
            uuid,
            origin: Dialect::Marketplace,
            kind,
            number: None,
            reference: placement.reference.clone(),
            refers_to: placement.refers_to.clone().filter(|_| kind == Kind::Return),
            customer: Some(self.customer),
            reseller: self.reseller,
            currency,
            gross: Amount::ZERO,
            net: None,
            items: Vec::new(),
            payment: Payment {
                method: PaymentMethod::Invoice,
                prepaid: false,
                pending: false,
            },
            ordered_at: None,
            completes_at: Some(completes_at),
            annex: BTreeMap::new(),
        })
    }
}

/// The order's currency. A line that says another contradicts it.
fn agreed_currency(placement: &Placement) -> Result<Currency, ApiError> {
    let currency = placement.currency.ok_or_else(|| ApiError::new(CURRENCY_TWICE))?;
    let other = placement
        .lines
        .iter()
        .find(|line| line.terms.currency.is_some_and(|other| other != currency));
    match other {
        Some(line) => Err(ApiError::line(CURRENCY_TWICE, line.number, "CURRENCY_CODE")),
        None => Ok(currency),
    }
}

fn item(line: &PlacedLine, terms: &LineTerms, currency: Currency) -> Result<Item, ApiError> {
    let terms = LineTerms {
        currency: terms.currency.filter(|other| *other != currency),
        ..terms.clone()
    };
    let annex = (terms != LineTerms::default())
        .then(|| Opaque::of(&terms).ok())
        .flatten();
    Ok(Item {
        number: Some(line.number),
        product: line.offer.clone(),
        description: String::new(),
        quantity: quantity(line)?,
        unit_gross: None,
        unit_net: None,
        unit_vat: None,
        vat_percent: None,
        annex,
    })
}

fn quantity(line: &PlacedLine) -> Result<Quantity, ApiError> {
    Quantity::new(Decimal::from(line.quantity)).map_err(|error| ApiError::from(&Refusal::from(error)))
}

fn returned_lines(placement: &Placement) -> Result<Vec<ReturnedLine>, ApiError> {
    let returned = |line: &PlacedLine| {
        Ok(ReturnedLine {
            number: line.number,
            product: line.offer.clone(),
            quantity: quantity(line)?,
        })
    };
    placement.lines.iter().map(returned).collect()
}

/// The lines of an order that hands others back: what is said of them, on the terms that they were bought on.
fn returned_items(placement: &Placement, placed: &Order) -> Result<Vec<Item>, ApiError> {
    let terms_of = |number: i64| {
        let bought = placed.lines.iter().find(|line| line.item.number == Some(number));
        bought.map(|line| LineTerms::of(&line.item)).unwrap_or_default()
    };
    let lines = placement.lines.iter();
    lines
        .map(|line| item(line, &terms_of(line.number), placed.currency))
        .collect()
}
