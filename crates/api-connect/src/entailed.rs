//! What the lines of a registration entail beside money: subscriptions that run, pieces that are taken of stock, and
//! customers who get something that another one pays for.

use crate::terms::Terms;
use crate::wire::register::{LineSale, RegisterOrder};
use order::{Entailed, Run, Taking, Timestamp};
use std::collections::BTreeMap;

/// What the catalogue has said of a registration's lines.
#[derive(Debug, Default)]
pub(crate) struct Sold {
    /// The terms of each line, by its place; nothing when there is no catalogue.
    pub(crate) terms: Vec<Option<Terms>>,
    /// Whether the catalogue has stock to be counted.
    pub(crate) has_stock: bool,
}

/// What a registration entails for an order of this customer.
pub(crate) fn entailed(wanted: &RegisterOrder, sold: &Sold, customer: Option<&str>) -> Entailed {
    let sales = wanted.sales();
    let mut terms = sold.terms.iter();
    let runs = (1..).zip(&sales).filter_map(|(line, sale)| {
        let terms = terms.next().and_then(Option::as_ref);
        sale.is_coupon
            .then(|| run(line, sale, terms, (wanted.is_recurring(), customer)))
    });
    let runs = runs.collect();
    let mut recipients: Vec<String> = sales
        .iter()
        .filter_map(|sale| recipient(sale, customer))
        .collect();
    recipients.sort_unstable();
    recipients.dedup();
    Entailed {
        runs,
        takes: if sold.has_stock {
            takings(&sales)
        } else {
            Vec::new()
        },
        recipients,
    }
}

fn run(
    line: i64,
    sale: &LineSale,
    terms: Option<&Terms>,
    (recurring, customer): (bool, Option<&str>),
) -> Run {
    let named = sale.product.clone().unwrap_or_default();
    Run {
        line,
        product: terms.map_or(named, |terms| terms.product.clone()),
        customer: recipient(sale, customer),
        starts: sale.starts.map(Timestamp),
        period: terms.and_then(|terms| terms.period),
        renews: recurring && terms.is_some_and(|terms| terms.renewal.is_some()),
        ended: false,
        renewed_by: None,
    }
}

/// Who gets the line, when it is not the order's customer.
fn recipient(sale: &LineSale, customer: Option<&str>) -> Option<String> {
    let receiver = sale.receiver?.to_string();
    (customer != Some(receiver.as_str())).then_some(receiver)
}

/// What single products and copies take of stock, each product once.
pub(crate) fn takings(sales: &[LineSale]) -> Vec<Taking> {
    let mut takings: BTreeMap<&str, i64> = BTreeMap::new();
    let pieces = sales.iter().filter(|sale| sale.is_product || sale.is_issue);
    for (product, quantity) in pieces.filter_map(|sale| Some((sale.product.as_deref()?, sale.quantity))) {
        let sum = takings.entry(product).or_default();
        *sum = sum.saturating_add(quantity);
    }
    let taking = |(product, quantity): (&str, i64)| Taking {
        product: product.to_owned(),
        quantity,
    };
    takings.into_iter().map(taking).collect()
}
