//! Exact money, held against arithmetic on text.

use crate::world::{amount, currency, decimal, quantity};
use order::{Amount, Currency, MoneyError, Quantity};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use rust_decimal::Decimal;

/// The product of two whole numbers below zero or above, as digits: long multiplication, as at school.
fn long_product(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut digits = vec![0_u32; left.len() + right.len()];
    for (i, a) in left.iter().rev().enumerate() {
        for (j, b) in right.iter().rev().enumerate() {
            digits[i + j] += u32::from(*a) * u32::from(*b);
        }
    }
    let mut carry = 0;
    for digit in &mut digits {
        carry += *digit;
        *digit = carry % 10;
        carry /= 10;
    }
    digits
        .iter()
        .rev()
        .map(|digit| u8::try_from(*digit).unwrap())
        .collect()
}

/// The digits of a decimal, and how many of them stand behind the point.
fn digits_of(value: Decimal) -> (Vec<u8>, usize) {
    let text = value.abs().to_string();
    let behind = text.split_once('.').map_or(0, |(_, behind)| behind.len());
    (
        text.bytes()
            .filter(u8::is_ascii_digit)
            .map(|digit| digit - b'0')
            .collect(),
        behind,
    )
}

/// What `left` times `right` comes to with so many decimals, half away from zero, as text without needless noughts.
fn school_product(left: Decimal, right: Decimal, decimals: usize) -> String {
    let ((a, a_behind), (b, b_behind)) = (digits_of(left), digits_of(right));
    let mut digits = long_product(&a, &b);
    let mut behind = a_behind + b_behind;
    let mut rounds_up = false;
    while behind > decimals {
        rounds_up = digits.pop().is_some_and(|dropped| dropped >= 5);
        behind -= 1;
    }
    if rounds_up {
        let mut place = digits.len();
        loop {
            place -= 1;
            if digits[place] < 9 {
                digits[place] += 1;
                break;
            }
            digits[place] = 0;
        }
    }
    let mut text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    if behind > 0 {
        text.insert(text.len() - behind, '.');
        text = text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let text = text.trim_start_matches('0');
    let text = if text.is_empty() || text.starts_with('.') {
        format!("0{text}")
    } else {
        text.to_owned()
    };
    let is_negative = left.is_sign_negative() != right.is_sign_negative() && text != "0";
    if is_negative { format!("-{text}") } else { text }
}

fn shown(value: Amount) -> String {
    value.decimal().normalize().to_string()
}

/// Any amount: all its digits, few of them, the edges of the range, and halves that rounding turns on.
fn any_amount() -> impl Strategy<Value = Decimal> {
    let bound = 10_i128.pow(24);
    let whole = (1 - bound..bound).prop_map(|units| Decimal::from_i128_with_scale(units, 12));
    let few = (any::<i32>(), 0_u32..7).prop_map(|(units, scale)| Decimal::new(i64::from(units), scale));
    let edge = Just(Decimal::from_i128_with_scale(bound - 1, 12));
    let half = (-2000_i64..2000, 1_u32..5).prop_map(|(odd, scale)| Decimal::new(odd * 10 + 5, scale));
    prop_oneof![4 => whole, 4 => few, 1 => edge, 3 => half]
}

fn any_currency() -> impl Strategy<Value = Currency> {
    prop_oneof![Just("JPY"), Just("NOK"), Just("KWD"), Just("CLF")].prop_map(currency)
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 3000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_price_is_the_exact_product_rounded_once(
        unit in any_amount(), count in any_amount(), currency in any_currency()
    ) {
        let places = usize::try_from(currency.decimals()).unwrap();
        let expected = school_product(unit, count, places);
        let whole = expected.trim_start_matches('-').split('.').next().unwrap_or_default().len();
        match currency.price(Amount::new(unit).unwrap(), Quantity::new(count).unwrap()) {
            Ok(price) => prop_assert_eq!(shown(price), expected),
            Err(error) => {
                prop_assert_eq!(error, MoneyError::TooLarge);
                prop_assert!(whole > 12, "{} times {} is {}", unit, count, expected);
            }
        }
    }

    #[test]
    fn per_cent_is_the_exact_product_of_hundredths(net in any_amount(), percent in -1_000_000_i64..1_000_000) {
        let percent = Decimal::new(percent, 4);
        let expected = school_product(net, percent * Decimal::new(1, 2), 12);
        if let Ok(vat) = Amount::new(net).unwrap().percent(percent) {
            prop_assert_eq!(shown(vat), expected);
        } else {
            let whole = expected.trim_start_matches('-').split('.').next().unwrap_or_default().len();
            prop_assert!(whole > 12);
        }
    }

    #[test]
    fn rounding_agrees_with_multiplying_by_one(value in any_amount(), currency in any_currency()) {
        let places = usize::try_from(currency.decimals()).unwrap();
        let rounded = currency.round(Amount::new(value).unwrap());
        prop_assert_eq!(shown(rounded), school_product(value, Decimal::ONE, places));
        prop_assert!(currency.can_pay(rounded));
        prop_assert_eq!(currency.can_pay(Amount::new(value).unwrap()), value == rounded.decimal());
    }

    #[test]
    fn adding_loses_nothing(one in any_amount(), other in any_amount()) {
        let (one, other) = (Amount::new(one).unwrap(), Amount::new(other).unwrap());
        let units = |amount: Amount| {
            let value = amount.decimal().normalize();
            value.mantissa() * 10_i128.pow(12 - value.scale())
        };
        match one.plus(other) {
            Ok(sum) => {
                prop_assert_eq!(units(sum), units(one) + units(other));
                prop_assert_eq!(sum.minus(other), Ok(one));
                prop_assert_eq!(other.plus(one), Ok(sum));
            }
            Err(error) => {
                prop_assert_eq!(error, MoneyError::TooLarge);
                prop_assert!((units(one) + units(other)).abs() >= 10_i128.pow(24));
            }
        }
        prop_assert_eq!(one.minus(other).ok(), one.plus(other.negated()).ok());
        prop_assert_eq!(units(one.negated()), -units(one));
    }

    #[test]
    fn an_amount_reads_back_as_it_was_written(value in any_amount(), noughts in 0_u32..4) {
        let mut written = value;
        written.rescale((value.scale() + noughts).min(12));
        let written = Amount::new(written).unwrap();
        let text = serde_json::to_string(&written).unwrap();
        let read: Amount = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read.decimal().to_string(), written.decimal().to_string());
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }
}

#[test]
fn halves_go_away_from_zero() {
    for (code, exact, rounded) in [
        ("NOK", "0.005", "0.01"),
        ("NOK", "-0.005", "-0.01"),
        ("NOK", "0.004999999999", "0"),
        ("NOK", "1.015", "1.02"),
        ("NOK", "1.025", "1.03"),
        ("NOK", "-1.025", "-1.03"),
        ("JPY", "0.5", "1"),
        ("JPY", "-0.5", "-1"),
        ("JPY", "1.5", "2"),
        ("JPY", "2.5", "3"),
        ("JPY", "2.499999999999", "2"),
        ("KWD", "0.0005", "0.001"),
        ("KWD", "-0.0015", "-0.002"),
        ("KWD", "1.0625", "1.063"),
    ] {
        let currency = currency(code);
        assert_eq!(shown(currency.round(amount(exact))), rounded, "{exact} {code}");
        let price = currency.price(amount(exact), Quantity::ONE).unwrap();
        assert_eq!(shown(price), rounded, "{exact} {code}");
    }
}

/// The exact product is a hair below a half; with 28 digits it would first be rounded up to it, and then up again.
#[test]
fn a_price_is_not_rounded_twice() {
    let nok = currency("NOK");
    for sign in ["", "-"] {
        let unit = amount(&format!("{sign}5000000001.000000000001"));
        let price = nok.price(unit, quantity("0.999999999999")).unwrap();
        assert_eq!(shown(price), format!("{sign}5000000000.99"));
    }
}

#[test]
fn coins() {
    for (code, decimals, coin) in [
        ("JPY", 0, "1"),
        ("NOK", 2, "0.01"),
        ("KWD", 3, "0.001"),
        ("CLF", 4, "0.0001"),
    ] {
        assert_eq!(currency(code).decimals(), decimals);
        assert_eq!(currency(code).smallest(), amount(coin));
        assert!(currency(code).can_pay(amount(coin)));
        let finer = Decimal::new(11, decimals + 1);
        assert!(!currency(code).can_pay(Amount::new(finer).unwrap()));
    }
    assert_eq!(Currency::from_code("nok"), Some(currency("NOK")));
    for wrong in ["", "N", "NOKK", "ZZZ", "€", "N K", "\u{0}\u{0}\u{0}"] {
        assert_eq!(Currency::from_code(wrong), None, "{wrong:?}");
    }
}

#[test]
fn an_amount_is_below_a_trillion_and_has_at_most_twelve_decimals() {
    let taken = |text: &str| Amount::new(decimal(text)).map(|amount| amount.to_string());
    assert_eq!(
        taken("999999999999.999999999999"),
        Ok("999999999999.999999999999".to_owned())
    );
    assert_eq!(
        taken("-999999999999.999999999999"),
        Ok("-999999999999.999999999999".to_owned())
    );
    assert_eq!(taken("1000000000000"), Err(MoneyError::TooLarge));
    assert_eq!(taken("-1000000000000.0"), Err(MoneyError::TooLarge));
    assert_eq!(taken("0.0000000000001"), Err(MoneyError::TooPrecise));
    assert_eq!(
        taken("0.0000000000010"),
        Ok("0.000000000001".to_owned()),
        "noughts behind don't count"
    );
    assert_eq!(taken("550.0"), Ok("550.0".to_owned()), "they are kept");
    assert_eq!(taken("-0.00"), Ok("0.00".to_owned()), "nought has no sign");
    assert_eq!(
        amount("999999999999").plus(amount("1")),
        Err(MoneyError::TooLarge)
    );
    assert_eq!(
        amount("-999999999999").minus(amount("1")),
        Err(MoneyError::TooLarge)
    );
    assert_eq!(Quantity::new(decimal("1000000000000")), Err(MoneyError::TooLarge));
    assert_eq!(quantity("1").decimal(), Decimal::ONE);
}

#[test]
fn no_text_reads_as_an_amount_out_of_bounds() {
    for text in [
        "\"1000000000000\"",
        "\"-1000000000000\"",
        "\"0.0000000000001\"",
        "\"x\"",
        "\"\"",
    ] {
        assert!(serde_json::from_str::<Amount>(text).is_err(), "{text}");
        assert!(serde_json::from_str::<Quantity>(text).is_err(), "{text}");
    }
}

#[test]
fn nothing_rounds_to_a_nought_below_zero() {
    let nok = currency("NOK");
    for zero in [
        nok.round(amount("-0.004")),
        nok.price(amount("-0.004"), Quantity::ONE).unwrap(),
        amount("0").negated(),
        amount("1.0").minus(amount("1.00")).unwrap(),
        amount("-1").plus(amount("1")).unwrap(),
    ] {
        assert!(!zero.to_string().starts_with('-'), "{zero}");
        assert!(zero.is_zero() && !zero.is_negative() && !zero.is_positive());
    }
}
