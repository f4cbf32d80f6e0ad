//! `ordrebok handover`: whether an order that waits for it was handed over, told by a person or a script.

use std::process::ExitCode;

use book::{Api, Reference, Request};
use clap::{Args, ValueEnum};
use order::{Command, Dialect, Failure, Refusal, Status};

use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::output;
use crate::place::PlaceOptions;

/// Say whether an order that is completed and paid for was handed over to the system that carries it out
#[derive(Debug, Args)]
pub(super) struct Handover {
    /// Whose order
    #[arg(long, value_name = "NAME")]
    merchant: String,

    /// The API whose id names the order
    #[arg(long, value_parser = api_of, default_value = "connect", value_name = "connect|afterpay|marketplace|ordrebok")]
    api: Api,

    /// The order's id
    order: String,

    /// How it came out
    #[arg(value_enum)]
    outcome: HandedOver,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HandedOver {
    /// It was taken: the order is processed
    Done,
    /// It was not: the order has failed
    Failed,
}

fn api_of(word: &str) -> Result<Api, String> {
    Dialect::from_word(word).ok_or_else(|| "it is one of connect, afterpay, marketplace, ordrebok".to_owned())
}

impl Handover {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            let merchant = merchant(&book, &self.merchant).await?;
            let reference = Reference::Shown(self.api, self.order.clone());
            let unknown = || {
                CommandError::new(format!("{} has no order {}", self.merchant, self.order))
                    .hint("--api says whose ids are meant; the order's id is the one that this API shows")
            };
            let order = book.order(merchant.id, &reference).await?.ok_or_else(unknown)?;
            let waits = order.awaits_handover()
                || !matches!(order.status, Status::Preliminary | Status::Confirmed { .. });
            if !waits {
                return Err(self.refused("it does not wait to be handed over"));
            }
            let command = match self.outcome {
                HandedOver::Done => Command::Process {
                    subscriptions: Vec::new(),
                },
                HandedOver::Failed => Command::Fail(Failure::HandoverFailed),
            };
            let done = book
                .execute(Request::on(merchant.id, Reference::Id(order.id), command))
                .await?;
            let outcomes = done.map_err(|refusal: Refusal| self.refused(&refusal.to_string()))?;
            let changed = outcomes.iter().any(|outcome| !outcome.events.is_empty());
            let status = outcomes.first().map(|outcome| outcome.order.status.word());
            let now = if changed { "is now" } else { "was already" };
            let status = status.unwrap_or_default();
            output::line(&format!("Order {} {now} {status}.", self.order));
            Ok(ExitCode::SUCCESS)
        })
    }

    fn refused(&self, why: &str) -> CommandError {
        CommandError::new(format!("order {} could not be handed over: {why}", self.order))
    }
}
