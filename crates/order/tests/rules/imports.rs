//! Orders that another system kept: they come in as told, and our rules hold from there on.

use crate::world::{
    NOW, Story, amount, cancel, cancel_all, capture, capture_all, exactly, item, moved, refund, refund_all,
    registration, ship,
};
use order::{
    Amount, Cancellation, Capture, Cause, Command, Line, Order, Refund, Refusal, Reservation, Status,
    Timestamp, Wanted,
};
use uuid::Uuid;

/// A bare order of 720 NOK as an importer would build it, with nothing moved yet.
fn told() -> Order {
    let mut order = Story::of(registration("NOK", "720", Vec::new())).order().clone();
    order.status = Status::Processed { at: NOW };
    order.reservation = Some(Reservation {
        id: Uuid::from_u128(1),
        authorised: amount("720"),
        excess: Amount::ZERO,
        expires_at: None,
    });
    order.version = 0;
    order
}

fn told_capture(number: &str, total: &str, refunded: &str) -> Capture {
    Capture {
        id: Uuid::from_u128(2),
        number: number.to_owned(),
        amount: amount(total),
        refunded: amount(refunded),
        items: vec![item("ITEM1111", "5", "132.5"), item("ITEM98556", "1", "57.5")],
        shipments: vec![crate::world::parcel("UPS").numbered(1)],
        last_shipment: 0,
        at: NOW,
        updated_at: None,
        annex: None,
    }
}

fn told_refund(number: &str, of: &str, total: &str) -> Refund {
    Refund {
        id: Uuid::from_u128(3),
        number: number.to_owned(),
        capture: of.to_owned(),
        amount: amount(total),
        items: Vec::new(),
        at: NOW,
        annex: None,
    }
}

fn told_cancellation(number: &str, total: &str) -> Cancellation {
    Cancellation {
        number: number.to_owned(),
        amount: amount(total),
        items: Vec::new(),
        cause: Cause::Merchant,
        at: Timestamp(0),
        annex: None,
    }
}

/// The documented AfterPay order, whose amounts don't add up: 720 captured, 720 refunded, and 40 and 690 cancelled.
fn documented() -> Order {
    let mut order = told();
    order.captures = vec![told_capture("SHIPMENT001", "720.0", "720.0")];
    order.refunds = vec![told_refund("SHIPMENT001R00", "SHIPMENT001", "720.0")];
    order.cancellations = vec![
        told_cancellation("ORDER00001C00", "40.0"),
        told_cancellation("ORDER00001C01", "690.0"),
    ];
    order
}

#[test]
fn the_documented_order_comes_in_and_nothing_more_can_be_moved() {
    let mut story = Story::imported(documented());
    assert_eq!(story.sums(), ["1450", "720", "730", "720", "0"]);
    let held = story.order().reservation.clone().unwrap();
    assert_eq!((held.authorised, held.excess), (amount("720"), amount("730")));
    assert!(story.order().imported);

    for command in [capture_all(), capture(Some("NEW"), exactly("0.01"), Vec::new())] {
        assert_eq!(story.refuses(&command), Refusal::NothingToCapture);
    }
    assert_eq!(
        story.refuses(&refund(None, None, exactly("0.01"), Vec::new())),
        Refusal::RefundExceedsCapture {
            wanted: amount("0.01"),
            refundable: Amount::ZERO
        }
    );
    assert_eq!(
        story.refuses(&cancel(exactly("1"), Vec::new())),
        Refusal::NothingToCancel
    );
    story.repeats(&refund_all());
    story.repeats(&cancel_all());
    story.repeats(&capture(Some("SHIPMENT001"), exactly("720"), Vec::new()));
    assert_eq!(story.sums(), ["1450", "720", "730", "720", "0"]);
}

#[test]
fn its_refund_comes_in_whether_told_by_the_capture_or_by_the_list() {
    let mut by_list = documented();
    by_list.captures = vec![told_capture("SHIPMENT001", "720", "0")];
    let mut by_capture = documented();
    by_capture.refunds.clear();
    for order in [by_list, by_capture] {
        assert_eq!(Story::imported(order).sums(), ["1450", "720", "730", "720", "0"]);
    }
}

#[test]
fn more_refunded_than_captured_counts_as_all_of_it() {
    let mut order = told();
    order.captures = vec![told_capture("A", "100", "250"), told_capture("B", "100", "0")];
    order.refunds = vec![told_refund("R", "B", "70"), told_refund("R", "B", "70")];
    let mut story = Story::imported(order);
    assert_eq!(story.sums(), ["720", "200", "0", "200", "520"]);
    story.repeats(&refund_all());
    assert_eq!(moved(&story.does(&capture_all())), ["100000000005 520"]);
    assert_eq!(moved(&story.does(&refund_all())), ["100000000005R00 520"]);
}

#[test]
fn captures_without_a_reservation_were_reserved() {
    let mut order = documented();
    order.reservation = None;
    let mut story = Story::imported(order);
    assert_eq!(story.sums(), ["1450", "720", "730", "720", "0"]);
    assert_eq!(
        story.refuses(&crate::world::reserve("5")),
        Refusal::AlreadyReserved
    );

    let mut untouched = told();
    untouched.reservation = None;
    assert_eq!(Story::imported(untouched).order().reservation, None);
}

#[test]
fn what_is_left_of_it_goes_on_by_our_rules() {
    let mut order = told();
    order.captures = vec![told_capture("SHIPMENT001", "300", "0")];
    order.cancellations = vec![told_cancellation("ORDER00001C00", "20")];
    let mut story = Story::imported(order);
    assert_eq!(story.sums(), ["720", "300", "20", "0", "400"]);
    story.does(&capture(Some("SHIPMENT002"), exactly("150"), Vec::new()));
    story.does(&refund(Some("SHIPMENT001"), None, exactly("300"), Vec::new()));
    assert_eq!(moved(&story.does(&cancel_all())), ["ORDER00001C01 250"]);
    assert_eq!(story.sums(), ["720", "450", "270", "300", "0"]);
}

#[test]
fn a_shipment_to_come_is_numbered_after_those_that_are_told() {
    let mut story = Story::imported(documented());
    story.does(&ship("SHIPMENT001"));
    let shipments = &story.order().captures[0].shipments;
    assert_eq!(
        shipments
            .iter()
            .map(|shipment| shipment.number)
            .collect::<Vec<_>>(),
        [1, 2]
    );
}

#[test]
fn more_returned_than_sold_counts_as_all_of_it() {
    let mut order = told();
    let mut line = Line::new(item("P", "2", "360"));
    line.returned = crate::world::quantity("3");
    order.lines = vec![line];
    let story = Story::imported(order);
    assert!(!story.order().lines[0].returnable().is_positive());
}

#[test]
fn an_amount_below_zero_is_refused_and_says_so() {
    let changes: [fn(&mut Order); 5] = [
        |order| order.captures[0].amount = amount("-720"),
        |order| order.captures[0] = told_capture("SHIPMENT001", "-0.01", "0"),
        |order| order.refunds[0].amount = amount("-720"),
        |order| order.cancellations[0].amount = amount("-40"),
        |order| order.reservation.as_mut().unwrap().authorised = amount("-1"),
    ];
    for change in changes {
        let mut order = documented();
        change(&mut order);
        let refusal = Story::new().refuses(&Command::Import(Box::new(order)));
        assert_eq!(refusal, Refusal::AmountNotPositive);
    }
}

#[test]
fn sums_that_no_amount_holds_are_refused_as_too_large() {
    let mut order = told();
    order.captures = vec![
        told_capture("A", "999999999999", "0"),
        told_capture("B", "999999999999", "0"),
    ];
    let refusal = Story::new().refuses(&Command::Import(Box::new(order)));
    assert_eq!(refusal, Refusal::Money(order::MoneyError::TooLarge));
}

#[test]
fn a_capture_of_what_rounding_left_over_needs_no_items() {
    let mut order = told();
    order.captures = vec![told_capture("A", "719.99", "0")];
    let mut story = Story::imported(order);
    let cent = capture(Some("B"), Wanted::Remaining, Vec::new());
    assert_eq!(moved(&story.does(&cent)), ["B 0.01"]);
}

#[test]
fn a_reservation_that_did_not_lapse_there_does_not_lapse_here_for_the_same_time() {
    let lapses = |at: Timestamp| {
        let mut order = told();
        if let Some(held) = &mut order.reservation {
            held.expires_at = Some(at);
        }
        let story = Story::imported(order);
        story.order().reservation.as_ref().unwrap().expires_at
    };
    assert_eq!(lapses(NOW), None);
    assert_eq!(lapses(NOW.plus_millis(1)), Some(NOW.plus_millis(1)));
}
