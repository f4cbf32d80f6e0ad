//! What the program prints: results on standard output, everything else on standard error.

use std::io::Write;

use crate::command_error::CommandError;

/// Prints one line of a result. A reader that has gone away, as `head` does, is no failure.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Tells the person why the command failed.
pub(crate) fn complain(error: &CommandError) {
    let _ = writeln!(std::io::stderr(), "{error}");
}

/// Prints one JSON object on one line.
pub(crate) fn json(value: &impl serde::Serialize) {
    line(&serde_json::to_string(value).unwrap_or_default()); // our own types, with text keys: it never fails
}
