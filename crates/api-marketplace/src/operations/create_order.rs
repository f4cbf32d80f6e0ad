//! Place an order: `POST /v3/customers/{customer}/orders`. `NEW` buys, `RETURN` hands lines of an order back, `RENEWAL`
//! renews subscriptions whose term is over. `PREVIEW` and `PREVIEW_RENEWAL` only look.

use crate::auth::Write;
use crate::catalogue;
use crate::errors::{ApiError, CURRENCY_TWICE, INVALID_FIELDS, INVALID_ORDER};
use crate::operations::order_history::known;
use crate::operations::preview;
use crate::wire::customer::Annex;
use crate::wire::order::text;
use crate::wire::placement::{OrderType, PlacedLine, Placement, is_pseudo_customer};
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{Request, StatusCode};
use book::{Executed, HandBack, KeptAccount, Outcome, Reference, Renew, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{
    Account, AccountRefusal, Amount, Currency, Customer, Dialect, Item, Kind, LineTerms, Order, Payment,
    PaymentMethod, Quantity, Refusal, Registration, RenewedLine, ReturnedLine,
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
        // Nothing comes of looking, so there is nothing to keep under the correlation id either.
        Ok(Asked::Look(answer)) => Ok(answer),
        Ok(Asked::Do(asked)) => Ok(auth::told(
            Box::pin(place(&state, (write, customer), asked)).await?,
        )),
        Err(error) if error.is_ours() => Err(error),
        Err(error) => write.refuse(&state, &error).await,
    }
}

/// What is asked for, once the body is understood and the customer found.
enum Asked {
    Look(Answer),
    Do(Box<Deed>),
}

enum Deed {
    Purchase(Registration),
    Renew(Renew),
    HandBack(HandBack),
}

async fn prepare(state: &State, write: &Write, customer: &str) -> Result<Asked, ApiError> {
    let merchant = write.access.merchant;
    // Whether there is such a customer is said before what is wrong with the body. Those that clients make up to
    // preview for exist for nothing else.
    let account = match known(state, merchant, customer).await {
        Err(_unknown) if is_pseudo_customer(customer) => None,
        account => account?,
    };
    let placement = Placement::read(&write.body)?;
    let only_looks = matches!(
        placement.order_type,
        OrderType::Preview | OrderType::PreviewRenewal
    );
    if account.is_none() && is_pseudo_customer(customer) && !only_looks {
        known(state, merchant, customer).await?;
    }
    let buyer = Buyer::of(customer, account.as_ref());
    let asked = (state, write, &placement);
    let deed = match placement.order_type {
        OrderType::Preview | OrderType::PreviewRenewal => {
            let shown = look(asked, customer, account.map(|kept| kept.body)).await?;
            return Ok(Asked::Look(shown));
        }
        OrderType::New => purchase(asked, buyer, account.map(|kept| kept.body)).await?,
        OrderType::Renewal => renewal(asked, buyer, account.map(|kept| kept.body)).await?,
        OrderType::Return => hand_back(asked, buyer).await?,
    };
    Ok(Asked::Do(Box::new(deed)))
}

/// What is asked, by whom.
type Sent<'s> = (&'s State, &'s Write, &'s Placement);

/// Shows what an order would come to.
async fn look(
    (state, write, placement): Sent<'_>,
    customer: &str,
    account: Option<Account>,
) -> Result<Answer, ApiError> {
    let account = account.unwrap_or_else(Account::bare);
    let preview = if placement.order_type == OrderType::Preview {
        let currency = agreed_currency(placement)?;
        let mut preview = preview::purchase(placement, &account, currency);
        let offers = preview.offers();
        let mut priced = catalogue::check(
            (state, write.access.merchant),
            placement,
            (&account, currency),
            offers,
        )
        .await?;
        if !write.wants_prices {
            for line in &mut priced {
                line.price = None;
            }
        }
        preview.price(priced);
        preview
    } else {
        preview::renewal(placement, &account)?
    };
    let shown = preview.show(placement, customer, state.book.now());
    Ok(Answer::json(StatusCode::OK, &shown))
}

async fn purchase(
    (state, write, placement): Sent<'_>,
    buyer: Buyer,
    account: Option<Account>,
) -> Result<Deed, ApiError> {
    let account = account.unwrap_or_else(Account::bare);
    let currency = agreed_currency(placement)?;
    let offers = placement.lines.iter().map(|line| line.offer.clone()).collect();
    let priced = catalogue::check(
        (state, write.access.merchant),
        placement,
        (&account, currency),
        offers,
    )
    .await?;
    let mut gross = Amount::ZERO;
    let mut items = Vec::with_capacity(placement.lines.len());
    for (line, priced) in placement.lines.iter().zip(&priced) {
        let cost = priced.price.map_or(Amount::ZERO, |price| price.line);
        gross = gross
            .plus(cost)
            .map_err(|error| ApiError::from(&Refusal::from(error)))?;
        let terms = LineTerms {
            price: priced.price,
            ..line.terms.clone()
        };
        items.push(item(line, &terms, currency)?);
    }
    let registration = buyer.registration(state, write, placement, (Kind::New, currency));
    Ok(Deed::Purchase(Registration {
        items,
        gross,
        ..registration.await?
    }))
}

async fn renewal(
    (state, write, placement): Sent<'_>,
    buyer: Buyer,
    account: Option<Account>,
) -> Result<Deed, ApiError> {
    let account = account.unwrap_or_else(Account::bare);
    let wanted = preview::wanted(placement)?;
    let renewed = account
        .renewal_of(&wanted)
        .map_err(|refusal| ApiError::from(&refusal))?;
    let currency = renewed.first().map(|line| line.currency).or(placement.currency);
    let currency = currency.ok_or_else(|| ApiError::new(INVALID_FIELDS))?;
    let pairs = renewed.iter().zip(&placement.lines);
    let items = pairs
        .map(|(line, sent)| renewed_item(line, sent, currency))
        .collect();
    let registration = buyer.registration(state, write, placement, (Kind::Renewal, currency));
    let registration = Registration {
        items,
        ..registration.await?
    };
    Ok(Deed::Renew(Renew { registration, wanted }))
}

/// A renewed line, with the promotions that the order itself names, or else those that it was to renew with.
fn renewed_item(line: &RenewedLine, sent: &PlacedLine, currency: Currency) -> Item {
    let mut line = line.clone();
    if !sent.terms.promotions.is_empty() {
        line.promotions.clone_from(&sent.terms.promotions);
    }
    line.item(sent.number, currency)
}

async fn hand_back((state, write, placement): Sent<'_>, buyer: Buyer) -> Result<Deed, ApiError> {
    let name = placement.refers_to.clone().unwrap_or_default();
    let reference = Reference::Shown(Dialect::Marketplace, name);
    let bought = state.book.order(write.access.merchant, &reference).await?;
    let bought = bought.ok_or_else(|| ApiError::new(INVALID_ORDER))?;
    let items = returned_items(placement, &bought)?;
    let registration = buyer.registration(state, write, placement, (Kind::Return, bought.currency));
    let registration = Registration {
        items,
        ..registration.await?
    };
    Ok(Deed::HandBack(HandBack {
        reference,
        lines: returned_lines(placement)?,
        policy: state.settings.return_policy(),
        registration,
    }))
}

async fn place(
    state: &State,
    (write, customer): (Write, &str),
    asked: Box<Deed>,
) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    let executed = match *asked {
        Deed::Purchase(registration) => {
            let request = book::Request::register(merchant, registration, Vec::new());
            let render = |outcome: Result<&[Outcome], &Refusal>| placed(outcome.map(<[Outcome]>::last));
            Box::pin(state.book.answer(request, Some(write.idempotency), render)).await?
        }
        Deed::Renew(renew) => {
            let render = |outcome: Result<&Outcome, &AccountRefusal>| match outcome {
                Ok(outcome) => placed(Ok(Some(outcome))),
                Err(refusal) => ApiError::from(refusal).reply(),
            };
            let renewed = state
                .book
                .renew((merchant, customer), renew, write.idempotency, render);
            Box::pin(renewed).await?
        }
        Deed::HandBack(hand_back) => {
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
    Ok(Item {
        number: Some(line.number),
        product: line.offer.clone(),
        description: String::new(),
        quantity: quantity(line)?,
        unit_gross: None,
        unit_net: None,
        unit_vat: None,
        vat_percent: None,
        annex: terms.annex(),
    })
}

pub(crate) fn quantity(line: &PlacedLine) -> Result<Quantity, ApiError> {
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
