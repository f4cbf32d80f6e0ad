//! The one order that a command is about, by the id that an API shows for it, and what is said once the command is done.

use book::{Api, Book, Outcome, Reference};
use clap::Args;
use order::{Dialect, MerchantId};

use crate::command_error::CommandError;
use crate::output;

/// Which order.
#[derive(Debug, Args)]
pub(super) struct NamedOrder {
    /// Whose order
    #[arg(long, value_name = "NAME")]
    pub(super) merchant: String,

    /// The API whose id names the order
    #[arg(long, value_parser = api_of, default_value = "connect", value_name = "connect|afterpay|marketplace|ordrebok")]
    api: Api,

    /// The order's id
    pub(super) order: String,
}

fn api_of(word: &str) -> Result<Api, String> {
    Dialect::from_word(word).ok_or_else(|| "it is one of connect, afterpay, marketplace, ordrebok".to_owned())
}

impl NamedOrder {
    pub(super) fn reference(&self) -> Reference {
        Reference::Shown(self.api, self.order.clone())
    }

    /// There is no such order.
    pub(super) fn unknown(&self) -> CommandError {
        CommandError::new(format!("{} has no order {}", self.merchant, self.order))
            .hint("--api says whose ids are meant; the order's id is the one that this API shows")
    }

    /// Says where the order stands, after the command or before it, and notes in the audit trail that it was told.
    pub(super) async fn tell(
        &self,
        book: &Book,
        (merchant, action): (MerchantId, &'static str),
        outcomes: &[Outcome],
    ) -> Result<(), CommandError> {
        let changed = outcomes.iter().any(|outcome| !outcome.events.is_empty());
        let status = outcomes.first().map(|outcome| outcome.order.status.word());
        let now = if changed { "is now" } else { "was already" };
        let said = format!("Order {} {now} {}.", self.order, status.unwrap_or_default());
        let subject = format!("order {}", self.order);
        book.note_done(merchant, action, &subject, &said).await?;
        output::line(&said);
        Ok(())
    }
}
