//! Exchanging: orders of the types `SWITCH` and `REVERT_SWITCH`, and what they would come to.

use super::create_order::{Buyer, Deed, Sent, item, quantity};
use super::hand_back::referred;
use super::preview::{Preview, PreviewLine};
use super::purchase::check_deployments;
use crate::catalogue::{self, Purpose, Wanted};
use crate::errors::{
    ApiError, INVALID_FIELDS, INVALID_ORDER, SWITCH_MISMATCH, SWITCH_NOT_SUPPORTED, SWITCH_QUANTITY,
    SWITCH_SUBSCRIPTION, SWITCH_TOO_MANY,
};
use crate::wire::order::customer_of;
use crate::wire::placement::PlacedLine;
use crate::wire::switching::{CancelledItem, CancelledResource};
use book::{AccountOrder, HandBack, Reference};
use order::{
    Command, Currency, Item, Kind, LineTerms, RenewedLine, Replaced, ReturnPolicy, ReturnedLine,
    Subscription, Term, offer,
};

/// An exchange, or one that is undone, as an order of one line.
struct Exchange {
    currency: Currency,
    item: Item,
    /// The subscription that the line goes to, where it is known before.
    subscription: Option<String>,
}

/// An exchange of licences for as many of another product.
pub(super) async fn switch(sent: Sent<'_>, buyer: Buyer) -> Result<Deed, ApiError> {
    let Exchange { currency, item, .. } = exchange(sent).await?;
    let registration = buyer.registration(sent, (Kind::Switch, currency), vec![item]);
    Ok(Deed::ForAccount(AccountOrder {
        registration: registration.await?,
        subscriptions: Vec::new(),
    }))
}

/// What an exchange would come to.
pub(super) async fn preview(sent: Sent<'_>) -> Result<Preview, ApiError> {
    let exchange = exchange(sent).await?;
    let could = sent.account.could_switch(&exchange.item);
    could.map_err(|refusal| ApiError::from(&refusal))?;
    Ok(exchange.preview(sent.write.wants_prices))
}

/// An exchange undone.
pub(super) async fn revert(sent: Sent<'_>, buyer: Buyer) -> Result<Deed, ApiError> {
    let undone = Undone::of(sent).await?;
    let exchange = undone.exchange;
    let registration = buyer.registration(sent, (Kind::Revert, exchange.currency), vec![exchange.item]);
    Ok(Deed::HandBack(HandBack {
        reference: undone.reference,
        lines: undone.lines,
        policy: undone.policy,
        registration: registration.await?,
    }))
}

/// What undoing an exchange would come to.
pub(super) async fn preview_revert(sent: Sent<'_>) -> Result<Preview, ApiError> {
    Ok(Undone::of(sent).await?.exchange.preview(false))
}

async fn exchange(sent: Sent<'_>) -> Result<Exchange, ApiError> {
    let placement = sent.placement;
    let (Some(line), Some(cancelled)) = (placement.lines.first(), placement.cancelling.first()) else {
        return Err(ApiError::new(crate::errors::SWITCH_ONE_ITEM));
    };
    let source = sent.account.subscription(&cancelled.subscription);
    let source = source.ok_or_else(|| ApiError::new(SWITCH_SUBSCRIPTION))?;
    if !line.terms.promotions.is_empty() {
        return Err(ApiError::about(
            INVALID_FIELDS,
            ["lineItems[0].flexDiscountCodes"],
        ));
    }
    let said = line.terms.currency.or(placement.currency);
    if said.is_some_and(|said| said != source.currency) {
        return Err(ApiError::line(SWITCH_MISMATCH, line.number, "CURRENCY_CODE"));
    }
    check_deployments(sent).await?;
    let wanted = quantity(line.quantity)?;
    let merchant = (sent.state, sent.write.access.merchant, sent.parts);
    catalogue::check_path(
        merchant,
        (&source.product, &line.offer),
        (wanted, source.quantity),
    )
    .await?;
    let target = Wanted {
        number: line.number,
        asked: &line.offer,
        entitled: sent
            .account
            .entitled(&line.offer, sent.account.licences(), sent.state.book.now()),
        is_strict: false,
        quantity: wanted,
        promotions: &[],
        is_discounted: false,
        currency: source.currency,
        term: Term::of(sent.state.book.now(), sent.account.anniversary),
    };
    let priced = catalogue::check(merchant, (sent.account, Purpose::Switch), vec![target]).await?;
    let priced = priced.into_iter().next();
    let terms = LineTerms {
        deployment: line
            .terms
            .deployment
            .clone()
            .or_else(|| source.deployment.clone()),
        price: priced.as_ref().and_then(|priced| priced.price),
        replaces: Some(replaced(cancelled, source)?),
        ..line.terms.clone()
    };
    let bought = PlacedLine {
        offer: priced.map_or_else(|| line.offer.clone(), |priced| priced.offer),
        ..line.clone()
    };
    Ok(Exchange {
        currency: source.currency,
        item: item(&bought, &terms, source.currency)?,
        subscription: None,
    })
}

fn replaced(cancelled: &CancelledItem, source: &Subscription) -> Result<Replaced, ApiError> {
    Ok(Replaced {
        number: cancelled.number,
        subscription: cancelled.subscription.clone(),
        product: source.product.clone(),
        quantity: quantity(cancelled.quantity)?,
        discount: cancelled.discount.clone(),
    })
}

/// An exchange that is undone: the order that made it, and the one that takes it back.
struct Undone {
    reference: Reference,
    lines: Vec<ReturnedLine>,
    policy: ReturnPolicy,
    exchange: Exchange,
}

impl Undone {
    async fn of(sent: Sent<'_>) -> Result<Self, ApiError> {
        let (reference, made) = referred(sent).await?;
        let could = sent.account.check_no_early_renewal();
        could.map_err(|refusal| ApiError::from(&refusal))?;
        if customer_of(&made) != sent.customer {
            return Err(ApiError::new(INVALID_ORDER));
        }
        let not_supported = || ApiError::new(SWITCH_NOT_SUPPORTED);
        let line = made.lines.first().filter(|_| made.kind == Kind::Switch);
        let line = line.ok_or_else(not_supported)?;
        let terms = LineTerms::of(&line.item);
        let replaced = terms.replaces.ok_or_else(not_supported)?;
        check_said(sent, (&line.item, &replaced))?;
        let number = line.item.number.unwrap_or(1);
        let lines = vec![ReturnedLine {
            number,
            product: line.item.product.clone(),
            quantity: line.item.quantity,
        }];
        let policy = ReturnPolicy {
            undoes_switch: true,
            whole_lines: true,
            ..sent.state.settings.return_policy()
        };
        let command = Command::Return {
            lines: lines.clone(),
            policy,
        };
        let could = sent.state.book.would(&made, &command);
        could.map_err(|refusal| ApiError::from(&refusal))?;
        let target = line.subscription.clone().unwrap_or_default();
        let has_all = sent.account.subscription(&target);
        if !has_all.is_some_and(|target| target.active && target.quantity >= line.item.quantity) {
            return Err(ApiError::about(SWITCH_TOO_MANY, [target]));
        }
        let back = LineTerms {
            currency: terms.currency,
            deployment: terms.deployment,
            replaces: Some(Replaced {
                number: replaced.number,
                subscription: target,
                product: line.item.product.clone(),
                quantity: line.item.quantity,
                discount: None,
            }),
            ..LineTerms::default()
        };
        let item = Item {
            product: replaced.product,
            annex: back.annex(),
            ..line.item.clone()
        };
        Ok(Self {
            reference,
            lines,
            policy,
            exchange: Exchange {
                currency: made.currency,
                item,
                subscription: Some(replaced.subscription),
            },
        })
    }
}

/// What is undone is undone whole. The lines may be left out; what they say must be the exchange's.
fn check_said(sent: Sent<'_>, (made, replaced): (&Item, &Replaced)) -> Result<(), ApiError> {
    for line in &sent.placement.lines {
        let family = offer::family(&line.offer);
        if family != offer::family(&made.product) && family != offer::family(&replaced.product) {
            return Err(ApiError::line(SWITCH_MISMATCH, line.number, "OFFER_ID"));
        }
        if quantity(line.quantity)? != made.quantity {
            return Err(ApiError::line(SWITCH_QUANTITY, line.number, "QUANTITY"));
        }
    }
    Ok(())
}

impl Exchange {
    fn preview(self, wants_prices: bool) -> Preview {
        let terms = LineTerms::of(&self.item);
        let currency = terms.currency.unwrap_or(self.currency);
        let number = self.item.number.unwrap_or(1);
        let cancelled = terms.replaces.iter();
        Preview {
            currency: self.currency,
            cancelling: cancelled
                .map(|replaced| CancelledResource::of(replaced, number, ("", currency)))
                .collect(),
            lines: vec![PreviewLine {
                number,
                discount: terms.discount,
                renewed: RenewedLine {
                    subscription: self.subscription.unwrap_or_default(),
                    product: self.item.product,
                    quantity: self.item.quantity,
                    currency,
                    deployment: terms.deployment,
                    promotions: Vec::new(),
                },
                status: "",
                price: terms.price.filter(|_| wants_prices),
            }],
        }
    }
}
