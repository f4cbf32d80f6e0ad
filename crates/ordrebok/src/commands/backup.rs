//! `ordrebok backup` and `ordrebok restore`: copies of the embedded database.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use book::BookError;
use clap::Args;

use super::progress::Progress;
use crate::command_error::CommandError;
use crate::output;
use crate::place::{Place, PlaceOptions};

/// Copy the embedded database into a new file, while servers run on it
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file; there must be none of this name yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Put a backup into a folder that has no database yet
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Backup {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let folder = folder(place, "back it up with PostgreSQL's own tools, such as pg_dump")?;
        let progress = Progress::counting_to("pages");
        let done = book::backup(&folder, &self.file, |done, of| progress.reach_of(done, of));
        progress.finish();
        done.map_err(|error| failed(&error, &format!("{} could not be backed up", folder.display())))?;
        output::line(&format!(
            "{} is a copy of {}.",
            self.file.display(),
            folder.display()
        ));
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let folder = folder(
            place,
            "restore it with PostgreSQL's own tools, such as pg_restore",
        )?;
        let progress = Progress::counting_to("pages");
        let done = book::restore(&self.file, &folder, |done, of| progress.reach_of(done, of));
        progress.finish();
        done.map_err(|error| failed(&error, &format!("{} could not be restored", self.file.display())))?;
        let shown = folder.display();
        output::line(&format!(
            "{shown} has what {} has; `ordrebok verify` checks it.",
            self.file.display()
        ));
        Ok(ExitCode::SUCCESS)
    }
}

fn folder(place: PlaceOptions, otherwise: &str) -> Result<PathBuf, CommandError> {
    match place.place()? {
        Place::Folder(folder) => Ok(folder),
        Place::Server(_) => Err(CommandError::new(
            "this is about the embedded database, and the data are in PostgreSQL",
        )
        .hint(otherwise)),
    }
}

fn failed(error: &BookError, what: &str) -> CommandError {
    if let BookError::Exists(file) = error {
        let sentence = format!(
            "{} exists already, and is not written over",
            Path::new(file).display()
        );
        return CommandError::new(sentence).hint("choose another name or folder, or move it away");
    }
    CommandError::caused(what, error)
}
