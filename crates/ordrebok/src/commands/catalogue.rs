//! `ordrebok catalogue`: what a merchant sells, and at which prices: through the Marketplace's API, or Connect's.

use std::path::PathBuf;
use std::process::ExitCode;

use api_connect::catalogue::LISTS;
use api_marketplace::catalogue::{load, read_csv, read_json};
use book::Book;
use clap::Args;
use order::MerchantId;
use serde_json::Value;

use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::output;
use crate::place::{Place, PlaceOptions};

/// How many of Connect's entries go in at a time.
const AT_ONCE: usize = 200;

/// Load what is sold through an API from files: offers, prices and promotions, or Connect's products and coupons
#[derive(Debug, Args)]
pub(super) struct Catalogue {
    /// Whose catalogue
    #[arg(long, value_name = "NAME")]
    merchant: String,

    /// Whose API shows it
    #[arg(long, value_parser = ["marketplace", "connect"], default_value = "marketplace")]
    api: String,

    /// For Connect JSON with `products`, `coupons`, `vouchers` and `stock`. For the Marketplace `.csv` with the columns
    /// offerId, currency, price, marketSegment, name, endOfSale; or JSON with `offers`, `promotions`, `memberships` and
    /// more
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

impl Catalogue {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        if self.api == "connect" {
            return self.run_connect(&place);
        }
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
                let loaded = format!("{offers} offers and {promotions} promotions");
                book.note_done(merchant.id, "catalogue.load", "catalogue marketplace", &loaded)
                    .await?;
                output::line(&format!("{loaded} loaded"));
            }
            Ok(ExitCode::SUCCESS)
        })
    }

    /// The same for Connect.
    fn run_connect(self, place: &Place) -> Result<ExitCode, CommandError> {
        let mut read = Vec::with_capacity(self.files.len());
        for file in &self.files {
            let name = file.display();
            let text = std::fs::read_to_string(file)
                .map_err(|error| CommandError::caused(&format!("{name} could not be read"), &error))?;
            let catalogue: Value = serde_json::from_str(&text)
                .map_err(|error| CommandError::caused(&format!("{name} is not JSON"), &error))?;
            read.push((name.to_string(), catalogue));
        }
        with_book(place, async |book| {
            let merchant = merchant(&book, &self.merchant).await?;
            let mut loaded = 0_usize;
            for (name, catalogue) in &read {
                // All files are looked at before anything is written.
                api_connect::catalogue::read(catalogue.clone(), book.now())
                    .map_err(|misfit| CommandError::new(format!("{name}: {misfit}")))?;
            }
            for (_, catalogue) in read {
                loaded = loaded.saturating_add(load_connect(&book, merchant.id, catalogue).await?);
            }
            let loaded = format!("{loaded} entries");
            book.note_done(merchant.id, "catalogue.load", "catalogue connect", &loaded)
                .await?;
            output::line(&format!("{loaded} loaded"));
            Ok(ExitCode::SUCCESS)
        })
    }
}

/// Loads what is sold through Connect; tells how many entries that was.
pub(super) async fn load_connect(
    book: &Book,
    merchant: MerchantId,
    catalogue: Value,
) -> Result<usize, CommandError> {
    let entries = api_connect::catalogue::read(catalogue, book.now())
        .map_err(|misfit| CommandError::new(misfit.to_string()))?;
    for part in entries.chunks(AT_ONCE) {
        book.merge_documents_telling(merchant, part.to_vec(), replace, api_connect::catalogue::told_of)
            .await?;
    }
    // What says which lists there are is no entry of them.
    Ok(entries.iter().filter(|entry| entry.kind != LISTS).count())
}

/// An entry that is the same as before stays as old as it is.
fn replace(kept: &mut Value, new: &Value) -> bool {
    let differs = kept != new;
    kept.clone_from(new);
    differs
}
