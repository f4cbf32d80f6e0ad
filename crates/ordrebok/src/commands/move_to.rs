//! `ordrebok move-to`: from the embedded database to PostgreSQL.

use std::process::ExitCode;

use book::BookError;
use clap::Args;

use super::opening::block_on;
use super::progress::Progress;
use crate::command_error::CommandError;
use crate::output;
use crate::place::{Place, PlaceOptions, server};

/// Copy all that the embedded database holds into an empty PostgreSQL database; stop its servers first
#[derive(Debug, Args)]
pub(super) struct MoveTo {
    /// The PostgreSQL database, postgres://user@host/name; it must be there, and hold nothing
    #[arg(value_name = "URL")]
    target: String,
}

impl MoveTo {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let Place::Folder(folder) = place.place()? else {
            return Err(CommandError::new("the data are in PostgreSQL already")
                .hint("--data names the folder that they are to be copied from; between PostgreSQL servers, pg_dump does it"));
        };
        let target = server(&self.target)?;
        let progress = Progress::counting_to("rows");
        let moved = block_on(async {
            let reach = |done, of| progress.reach_of(done, of);
            let moved = book::move_to_postgres(&folder, &self.target, reach).await;
            moved.map_err(|error| {
                failed(
                    &error,
                    &format!("{} could not be moved to {target}", folder.display()),
                )
            })
        });
        progress.finish();
        let rows = moved?;
        output::line(&format!(
            "{target} has all {rows} rows of {}; `ordrebok verify` checks them. Serve it from now on: the folder is as \
             it was, and orders that it took now would be in one of the two alone.",
            folder.display()
        ));
        Ok(ExitCode::SUCCESS)
    }
}

fn failed(error: &BookError, what: &str) -> CommandError {
    if let BookError::Exists(table) = error {
        return CommandError::new(format!("{what}: there are {table} in it already"))
            .hint("name a database that holds nothing; nothing was written");
    }
    CommandError::caused(what, error)
        .hint("nothing was written; a server that has the folder open must be stopped first")
}
