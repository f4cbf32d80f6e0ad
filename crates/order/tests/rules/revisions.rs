//! Replacing what is sold: the new lines count, and with them the new total is reserved.

use crate::refusals_status::{
    cancelled, captured, confirmed, expired, failed, preliminary, processed, table,
};
use crate::world::{NOW, Story, amount, cancel, cancel_all, capture, capture_all, exactly, item, refund_all};
use order::{Command, Item, ReviseRequest};

fn revise(gross: &str, items: Vec<Item>, may_grow: bool) -> Command {
    Command::Revise(ReviseRequest {
        gross: amount(gross),
        net: None,
        items,
        may_grow,
    })
}

#[test]
fn which_refusal_wins() {
    // The total is no money, not what the items come to, and grows.
    let worst = || revise("500.001", vec![item("P", "0", "1")], false);
    let late = || {
        let mut story = confirmed();
        story.now = NOW.plus_days(30);
        story
    };
    let taken = || {
        confirmed()
            .then(&capture(None, exactly("40"), Vec::new()))
            .then(&cancel(exactly("20"), Vec::new()))
    };
    table! {
        "not confirmed": preliminary(), worst() => "the order is not confirmed yet";
        "failed": failed(), worst() => "the order is failed and takes no more of this";
        "cancelled": cancelled(), worst() => "the order is cancelled and takes no more of this";
        "lapsed": expired(), worst() => "the reservation has expired";
        "never reserved": processed(), worst() => "nothing is reserved on the order";
        "as it is already": confirmed(), revise("100", Vec::new(), false) => "-";
        "wholly captured": captured(), worst() => "the order has already been processed";
        "its time is up": late(), worst() => "the reservation has expired";
        "no quantity": confirmed(), worst() => "the quantity of P must be above zero";
        "not what the items come to": taken(), revise("500", vec![item("P", "1", "1")], false)
            => "the gross total 500 is not the 1 that the items come to";
        "nothing": taken(), revise("0", Vec::new(), false) => "the amount must be above zero";
        "too fine": taken(), revise("1.001", Vec::new(), false) => "1.001 has more decimals than the currency";
        "less than what is gone": taken(), revise("59.99", Vec::new(), false)
            => "the new total 59.99 is less than the 60 that is captured or cancelled already";
        "more than was judged": taken(), revise("100.01", Vec::new(), false) => "the order's total may not grow";
    }
}

#[test]
fn the_new_total_is_what_is_reserved() {
    let mut story = Story::open("100", vec![item("P", "10", "10")]);
    story.does(&capture(Some("A"), exactly("40"), Vec::new()));
    story.does(&revise("130", vec![item("Q", "13", "10")], true));
    assert_eq!(story.order().gross, amount("130"));
    assert_eq!(story.order().lines.len(), 1);
    assert_eq!(story.order().lines[0].item.product, "Q");
    assert_eq!(story.order().remaining().unwrap(), amount("90"));
    story.repeats(&revise("130", vec![item("Q", "13", "10")], false));
    story.does(&revise("90", vec![item("Q", "9", "10")], false));
    assert_eq!(story.order().remaining().unwrap(), amount("50"));
    story.does(&cancel_all());
    story.does(&refund_all());
    assert_eq!(story.order().remaining().unwrap(), amount("0"));
}

#[test]
fn a_total_that_leaves_nothing_to_capture_ends_the_order() {
    let mut story = Story::open("100", Vec::new());
    story.does(&capture(None, exactly("40"), Vec::new()));
    story.does(&revise("40", Vec::new(), false));
    assert_eq!(story.status(), "processed");
    let mut story = Story::open("100", Vec::new());
    story.does(&cancel(exactly("40"), Vec::new()));
    story.does(&revise("40", Vec::new(), false));
    assert_eq!(story.status(), "cancelled");
    assert!(story.tries(&capture_all()).is_err());
}
