//! Which refusal wins: shipments, returns, references, annexes; and what these steps do.

use crate::refusals_status::{confirmed, failed, table};
use crate::world::{
    Story, capture, capture_all, change_shipment, hand_back, item, moved, process, registration,
    remove_shipment, ship,
};
use order::{Command, Dialect, Kind, Opaque, Wanted};

fn captured() -> Story {
    confirmed().then(&capture(Some("C1"), Wanted::Remaining, Vec::new()))
}

fn numbers(story: &Story) -> Vec<i64> {
    let capture = story.order().capture("C1").unwrap();
    capture.shipments.iter().map(|shipment| shipment.number).collect()
}

#[test]
fn shipments() {
    let sent = || captured().then(&ship("C1")).then(&ship("C1"));
    let first_gone = || sent().then(&remove_shipment("C1", 1));
    table! {
        "ship of no capture": sent(), ship("C9") => "the order has no capture C9";
        "ship": sent(), ship("C1") => "1 events";
        "change: the capture first": sent(), change_shipment("C9", 9, "DHL") => "the order has no capture C9";
        "change: the shipment": sent(), change_shipment("C1", 9, "DHL") => "the capture has no shipment 9";
        "change one that is gone":
            first_gone(), change_shipment("C1", 1, "DHL") => "the capture has no shipment 1";
        "change to what it is": sent(), change_shipment("C1", 1, "UPS") => "-";
        "change": sent(), change_shipment("C1", 1, "DHL") => "1 events";
        "remove: the capture first": sent(), remove_shipment("C9", 9) => "the order has no capture C9";
        "remove one that never was": sent(), remove_shipment("C1", 3) => "the capture has no shipment 3";
        "remove number nought": sent(), remove_shipment("C1", 0) => "the capture has no shipment 0";
        "remove one that is gone": first_gone(), remove_shipment("C1", 1) => "-";
        "remove": sent(), remove_shipment("C1", 2) => "1 events";
    }
}

#[test]
fn a_removed_shipments_number_is_not_given_again() {
    let mut story = captured().then(&ship("C1")).then(&ship("C1")).then(&ship("C1"));
    story.does(&remove_shipment("C1", 3));
    story.does(&ship("C1"));
    assert_eq!(numbers(&story), [1, 2, 4]);
    story.does(&change_shipment("C1", 2, "DHL"));
    let capture = story.order().capture("C1").unwrap();
    let carriers: Vec<&str> = capture
        .shipments
        .iter()
        .map(|shipment| shipment.carrier.as_str())
        .collect();
    assert_eq!(carriers, ["UPS", "DHL", "UPS"]);
    assert_eq!(capture.updated_at, Some(story.now));
}

#[test]
fn what_is_sent_with_the_capture_is_numbered_from_one() {
    let mut command = capture(Some("C1"), Wanted::Remaining, Vec::new());
    if let Command::Capture(request) = &mut command {
        request.shipments = vec![crate::world::parcel("UPS"), crate::world::parcel("DHL")];
    }
    let mut story = confirmed().then(&command);
    assert_eq!(numbers(&story), [1, 2]);
    story.does(&ship("C1"));
    assert_eq!(numbers(&story), [1, 2, 3]);
}

#[test]
fn references_and_annexes_change_on_any_order_and_only_when_they_differ() {
    let refer = |text: Option<&str>| Command::Refer {
        reference: text.map(str::to_owned),
    };
    let annotate = |text: &str| Command::Annotate {
        dialect: Dialect::Connect,
        annex: Opaque::of(&text).unwrap(),
    };
    let known = || failed().then(&refer(Some("a"))).then(&annotate("a"));
    table! {
        "no reference to remove": failed(), refer(None) => "-";
        "a reference": failed(), refer(Some("a")) => "1 events";
        "the same reference": known(), refer(Some("a")) => "-";
        "another reference": known(), refer(Some("b")) => "1 events";
        "no reference any more": known(), refer(None) => "1 events";
        "the same annex": known(), annotate("a") => "-";
        "another annex": known(), annotate("b") => "1 events";
    }
    let mut story = known();
    assert_eq!(moved(&story.does(&refer(None))), ["referred"]);
    assert_eq!(story.order().reference, None);
    assert_eq!(story.order().annex[&Dialect::Connect].text(), "\"a\"");
    assert!(story.refuses(&capture_all()).to_string().contains("failed"));
}

#[test]
fn an_order_becomes_a_customers_once() {
    let assign = |customer: &str| Command::Assign {
        customer: customer.to_owned(),
    };
    let owner = |story: &Story| {
        story
            .order()
            .customer
            .clone()
            .and_then(|customer| customer.number)
    };
    let mut story = failed();
    assert_eq!(owner(&story), None);
    assert_eq!(moved(&story.does(&assign("7"))), ["assigned"]);
    assert_eq!(owner(&story).as_deref(), Some("7"));
    story.repeats(&assign("7"));
    story.repeats(&assign("8"));
    assert_eq!(owner(&story).as_deref(), Some("7"));
}

#[test]
fn hand_lines_back() {
    let sold = |kind: Kind| {
        let mut made = registration("NOK", "100", vec![item("A", "2", "20"), item("B", "3", "20")]);
        for (number, line) in (1..).zip(&mut made.items) {
            line.number = Some(number);
        }
        made.kind = kind;
        Story::of(made).then(&process())
    };
    let days = |days: i64| days * 86_400_000;
    let late = || sold(Kind::New).later(days(15));
    let wrong = [(9, "X", "9")];
    let whole = |lines: &[(i64, &str, &str)]| hand_back(lines, Some(14), true);
    let part = |lines: &[(i64, &str, &str)]| hand_back(lines, Some(14), false);
    let half = || sold(Kind::New).then(&part(&[(2, "B", "1")]));
    let over = "the time for returning the order is over";
    table! {
        "its kind, all else wrong":
            sold(Kind::Switch).later(days(15)), whole(&wrong) => "the order can't be returned";
        "the line, too late": late(), whole(&wrong) => "the order has no line 9";
        "the product before the quantity": late(), whole(&[(1, "B", "9")]) => "line 1 is not of B";
        "returned before the quantity":
            late_after_return(), whole(&[(1, "A", "9")]) => "line 1 has already been returned";
        "the quantity, too late":
            late(), whole(&[(1, "A", "1")]) => "line 1 can't be returned in this quantity";
        "one line twice":
            late(), whole(&[(1, "A", "2"), (1, "A", "2")]) => "line 1 has already been returned";
        "the first wrong line": late(), whole(&[(7, "A", "2"), (1, "B", "2")]) => "the order has no line 7";
        "none of a line": half(), part(&[(2, "B", "0")]) => "line 2 can't be returned in this quantity";
        "more than is left": half(), part(&[(2, "B", "3")]) => "line 2 can't be returned in this quantity";
        "whole lines: what is left": half(), whole(&[(2, "B", "2")]) => "1 events";
        "too late before not processed": unprocessed().later(days(15)), whole(&[]) => over;
        "not processed yet": unprocessed(), whole(&[]) => "the order can't be returned";
        "no line": sold(Kind::Renewal), whole(&[]) => "the order can't be returned";
        "a whole line": sold(Kind::Renewal), whole(&[(2, "B", "3")]) => "1 events";
        "all of it, in parts": half(), part(&[(1, "A", "2"), (2, "B", "2")]) => "1 events";
    }
}

fn late_after_return() -> Story {
    let mut made = registration("NOK", "40", vec![item("A", "2", "20")]);
    made.items.iter_mut().for_each(|line| line.number = Some(1));
    let handed_back = hand_back(&[(1, "A", "2")], Some(14), true);
    let story = Story::of(made).then(&process()).then(&handed_back);
    assert_eq!(story.status(), "cancelled", "all of its lines are back");
    story.later(15 * 86_400_000)
}

fn unprocessed() -> Story {
    Story::registered()
}
