//! `ordrebok subscription`: what a person has to say about subscriptions that go on by themselves.

use std::process::ExitCode;

use book::{Reference, Request};
use clap::{Args, Subcommand};
use order::{Command, Dialect, Refusal};

use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::output;
use crate::place::PlaceOptions;

/// Subscriptions of Connect's orders
#[derive(Debug, Subcommand)]
pub(super) enum Subscription {
    Stop(Stop),
}

/// Let the subscriptions of an order end with their period: they don't go on by themselves any more
#[derive(Debug, Args)]
pub(super) struct Stop {
    /// Whose order
    #[arg(long, value_name = "NAME")]
    merchant: String,

    /// The order's id in Connect's API: the newest under which the subscriptions run
    order: String,
}

impl Subscription {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        match self {
            Self::Stop(stop) => stop.run(place),
        }
    }
}

impl Stop {
    fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            let merchant = merchant(&book, &self.merchant).await?;
            let reference = Reference::Shown(Dialect::Connect, self.order.clone());
            let request = Request::on(merchant.id, reference, Command::StopRenewing);
            let done = book.execute(request).await?;
            let outcomes = done.map_err(|refusal| self.refused(&refusal))?;
            let changed = outcomes.iter().any(|outcome| !outcome.events.is_empty());
            let said = if changed {
                "ends with its period"
            } else {
                "has nothing that goes on by itself"
            };
            output::line(&format!("Order {} {said}.", self.order));
            Ok(ExitCode::SUCCESS)
        })
    }

    fn refused(&self, refusal: &Refusal) -> CommandError {
        if *refusal == Refusal::UnknownOrder {
            return CommandError::new(format!("{} has no order {}", self.merchant, self.order));
        }
        CommandError::new(format!("order {} could not be changed: {refusal}", self.order))
    }
}
