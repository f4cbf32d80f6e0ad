//! Which refusal wins: where the order stands. Each line is an order, a command, and what is said; the lines of one
//! command go from what wins over everything to what is said only when nothing else is wrong.

use crate::world::{
    Story, cancel_all, capture_all, fail, fulfil, hand_back, item, paid_by, process, registration, reserve,
    settle,
};
use order::{Command, Failure, FulfilRequest, Handover, Order, PaymentMethod, Registration};

/// Orders in each status.
pub(crate) fn preliminary() -> Story {
    Story::registered()
}

pub(crate) fn confirmed() -> Story {
    Story::open("100", Vec::new())
}

pub(crate) fn processed() -> Story {
    Story::registered().then(&process())
}

pub(crate) fn captured() -> Story {
    confirmed().then(&capture_all())
}

pub(crate) fn failed() -> Story {
    confirmed().then(&fail())
}

pub(crate) fn cancelled() -> Story {
    confirmed().then(&cancel_all())
}

pub(crate) fn expired() -> Story {
    confirmed().later(40 * 86_400_000).then(&Command::Expire)
}

pub(crate) fn paid(method: PaymentMethod) -> Story {
    let mut made: Registration = registration("NOK", "100", Vec::new());
    made.payment = paid_by(method);
    Story::of(made)
}

fn pending() -> Story {
    paid(PaymentMethod::Sms).then(&fulfil())
}

fn told() -> Order {
    processed().order().clone()
}

/// Checks one line of a table, and names it when it is wrong. `-` stands for success with nothing done.
pub(crate) fn holds(line: &str, mut story: Story, command: &Command, expected: &str) {
    let said = match story.tries(command) {
        Ok(events) if events.is_empty() => "-".to_owned(),
        Ok(events) => format!("{} events", events.len()),
        Err(refusal) => refusal.to_string(),
    };
    assert_eq!(said, expected, "{line}");
}

/// A table: what is the case, the order, the command, and what is said.
macro_rules! table {
    ($($line:literal : $story:expr, $command:expr => $said:expr;)*) => {
        $( $crate::refusals_status::holds($line, $story, &$command, $said); )*
    };
}
pub(crate) use table;

#[test]
fn without_an_order() {
    let none = Story::new;
    let unknown = "there is no such order";
    table! {
        "confirm": none(), Command::Confirm => unknown;
        "process": none(), process() => unknown;
        "fail": none(), fail() => unknown;
        "fulfil": none(), fulfil() => unknown;
        "settle": none(), settle(true) => unknown;
        "reserve nothing": none(), reserve("0") => unknown;
        "expire": none(), Command::Expire => unknown;
        "capture": none(), capture_all() => unknown;
        "cancel": none(), cancel_all() => unknown;
        "return": none(), hand_back(&[], None, true) => unknown;
    }
}

#[test]
fn register_and_import() {
    let wrong = |gross| Command::Register(Box::new(registration("NOK", gross, vec![item("P", "0", "1")])));
    let negative = Command::Register(Box::new(registration("NOK", "-0.01", Vec::new())));
    let import = Command::Import(Box::new(told()));
    let mut below_zero = told();
    below_zero.lines = vec![order::Line::new(item("P", "-1", "1"))];
    table! {
        "it exists, all else is wrong too": preliminary(), wrong("-1") => "the order exists already";
        "the quantity before the amount": Story::new(), wrong("-1") => "the quantity of P must be above zero";
        "the amount": Story::new(), negative => "the amount must be above zero";
        "import: it exists": failed(), import => "the order exists already";
        "import: fewer than none of a line":
            Story::new(), Command::Import(Box::new(below_zero)) => "the quantity of P must be above zero";
    }
}

#[test]
fn confirm() {
    table! {
        "failed": failed(), Command::Confirm => "the order is failed and takes no more of this";
        "expired": expired(), Command::Confirm => "the order is failed and takes no more of this";
        "cancelled": cancelled(), Command::Confirm => "the order is cancelled and takes no more of this";
        "confirmed": confirmed(), Command::Confirm => "-";
        "processed": processed(), Command::Confirm => "-";
        "preliminary": preliminary(), Command::Confirm => "1 events";
    }
}

#[test]
fn process_an_order() {
    table! {
        "failed": failed(), process() => "the order is failed and takes no more of this";
        "cancelled": cancelled(), process() => "the order is cancelled and takes no more of this";
        "processed": processed(), process() => "-";
        "confirmed": confirmed(), process() => "1 events";
        "preliminary": preliminary(), process() => "1 events";
    }
}

#[test]
fn fail_an_order() {
    let part_captured = || {
        confirmed().then(&crate::world::capture(
            None,
            crate::world::exactly("1"),
            Vec::new(),
        ))
    };
    table! {
        "failed, for another reason": expired(), fail() => "-";
        "cancelled": cancelled(), fail() => "the order is cancelled and takes no more of this";
        "processed": processed(), fail() => "the order has already been processed";
        "money was taken": part_captured(), fail() => "the order has already been processed";
        "confirmed": confirmed(), fail() => "1 events";
        "preliminary": preliminary(), fail() => "1 events";
    }
}

#[test]
fn fulfil_an_order() {
    let own_page = PaymentMethod::Account;
    let prepaid = || {
        let mut made = registration("NOK", "100", Vec::new());
        made.payment = paid_by(PaymentMethod::Account);
        made.payment.prepaid = true;
        Story::of(made)
    };
    table! {
        "failed, and the method does not allow it":
            paid(own_page.clone()).then(&fail()), fulfil() => "the order is failed and takes no more of this";
        "cancelled": cancelled(), fulfil() => "the order is cancelled and takes no more of this";
        "processed, whatever the method": paid(own_page.clone()).then(&process()), fulfil() => "-";
        "asked before, not paid yet": pending(), fulfil() => "-";
        "the method needs the payer":
            paid(own_page), fulfil() => "the payment method account can't be completed without the payer";
        "the method is another system's":
            paid(PaymentMethod::Other("barter".to_owned())), fulfil()
            => "the payment method barter can't be completed without the payer";
        "prepaid, whatever the method": prepaid(), fulfil() => "3 events";
        "confirmed by itself": confirmed(), fulfil() => "2 events";
        "asks for the payment, awaits it": paid(PaymentMethod::Sms), fulfil() => "2 events";
        "done at once": preliminary(), fulfil() => "3 events";
    }
}

#[test]
fn fulfil_through_connectors() {
    let asking = |payer_is_there: bool| {
        Command::Fulfil(FulfilRequest {
            asks_connector: true,
            payer_is_there,
            ..FulfilRequest::default()
        })
    };
    let waiting = || {
        Command::Fulfil(FulfilRequest {
            handover: Some(Handover::Connector),
            ..FulfilRequest::default()
        })
    };
    let own_page = PaymentMethod::Other("barter".to_owned());
    let handed = || preliminary().then(&waiting());
    table! {
        "the method needs the payer, who is not there":
            paid(own_page.clone()), asking(false) => "the payment method barter can't be completed without the payer";
        "the payer is there, and pays elsewhere": paid(own_page.clone()), asking(true) => "2 events";
        "a provider's method is asked for": paid(PaymentMethod::Card), asking(false) => "2 events";
        "asked before, not paid yet": paid(own_page).then(&asking(true)), asking(true) => "-";
        "nobody outside pays it": paid(PaymentMethod::Invoice), asking(true) => "3 events";
        "waits to be handed over": preliminary(), waiting() => "2 events";
        "waits already": handed(), waiting() => "-";
        "waits already, and is asked for otherwise": handed(), fulfil() => "-";
        "handed over": handed(), process() => "1 events";
        "handed over before": handed().then(&process()), waiting() => "-";
        "the handover failed": handed(), Command::Fail(Failure::HandoverFailed) => "1 events";
        "paid, and waits": paid(PaymentMethod::Sms).then(&waiting()), settle(true) => "1 events";
        "paid before, and waits": paid(PaymentMethod::Sms).then(&waiting()).then(&settle(true)), settle(true) => "-";
        "paid before, and waits, now refused":
            paid(PaymentMethod::Sms).then(&waiting()).then(&settle(true)), settle(false)
            => "no payment is waiting for an answer";
        "refused, and would have waited": paid(PaymentMethod::Sms).then(&waiting()), settle(false) => "2 events";
    }
}

#[test]
fn settle_a_payment() {
    let refused = || pending().then(&settle(false));
    let none = "no payment is waiting for an answer";
    table! {
        "paid, and it was": pending().then(&settle(true)), settle(true) => "-";
        "refused, and it was": refused(), settle(false) => "-";
        "paid, but it was refused": refused(), settle(true) => none;
        "refused, but it was paid": pending().then(&settle(true)), settle(false) => none;
        "never asked for": confirmed(), settle(true) => none;
        "failed for another reason": failed(), settle(false) => none;
        "failed while it was awaited": pending().then(&fail()), settle(true) => none;
        "cancelled while it was awaited":
            pending().then(&reserve("9")).then(&cancel_all()), settle(true) => none;
        "handed over while it was awaited": pending().then(&process()), settle(false) => none;
        "paid": pending(), settle(true) => "2 events";
        "refused": pending(), settle(false) => "2 events";
    }
}

#[test]
fn reserve_an_amount() {
    table! {
        "the same again, on an order that failed": failed(), reserve("100") => "-";
        "another, and wrong, on one that failed":
            failed(), reserve("-1") => "the order already has a reservation";
        "failed, and nothing reserved":
            preliminary().then(&fail()), reserve("-1") => "the order is failed and takes no more of this";
        "nothing": preliminary(), reserve("0") => "the amount must be above zero";
        "below zero and too fine": preliminary(), reserve("-0.001") => "the amount must be above zero";
        "too fine": preliminary(), reserve("0.001") => "0.001 has more decimals than the currency";
        "payable, however written": preliminary(), reserve("1.000") => "1 events";
        "more than the order's total": processed(), reserve("1000") => "1 events";
    }
}

#[test]
fn go_on_only_in_a_version_that_was_seen() {
    let expect = |versions: &[u64]| Command::Expect {
        versions: versions.to_vec(),
    };
    let version = confirmed().order().version;
    let other = version.saturating_add(1);
    let stale = format!("the order is in version {version} by now");
    table! {
        "no order": Story::new(), expect(&[version]) => "there is no such order";
        "the version": confirmed(), expect(&[version]) => "-";
        "one of several": confirmed(), expect(&[other, version]) => "-";
        "an older or a newer one": confirmed(), expect(&[version.saturating_sub(1), other]) => &stale;
        "none": confirmed(), expect(&[]) => &stale;
        "whatever has become of it": failed(), expect(&[0]) => "the order is in version 4 by now";
    }
}

#[test]
fn let_a_reservation_lapse() {
    let endless = || {
        let mut command = reserve("100");
        if let Command::Reserve(request) = &mut command {
            request.expires_at = None;
        }
        preliminary().then(&command).later(i64::MAX)
    };
    let month = 40 * 86_400_000;
    let due = crate::world::NOW.plus_days(30);
    let at = |moment: i64| {
        let mut story = confirmed();
        story.now = due.plus_millis(moment);
        story
    };
    table! {
        "nothing reserved": failed_unreserved(), Command::Expire => "nothing is reserved on the order";
        "nothing left, not due": captured(), Command::Expire => "-";
        "failed, something left, due": failed().later(month), Command::Expire => "-";
        "lapsed before": expired(), Command::Expire => "-";
        "no end": endless(), Command::Expire => "the reservation has not expired yet";
        "a moment early": at(-1), Command::Expire => "the reservation has not expired yet";
        "to the moment": at(0), Command::Expire => "1 events";
    }
}

fn failed_unreserved() -> Story {
    preliminary().then(&fail())
}
