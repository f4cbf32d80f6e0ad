//! What an order would come to, without placing it.

use super::create_order::Sent;
use crate::wire::order::{Applied, LineResource, OrderResource};
use crate::wire::switching::CancelledResource;
use http_kit::wire::{Number, time};
use order::{Currency, LinePrice, RenewedLine};

/// What an order would come to: its lines, each with the offer that the customer is entitled to.
#[derive(Debug)]
pub(super) struct Preview {
    pub(super) currency: Currency,
    pub(super) lines: Vec<PreviewLine>,
    /// What would be exchanged for them.
    pub(super) cancelling: Vec<CancelledResource>,
}

#[derive(Debug)]
pub(super) struct PreviewLine {
    pub(super) number: i64,
    pub(super) discount: Option<String>,
    pub(super) renewed: RenewedLine,
    pub(super) status: &'static str,
    pub(super) price: Option<LinePrice>,
}

impl Preview {
    /// The offers that it is about.
    pub(super) fn offers(&self) -> Vec<String> {
        self.lines
            .iter()
            .map(|line| line.renewed.product.clone())
            .collect()
    }

    /// The order as it would be: without id, status and links.
    pub(super) fn show(self, sent: Sent<'_>) -> OrderResource<'_> {
        let prices: Vec<_> = self.lines.iter().map(|line| line.price).collect();
        let mut shown = OrderResource {
            external_reference_id: sent.placement.reference.as_deref().unwrap_or_default(),
            order_id: String::new(),
            customer_id: sent.customer,
            order_type: sent.placement.order_type.word(),
            reference_order_id: sent.placement.refers_to.as_deref().unwrap_or_default(),
            referenced_order_id: "",
            currency_code: self.currency.code(),
            creation_date: time::seconds_text(sent.state.book.now().0),
            status: "",
            pricing_summary: Vec::new(),
            line_items: self.lines.into_iter().map(PreviewLine::show).collect(),
            cancelling_items: self.cancelling,
            links: None,
        };
        if prices.iter().any(Option::is_some) {
            shown.add_prices(&prices, self.currency);
        }
        shown
    }
}

impl PreviewLine {
    fn show<'p>(self) -> LineResource<'p> {
        LineResource {
            ext_line_item_number: self.number,
            offer_id: self.renewed.product,
            quantity: Number::plain(self.renewed.quantity.decimal()),
            subscription_id: self.renewed.subscription.into(),
            status: self.status,
            currency_code: self.renewed.currency.code(),
            deployment_id: self.renewed.deployment,
            discount_code: self.discount,
            promotions: Applied::all(&self.renewed.promotions),
            flex_discounts: Applied::all(&self.renewed.promotions),
            prorated_days: None,
            pricing: None,
        }
    }
}
