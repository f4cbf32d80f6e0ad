//! `ordrebok import`: orders taken over from the systems that kept them, as those systems' APIs answer.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use book::{Became, Book, Imported, ImportedAccount};
use clap::Args;
use order::{Dialect, MerchantId};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::opening::{merchant, with_book};
use super::progress::Progress;
use crate::command_error::CommandError;
use crate::dialects;
use crate::output;
use crate::place::PlaceOptions;
use crate::records::{Record, Records};

/// How many records are worked on at once. Their commits share the disk's time.
const AT_ONCE: usize = 128;

/// Take over orders, from files with what an API itself answers: one JSON document, a list, or one on each line
#[derive(Debug, Args)]
pub(super) struct Import {
    /// Whose orders they become
    #[arg(long, value_name = "NAME")]
    merchant: String,

    /// The API that the files are of
    #[arg(long, value_parser = api_of, value_name = "connect|afterpay|marketplace")]
    api: Dialect,

    /// The files; `-` or none at all is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

fn api_of(word: &str) -> Result<Dialect, String> {
    let imported = |dialect: &Dialect| *dialect != Dialect::Ordrebok;
    Dialect::from_word(word)
        .filter(imported)
        .ok_or_else(|| "it is one of connect, afterpay, marketplace".to_owned())
}

/// What became of the records.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    added: u64,
    unchanged: u64,
    kept: u64,
    refused: u64,
    customers: u64,
}

impl Import {
    pub(super) fn run(mut self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        if self.files.is_empty() {
            self.files.push("-".into());
        }
        with_book(&place, async |book| {
            let merchant = merchant(&book, &self.merchant).await?;
            let into = Arc::new(Into {
                book,
                merchant: merchant.id,
                api: self.api,
            });
            let imported = self.import_all(Arc::clone(&into)).await;
            let detail = match &imported {
                Ok(tally) => tally.sentence(),
                Err(_) => "It broke off; what was read until then is taken over.".to_owned(),
            };
            into.book
                .note_done(into.merchant, "import", &format!("{} orders", self.api), &detail)
                .await?;
            let tally = imported?;
            output::line(&tally.sentence());
            Ok(if tally.refused == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        })
    }

    async fn import_all(&self, into: Arc<Into>) -> Result<Tally, CommandError> {
        let progress = Progress::bytes_of(self.files.iter().map(|file| size_of(file)).sum());
        let (mut tally, mut before) = (Tally::default(), 0);
        for file in &self.files {
            let mut records = spawn_reader(file)?;
            let mut running = JoinSet::new();
            while let Some(record) = records.recv().await {
                let record = record.map_err(|error| unreadable(file, &error))?;
                progress.reach(record.position.saturating_add(before));
                while running.len() >= AT_ONCE {
                    tally.take(file, running.join_next().await, &progress)?;
                }
                let into = Arc::clone(&into);
                running.spawn(async move { (record.line, into.take(record).await) });
            }
            while let Some(ended) = running.join_next().await {
                tally.take(file, Some(ended), &progress)?;
            }
            before = size_of(file).saturating_add(before);
        }
        progress.finish();
        Ok(tally)
    }
}

/// Where the orders go.
struct Into {
    book: Book,
    merchant: MerchantId,
    api: Dialect,
}

/// What became of the orders in one record, each with its reason when it was refused; or why the command can't go on.
type Taken = Result<Vec<Result<Became, String>>, CommandError>;

impl Into {
    async fn take(&self, record: Record) -> Taken {
        let told = match record
            .text
            .map_err(str::to_owned)
            .and_then(|text| dialects::read(self.api, &text))
        {
            Ok(told) => told,
            Err(reason) => return Ok(vec![Err(reason)]),
        };
        let mut taken = Vec::with_capacity(told.len());
        for told in told {
            let imported = self.book.take_over(self.merchant, told).await?;
            taken.push(imported.map_err(|refusal| refusal.to_string()));
        }
        Ok(taken)
    }
}

impl Tally {
    /// Counts what became of one record, and reports what was refused of it.
    fn take(
        &mut self,
        file: &Path,
        ended: Option<Result<(usize, Taken), tokio::task::JoinError>>,
        progress: &Progress,
    ) -> Result<(), CommandError> {
        let Some(ended) = ended else { return Ok(()) };
        let (line, taken) =
            ended.map_err(|error| CommandError::caused("a record could not be worked on", &error))?;
        for imported in taken? {
            let count = match imported {
                Ok(Became::Order(Imported::Added(_))) => &mut self.added,
                Ok(Became::Customer(ImportedAccount::Added)) => &mut self.customers,
                Ok(Became::Order(Imported::Unchanged(_)) | Became::Customer(ImportedAccount::Unchanged)) => {
                    &mut self.unchanged
                }
                Ok(Became::Order(Imported::Kept(_)) | Became::Customer(ImportedAccount::Kept)) => {
                    &mut self.kept
                }
                Err(reason) => {
                    progress.say(&format!("{}, line {line}: {reason}", shown(file)));
                    &mut self.refused
                }
            };
            *count = count.saturating_add(1);
        }
        Ok(())
    }

    fn sentence(self) -> String {
        let Self {
            added,
            unchanged,
            kept,
            refused,
            customers,
        } = self;
        let orders = if added == 1 { "order" } else { "orders" };
        let customers = match customers {
            0 => String::new(),
            1 => " and 1 customer".to_owned(),
            _ => format!(" and {customers} customers"),
        };
        let mut sentence = format!("{added} {orders}{customers} imported, {unchanged} there already");
        if kept > 0 {
            sentence = format!("{sentence}, {kept} there in another state and left as they are");
        }
        match refused {
            0 => format!("{sentence}."),
            1 => format!("{sentence}, 1 record refused."),
            _ => format!("{sentence}, {refused} records refused."),
        }
    }
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn shown(file: &Path) -> String {
    if is_stdin(file) {
        "standard input".to_owned()
    } else {
        file.display().to_string()
    }
}

fn size_of(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |data| data.len())
}

fn unreadable(file: &Path, error: &io::Error) -> CommandError {
    CommandError::caused(&format!("{} could not be read", shown(file)), error)
}

/// Reads a file's records on a thread of their own: files and pipes are not read asynchronously.
fn spawn_reader(file: &Path) -> Result<mpsc::Receiver<io::Result<Record>>, CommandError> {
    let input: Box<dyn BufRead + Send> = if is_stdin(file) {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(
            File::open(file).map_err(|error| unreadable(file, &error))?,
        ))
    };
    let (sender, receiver) = mpsc::channel(AT_ONCE);
    // Not one of the runtime's threads: those are waited for at the end, and a terminal may never say anything.
    std::thread::spawn(move || {
        for record in Records::new(input) {
            if sender.blocking_send(record).is_err() {
                return; // the command has ended early
            }
        }
    });
    Ok(receiver)
}
