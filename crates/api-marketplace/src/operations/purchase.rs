//! Buying: orders of the type `NEW`, and what they would come to (`PREVIEW`).

use super::create_order::{Buyer, Deed, Sent, item, quantity};
use super::deployments;
use super::preview::{Preview, PreviewLine};
use crate::catalogue::{self, Priced, Purpose, Wanted};
use crate::errors::{ApiError, CURRENCY_OF_ORDER, CURRENCY_TWICE, LEAST_ORDER, MANY_CURRENCIES, NOT_GLOBAL};
use crate::wire::customer::Annex;
use crate::wire::placement::{PlacedLine, Placement};
use book::AccountOrder;
use order::{Currency, Kind, LineTerms, Quantity, RenewedLine, Term, offer};

/// A purchase.
pub(super) async fn purchase(sent: Sent<'_>, buyer: Buyer) -> Result<Deed, ApiError> {
    let currency = agreed_currency(sent.placement)?;
    let priced = check(sent, currency, true).await?;
    let is_for_once = priced.iter().any(|priced| priced.once);
    let mut items = Vec::with_capacity(priced.len());
    for (line, priced) in sent.placement.lines.iter().zip(priced) {
        let terms = LineTerms {
            price: priced.price,
            once: priced.once,
            ..line.terms.clone()
        };
        items.push(item(line, &terms, currency)?);
    }
    let registration = buyer.registration(sent, (Kind::New, currency), items).await?;
    // A promotion for one time only is used up on the account, whoever else uses it at the same time.
    Ok(if is_for_once {
        let subscriptions = vec![None; registration.items.len()];
        Deed::ForAccount(AccountOrder {
            registration,
            subscriptions,
        })
    } else {
        Deed::Purchase(registration)
    })
}

/// What a purchase would come to: each offer at the level that the customer's licences come to with it, whatever level
/// was asked for.
pub(super) async fn preview(sent: Sent<'_>) -> Result<Preview, ApiError> {
    let currency = agreed_currency(sent.placement)?;
    let priced = check(sent, currency, false).await?;
    let wants_prices = sent.write.wants_prices;
    let is_other = |line: &PlacedLine| line.terms.currency.is_some_and(|own| own != currency);
    if wants_prices && sent.placement.lines.iter().any(is_other) {
        return Err(ApiError::new(MANY_CURRENCIES));
    }
    let line = |(line, priced): (&PlacedLine, Priced)| {
        Ok(PreviewLine {
            number: line.number,
            discount: line.terms.discount.clone(),
            renewed: RenewedLine {
                subscription: String::new(),
                product: priced.offer,
                quantity: quantity(line.quantity)?,
                currency: line.terms.currency.unwrap_or(currency),
                deployment: line.terms.deployment.clone(),
                promotions: line.terms.promotions.clone(),
            },
            status: "",
            price: priced.price.filter(|_| wants_prices),
        })
    };
    let lines = sent.placement.lines.iter().zip(priced);
    Ok(Preview {
        currency,
        lines: lines.map(line).collect::<Result<_, ApiError>>()?,
        cancelling: Vec::new(),
    })
}

/// Checks the lines: the deployments that they name, and their offers against the catalogue.
async fn check(sent: Sent<'_>, currency: Currency, is_strict: bool) -> Result<Vec<Priced>, ApiError> {
    let Sent {
        state,
        write,
        placement,
        account,
        parts,
        ..
    } = sent;
    check_deployments(sent).await?;
    let could = account.check_no_early_renewal();
    could.map_err(|refusal| ApiError::from(&refusal))?;
    check_least_orders(sent)?;
    let bought = placement
        .lines
        .iter()
        .filter_map(|line| quantity(line.quantity).ok());
    let licences = bought.fold(account.licences(), Quantity::plus);
    let term = Term::of(state.book.now(), account.anniversary);
    let wanted = placement.lines.iter().map(|line| {
        Ok(Wanted {
            number: line.number,
            asked: &line.offer,
            entitled: account.entitled(&line.offer, licences, state.book.now()),
            is_strict,
            is_discounted: line.terms.discount.is_some(),
            quantity: quantity(line.quantity)?,
            promotions: &line.terms.promotions,
            currency: line.terms.currency.unwrap_or(currency),
            term,
        })
    });
    let wanted = wanted.collect::<Result<_, ApiError>>()?;
    let merchant = (state, write.access.merchant, parts);
    catalogue::check(merchant, (account, Purpose::Purchase), wanted).await
}

/// An offer of so many licences at the least is bought so often, unless there are as many already.
fn check_least_orders(sent: Sent<'_>) -> Result<(), ApiError> {
    for line in &sent.placement.lines {
        let Some(least) = offer::least_order(&line.offer) else {
            continue;
        };
        let active = sent.account.subscriptions.iter().filter(|one| one.active);
        let of_product = active.filter(|one| offer::family(&one.product) == offer::family(&line.offer));
        let has = of_product.fold(Quantity::ZERO, |sum, one| sum.plus(one.quantity));
        if has.plus(quantity(line.quantity)?) < least {
            return Err(ApiError::line(LEAST_ORDER, line.number, "QUANTITY"));
        }
    }
    Ok(())
}

/// Checks the deployments that the lines name.
pub(super) async fn check_deployments(sent: Sent<'_>) -> Result<(), ApiError> {
    let named = |line: &'_ PlacedLine| Some((line.number, line.terms.deployment.clone()?));
    let named: Vec<(i64, String)> = sent.placement.lines.iter().filter_map(named).collect();
    if !named.is_empty() {
        sent.parts.partner.check_global()?;
        if Annex::of(sent.account).global_sales == Some(false) {
            return Err(ApiError::new(NOT_GLOBAL));
        }
    }
    deployments::check_named(sent.state, sent.write.access.merchant, sent.customer, &named).await
}

/// The order's currency, or that of its first line. A line that says another than the order contradicts it, and one for
/// a deployment must say its own.
pub(super) fn agreed_currency(placement: &Placement) -> Result<Currency, ApiError> {
    let currency = placement.currency.ok_or_else(|| ApiError::new(CURRENCY_TWICE))?;
    for line in placement.lines.iter().filter(|_| placement.has_own_currency) {
        match line.terms.currency {
            Some(other) if other != currency => {
                return Err(ApiError::line(CURRENCY_TWICE, line.number, "CURRENCY_CODE"));
            }
            None if line.terms.deployment.is_some() => {
                return Err(ApiError::line(CURRENCY_OF_ORDER, line.number, "CURRENCY_CODE"));
            }
            Some(_) | None => {}
        }
    }
    Ok(currency)
}
