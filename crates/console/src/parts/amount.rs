//! Amounts and quantities as people read them.

use maud::{Markup, html};
use order::{Amount, Currency};
use rust_decimal::Decimal;

/// What stands between groups of three digits: a narrow space at which no line breaks.
const GROUP: char = '\u{202f}';

/// The digits of an amount: at least as many decimals as the currency has, none lost, in groups of three.
pub(crate) fn digits(amount: Amount, currency: Currency) -> String {
    let mut value = amount.decimal().normalize();
    if value.scale() < currency.decimals() {
        value.rescale(currency.decimals());
    }
    grouped(&value.to_string())
}

/// A whole number in groups of three.
pub(crate) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// The digits of a number in groups of three.
pub(crate) fn grouped(number: &str) -> String {
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => ("\u{2212}", number),
        None => ("", number),
    };
    let (whole, rest) = match number.find('.') {
        Some(point) => number.split_at(point),
        None => (number, ""),
    };
    let mut text = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        let to_come = whole.len().saturating_sub(place);
        if place > 0 && to_come.is_multiple_of(3) {
            text.push(GROUP);
        }
        text.push(digit);
    }
    text + rest
}

/// An amount with its currency, aligned by its digits.
pub(crate) fn amount(value: Amount, currency: Currency) -> Markup {
    html! {
        span.amount { (digits(value, currency)) "\u{a0}" span.currency { (currency.code()) } }
    }
}

/// A quantity or a percentage, in its shortest form.
pub(crate) fn quantity(value: Decimal) -> String {
    grouped(&value.normalize().to_string())
}

#[cfg(test)]
mod tests {
    use super::{count, digits, quantity};
    use order::{Amount, Currency};
    use rust_decimal::Decimal;

    #[test]
    fn digits_stand_in_groups_of_three_and_none_is_lost() {
        for (number, code, shown) in [
            ("0", "NOK", "0.00"),
            ("999.5", "NOK", "999.50"),
            ("1000", "NOK", "1\u{202f}000.00"),
            ("-1234567.891", "NOK", "\u{2212}1\u{202f}234\u{202f}567.891"),
            ("100000", "JPY", "100\u{202f}000"),
            ("1.5", "KWD", "1.500"),
        ] {
            let amount = Amount::new(number.parse().unwrap()).unwrap();
            assert_eq!(digits(amount, Currency::from_code(code).unwrap()), shown);
        }
        assert_eq!(count(1_000_000), "1\u{202f}000\u{202f}000");
        assert_eq!(quantity(Decimal::new(2500, 2)), "25");
    }
}
