//! Which refusal wins: captures, refunds, cancellations. Each table goes from what wins over everything to what is said
//! only when nothing else is wrong.

use crate::refusals_status::{
    cancelled, captured, confirmed, expired, failed, preliminary, processed, table,
};
use crate::world::{
    NOW, Story, amount, cancel, cancel_all, capture, capture_all, capture_by_total, exactly, item, refund,
    refund_all,
};
use order::Wanted;

const POSITIVE: &str = "the amount must be above zero";
const TOO_FINE: &str = "1.001 has more decimals than the currency";
const NO_QUANTITY: &str = "the quantity of P must be above zero";

fn net_off() -> Wanted {
    Wanted::Exactly {
        gross: amount("10"),
        net: Some(amount("9")),
    }
}

/// One of P for 10, net 8.
fn one() -> Vec<order::Item> {
    let mut one = item("P", "1", "10");
    one.unit_net = Some(amount("8"));
    vec![one]
}

fn none_of_it() -> Vec<order::Item> {
    vec![item("P", "0", "10")]
}

#[test]
fn capture_an_amount() {
    // The worst of captures: its quantity, its total and its size are wrong.
    let worst = || capture(None, exactly("-5000"), none_of_it());
    let numbered = || confirmed().then(&capture(Some("INV1"), exactly("40"), Vec::new()));
    let late = || {
        let mut story = confirmed();
        story.now = NOW.plus_days(30);
        story
    };
    let just_in_time = || {
        let mut story = confirmed();
        story.now = NOW.plus_days(30).plus_millis(-1);
        story
    };
    table! {
        "done before, on an order that is used up": captured(), capture_all() => "-";
        "same number, same amount": numbered(), capture(Some("INV1"), exactly("40"), none_of_it()) => "-";
        "same number, another amount":
            numbered().then(&cancel_all()), capture(Some("INV1"), exactly("-41"), none_of_it())
            => "the capture number INV1 is already used";
        "same number, for a rest that is still there":
            numbered(), capture(Some("INV1"), Wanted::Remaining, Vec::new())
            => "the capture number INV1 is already used";
        "not confirmed": preliminary(), worst() => "the order is not confirmed yet";
        "lapsed": expired(), worst() => "the reservation has expired";
        "failed": failed(), worst() => "the order is failed and takes no more of this";
        "cancelled": cancelled(), worst() => "the order is cancelled and takes no more of this";
        "nothing reserved": processed(), worst() => "nothing is reserved on the order";
        "used up": captured(), worst() => "nothing is left to capture on the order";
        "used up, and late": captured().later(i64::MAX), worst() => "nothing is left to capture on the order";
        "late": late(), worst() => "the reservation has expired";
        "the quantity": confirmed(), worst() => NO_QUANTITY;
        "the gross total before the net":
            confirmed(), capture(None, net_off(), vec![item("P", "1", "999")])
            => "the gross total 10 is not the 999 that the items come to";
        "the net total":
            confirmed(), capture(None, net_off(), one())
            => "the net total 9 is not the 8 that the items come to";
        "nothing": confirmed(), capture(None, exactly("0"), Vec::new()) => POSITIVE;
        "items that come to nothing": confirmed(), capture(None, Wanted::Items, Vec::new()) => POSITIVE;
        "below zero": confirmed(), capture(None, exactly("-1.001"), Vec::new()) => POSITIVE;
        "too fine before too much":
            confirmed(), capture(None, exactly("100.001"), Vec::new())
            => "100.001 has more decimals than the currency";
        "too fine": confirmed(), capture(None, exactly("1.001"), Vec::new()) => TOO_FINE;
        "too much":
            numbered(), capture(None, exactly("60.01"), Vec::new())
            => "60.01 is more than the 60 that is left to capture";
        "to the coin": numbered(), capture(None, exactly("60.00"), Vec::new()) => "1 events";
        "to the moment": just_in_time(), capture_all() => "1 events";
    }
}

#[test]
fn capture_a_part_that_has_to_name_its_items() {
    let sold = || Story::open("100", vec![item("P", "10", "10")]);
    let nothing_named = || Story::open("100", Vec::new());
    table! {
        "used up": captured(), capture_by_total("10") => "nothing is left to capture on the order";
        "too fine": sold(), capture_by_total("1.001") => TOO_FINE;
        "too much":
            sold(), capture_by_total("100.01") => "100.01 is more than the 100 that is left to capture";
        "a part":
            sold(), capture_by_total("99.99")
            => "99.99 is only a part of the 100 that is left to capture, so it must name its items";
        "all that is left": sold(), capture_by_total("100") => "1 events";
        "all that a part has left":
            sold().then(&capture(None, Wanted::Items, one())), capture_by_total("90") => "1 events";
        "a part of what was never named": nothing_named(), capture_by_total("40") => "1 events";
    }
}

#[test]
fn cancel_an_amount() {
    let worst = || cancel(exactly("-5000"), none_of_it());
    let part = || confirmed().later(1000).then(&cancel(exactly("40"), Vec::new()));
    table! {
        "done before": cancelled(), cancel_all() => "-";
        "lapsed: nothing is held any more": expired(), cancel_all() => "-";
        "not confirmed": preliminary(), worst() => "the order is not confirmed yet";
        "failed": failed(), worst() => "the order is failed and takes no more of this";
        "failed, all of it": failed(), cancel_all() => "the order is failed and takes no more of this";
        "cancelled, an amount": cancelled(), worst() => "the order is cancelled and takes no more of this";
        "nothing reserved": processed(), worst() => "nothing is reserved on the order";
        "all captured": captured(), cancel_all() => "nothing is left to cancel on the order";
        "the rest captured after a part was released":
            part().then(&capture_all()), cancel_all() => "nothing is left to cancel on the order";
        "the quantity": confirmed(), worst() => NO_QUANTITY;
        "the gross total":
            confirmed(), cancel(exactly("-1"), one())
            => "the gross total -1 is not the 10 that the items come to";
        "the net total":
            confirmed(), cancel(net_off(), one()) => "the net total 9 is not the 8 that the items come to";
        "nothing": confirmed(), cancel(exactly("0"), Vec::new()) => POSITIVE;
        "too fine": confirmed(), cancel(exactly("1.001"), Vec::new()) => TOO_FINE;
        "too much":
            part(), cancel(exactly("60.01"), Vec::new())
            => "60.01 is more than the 60 that is left to cancel";
        "items that are too much":
            part(), cancel(Wanted::Items, vec![item("P", "7", "10")])
            => "70 is more than the 60 that is left to cancel";
        "to the coin": part(), cancel(exactly("60"), Vec::new()) => "1 events";
    }
}

#[test]
fn refund_an_amount() {
    let worst = |of, number| refund(of, number, exactly("-5000"), none_of_it());
    let taken = || -> Story { confirmed().then(&capture(Some("C1"), exactly("60"), Vec::new())) };
    let given = || taken().then(&refund(None, Some("R1"), exactly("20"), Vec::new()));
    let used = "the refund number R1 is already used";
    table! {
        "nothing captured, no such capture":
            confirmed(), worst(Some("C9"), None) => "nothing has been captured on the order";
        "nothing captured": confirmed(), worst(None, None) => "nothing has been captured on the order";
        "no such capture": given(), worst(Some("C9"), Some("R1")) => "the order has no capture C9";
        "same number, same amount": given(), refund(None, Some("R1"), exactly("20"), none_of_it()) => "-";
        "same number, another amount": given(), worst(None, Some("R1")) => used;
        "same number, for a rest that is still there":
            given(), refund(None, Some("R1"), Wanted::Remaining, Vec::new()) => used;
        "same number, another capture":
            given().then(&capture(Some("C2"), Wanted::Remaining, Vec::new())), refund(Some("C2"), Some("R1"), exactly("20"), Vec::new())
            => used;
        "the quantity": given(), worst(None, None) => NO_QUANTITY;
        "the gross total":
            given(), refund(None, None, exactly("-1"), one())
            => "the gross total -1 is not the 10 that the items come to";
        "the net total":
            given(), refund(None, None, net_off(), one())
            => "the net total 9 is not the 8 that the items come to";
        "nothing": given(), refund(None, None, exactly("0"), Vec::new()) => POSITIVE;
        "too fine": given(), refund(None, None, exactly("1.001"), Vec::new()) => TOO_FINE;
        "too much":
            given(), refund(None, None, exactly("40.01"), Vec::new())
            => "40.01 is more than the 40 that is left to refund";
        "too much of this capture":
            given().then(&capture(Some("C2"), Wanted::Remaining, Vec::new())), refund(Some("C1"), None, exactly("40.01"), Vec::new())
            => "40.01 is more than the 40 that is left to refund";
        "too much, of what was given back whole":
            given().then(&refund_all()), refund(None, None, exactly("0.01"), Vec::new())
            => "0.01 is more than the 0 that is left to refund";
        "all, when all is given back": given().then(&refund_all()), refund_all() => "-";
        "to the coin": given(), refund(None, None, exactly("40"), Vec::new()) => "1 events";
        "on an order that lapsed since":
            taken().later(40 * 86_400_000).then(&order::Command::Expire), refund_all() => "1 events";
    }
}
