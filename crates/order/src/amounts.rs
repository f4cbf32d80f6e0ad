//! Totals and the items behind them.

use crate::{Amount, Currency, Item, MoneyError, Quantity, Refusal};

/// What items come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// With VAT; an item without a gross price counts with its net price and its VAT.
    pub gross: Amount,
    /// Without VAT; none when an item does not tell its net price.
    pub net: Option<Amount>,
}

/// What items come to, each line rounded to the currency.
///
/// # Errors
/// When a sum leaves the range of an amount.
pub fn sum_of(items: &[Item], currency: Currency) -> Result<Totals, MoneyError> {
    let mut gross = Amount::ZERO;
    let mut net = Some(Amount::ZERO);
    for item in items {
        gross = gross.plus(currency.price(gross_price(item)?, item.quantity)?)?;
        net = match (net, item.unit_net) {
            (Some(sum), Some(price)) => Some(sum.plus(currency.price(price, item.quantity)?)?),
            _ => None,
        };
    }
    Ok(Totals { gross, net })
}

fn gross_price(item: &Item) -> Result<Amount, MoneyError> {
    match (item.unit_gross, item.unit_net) {
        (Some(gross), _) => Ok(gross),
        (None, Some(net)) => match (item.unit_vat, item.vat_percent) {
            (Some(vat), _) => net.plus(vat),
            (None, Some(percent)) => net.plus(net.percent(percent)?),
            (None, None) => Ok(net),
        },
        (None, None) => Ok(Amount::ZERO),
    }
}

/// Checks the totals that came with items: each must be what the items come to, give or take the currency's smallest
/// coin for each unit, since net and VAT are rounded apart. (AfterPay's rule of the order totals.)
///
/// # Errors
/// [`Refusal::GrossMismatch`] before [`Refusal::NetMismatch`]; [`Refusal::QuantityNotPositive`] before both.
pub fn check_totals(
    items: &[Item],
    gross: Amount,
    net: Option<Amount>,
    currency: Currency,
) -> Result<(), Refusal> {
    check_quantities(items)?;
    if items.is_empty() {
        return Ok(());
    }
    let sums = sum_of(items, currency)?;
    let tolerance = tolerance(items, currency)?;
    if gross.minus(sums.gross)?.abs() > tolerance {
        return Err(Refusal::GrossMismatch {
            told: gross,
            summed: sums.gross,
        });
    }
    match (net, sums.net) {
        (Some(told), Some(summed)) if told.minus(summed)?.abs() > tolerance => {
            Err(Refusal::NetMismatch { told, summed })
        }
        _ => Ok(()),
    }
}

/// Checks that every item has a quantity above zero.
pub(crate) fn check_quantities(items: &[Item]) -> Result<(), Refusal> {
    match items.iter().find(|item| !item.quantity.is_positive()) {
        Some(item) => Err(Refusal::QuantityNotPositive {
            product: item.product.clone(),
        }),
        None => Ok(()),
    }
}

/// Checks that an amount can be paid: above zero, and no finer than the currency's smallest coin.
pub(crate) fn check_payable(amount: Amount, currency: Currency) -> Result<Amount, Refusal> {
    if !amount.is_positive() {
        return Err(Refusal::AmountNotPositive);
    }
    if !currency.can_pay(amount) {
        return Err(Refusal::AmountTooFine { amount });
    }
    Ok(amount)
}

/// The items of which some are left, with what is left of them.
pub(crate) fn rest_of<'a>(items: impl Iterator<Item = &'a Item>, taken: &[&[Item]]) -> Vec<Item> {
    let mut taken: Vec<Item> = taken.iter().flat_map(|items| items.iter().cloned()).collect();
    let mut rest = Vec::new();
    for item in items {
        let mut left = item.clone();
        for other in taken.iter_mut().filter(|other| is_same(item, other)) {
            let used = left.quantity.min(other.quantity);
            left.quantity = left.quantity.less(used);
            other.quantity = other.quantity.less(used);
        }
        if left.quantity.is_positive() {
            rest.push(left);
        }
    }
    rest
}

fn is_same(one: &Item, other: &Item) -> bool {
    one.product == other.product
        && (one.number == other.number || one.number.is_none() || other.number.is_none())
}

/// How far a sum of rounded lines may be from the rounded sum: the currency's smallest coin for each unit.
pub(crate) fn tolerance(items: &[Item], currency: Currency) -> Result<Amount, MoneyError> {
    let units = items
        .iter()
        .fold(Quantity::ZERO, |sum, item| sum.plus(item.quantity));
    currency.price(currency.smallest(), Quantity::ONE.max(units))
}

/// Items as they were sent, with what they leave out taken from what was sold: a client may name only the product and
/// the quantity.
pub(crate) fn complete<'a>(items: &[Item], sold: impl Iterator<Item = &'a Item>) -> Vec<Item> {
    let sold: Vec<&Item> = sold.collect();
    let filled = |item: &Item| {
        let mut item = item.clone();
        let known = sold.iter().find(|known| is_same(known, &item));
        if let (None, None, Some(known)) = (item.unit_gross, item.unit_net, known) {
            (item.unit_gross, item.unit_net, item.unit_vat) =
                (known.unit_gross, known.unit_net, known.unit_vat);
            item.vat_percent = item.vat_percent.or(known.vat_percent);
        }
        item
    };
    items.iter().map(filled).collect()
}

#[cfg(test)]
mod tests {
    use super::{complete, rest_of, tolerance};
    use crate::{Amount, Currency, Item, Quantity};
    use rust_decimal::Decimal;

    fn line(number: Option<i64>, product: &str, halves: i64, price: Option<i64>) -> Item {
        Item {
            number,
            product: product.to_owned(),
            description: String::new(),
            quantity: Quantity::new(Decimal::new(halves.saturating_mul(5), 1)).unwrap(),
            unit_gross: price.map(|price| Amount::new(Decimal::from(price)).unwrap()),
            unit_net: None,
            unit_vat: None,
            vat_percent: None,
            annex: None,
        }
    }

    fn left(sold: &[Item], taken: &[&[Item]]) -> Vec<(Option<i64>, String)> {
        let rest = rest_of(sold.iter(), taken);
        rest.into_iter()
            .map(|item| (item.number, item.quantity.decimal().normalize().to_string()))
            .collect()
    }

    #[test]
    fn what_is_taken_is_taken_once() {
        let sold = [line(Some(1), "P", 4, None), line(Some(2), "P", 4, None)];
        let half = [line(Some(1), "P", 1, None)];
        assert_eq!(left(&sold, &[]), [(Some(1), "2".into()), (Some(2), "2".into())]);
        assert_eq!(
            left(&sold, &[&half, &half]),
            [(Some(1), "1".into()), (Some(2), "2".into())]
        );
        // Without a line number it may be either, and is the first that has some left.
        let five = [line(None, "P", 5, None)];
        assert_eq!(left(&sold, &[&five]), [(Some(2), "1.5".into())]);
        // More than there is takes all there is, of this product only.
        let many = [line(Some(2), "P", 99, None), line(None, "Q", 99, None)];
        assert_eq!(left(&sold, &[&many]), [(Some(1), "2".into())]);
    }

    #[test]
    fn what_is_left_out_comes_from_the_line_that_is_meant() {
        let sold = [line(Some(1), "P", 2, Some(10)), line(Some(2), "P", 2, Some(20))];
        let price = |number: Option<i64>, product: &str, price: Option<i64>| {
            let wanted = [line(number, product, 1, price)];
            complete(&wanted, sold.iter()).first().unwrap().unit_gross
        };
        let of = |price: i64| Some(Amount::new(Decimal::from(price)).unwrap());
        assert_eq!(price(Some(2), "P", None), of(20));
        assert_eq!(price(None, "P", None), of(10));
        assert_eq!(price(Some(2), "P", Some(7)), of(7), "what is said stands");
        assert_eq!(price(Some(3), "P", None), None);
        assert_eq!(price(Some(1), "Q", None), None);
    }

    #[test]
    fn the_tolerance_is_a_coin_for_each_unit_and_one_at_least() {
        let of = |code: &str, halves: i64| {
            let items = [line(None, "P", halves, None), line(None, "Q", halves, None)];
            tolerance(&items, Currency::from_code(code).unwrap()).unwrap()
        };
        assert_eq!(of("NOK", 1), Amount::new(Decimal::new(1, 2)).unwrap());
        assert_eq!(of("NOK", 3), Amount::new(Decimal::new(3, 2)).unwrap());
        assert_eq!(of("JPY", 4), Amount::new(Decimal::from(4)).unwrap());
        assert_eq!(of("KWD", 2), Amount::new(Decimal::new(2, 3)).unwrap());
    }
}
