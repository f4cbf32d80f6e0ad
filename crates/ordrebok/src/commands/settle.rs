//! `ordrebok settle`: how an outside payment came out, told by a person or a script.

use std::process::ExitCode;

use book::Request;
use clap::{Args, ValueEnum};
use order::{Command, Refusal};

use super::named_order::NamedOrder;
use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::place::PlaceOptions;

/// Say how the payment came out that a fulfilled order waits for, as an sms order does
#[derive(Debug, Args)]
pub(super) struct Settle {
    #[command(flatten)]
    named: NamedOrder,

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

impl Settle {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            let merchant = merchant(&book, &self.named.merchant).await?;
            let command = Command::Settle {
                paid: self.outcome == Payment::Paid,
            };
            let request = Request::on(merchant.id, self.named.reference(), command);
            let outcomes = book
                .execute(request)
                .await?
                .map_err(|refusal| self.refused(&refusal))?;
            self.named
                .tell(&book, (merchant.id, "order.settle"), &outcomes)
                .await?;
            Ok(ExitCode::SUCCESS)
        })
    }

    fn refused(&self, refusal: &Refusal) -> CommandError {
        let order = &self.named.order;
        if *refusal == Refusal::UnknownOrder {
            return self.named.unknown();
        }
        CommandError::new(format!("order {order} could not be settled: {refusal}"))
    }
}
