//! Numbers and ids that are made up: unique, and in the style that the merchant has chosen.

use crate::world::{
    Story, cancel, cancel_all, capture, capture_all, exactly, moved, refund, refund_all, registration,
    reserve,
};
use order::{Command, Ids, NumberStyle, Wanted};
use std::collections::HashSet;
use uuid::{Variant, Version};

fn open(numbers: NumberStyle) -> Story {
    let mut story = Story::open("100", Vec::new());
    story.numbers = numbers;
    story
}

/// Fails when any two movements of the order have one number.
fn are_all_different(story: &Story) {
    let order = story.order();
    let captures = order.captures.iter().map(|capture| &capture.number);
    let refunds = order.refunds.iter().map(|refund| &refund.number);
    let cancellations = order.cancellations.iter().map(|released| &released.number);
    let all: Vec<_> = captures.chain(refunds).chain(cancellations).collect();
    let different: HashSet<_> = all.iter().collect();
    assert_eq!(all.len(), different.len(), "{all:?}");
}

#[test]
fn refunds_are_named_after_their_capture_and_cancellations_after_the_order() {
    let mut story = open(NumberStyle::Suffixed);
    story.does(&capture(Some("SHIPMENT001"), exactly("30"), Vec::new()));
    let cent = || refund(Some("SHIPMENT001"), None, exactly("0.01"), Vec::new());
    assert_eq!(moved(&story.does(&cent())), ["SHIPMENT001R00 0.01"]);
    assert_eq!(moved(&story.does(&cent())), ["SHIPMENT001R01 0.01"]);
    let part = || cancel(exactly("10"), Vec::new());
    assert_eq!(moved(&story.does(&part())), ["ORDER00001C00 10"]);
    assert_eq!(moved(&story.does(&part())), ["ORDER00001C01 10"]);
    assert_eq!(
        moved(&story.does(&capture(None, exactly("5"), Vec::new()))),
        ["100000000006 5"]
    );
    for _ in 2..101 {
        story.does(&cent());
    }
    assert_eq!(story.order().refunds.last().unwrap().number, "SHIPMENT001R100");
    are_all_different(&story);
}

#[test]
fn an_order_without_a_number_lends_its_id() {
    let mut made = registration("NOK", "100", Vec::new());
    made.number = None;
    let mut story = Story::of(made).then(&reserve("100")).then(&Command::Confirm);
    assert_eq!(moved(&story.does(&cancel_all())), ["1000000000C00 100"]);
}

#[test]
fn digits_run_through_captures_refunds_and_cancellations() {
    let mut story = open(NumberStyle::Numeric);
    let part = exactly("10");
    assert_eq!(
        moved(&story.does(&capture(None, part, Vec::new()))),
        ["100000000001 10"]
    );
    assert_eq!(
        moved(&story.does(&refund(None, None, part, Vec::new()))),
        ["100000000002 10"]
    );
    assert_eq!(
        moved(&story.does(&cancel(part, Vec::new()))),
        ["C100000000003 10"]
    );
    assert_eq!(moved(&story.does(&capture_all())), ["100000000004 80"]);
}

#[test]
fn a_merchants_own_numbers_may_lie_in_the_way() {
    for numbers in [NumberStyle::Suffixed, NumberStyle::Numeric] {
        let mut story = open(numbers);
        let part = exactly("5");
        // Its captures look like our captures, refunds and cancellations to come.
        for own in [
            "100000000002",
            "100000000003",
            "100000000003R00",
            "ORDER00001C00",
            "C100000000009",
        ] {
            story.does(&capture(Some(own), part, Vec::new()));
        }
        story.does(&refund(
            Some("100000000003"),
            Some("100000000007"),
            exactly("1"),
            Vec::new(),
        ));
        for _ in 0..3 {
            story.does(&refund(Some("100000000003"), None, exactly("1"), Vec::new()));
            story.does(&cancel(part, Vec::new()));
            story.does(&capture(None, part, Vec::new()));
        }
        are_all_different(&story);
    }
}

#[test]
fn one_refund_over_several_captures_gives_each_share_its_own_number() {
    for numbers in [NumberStyle::Suffixed, NumberStyle::Numeric] {
        let opened = || {
            let mut story = open(numbers);
            story.does(&capture(Some("A"), exactly("20"), Vec::new()));
            // This capture's name lies in the way of the second share's number.
            story.does(&capture(Some("100000000005"), exactly("30"), Vec::new()));
            story.does(&capture(Some("B"), Wanted::Remaining, Vec::new()));
            story
        };
        let mut story = opened();
        assert_eq!(story.does(&refund_all()).len(), 3);
        are_all_different(&story);
        // The merchant's own number is the very one that the second or third share would get.
        for own in ["BR00", "100000000005R00", "100000000004", "100000000006"] {
            let mut story = opened();
            story.does(&refund(None, Some(own), Wanted::Remaining, Vec::new()));
            assert_eq!(story.order().refunds[0].number, own);
            are_all_different(&story);
        }
    }
}

#[test]
fn a_million_ids_are_a_million_ids() {
    let mut seen = HashSet::new();
    // Many seeds that differ in one bit or byte, and many draws of each.
    for seed in 0..1000_u32 {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&seed.to_le_bytes());
        let mut ids = Ids::from_seed(bytes);
        for _ in 0..1000 {
            let id = ids.uuid();
            assert_eq!(id.get_version(), Some(Version::Random));
            assert_eq!(id.get_variant(), Variant::RFC4122);
            assert!(seen.insert(id), "{id} twice");
        }
    }
    assert_eq!(seen.len(), 1_000_000);
}

#[test]
fn ids_are_determined_by_the_seed_and_by_nothing_else() {
    let draw = |seed| {
        let mut ids = Ids::from_seed(seed);
        [ids.uuid(), ids.uuid(), ids.uuid()]
    };
    assert_eq!(draw([5; 16]), draw([5; 16]));
    assert!(draw([5; 16]).iter().all(|id| !draw([6; 16]).contains(id)));
}
