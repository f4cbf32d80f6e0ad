//! `ordrebok config`: what can be set, and whether a file says it right.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::command_error::CommandError;
use crate::config::{Config, DEFAULTS};
use crate::output;
use crate::server::Certificate;
use crate::telemetry;

use super::serve::sandbox;

/// Check a configuration file, or print every setting with its default
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Check a file as `serve` would, with the files that it names, without starting anything
    Check {
        /// The file; the defaults alone when there is none
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Print every setting with what it is for and its default, as a file to begin with
    Default,
}

impl ConfigCommand {
    pub(super) fn run(self) -> Result<ExitCode, CommandError> {
        match self {
            Self::Default => output::line(DEFAULTS.trim_end()),
            Self::Check { file } => {
                let config = Config::load(file.as_deref())?;
                telemetry::filter(&config.log)?;
                Certificate::read(&config.tls)?;
                sandbox(&config, None)?;
                let what = file.map_or_else(|| "The defaults".to_owned(), |file| file.display().to_string());
                output::line(&format!("{what}: everything is understood."));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
