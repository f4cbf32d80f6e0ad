//! Why a command failed, for the person who typed it.

use std::fmt;

use crate::telemetry::chain;

/// A sentence, and what to do about it on a line of its own.
#[derive(Debug)]
pub(crate) struct CommandError {
    sentence: String,
    hint: Option<String>,
}

impl CommandError {
    /// A failure in one sentence.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            hint: None,
        }
    }

    /// A failure whose cause is another error: both sentences, the cause's own causes included.
    pub(crate) fn caused(sentence: &str, cause: &dyn std::error::Error) -> Self {
        Self::new(format!("{sentence}: {}", chain(cause)))
    }

    /// The same with advice.
    #[must_use]
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.sentence)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}
