//! `ordrebok settle`: how an outside payment came out, told by a person or a script.

use std::process::ExitCode;

use book::{Api, Reference, Request};
use clap::{Args, ValueEnum};
use order::{Command, Dialect, Refusal, Status};

use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::output;
use crate::place::PlaceOptions;

/// Say how the payment came out that a fulfilled order waits for, as an sms order does
#[derive(Debug, Args)]
pub(super) struct Settle {
    /// Whose order
    #[arg(long, value_name = "NAME")]
    merchant: String,

    /// The API whose id names the order
    #[arg(long, value_parser = api_of, default_value = "connect", value_name = "connect|afterpay|marketplace|ordrebok")]
    api: Api,

    /// The order's id
    order: String,

    /// How the payment came out
    #[arg(value_enum)]
    outcome: Payment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Payment {
    /// It was made: the order is processed, and its callback says success
    Paid,
    /// It was not: the order has failed, and its callback says failed
    Refused,
}

fn api_of(word: &str) -> Result<Api, String> {
    Dialect::from_word(word).ok_or_else(|| "it is one of connect, afterpay, marketplace, ordrebok".to_owned())
}

impl Settle {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            let merchant = merchant(&book, &self.merchant).await?;
            let command = Command::Settle {
                paid: self.outcome == Payment::Paid,
            };
            let reference = Reference::Shown(self.api, self.order.clone());
            let done = book.execute(Request::on(merchant.id, reference, command)).await?;
            let outcomes = done.map_err(|refusal| self.refused(&refusal))?;
            let changed = outcomes.iter().any(|outcome| !outcome.events.is_empty());
            let status = outcomes.first().map(|outcome| &outcome.order.status);
            output::line(&self.said(status, changed));
            Ok(ExitCode::SUCCESS)
        })
    }

    fn refused(&self, refusal: &Refusal) -> CommandError {
        if *refusal == Refusal::UnknownOrder {
            return CommandError::new(format!("{} has no order {}", self.merchant, self.order))
                .hint("--api says whose ids are meant; the order's id is the one that this API shows");
        }
        CommandError::new(format!("order {} could not be settled: {refusal}", self.order))
    }

    fn said(&self, status: Option<&Status>, changed: bool) -> String {
        let status = status.map(Status::word).unwrap_or_default();
        let now = if changed { "is now" } else { "was already" };
        format!("Order {} {now} {status}.", self.order)
    }
}
