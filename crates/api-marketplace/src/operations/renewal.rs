//! Renewing: orders of the type `RENEWAL`, and what they would come to (`PREVIEW_RENEWAL`).

use super::create_order::{Buyer, Deed, Sent, quantity};
use super::preview::{Preview, PreviewLine};
use crate::catalogue::{self, Priced, Purpose, Wanted};
use crate::errors::{ApiError, INVALID_FIELDS, MANY_CURRENCIES};
use crate::wire::status;
use book::AccountOrder;
use order::{AccountRefusal, Item, Kind, LineTerms, Quantity, RenewedLine};

/// A renewal of the subscriptions that the lines name.
pub(super) async fn renewal(sent: Sent<'_>, buyer: Buyer) -> Result<Deed, ApiError> {
    let renewed = sent.account.renewal_of(&wanted(sent)?, sent.state.book.now());
    let renewed = with_own_promotions(sent, renewed.map_err(|refusal| ApiError::from(&refusal))?);
    let currency = renewed.first().map(|line| line.currency);
    let currency = currency.or(sent.placement.currency);
    let currency = currency.ok_or_else(|| ApiError::new(INVALID_FIELDS))?;
    let priced = check(sent, &renewed, Purpose::Renewal).await?;
    let placed = renewed.iter().zip(&sent.placement.lines).zip(&priced);
    let items = placed.map(|((line, sent), priced)| priced_item(line.item(sent.number, currency), priced));
    let registration = buyer.registration(sent, (Kind::Renewal, currency), items.collect());
    Ok(Deed::ForAccount(AccountOrder {
        registration: registration.await?,
        subscriptions: renewed.into_iter().map(|line| Some(line.subscription)).collect(),
    }))
}

/// What a renewal would come to: of the lines that are named, else of what is set to renew.
pub(super) async fn preview(sent: Sent<'_>) -> Result<Preview, ApiError> {
    let placement = sent.placement;
    let renewed = if placement.lines.is_empty() {
        sent.account.renewal(sent.state.book.now())
    } else {
        sent.account.renewal_of(&wanted(sent)?, sent.state.book.now())
    };
    let renewed = with_own_promotions(sent, renewed.map_err(|refusal| ApiError::from(&refusal))?);
    let currency = renewed.first().map(|line| line.currency).or(placement.currency);
    let currency = currency.ok_or_else(|| ApiError::from(&AccountRefusal::NothingRenews))?;
    let wants_prices = sent.write.wants_prices;
    if wants_prices && renewed.iter().any(|line| line.currency != currency) {
        return Err(ApiError::new(MANY_CURRENCIES));
    }
    let priced = check(sent, &renewed, Purpose::RenewalPreview { prices: wants_prices }).await?;
    let numbered = (1..).zip(renewed.into_iter().zip(priced)).enumerate();
    let line = |(place, (number, (renewed, priced))): (usize, (i64, (RenewedLine, Priced)))| {
        let sent = placement.lines.get(place);
        PreviewLine {
            number: sent.map_or(number, |line| line.number),
            discount: sent.and_then(|line| line.terms.discount.clone()),
            renewed,
            status: if priced.is_over {
                status::FAILED
            } else {
                status::COMPLETE
            },
            price: priced.price.filter(|_| wants_prices),
        }
    };
    Ok(Preview {
        currency,
        lines: numbered.map(line).collect(),
        cancelling: Vec::new(),
    })
}

/// The renewed lines, with the promotions that the order itself names, or else those that they were to renew with.
fn with_own_promotions(sent: Sent<'_>, mut renewed: Vec<RenewedLine>) -> Vec<RenewedLine> {
    for (line, sent) in renewed.iter_mut().zip(&sent.placement.lines) {
        if !sent.terms.promotions.is_empty() {
            line.promotions.clone_from(&sent.terms.promotions);
        }
    }
    renewed
}

/// Checks the renewed lines against the catalogue, each for the term that it renews for.
async fn check(sent: Sent<'_>, renewed: &[RenewedLine], purpose: Purpose) -> Result<Vec<Priced>, ApiError> {
    let (state, account) = (sent.state, sent.account);
    let numbers = sent.placement.lines.iter().map(|line| line.number);
    let numbers = numbers.chain(1..);
    let wanted = renewed.iter().zip(numbers).map(|(line, number)| Wanted {
        number,
        asked: &line.product,
        entitled: line.product.clone(),
        is_strict: false,
        quantity: line.quantity,
        promotions: &line.promotions,
        is_discounted: false,
        currency: line.currency,
        term: account.renewal_term(&line.subscription, state.book.now()),
    });
    let merchant = (state, sent.write.access.merchant, sent.parts);
    catalogue::check(merchant, (account, purpose), wanted.collect()).await
}

fn priced_item(item: Item, priced: &Priced) -> Item {
    let terms = LineTerms {
        price: priced.price,
        ..LineTerms::of(&item)
    };
    Item {
        product: priced.offer.clone(),
        annex: terms.annex(),
        ..item
    }
}

/// Which subscriptions the lines are about, and how many licences they say.
fn wanted(sent: Sent<'_>) -> Result<Vec<(String, Quantity)>, ApiError> {
    let wanted = sent.placement.lines.iter().map(|line| {
        let subscription = line.subscription.clone().unwrap_or_default();
        Ok((subscription, quantity(line.quantity)?))
    });
    wanted.collect()
}
