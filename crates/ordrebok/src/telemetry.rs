//! Logs, on standard error: for people or as JSON lines.
//!
//! error: something is broken and a person must look. warn: refused or retried, and worth knowing. info: the
//! server's own life (started, stopping). debug: every request. Never logged: secrets, tokens, bodies, customers.

pub(crate) use book::chain;
use tracing_subscriber::EnvFilter;

use crate::command_error::CommandError;
use crate::config::{Log, LogFormat};

/// Starts logging, and makes panics part of it.
pub(crate) fn start(log: &Log) -> Result<(), CommandError> {
    let filter = filter(log)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Human => {
            let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
            builder.with_ansi(colours).with_target(false).try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| CommandError::new(format!("logging could not be started: {error}")))?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let reason = panic.payload_as_str().unwrap_or("for a reason that is no text");
        tracing::error!(%place, "the program panicked, which is a defect: {reason}");
    }));
    Ok(())
}

/// What is logged, by the settings.
pub(crate) fn filter(log: &Log) -> Result<EnvFilter, CommandError> {
    EnvFilter::try_new(&log.level).map_err(|error| {
        CommandError::caused(
            &format!("log.level = \"{}\" is not a log level", log.level),
            &error,
        )
        .hint("use error, warn, info, debug or trace, or directives such as info,ordrebok=debug")
    })
}
