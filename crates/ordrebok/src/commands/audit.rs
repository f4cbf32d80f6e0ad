//! `ordrebok audit`: who changed what of the administration.

use std::process::ExitCode;

use book::AuditQuery;
use clap::Args;
use http_kit::wire::time::seconds_text;

use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::output;
use crate::place::PlaceOptions;

/// List who changed what of the administration, the latest first: time, actor, action, subject, detail
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Of this merchant alone
    #[arg(long, value_name = "NAME")]
    merchant: Option<String>,

    /// Of this action alone, such as credential.add; or of a sort of them, such as credential
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,

    /// How many at the most
    #[arg(long, default_value = "100", value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

impl Audit {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            let whose = match &self.merchant {
                Some(name) => Some(merchant(&book, name).await?.id),
                None => None,
            };
            let query = AuditQuery {
                merchant: whose,
                action: self.action,
                ..AuditQuery::default()
            };
            for entry in book.audit(query, self.limit.into()).await? {
                output::line(&format!(
                    "{}\t{}\t{}\t{}\t{}",
                    seconds_text(entry.at.0),
                    entry.actor,
                    entry.action,
                    entry.subject,
                    entry.detail
                ));
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}
