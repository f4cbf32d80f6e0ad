//! Place an order: `POST /v3/customers/{customer}/orders`. `NEW` buys, `RETURN` hands lines of an order back, `RENEWAL`
//! renews subscriptions, `SWITCH` exchanges licences and `REVERT_SWITCH` undoes that. The others only look.

use crate::auth::Write;
use crate::catalogue::{self, Parts};
use crate::errors::ApiError;
use crate::operations::order_history::known;
use crate::operations::preview::Preview;
use crate::operations::{hand_back, purchase, recommendations, renewal, switch};
use crate::wire::customer::Annex;
use crate::wire::order::text;
use crate::wire::placement::{OrderType, PlacedLine, Placement, is_pseudo_customer};
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::{Request, StatusCode};
use book::{Access, AccountOrder, Executed, HandBack, KeptAccount, Outcome, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{
    Account, AccountRefusal, Amount, Currency, Customer, Dialect, Item, Kind, LineTerms, Payment,
    PaymentMethod, Quantity, Refusal, Registration,
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
    let placed = match prepare(&state, &write, customer).await {
        // Nothing comes of looking, so there is nothing to keep under the correlation id either.
        Ok(Asked::Look(answer)) => return Ok(answer),
        Ok(Asked::Do(asked)) => Box::pin(place(&state, (&write, customer), *asked)).await,
        Err(error) => Err(error),
    };
    write.finish(&state, placed).await
}

/// What is asked for, once the body is understood and the customer found.
enum Asked {
    Look(Answer),
    Do(Box<Deed>),
}

/// What is to be done.
pub(super) enum Deed {
    Purchase(Registration),
    ForAccount(AccountOrder),
    HandBack(HandBack),
}

/// What is asked, by whom.
#[derive(Clone, Copy)]
pub(super) struct Sent<'s> {
    pub(super) state: &'s State,
    pub(super) write: &'s Write,
    pub(super) placement: &'s Placement,
    pub(super) customer: &'s str,
    pub(super) account: &'s Account,
    /// What there is of the merchant's catalogue.
    pub(super) parts: &'s Parts,
}

async fn prepare(state: &State, write: &Write, customer: &str) -> Result<Asked, ApiError> {
    let merchant = write.access.merchant;
    // Whether there is such a customer is said before what is wrong with the body. Those that clients make up to
    // preview for exist for nothing else.
    let kept = match known(state, merchant, customer).await {
        Err(_unknown) if is_pseudo_customer(customer) => None,
        kept => kept?,
    };
    let placement = Placement::read(&write.body)?;
    if kept.is_none() && is_pseudo_customer(customer) && !placement.order_type.only_looks() {
        known(state, merchant, customer).await?;
    }
    let buyer = Buyer::of(customer, kept.as_ref());
    let parts = catalogue::parts(state, merchant).await?;
    let sent = Sent {
        state,
        write,
        placement: &placement,
        customer,
        account: &kept.map_or_else(Account::bare, |kept| kept.body),
        parts: &parts,
    };
    sent.check_partner()?;
    let deed = match placement.order_type {
        OrderType::Preview => return looked(purchase::preview(sent).await?, sent).await,
        OrderType::PreviewRenewal => return looked(renewal::preview(sent).await?, sent).await,
        OrderType::PreviewSwitch => return looked(switch::preview(sent).await?, sent).await,
        OrderType::PreviewRevert => return looked(switch::preview_revert(sent).await?, sent).await,
        OrderType::New => purchase::purchase(sent, buyer).await?,
        OrderType::Renewal => renewal::renewal(sent, buyer).await?,
        OrderType::Return => hand_back::hand_back(sent, buyer).await?,
        OrderType::Switch => switch::switch(sent, buyer).await?,
        OrderType::Revert => switch::revert(sent, buyer).await?,
    };
    Ok(Asked::Do(Box::new(deed)))
}

impl Sent<'_> {
    /// Whether the merchant may sell to the customer at all. What was sold before can go back whatever holds now.
    fn check_partner(self) -> Result<(), ApiError> {
        let goes_back = matches!(
            self.placement.order_type,
            OrderType::Return | OrderType::Revert | OrderType::PreviewRevert
        );
        if goes_back {
            return Ok(());
        }
        self.parts.partner.check_order(&Annex::of(self.account))
    }
}

/// The answer to a look, with what is recommended beside it where that is asked for.
async fn looked(preview: Preview, sent: Sent<'_>) -> Result<Asked, ApiError> {
    let offers = preview.offers();
    let answer = Answer::json(StatusCode::OK, &preview.show(sent));
    let query = sent.write.query();
    let asker = (sent.write.access.merchant, sent.account);
    let answer = recommendations::embed(sent.state, asker, (query, &offers), answer).await?;
    Ok(Asked::Look(answer))
}

async fn place(state: &State, (write, customer): (&Write, &str), asked: Deed) -> Result<Executed, ApiError> {
    let (merchant, idempotency) = (write.access.merchant, write.idempotency.clone());
    let executed = match asked {
        Deed::Purchase(registration) => {
            let request = book::Request::register(merchant, registration, Vec::new());
            let render = |outcome: Result<&[Outcome], &Refusal>| placed(outcome.map(<[Outcome]>::last));
            Box::pin(state.book.answer(request, Some(idempotency), render)).await?
        }
        Deed::ForAccount(order) => {
            let render = |outcome: Result<&Outcome, &AccountRefusal>| match outcome {
                Ok(outcome) => placed(Ok(Some(outcome))),
                Err(refusal) => ApiError::from(refusal).reply(),
            };
            let key = (merchant, customer);
            Box::pin(state.book.order_for_account(key, order, idempotency, render)).await?
        }
        Deed::HandBack(hand_back) => {
            let partial = state.settings.partial_returns;
            let render = move |outcome: Result<&Outcome, &AccountRefusal>| match outcome {
                Ok(outcome) => placed(Ok(Some(outcome))),
                Err(refusal) => hand_back::refused(refusal, partial).reply(),
            };
            Box::pin(state.book.hand_back(merchant, hand_back, idempotency, render)).await?
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
pub(super) struct Buyer {
    customer: Customer,
    reseller: Option<String>,
}

impl Buyer {
    pub(super) fn of(number: &str, account: Option<&KeptAccount>) -> Self {
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

    /// A new order of theirs. It is paid for elsewhere: nothing is reserved or captured.
    pub(super) async fn registration(
        self,
        sent: Sent<'_>,
        (kind, currency): (Kind, Currency),
        items: Vec<Item>,
    ) -> Result<Registration, ApiError> {
        let Sent {
            state,
            write,
            placement,
            ..
        } = sent;
        let refers = matches!(kind, Kind::Return | Kind::Revert);
        let plain = self.plain((state, &write.access), (kind, currency), items);
        Ok(Registration {
            reference: placement.reference.clone(),
            refers_to: placement.refers_to.clone().filter(|_| refers),
            ..plain.await?
        })
    }

    /// An order of one licence, that nobody has sent.
    pub(super) async fn example(
        self,
        (state, access): (&State, &Access),
        (offer, currency): (&str, Currency),
    ) -> Result<Registration, ApiError> {
        let line = PlacedLine {
            number: 1,
            offer: offer.to_owned(),
            quantity: 1,
            subscription: None,
            terms: LineTerms::default(),
        };
        let items = vec![item(&line, &line.terms, currency)?];
        self.plain((state, access), (Kind::New, currency), items).await
    }

    async fn plain(
        self,
        (state, access): (&State, &Access),
        (kind, currency): (Kind, Currency),
        items: Vec<Item>,
    ) -> Result<Registration, ApiError> {
        let gross = total(&items, currency)?;
        let (id, uuid) = state.book.identify(access.merchant).await?;
        let completes_at = state.completes_at(access);
        Ok(Registration {
            id,
            uuid,
            origin: Dialect::Marketplace,
            kind,
            number: None,
            reference: None,
            refers_to: None,
            customer: Some(self.customer),
            reseller: self.reseller,
            currency,
            gross,
            net: None,
            items,
            payment: Payment {
                method: PaymentMethod::Invoice,
                prepaid: false,
                pending: false,
            },
            ordered_at: None,
            completes_at: Some(completes_at),
            entails: order::Entailed::default(),
            annex: BTreeMap::new(),
        })
    }
}

/// What the lines cost, where all of them have a price in the order's currency; else nothing.
fn total(items: &[Item], currency: Currency) -> Result<Amount, ApiError> {
    let cost = |item: &Item| {
        let terms = LineTerms::of(item);
        let is_own = terms.currency.is_none_or(|own| own == currency);
        terms.price.filter(|_| is_own).map(|price| price.line)
    };
    let costs: Option<Vec<Amount>> = items.iter().map(cost).collect();
    Amount::sum(costs.unwrap_or_default()).map_err(|error| ApiError::from(&Refusal::from(error)))
}

/// A line as the order keeps it.
pub(super) fn item(line: &PlacedLine, terms: &LineTerms, currency: Currency) -> Result<Item, ApiError> {
    let terms = LineTerms {
        currency: terms.currency.filter(|other| *other != currency),
        ..terms.clone()
    };
    Ok(terms.item(line.number, line.offer.clone(), quantity(line.quantity)?))
}

pub(super) fn quantity(number: i64) -> Result<Quantity, ApiError> {
    Quantity::new(Decimal::from(number)).map_err(|error| ApiError::from(&Refusal::from(error)))
}
