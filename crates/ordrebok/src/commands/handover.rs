//! `ordrebok handover`: whether an order that waits for it was handed over, told by a person or a script.

use std::process::ExitCode;

use book::{Reference, Request};
use clap::{Args, ValueEnum};
use order::{Command, Failure, Status};

use super::named_order::NamedOrder;
use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::place::PlaceOptions;

/// Say whether an order that is completed and paid for was handed over to the system that carries it out
#[derive(Debug, Args)]
pub(super) struct Handover {
    #[command(flatten)]
    named: NamedOrder,

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

impl Handover {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            let merchant = merchant(&book, &self.named.merchant).await?;
            let found = book.order(merchant.id, &self.named.reference()).await?;
            let order = found.ok_or_else(|| self.named.unknown())?;
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
            let outcomes = done.map_err(|refusal| self.refused(&refusal.to_string()))?;
            self.named
                .tell(&book, (merchant.id, "order.handover"), &outcomes)
                .await?;
            Ok(ExitCode::SUCCESS)
        })
    }

    fn refused(&self, why: &str) -> CommandError {
        let order = &self.named.order;
        CommandError::new(format!("order {order} could not be handed over: {why}"))
    }
}
