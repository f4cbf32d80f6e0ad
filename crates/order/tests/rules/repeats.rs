//! A step that is done already succeeds and does nothing, so that a lost answer can be asked for again; but nobody is
//! told that something is done which is not.

use crate::world::{
    Story, cancel, cancel_all, capture, capture_all, capture_by_total, exactly, item, moved, refund,
    refund_all, unpriced,
};
use order::{Item, Refusal, Wanted};

fn open() -> Story {
    Story::open("100", thirds("3"))
}

fn thirds(count: &str) -> Vec<Item> {
    vec![item("THIRD", count, "33.333333")]
}

#[test]
fn a_numbered_capture() {
    for wanted in [exactly("40"), Wanted::Items, Wanted::Remaining] {
        let items = if wanted == Wanted::Items {
            thirds("1")
        } else {
            Vec::new()
        };
        let command = capture(Some("INV"), wanted, items);
        let mut story = open().then(&command);
        story.repeats(&command);
        // Whatever has happened since.
        let mut story = story.then(&refund_all());
        story.repeats(&command);
        if wanted != Wanted::Remaining {
            story.then(&cancel_all()).repeats(&command);
        }
    }
}

#[test]
fn a_numbered_capture_of_the_last_lines_that_took_a_cent_more() {
    let mut story = open();
    story.does(&capture(None, Wanted::Items, thirds("2")));
    let last = capture(Some("INV"), Wanted::Items, thirds("1"));
    assert_eq!(moved(&story.does(&last)), ["INV 33.33"]);
    let mut story = Story::open("100", thirds("3"));
    for number in ["INV1", "INV2", "INV3"] {
        let third = capture(Some(number), Wanted::Items, thirds("1"));
        story.does(&third);
        story.repeats(&third);
    }
    assert_eq!(story.sums(), ["100", "100", "0", "0", "0"]);
}

#[test]
fn a_numbered_capture_or_refund_of_items_without_prices() {
    let lazy = || vec![unpriced("THIRD", "1")];
    let taken = capture(Some("INV"), Wanted::Items, lazy());
    let back = refund(Some("INV"), Some("CN"), Wanted::Items, lazy());
    let mut story = open().then(&taken);
    story.repeats(&taken);
    let mut story = story.then(&back);
    story.repeats(&back);
}

#[test]
fn a_capture_of_all_after_a_part_was_released() {
    let mut story = open()
        .then(&cancel(exactly("40"), Vec::new()))
        .then(&capture_all());
    story.repeats(&capture_all());
    assert_eq!(story.sums(), ["100", "60", "40", "0", "0"]);
}

#[test]
fn a_capture_of_all_by_its_total() {
    let part = capture(None, Wanted::Items, thirds("1"));
    let mut story = open().then(&part).then(&capture_by_total("66.67"));
    story.repeats(&capture_by_total("66.67"));
    assert_eq!(story.refuses(&capture_by_total("100")), Refusal::NothingToCapture);
    // Where an amount may be a part, the same amount again is another part.
    let whole = capture(None, exactly("100"), Vec::new());
    assert_eq!(open().then(&whole).refuses(&whole), Refusal::NothingToCapture);
}

#[test]
fn but_a_rest_that_was_released_is_not_captured() {
    let mut story = open()
        .then(&capture(None, exactly("40"), Vec::new()))
        .then(&cancel_all());
    assert_eq!(story.refuses(&capture_all()), Refusal::NothingToCapture);
    story.repeats(&cancel_all());
    // At the very same moment the order can't tell, and refuses too.
    let mut story = open();
    story.does(&capture(None, exactly("40"), Vec::new()));
    story.does(&cancel_all());
    assert_eq!(story.refuses(&capture_all()), Refusal::NothingToCapture);
}

#[test]
fn and_a_rest_that_was_captured_is_not_released() {
    let mut story = open()
        .then(&cancel(exactly("40"), Vec::new()))
        .then(&capture_all());
    assert_eq!(story.refuses(&cancel_all()), Refusal::NothingToCancel);
}

#[test]
fn a_release_of_all() {
    let mut story = open().then(&cancel_all());
    story.repeats(&cancel_all());
    assert_eq!(story.sums(), ["100", "0", "100", "0", "0"]);
}

#[test]
fn a_numbered_refund() {
    let captured = || open().then(&capture(Some("A"), exactly("60"), Vec::new()));
    for (of, wanted) in [
        (None, exactly("20")),
        (Some("A"), exactly("20")),
        (None, Wanted::Remaining),
        (Some("A"), Wanted::Remaining),
    ] {
        let command = refund(of, Some("CN"), wanted, Vec::new());
        let mut story = captured().then(&command);
        story.repeats(&command);
        story.then(&capture_all()).repeats(&command);
    }
}

#[test]
fn a_numbered_refund_of_the_last_lines_that_gave_a_cent_more() {
    let mut story = open().then(&capture_all());
    for number in ["CN1", "CN2", "CN3"] {
        let third = refund(None, Some(number), Wanted::Items, thirds("1"));
        story.does(&third);
        story.repeats(&third);
    }
    assert_eq!(story.sums()[3], "100");
}

#[test]
fn a_numbered_refund_that_several_captures_bore() {
    let mut story = open();
    story.does(&capture(Some("A"), exactly("40"), Vec::new()));
    story.does(&capture(Some("B"), exactly("60"), Vec::new()));
    let most = refund(None, Some("CN"), exactly("90"), Vec::new());
    assert_eq!(moved(&story.does(&most)), ["CN 40", "BR00 50"]);
    story.repeats(&most);
    let other = refund(None, Some("CN"), exactly("91"), Vec::new());
    assert!(matches!(story.refuses(&other), Refusal::RefundNumberTaken { .. }));
    let mut story = story.later(1);
    story.does(&refund(None, None, exactly("10"), Vec::new()));
    story.repeats(&most);
    assert_eq!(story.sums()[3], "100");
}

#[test]
fn a_refund_of_all() {
    let mut story = open().then(&capture_all()).then(&refund_all());
    story.repeats(&refund_all());
    assert_eq!(story.sums(), ["100", "100", "0", "100", "0"]);
}

#[test]
fn a_capture_without_a_number_of_an_amount_happens_each_time() {
    let ten = capture(None, exactly("10"), Vec::new());
    let mut story = open().then(&ten).then(&ten);
    story.does(&refund(None, None, exactly("5"), Vec::new()));
    story.does(&refund(None, None, exactly("5"), Vec::new()));
    assert_eq!(story.sums(), ["100", "20", "0", "10", "80"]);
}
