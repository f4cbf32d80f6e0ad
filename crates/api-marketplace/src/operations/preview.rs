//! What an order would come to, without placing it.

use super::create_order::quantity;
use crate::catalogue::Priced;
use crate::errors::ApiError;
use crate::wire::order::{Applied, LineResource, OrderResource};
use crate::wire::placement::Placement;
use crate::wire::status;
use http_kit::wire::{Number, time};
use order::{Account, Currency, LinePrice, Quantity, RenewedLine, Timestamp, offer};

/// What an order would come to: its lines, each with the offer that the customer is entitled to.
#[derive(Debug)]
pub(crate) struct Preview {
    currency: Currency,
    lines: Vec<PreviewLine>,
}

#[derive(Debug)]
struct PreviewLine {
    number: i64,
    discount: Option<String>,
    renewed: RenewedLine,
    status: &'static str,
    price: Option<LinePrice>,
}

/// A purchase: each offer at the level that the customer's licences come to with it, whatever level was asked for.
pub(crate) fn purchase(placement: &Placement, account: &Account, currency: Currency) -> Preview {
    let bought = placement.lines.iter().filter_map(|line| quantity(line).ok());
    let licences = bought.fold(account.licences(), Quantity::plus);
    let line = |line: &crate::wire::placement::PlacedLine| PreviewLine {
        number: line.number,
        discount: line.terms.discount.clone(),
        renewed: RenewedLine {
            subscription: String::new(),
            product: offer::at_volume(&line.offer, licences),
            quantity: quantity(line).unwrap_or(Quantity::ZERO),
            currency: line.terms.currency.unwrap_or(currency),
            deployment: line.terms.deployment.clone(),
            promotions: line.terms.promotions.clone(),
        },
        status: "",
        price: None,
    };
    Preview {
        currency,
        lines: placement.lines.iter().map(line).collect(),
    }
}

/// A renewal: of the lines that are named, else of what is set to renew.
pub(crate) fn renewal(placement: &Placement, account: &Account) -> Result<Preview, ApiError> {
    let renewed = if placement.lines.is_empty() {
        account.renewal()
    } else {
        account.renewal_of(&wanted(placement)?)
    };
    let renewed = renewed.map_err(|refusal| ApiError::from(&refusal))?;
    let currency = renewed.first().map(|line| line.currency).or(placement.currency);
    let currency = currency.ok_or_else(|| ApiError::from(&order::AccountRefusal::NothingRenews))?;
    let numbered = (1..).zip(renewed).enumerate();
    let line = |(place, (number, mut renewed)): (usize, (i64, RenewedLine))| {
        let sent = placement.lines.get(place);
        if let Some(sent) = sent.filter(|sent| !sent.terms.promotions.is_empty()) {
            renewed.promotions.clone_from(&sent.terms.promotions);
        }
        PreviewLine {
            number: sent.map_or(number, |line| line.number),
            discount: sent.and_then(|line| line.terms.discount.clone()),
            renewed,
            status: status::COMPLETE,
            price: None,
        }
    };
    Ok(Preview {
        currency,
        lines: numbered.map(line).collect(),
    })
}

/// Which subscriptions the lines are about, and how many licences they say.
pub(crate) fn wanted(placement: &Placement) -> Result<Vec<(String, Quantity)>, ApiError> {
    let wanted = placement.lines.iter().map(|line| {
        let subscription = line.subscription.clone().unwrap_or_default();
        Ok((subscription, quantity(line)?))
    });
    wanted.collect()
}

impl Preview {
    /// Adds what the lines cost, by the catalogue's offers.
    pub(crate) fn price(&mut self, priced: Vec<Priced>) {
        for (line, priced) in self.lines.iter_mut().zip(priced) {
            line.renewed.product = priced.offer;
            line.price = priced.price;
        }
    }

    /// The offers of its lines, at the levels that were found.
    pub(crate) fn offers(&self) -> Vec<String> {
        self.lines
            .iter()
            .map(|line| line.renewed.product.clone())
            .collect()
    }

    /// The order as it would be: without id, status and links.
    pub(crate) fn show<'p>(
        &'p self,
        placement: &'p Placement,
        customer: &'p str,
        now: Timestamp,
    ) -> OrderResource<'p> {
        let prices: Vec<_> = self.lines.iter().map(|line| line.price).collect();
        let mut shown = OrderResource {
            external_reference_id: placement.reference.as_deref().unwrap_or_default(),
            order_id: String::new(),
            customer_id: customer,
            order_type: placement.order_type.word(),
            reference_order_id: "",
            referenced_order_id: "",
            currency_code: self.currency.code(),
            creation_date: time::seconds_text(now.0),
            status: "",
            pricing_summary: Vec::new(),
            line_items: self.lines.iter().map(PreviewLine::show).collect(),
            links: None,
        };
        if prices.iter().any(Option::is_some) {
            shown.add_prices(&prices, self.currency);
        }
        shown
    }
}

impl PreviewLine {
    fn show(&self) -> LineResource<'_> {
        LineResource {
            ext_line_item_number: self.number,
            offer_id: self.renewed.product.clone(),
            quantity: Number::plain(self.renewed.quantity.decimal()),
            subscription_id: &self.renewed.subscription,
            status: self.status,
            currency_code: self.renewed.currency.code(),
            deployment_id: self.renewed.deployment.clone(),
            discount_code: self.discount.clone(),
            promotions: Applied::all(&self.renewed.promotions),
            flex_discounts: Applied::all(&self.renewed.promotions),
            prorated_days: None,
            pricing: None,
        }
    }
}
