//! `ordrebok verify`: replays the journal and checks everything that must hold.

use std::process::ExitCode;

use clap::Args;

use super::opening::with_book;
use super::progress::Progress;
use crate::command_error::CommandError;
use crate::output;
use crate::place::PlaceOptions;

/// Replay the journal and check every invariant; exits 1 when one does not hold
#[derive(Debug, Args)]
pub(super) struct Verify {}

impl Verify {
    #[expect(
        clippy::unused_self,
        reason = "a command like the others, without options so far"
    )]
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            let progress = Progress::counting("orders");
            let verified = book.verify(|orders| progress.reach(orders)).await?;
            progress.finish();
            for finding in &verified.findings {
                output::line(&format!("{}: {}", finding.place, finding.problem));
            }
            let (orders, events, found) = (verified.orders, verified.events, verified.findings.len());
            if found == 0 {
                output::line(&format!(
                    "{orders} orders and {events} events verified: everything holds."
                ));
                return Ok(ExitCode::SUCCESS);
            }
            output::line(&format!(
                "{orders} orders and {events} events verified: {found} findings."
            ));
            Ok(ExitCode::FAILURE)
        })
    }
}
