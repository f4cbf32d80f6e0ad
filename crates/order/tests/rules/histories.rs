//! Any sequence of commands, sensible or not, at any times.

use crate::model::Model;
use crate::steps::{Beginning, Step, beginning, first, step};
use crate::world::Story;
use order::{Command, Context, Ids, Order, Refusal, Status, decide};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, prop_oneof};
use proptest::{prop_assert_eq, proptest};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// How long after the last step, in milliseconds: mostly hours, sometimes the same moment, sometimes weeks, and now
/// and then a little earlier, since clocks of two servers differ.
fn pause() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => 1_i64..40_000_000,
        2 => 0_i64..1,
        1 => 0_i64..3_000_000_000,
        1 => -5_000_i64..0,
    ]
}

fn run(beginning: &Beginning, steps: &[(Step, i64)]) -> Story {
    let mut story = Story::new();
    story.numbers = beginning.numbers;
    story.does(&first(beginning));
    let mut model = Model::of(story.order());
    for (step, pause) in steps {
        story.now = story.now.plus_millis(*pause);
        let before = story.order().clone();
        let command = step.command(&before, story.now);
        let decided = story.tries(&command);
        if matches!(command, Command::Return { .. }) && story.status() == "cancelled" && decided.is_ok() {
            model.note_returned();
        }
        model.check(&command, story.now, &decided, story.order());
        if decided.is_ok() && is_repeatable(&command) {
            assert_eq!(story.tries(&command), Ok(Vec::new()), "again: {command:?}");
        }
        if decided.is_err() {
            assert_eq!(&before, story.order());
        }
    }
    story
}

/// Whether the rule of a command says that doing it again succeeds and does nothing.
fn is_repeatable(command: &Command) -> bool {
    let is_all = |wanted: order::Wanted| wanted == order::Wanted::Remaining;
    match command {
        Command::Expect { .. }
        | Command::Confirm
        | Command::Process { .. }
        | Command::Fail(_)
        | Command::Fulfil(_)
        | Command::Settle { .. }
        | Command::Reserve(_)
        | Command::Expire
        | Command::ChangeShipment { .. }
        | Command::RemoveShipment { .. }
        | Command::Subscribe { .. }
        | Command::EndRuns { .. }
        | Command::StopRenewing
        | Command::TakeStock(_)
        | Command::GiveStockBack
        | Command::Redate { .. }
        | Command::Refer { .. }
        | Command::Revise(_)
        | Command::Assign { .. }
        | Command::Annotate { .. } => true,
        Command::Capture(request) => request.number.is_some(),
        Command::Refund(request) => request.number.is_some() || is_all(request.wanted),
        Command::Cancel(_)
        | Command::Register(_)
        | Command::Import(_)
        | Command::Ship(_)
        | Command::Return { .. } => false,
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn any_history_keeps_the_books(beginning in beginning(), steps in vec((step(), pause()), 0..25)) {
        run(&beginning, &steps);
    }

    /// A reservation first, so that money moves in every history.
    #[test]
    fn money_moves_by_the_rules(beginning in beginning(), steps in vec((step(), pause()), 5..30)) {
        let opening = [(Step::Reserve(1000, Some(30)), 1), (Step::Confirm, 1)];
        let steps: Vec<(Step, i64)> = opening.into_iter().chain(steps).collect();
        run(&beginning, &steps);
    }

    /// Whatever another system says of an order, it is imported with books that hold, or refused.
    #[test]
    fn any_told_order_is_imported_with_books_that_hold(
        beginning in beginning(),
        steps in vec((step(), pause()), 0..20),
        wrong in vec((0_usize..6, -300_i64..1000), 0..3),
        after in vec((step(), pause()), 0..8),
    ) {
        let opening = [(Step::Reserve(1000, Some(30)), 1), (Step::Confirm, 1)];
        let steps: Vec<(Step, i64)> = opening.into_iter().chain(steps).collect();
        let lived = run(&beginning, &steps);
        let mut told = lived.order().clone();
        for (what, by) in &wrong {
            distort(&mut told, *what, *by);
        }
        let mut story = Story::new();
        if story.tries(&Command::Import(Box::new(told))).is_ok() {
            prop_assert_eq!(story.order().version, 1);
            story.now = lived.now;
            for (step, pause) in &after {
                story.now = story.now.plus_millis(*pause);
                let command = step.command(story.order(), story.now);
                let _refused_or_done = story.tries(&command);
            }
        }
    }

    #[test]
    fn without_an_order_only_a_beginning_is_possible(beginning in beginning(), step in step()) {
        let Some(order) = run(&beginning, &[]).order else { unreachable!() };
        let command = step.command(&order, order.placed_at);
        let mut context = Context { now: order.placed_at, ids: Ids::from_seed([1; 16]), numbers: beginning.numbers };
        let decided = decide(None, &command, &mut context);
        let begins = matches!(command, Command::Register(_) | Command::Import(_));
        prop_assert_eq!(decided.is_ok(), begins);
        if !begins {
            prop_assert_eq!(decided, Err(Refusal::UnknownOrder));
        }
    }
}

/// Tells something of the order that is not so.
fn distort(told: &mut Order, what: usize, by: i64) {
    let amount = order::Amount::new(rust_decimal::Decimal::new(by, 1)).unwrap();
    match what {
        0 => told.reservation = None,
        1 => {
            if let Some(capture) = told.captures.first_mut() {
                capture.refunded = amount;
            }
        }
        2 => {
            if let Some(capture) = told.captures.last_mut() {
                capture.amount = amount;
                capture.last_shipment = 0;
            }
        }
        3 => {
            if let Some(refund) = told.refunds.first_mut() {
                refund.amount = amount;
            }
        }
        4 => {
            if let Some(cancellation) = told.cancellations.first_mut() {
                cancellation.amount = amount;
            }
        }
        _ => told.status = Status::Processed { at: told.placed_at },
    }
}
