//! `ordrebok merchant`: the tenants.

use std::process::ExitCode;

use clap::Subcommand;

use super::opening::with_book;
use crate::command_error::CommandError;
use crate::output;
use crate::place::PlaceOptions;

/// Add and list merchants, the tenants that own orders and credentials
#[derive(Debug, Subcommand)]
pub(super) enum Merchant {
    /// Add a merchant
    Add {
        /// Its name, unique
        name: String,
    },
    /// List all merchants, one name a line
    List,
}

impl Merchant {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            match self {
                Self::Add { name } => {
                    let name = usable(&name)?;
                    book.add_merchant(name).await?;
                    output::line(&format!("Merchant {name} added."));
                }
                Self::List => {
                    for merchant in book.merchants().await? {
                        output::line(&merchant.name);
                    }
                }
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}

/// A name that can be typed, listed and logged: 1 to 100 characters, no control characters, no spaces around it.
pub(super) fn usable(name: &str) -> Result<&str, CommandError> {
    let length = name.chars().count();
    if (1..=100).contains(&length) && name.trim() == name && !name.chars().any(char::is_control) {
        return Ok(name);
    }
    Err(CommandError::new(
        "a merchant's name has 1 to 100 characters, no control characters, and no spaces around it",
    ))
}
