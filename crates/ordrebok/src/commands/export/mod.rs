//! `ordrebok export`: a merchant's orders, as a stream.

mod csv;
mod record;

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use book::Book;
use clap::{Args, ValueEnum};
use http_kit::wire::time;
use order::{Order, Timestamp};

use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::place::PlaceOptions;
use record::Record;

/// How many orders are held in memory at once.
const PAGE: i64 = 500;

/// Write a merchant's orders to standard output, those that changed longest ago first
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Whose
    #[arg(long, value_name = "NAME")]
    merchant: String,

    /// jsonl: one JSON object a line, with lines, captures, refunds and cancellations; csv: one row an order
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,

    /// Only orders that changed at or after this time, such as 2026-01-31 or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "T", value_parser = time_of)]
    since: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Jsonl,
    Csv,
}

fn time_of(text: &str) -> Result<Timestamp, String> {
    let example = "write it as 2026-01-31 or 2026-01-31T12:00:00Z";
    time::parse(text)
        .map(Timestamp)
        .map_err(|error| format!("{error}: {example}"))
}

impl Export {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            let out = BufWriter::new(std::io::stdout().lock());
            match self.write(&book, out).await? {
                // A reader that has gone away, as `head` does, has seen what it wanted.
                Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                    Err(CommandError::caused("the orders could not be written", &error))
                }
                _ => Ok(ExitCode::SUCCESS),
            }
        })
    }

    async fn write(&self, book: &Book, mut out: impl Write) -> Result<std::io::Result<()>, CommandError> {
        let merchant = merchant(book, &self.merchant).await?;
        let since = self.since.unwrap_or(Timestamp(i64::MIN));
        let mut after = None;
        if self.format == Format::Csv
            && let Err(error) = csv::write_row(&mut out, record::COLUMNS)
        {
            return Ok(Err(error));
        }
        loop {
            let page = book.export(merchant.id, since, after, PAGE).await?;
            for order in &page.orders {
                if let Err(error) = self.write_order(&mut out, order)? {
                    return Ok(Err(error));
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(out.flush());
            }
        }
    }

    fn write_order(&self, out: &mut impl Write, order: &Order) -> Result<std::io::Result<()>, CommandError> {
        let record = Record::of(order).map_err(|error| {
            CommandError::caused(&format!("order {} can't be exported", order.id), &error)
        })?;
        Ok(match self.format {
            Format::Csv => csv::write_row(out, record.row().iter().map(String::as_str)),
            Format::Jsonl => serde_json::to_writer(&mut *out, &record)
                .map_err(std::io::Error::from)
                .and_then(|()| out.write_all(b"\n")),
        })
    }
}
