//! `ordrebok catalogue`: what a merchant sells through the Marketplace's API, and at which prices.

use std::path::PathBuf;
use std::process::ExitCode;

use api_marketplace::catalogue::{load, read_csv, read_json};
use clap::Args;

use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::output;
use crate::place::PlaceOptions;

/// Load offers, prices and promotions for the Marketplace's API from CSV or JSON files
#[derive(Debug, Args)]
pub(super) struct Catalogue {
    /// Whose catalogue
    #[arg(long, value_name = "NAME")]
    merchant: String,

    /// The files: `.csv` with the columns offerId, currency, price, marketSegment, name; or JSON with `offers` and
    /// `promotions`
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

impl Catalogue {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        // All files are read before anything is written.
        let mut read = Vec::with_capacity(self.files.len());
        for file in &self.files {
            let text = std::fs::read(file).map_err(|error| {
                CommandError::caused(&format!("{} could not be read", file.display()), &error)
            })?;
            let is_csv = file
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
            let entries = if is_csv {
                read_csv(&String::from_utf8_lossy(&text))
            } else {
                read_json(&text)
            };
            read.push(entries.map_err(|wrong| CommandError::new(format!("{}: {wrong}", file.display())))?);
        }
        with_book(&place, async |book| {
            let merchant = merchant(&book, &self.merchant).await?;
            for entries in read {
                let (offers, promotions) = (entries.offers.len(), entries.promotions.len());
                load(&book, merchant.id, entries).await?;
                output::line(&format!("{offers} offers and {promotions} promotions loaded"));
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}
