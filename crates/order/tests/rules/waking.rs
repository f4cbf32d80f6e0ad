//! What the server itself must do later, and that it is not asked to for ever.

use crate::refusals_status::{captured, confirmed, failed, paid};
use crate::world::{
    NOW, Story, cancel_all, capture, capture_all, exactly, fail, fulfil, process, registration, reserve,
};
use order::{Command, PaymentMethod, Timestamp};

const LAPSE: Option<Timestamp> = Some(Timestamp(1_700_000_000_000 + 30 * 86_400_000));

fn completing() -> Story {
    let mut made = registration("NOK", "100", Vec::new());
    made.completes_at = Some(NOW.plus_millis(60_000));
    Story::of(made)
}

#[test]
fn a_reservation_wakes_the_server_while_something_is_left_of_it() {
    let wake = |story: Story| story.order().next_wake();
    assert_eq!(wake(confirmed()), LAPSE);
    assert_eq!(
        wake(Story::registered().then(&reserve("100"))),
        LAPSE,
        "before it is confirmed too"
    );
    assert_eq!(wake(confirmed().then(&process())), LAPSE);
    assert_eq!(wake(captured()), None);
    assert_eq!(wake(confirmed().then(&cancel_all())), None);
    assert_eq!(wake(failed()), None);
    assert_eq!(
        wake(confirmed().later(40 * 86_400_000).then(&Command::Expire)),
        None
    );
}

#[test]
fn an_order_that_completes_by_itself_wakes_the_server_until_it_is_done() {
    let due = Some(NOW.plus_millis(60_000));
    let wake = |story: Story| story.order().next_wake();
    assert_eq!(wake(completing()), due);
    assert_eq!(wake(completing().then(&Command::Confirm)), due);
    assert_eq!(wake(completing().then(&process())), None);
    assert_eq!(wake(completing().then(&fulfil())), None);
    assert_eq!(wake(completing().then(&fail())), None);
    let reserved = || completing().then(&reserve("100")).then(&Command::Confirm);
    assert_eq!(wake(reserved()), due, "the earlier of the two");
    assert_eq!(wake(reserved().then(&process())), LAPSE);
    // What is not to come any more is not shown either.
    for ended in [process(), fulfil(), fail()] {
        assert_eq!(completing().then(&ended).order().completes_at, None);
    }
    // A capture of everything completes it as well.
    assert_eq!(wake(reserved().then(&capture_all())), None);
}

#[test]
fn whatever_wakes_the_server_is_gone_once_it_has_acted() {
    for mut story in [
        completing(),
        completing().then(&Command::Confirm),
        completing().then(&reserve("100")),
        completing()
            .then(&reserve("100"))
            .then(&Command::Confirm)
            .then(&capture(None, exactly("1"), Vec::new())),
    ] {
        let mut woken = 0;
        while let Some(wake) = story.order().next_wake() {
            story.now = wake;
            let is_completion = story.order().completes_at == Some(wake);
            story.does(&if is_completion { process() } else { Command::Expire });
            woken += 1;
        }
        assert!((1..=2).contains(&woken), "woken {woken} times");
    }
}

#[test]
fn no_payment_is_awaited_on_an_order_that_has_ended() {
    let pending = || paid(PaymentMethod::Sms).then(&fulfil());
    assert!(pending().order().payment.pending);
    for command in [fail(), process()] {
        assert!(!pending().then(&command).order().payment.pending);
    }
    let reserved = || pending().then(&reserve("100"));
    for command in [capture_all(), cancel_all()] {
        assert!(!reserved().then(&command).order().payment.pending);
    }
    assert!(
        !reserved()
            .later(40 * 86_400_000)
            .then(&Command::Expire)
            .order()
            .payment
            .pending
    );
}

#[test]
fn money_that_was_taken_is_not_forgotten_when_the_payment_is_refused() {
    let mut story = paid(PaymentMethod::Sms).then(&fulfil()).then(&reserve("100"));
    story.does(&capture(None, exactly("40"), Vec::new()));
    let refusal = story.refuses(&crate::world::settle(false));
    assert_eq!(refusal, order::Refusal::AlreadyProcessed);
    story.does(&crate::world::settle(true));
}

#[test]
fn an_order_is_processed_since_it_first_was() {
    let story = confirmed().then(&process());
    let first = story.since();
    let story = story.then(&capture_all());
    assert_eq!((story.status(), story.since()), ("processed".to_owned(), first));
}

#[test]
fn an_order_that_was_confirmed_by_itself_can_still_be_completed() {
    let story = confirmed().then(&fulfil());
    assert_eq!(story.status(), "processed");
    let mut story = Story::registered().then(&Command::Confirm).then(&fulfil());
    assert_eq!(story.status(), "processed");
    story.repeats(&fulfil());
}
