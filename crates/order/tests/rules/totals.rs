//! What items come to, and which totals are taken for right.

use crate::world::{amount, currency, decimal, item, quantity, unpriced};
use order::{Item, Refusal, Totals, check_totals, sum_of};

fn net_priced(count: &str, net: &str, vat: Option<&str>, percent: Option<&str>) -> Item {
    Item {
        unit_net: Some(amount(net)),
        unit_vat: vat.map(amount),
        vat_percent: percent.map(decimal),
        ..unpriced("P", count)
    }
}

fn told(items: &[Item], gross: &str, net: Option<&str>) -> Result<(), String> {
    check_totals(items, amount(gross), net.map(amount), currency("NOK"))
        .map_err(|refusal| refusal.to_string())
}

#[test]
fn each_line_is_rounded_by_itself() {
    let thirds = || vec![item("A", "1", "33.333333"), item("B", "2", "33.333333")];
    let gross = |code: &str| sum_of(&thirds(), currency(code)).unwrap().gross;
    assert_eq!(gross("NOK"), amount("100.00"));
    assert_eq!(gross("JPY"), amount("100"));
    assert_eq!(gross("KWD"), amount("100.000"));
}

#[test]
fn an_item_without_a_gross_price_counts_with_its_vat() {
    let sums = |item: Item| sum_of(&[item], currency("NOK")).unwrap();
    let (gross, net) = (amount("250"), Some(amount("200")));
    assert_eq!(
        sums(net_priced("2", "100", Some("25"), None)),
        Totals { gross, net }
    );
    assert_eq!(
        sums(net_priced("2", "100", None, Some("25"))),
        Totals { gross, net }
    );
    // What is told of the VAT in money counts before the per cent.
    assert_eq!(
        sums(net_priced("2", "100", Some("25"), Some("12"))),
        Totals { gross, net }
    );
    assert_eq!(sums(net_priced("1", "100", None, None)).gross, amount("100"));
    assert_eq!(
        sums(net_priced("3", "0.01", None, Some("33.333"))).gross,
        amount("0.04")
    );
    assert_eq!(
        sums(item("P", "1", "5")),
        Totals {
            gross: amount("5"),
            net: None
        }
    );
}

#[test]
fn totals_may_be_off_by_a_coin_for_each_unit_and_no_more() {
    let items = vec![item("A", "2", "10"), item("B", "1.5", "10")];
    assert_eq!(
        told(&items, "35.04", None),
        Ok(()),
        "four coins: the units' sum is rounded"
    );
    assert_eq!(told(&items, "34.96", None), Ok(()));
    assert!(told(&items, "35.05", None).is_err());
    assert!(told(&items, "34.95", None).is_err());
    // Less than one unit still has one coin.
    assert_eq!(told(&[item("A", "0.2", "10")], "2.01", None), Ok(()));
    assert!(told(&[item("A", "0.2", "10")], "2.02", None).is_err());
}

#[test]
fn totals_without_items_are_not_checked() {
    assert_eq!(told(&[], "12345", Some("99999")), Ok(()));
}

#[test]
fn net_and_vat_are_not_held_against_gross() {
    // Seen accepted by the real service: net 10, VAT 2.5 of 21 per cent, gross 12.5.
    let mut odd = net_priced("1", "10", Some("2.5"), Some("21"));
    odd.unit_gross = Some(amount("12.5"));
    assert_eq!(told(&[odd], "12.5", Some("10")), Ok(()));
    let mut more_net = net_priced("1", "34.79", Some("-4.79"), None);
    more_net.unit_gross = Some(amount("30"));
    assert_eq!(told(&[more_net], "30", Some("34.79")), Ok(()));
}

#[test]
fn vouchers_count_below_zero() {
    assert_eq!(
        told(
            &[item("A", "3", "10"), item("VOUCHER", "1", "-5.5")],
            "24.5",
            None
        ),
        Ok(())
    );
}

#[test]
fn the_net_total_is_checked_only_when_every_item_tells_its_own() {
    let half = [net_priced("1", "10", None, None), item("B", "1", "10")];
    assert_eq!(told(&half, "20", Some("1")), Ok(()));
}

#[test]
fn which_of_several_faults_is_said() {
    let zero = || net_priced("0", "10", None, None);
    let table: [(&[Item], &str, &str, &str); 3] = [
        (&[zero()], "9", "9", "the quantity of P must be above zero"),
        (
            &[net_priced("1", "10", None, None)],
            "9",
            "9",
            "the gross total 9 is not the 10 that the items come to",
        ),
        (
            &[net_priced("1", "10", None, None)],
            "10",
            "9",
            "the net total 9 is not the 10 that the items come to",
        ),
    ];
    for (items, gross, net, expected) in table {
        assert_eq!(told(items, gross, Some(net)), Err(expected.to_owned()));
    }
}

#[test]
fn items_beyond_what_can_be_counted_are_refused_not_guessed() {
    let huge = || item("P", "999999999999", "999999999999");
    let error = sum_of(&[huge()], currency("NOK")).unwrap_err();
    assert_eq!(error, order::MoneyError::TooLarge);
    let refused = check_totals(&[huge()], amount("1"), None, currency("NOK"));
    assert_eq!(refused, Err(Refusal::Money(error)));
    let percent = net_priced("1", "999999999999", None, Some("9999999999999999999999999999"));
    assert_eq!(sum_of(&[percent], currency("NOK")), Err(error));
    assert_eq!(
        quantity("2").plus(quantity("1")).less(quantity("5")),
        order::Quantity::ZERO
    );
}
