//! What rounding leaves over goes with the last of the lines, to the last coin; and with no others.

use crate::world::{
    Story, amount, cancel, capture, capture_all, exactly, item, moved, refund, refund_all, unpriced,
};
use order::{Item, Wanted};

/// Three thirds of 100.
fn thirds() -> Story {
    Story::open("100", vec![item("THIRD", "3", "33.333333")])
}

fn third() -> Vec<Item> {
    vec![item("THIRD", "1", "33.333333")]
}

fn takes(story: &mut Story) -> Vec<String> {
    moved(&story.does(&capture(None, Wanted::Items, third())))
}

#[test]
fn the_last_of_three_captures_takes_the_last_cent() {
    let mut story = thirds();
    assert_eq!(takes(&mut story), ["100000000001 33.33"]);
    assert_eq!(takes(&mut story), ["100000000002 33.33"]);
    assert_eq!(takes(&mut story), ["100000000003 33.34"]);
    assert_eq!(story.sums(), ["100", "100", "0", "0", "0"]);
    assert_eq!(story.status(), "processed");
}

#[test]
fn so_does_the_last_of_three_refunds() {
    let mut story = thirds().then(&capture_all());
    for cents in ["33.33", "33.33", "33.34"] {
        let events = story.does(&refund(None, None, Wanted::Items, third()));
        assert!(moved(&events)[0].ends_with(cents), "{events:?}");
    }
    assert_eq!(story.sums(), ["100", "100", "0", "100", "0"]);
    story.repeats(&refund_all());
}

#[test]
fn so_does_a_last_cancellation() {
    let mut story = thirds();
    takes(&mut story);
    takes(&mut story);
    assert_eq!(
        moved(&story.does(&cancel(Wanted::Items, third()))),
        ["ORDER00001C00 33.34"]
    );
    assert_eq!(story.sums(), ["100", "66.66", "33.34", "0", "0"]);
}

#[test]
fn a_line_that_was_cancelled_before_is_not_waited_for() {
    let mut story = thirds();
    story.does(&cancel(Wanted::Items, third()));
    assert_eq!(takes(&mut story), ["100000000002 33.33"]);
    assert_eq!(takes(&mut story), ["100000000003 33.34"]);
}

#[test]
fn too_much_by_rounding_is_cut_to_what_is_left() {
    // Three times 66.67 is more than 200 by a cent.
    let mut story = Story::open("200", vec![item("P", "3", "66.666667")]);
    let one = || capture(None, Wanted::Items, vec![item("P", "1", "66.666667")]);
    for cents in ["66.67", "66.67", "66.66"] {
        assert!(moved(&story.does(&one()))[0].ends_with(cents));
    }
    assert_eq!(story.sums(), ["200", "200", "0", "0", "0"]);
}

#[test]
fn lines_that_are_not_the_last_take_what_they_come_to() {
    // A cent less than the order's total, but a line is still to come.
    let mut story = Story::open("50", vec![item("A", "1", "49.99"), item("B", "1", "0.01")]);
    let first = capture(None, Wanted::Items, vec![item("A", "1", "49.99")]);
    assert_eq!(moved(&story.does(&first)), ["100000000001 49.99"]);
}

#[test]
fn an_order_without_lines_has_no_last_one() {
    let mut story = Story::open("50", Vec::new());
    let foreign = || vec![item("X", "1", "49.99")];
    assert_eq!(
        moved(&story.does(&capture(Some("C"), Wanted::Items, foreign()))),
        ["C 49.99"]
    );
    assert_eq!(story.sums()[4], "0.01");

    let mut story = Story::open("50", Vec::new()).then(&capture_all());
    let back = refund(None, None, Wanted::Items, foreign());
    assert!(moved(&story.does(&back))[0].ends_with(" 49.99"));
}

#[test]
fn goods_that_were_all_taken_leave_no_last_line_either() {
    let mut story = Story::open("50", vec![item("A", "1", "20")]);
    story.does(&capture(None, exactly("20"), vec![item("A", "1", "20")]));
    let foreign = capture(None, Wanted::Items, vec![item("X", "1", "29.99")]);
    assert!(moved(&story.does(&foreign))[0].ends_with(" 29.99"));
}

#[test]
fn a_difference_that_rounding_can_t_make_stays() {
    let mut story = Story::open("50", vec![item("A", "1", "49.9")]);
    let all = capture(None, Wanted::Items, vec![item("A", "1", "49.9")]);
    assert!(moved(&story.does(&all))[0].ends_with(" 49.9"));
    assert_eq!(story.sums()[4], "0.1");
}

#[test]
fn items_may_be_sent_without_their_prices() {
    let mut story = thirds();
    let lazy = capture(Some("C1"), Wanted::Items, vec![unpriced("THIRD", "2")]);
    assert_eq!(moved(&story.does(&lazy)), ["C1 66.67"]);
    let captured = &story.order().captures[0].items[0];
    assert_eq!(captured.unit_gross, Some(amount("33.333333")));
    let lazy = refund(Some("C1"), None, Wanted::Items, vec![unpriced("THIRD", "1")]);
    assert_eq!(moved(&story.does(&lazy)), ["C1R00 33.33"]);
}

#[test]
fn a_capture_of_all_names_the_lines_that_were_left() {
    let mut story = thirds();
    takes(&mut story);
    story.does(&capture_all());
    let rest = &story.order().captures[1].items;
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].quantity, crate::world::quantity("2"));
    story.does(&refund_all());
    let back: Vec<_> = story
        .order()
        .refunds
        .iter()
        .map(|back| back.items[0].quantity)
        .collect();
    assert_eq!(back, [crate::world::quantity("1"), crate::world::quantity("2")]);
}

#[test]
fn a_refund_goes_to_the_capture_that_the_items_were_taken_with() {
    let (a, b) = (|| vec![item("A", "1", "30")], || vec![item("B", "1", "30")]);
    let mut story = Story::open("60", [a(), b()].concat());
    story.does(&capture(Some("CA"), Wanted::Items, a()));
    story.does(&capture(Some("CB"), Wanted::Items, b()));
    assert_eq!(
        moved(&story.does(&refund(None, None, Wanted::Items, b()))),
        ["CBR00 30"]
    );
    // Once more, and only the other can bear it.
    assert_eq!(
        moved(&story.does(&refund(None, None, Wanted::Items, b()))),
        ["CAR00 30"]
    );
}

#[test]
fn a_refund_that_no_capture_can_bear_alone_begins_with_the_oldest() {
    let mut story = Story::open("100", Vec::new());
    for (number, part) in [("A", "20"), ("B", "30"), ("C", "50")] {
        story.does(&capture(Some(number), exactly(part), Vec::new()));
    }
    let part = |part| refund(None, None, exactly(part), Vec::new());
    assert_eq!(moved(&story.does(&part("25"))), ["BR00 25"]);
    assert_eq!(moved(&story.does(&part("60"))), ["AR00 20", "BR01 5", "CR00 35"]);
    assert_eq!(moved(&story.does(&refund_all())), ["CR01 15"]);
}
