//! Handing back: orders of the type `RETURN`.

use super::create_order::{Buyer, Deed, Sent, item, quantity};
use crate::catalogue;
use crate::errors::{ApiError, INVALID_ORDER, QUANTITY_RANGE, RETURN_NOT_ALLOWED};
use crate::wire::placement::{PlacedLine, Placement};
use book::{HandBack, Reference};
use order::{AccountRefusal, Dialect, Item, Kind, Line, LineTerms, Order, Refusal, ReturnedLine, offer};

/// A return of the lines of an order that was placed before.
pub(super) async fn hand_back(sent: Sent<'_>, buyer: Buyer) -> Result<Deed, ApiError> {
    let (reference, bought) = referred(sent).await?;
    if matches!(bought.kind, Kind::Switch | Kind::Revert) {
        return Err(ApiError::about(
            RETURN_NOT_ALLOWED,
            ["Reason: SWITCH_ORDER_CANCELLATION_NOT_ALLOWED"],
        ));
    }
    check_parts(sent, &bought).await?;
    let items = returned_items(sent.placement, &bought)?;
    let registration = buyer.registration(sent, (Kind::Return, bought.currency), items);
    Ok(Deed::HandBack(HandBack {
        reference,
        lines: returned_lines(sent.placement)?,
        policy: sent.state.settings.return_policy(),
        registration: registration.await?,
    }))
}

/// A return that the rules refuse. With partial returns a quantity that is too large is one out of range.
pub(super) fn refused(refusal: &AccountRefusal, partial: bool) -> ApiError {
    if let AccountRefusal::Order(Refusal::LineQuantityMismatch { line }) = refusal
        && partial
    {
        return ApiError::line(QUANTITY_RANGE, *line, "RETURN_QTY_EXCEEDS_REMAINING");
    }
    ApiError::from(refusal)
}

/// Offers that go back whole or not at all, whatever the server's setting: consumables, those of so many licences at the
/// least, and those of which the catalogue says so.
async fn check_parts(sent: Sent<'_>, bought: &Order) -> Result<(), ApiError> {
    if !sent.state.settings.partial_returns {
        return Ok(());
    }
    for line in &sent.placement.lines {
        let is_it = |known: &&Line| known.item.number == Some(line.number);
        let Some(known) = bought.lines.iter().find(is_it) else {
            continue;
        };
        let part = quantity(line.quantity)?;
        if part >= known.returnable() {
            continue;
        }
        let product = &known.item.product;
        let is_whole = offer::is_consumable(product)
            || offer::least_order(product).is_some()
            || catalogue::goes_back_whole((sent.state, sent.write.access.merchant, sent.parts), product)
                .await?;
        if is_whole {
            let reason = "PARTIAL_CANCELLATION_NOT_ALLOWED_FOR_SCP_OR_CONSUMABLE";
            return Err(ApiError::line(RETURN_NOT_ALLOWED, line.number, reason));
        }
    }
    Ok(())
}

/// The order that the placed one refers to.
pub(super) async fn referred(sent: Sent<'_>) -> Result<(Reference, Order), ApiError> {
    let name = sent.placement.refers_to.clone().unwrap_or_default();
    let reference = Reference::Shown(Dialect::Marketplace, name);
    let bought = sent
        .state
        .book
        .order(sent.write.access.merchant, &reference)
        .await?;
    let bought = bought.ok_or_else(|| ApiError::new(INVALID_ORDER))?;
    Ok((reference, bought))
}

fn returned_lines(placement: &Placement) -> Result<Vec<ReturnedLine>, ApiError> {
    let returned = |line: &PlacedLine| {
        Ok(ReturnedLine {
            number: line.number,
            product: line.offer.clone(),
            quantity: quantity(line.quantity)?,
        })
    };
    placement.lines.iter().map(returned).collect()
}

/// The lines of an order that hands others back: what is said of them, on the terms that they were bought on, at what
/// they cost.
fn returned_items(placement: &Placement, placed: &Order) -> Result<Vec<Item>, ApiError> {
    let bought = |number: i64| placed.lines.iter().find(|line| line.item.number == Some(number));
    let lines = placement.lines.iter();
    lines
        .map(|line| {
            let terms = bought(line.number).map(|bought| returned_terms(bought, line, placed));
            item(line, &terms.transpose()?.unwrap_or_default(), placed.currency)
        })
        .collect()
}

fn returned_terms(bought: &Line, line: &PlacedLine, placed: &Order) -> Result<LineTerms, ApiError> {
    let mut terms = LineTerms::of(&bought.item);
    // A quantity that is too large is refused in the end, whatever it would cost.
    let part = quantity(line.quantity)?.min(bought.returnable());
    if let Some(price) = terms.price {
        let share = (bought.returned, part, bought.item.quantity);
        let price = price.part(share, terms.currency.unwrap_or(placed.currency));
        terms.price = Some(price.map_err(|error| ApiError::from(&Refusal::from(error)))?);
    }
    Ok(terms)
}
