//! What most commands begin with: a runtime, and the book.

use std::future::Future;
use std::sync::Arc;

use book::{Book, BookError, Clock, Database, Settings};

use crate::command_error::CommandError;
use crate::machine::Machine;
use crate::place::Place;

/// Runs a command's asynchronous part to its end.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::caused("the runtime could not be started", &error))?
        .block_on(work)
}

/// Opens the book at this place.
pub(super) async fn open(place: &Place, settings: Settings) -> Result<Book, CommandError> {
    open_at_time_of(place, settings, Arc::new(Machine)).await
}

/// The same, with another clock than the machine's.
pub(super) async fn open_at_time_of(
    place: &Place,
    settings: Settings,
    clock: Arc<dyn Clock>,
) -> Result<Book, CommandError> {
    let database = match place {
        Place::Folder(folder) => Database::Sqlite(folder.clone()),
        Place::Server(address) => Database::Postgres(address.clone()),
    };
    Book::open(&database, settings, clock, Arc::new(Machine))
        .await
        .map_err(|error| {
            let failed = CommandError::caused(&format!("the data at {place} could not be opened"), &error);
            match place {
                Place::Folder(_) => {
                    failed.hint("--data names the folder; it must be one that you may write to")
                }
                Place::Server(_) => {
                    failed.hint("--database names the server; is it running, and may this user connect?")
                }
            }
        })
}

/// Opens the book, does something with it, and lets go of it in an orderly way.
pub(super) fn with_book<T, W: Future<Output = Result<T, CommandError>>>(
    place: &Place,
    work: impl FnOnce(Book) -> W,
) -> Result<T, CommandError> {
    block_on(async {
        let book = open(place, Settings::default()).await?;
        let done = work(book.acting_for("command line")).await;
        book.close().await;
        done
    })
}

impl From<BookError> for CommandError {
    fn from(error: BookError) -> Self {
        match &error {
            BookError::Exists(what) => Self::new(format!("{what} exists already")),
            BookError::Unknown(what) => Self::new(format!("there is no {what}")),
            BookError::Store(_)
            | BookError::Corrupt { .. }
            | BookError::Journal { .. }
            | BookError::Broken { .. } => Self::caused("it could not be done", &error),
        }
    }
}

/// The merchant of this name.
pub(super) async fn merchant(book: &Book, name: &str) -> Result<book::Merchant, CommandError> {
    match book.merchant(name).await {
        Err(BookError::Unknown(what)) => Err(CommandError::new(format!("there is no {what}"))
            .hint("`ordrebok merchant list` shows all of them, `ordrebok merchant add NAME` adds one")),
        found => Ok(found?),
    }
}
