//! `ordrebok export`: a merchant's orders, as a stream.

mod csv;
mod parquet;
mod record;
mod table;

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use ::parquet::errors::ParquetError;
use book::Book;
use clap::{Args, ValueEnum};
use http_kit::wire::time;
use order::{MoneyError, Order, Timestamp};

use super::opening::{merchant, with_book};
use super::progress::Progress;
use crate::command_error::CommandError;
use crate::place::PlaceOptions;
use parquet::ParquetWriter;
use record::Record;
use table::Rows;

/// How many orders are held in memory at once.
const PAGE: i64 = 500;

/// Write a merchant's orders to standard output or a file, those that changed longest ago first
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Whose
    #[arg(long, value_name = "NAME")]
    merchant: String,

    /// jsonl: one JSON object a line, whole orders with all that belongs to them; csv, parquet: rows of columns
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,

    /// What one row is about
    #[arg(long, value_enum, default_value_t = Rows::Orders)]
    rows: Rows,

    /// Only orders that changed at or after this time, such as 2026-01-31 or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "T", value_parser = time_of)]
    since: Option<Timestamp>,

    /// Write into this file, which must not be there yet, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Jsonl,
    Csv,
    Parquet,
}

fn time_of(text: &str) -> Result<Timestamp, String> {
    let example = "write it as 2026-01-31 or 2026-01-31T12:00:00Z";
    time::parse(text)
        .map(Timestamp)
        .map_err(|error| format!("{error}: {example}"))
}

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
enum Unwritten {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Parquet(ParquetError),
    #[error("the amounts of order {0} can't be summed")]
    Money(String, #[source] MoneyError),
}

impl From<ParquetError> for Unwritten {
    fn from(error: ParquetError) -> Self {
        let ParquetError::External(cause) = error else {
            return Self::Parquet(error);
        };
        match cause.downcast::<io::Error>() {
            Ok(error) => Self::Io(*error),
            Err(cause) => Self::Parquet(ParquetError::External(cause)),
        }
    }
}

impl Export {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            let merchant = merchant(&book, &self.merchant).await?;
            let mut sink = self.sink()?;
            let progress = Progress::counting("orders");
            let written = self.write(&book, merchant.id, &mut sink, &progress).await?;
            let written = written.and_then(|()| sink.finish());
            progress.finish();
            match written {
                // A reader that has gone away, as `head` does, has seen what it wanted.
                Err(Unwritten::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                    Ok(ExitCode::SUCCESS)
                }
                Err(error) => Err(CommandError::caused("the orders could not be written", &error)),
                Ok(()) => Ok(ExitCode::SUCCESS),
            }
        })
    }

    /// Where it goes, and in which form.
    fn sink(&self) -> Result<Sink, CommandError> {
        let out: Out = match &self.output {
            Some(file) => {
                let made = File::options().write(true).create_new(true).open(file);
                let name = format!("{} could not be made", file.display());
                BufWriter::new(Box::new(
                    made.map_err(|error| CommandError::caused(&name, &error))?,
                ))
            }
            None if self.format == Format::Parquet && io::stdout().is_terminal() => {
                return Err(CommandError::new("a Parquet file is nothing for a terminal")
                    .hint("say --output FILE, or send standard output to a file"));
            }
            None => BufWriter::new(Box::new(io::stdout())),
        };
        let broken = |error: Unwritten| CommandError::caused("the orders could not be written", &error);
        Ok(match self.format {
            Format::Jsonl => Sink::Jsonl(out, self.rows),
            Format::Csv => Sink::csv(out, self.rows).map_err(|error| broken(error.into()))?,
            Format::Parquet => Sink::parquet(out, self.rows).map_err(|error| broken(error.into()))?,
        })
    }

    async fn write(
        &self,
        book: &Book,
        merchant: order::MerchantId,
        sink: &mut Sink,
        progress: &Progress,
    ) -> Result<Result<(), Unwritten>, CommandError> {
        let since = self.since.unwrap_or(Timestamp(i64::MIN));
        let (mut after, mut count) = (None, 0_u64);
        loop {
            let page = book.export(merchant, since, after, PAGE).await?;
            for order in &page.orders {
                if let Err(error) = sink.take(order) {
                    return Ok(Err(error));
                }
                count = count.saturating_add(1);
            }
            progress.reach(count);
            after = page.next;
            if after.is_none() {
                return Ok(Ok(()));
            }
        }
    }
}

type Out = BufWriter<Box<dyn Write + Send>>;

/// What takes orders, in one of the forms.
enum Sink {
    Jsonl(Out, Rows),
    Csv(Out, Rows),
    Parquet(Box<ParquetWriter<Out>>, Rows),
}

impl Sink {
    fn csv(mut out: Out, rows: Rows) -> Result<Self, io::Error> {
        csv::write_row(&mut out, rows.columns().iter().map(|(name, _)| *name))?;
        Ok(Self::Csv(out, rows))
    }

    fn parquet(out: Out, rows: Rows) -> Result<Self, ParquetError> {
        Ok(Self::Parquet(
            Box::new(ParquetWriter::new(out, rows.columns())?),
            rows,
        ))
    }

    fn take(&mut self, order: &Order) -> Result<(), Unwritten> {
        let unsummed = |error| Unwritten::Money(order.id.to_string(), error);
        match self {
            Self::Jsonl(out, Rows::Orders) => {
                let record = Record::of(order).map_err(unsummed)?;
                write_json(out, &record)?;
            }
            Self::Jsonl(out, rows) => {
                for row in rows.of(order).map_err(unsummed)? {
                    let members = rows.columns().iter().zip(&row);
                    let members = members.filter_map(|((name, _), cell)| Some((*name, cell.json()?)));
                    write_json(out, &Members(members.collect()))?;
                }
            }
            Self::Csv(out, rows) => {
                for row in rows.of(order).map_err(unsummed)? {
                    let row: Vec<_> = row.iter().map(table::Cell::text).collect();
                    csv::write_row(out, row.iter().map(AsRef::as_ref))?;
                }
            }
            Self::Parquet(writer, rows) => {
                for row in rows.of(order).map_err(unsummed)? {
                    writer.take(row)?;
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Unwritten> {
        match self {
            Self::Jsonl(mut out, _) | Self::Csv(mut out, _) => out.flush()?,
            Self::Parquet(writer, _) => writer.finish()?.flush()?,
        }
        Ok(())
    }
}

fn write_json(out: &mut Out, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// A JSON object with its members in the order of the columns.
struct Members<'o>(Vec<(&'static str, table::JsonCell<'o>)>);

impl serde::Serialize for Members<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (*name, value)))
    }
}
