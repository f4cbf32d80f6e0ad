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
